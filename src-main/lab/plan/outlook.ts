import type { ArmResult, SeedOutlook, SeedPast } from '../../../src-preload/contract'
import { halfWidth, nextGoal, seedChance, seedsFor, type SeedChance } from '../../science/plan/seeds'
import type { Arm } from '../../science/stages'
import type { Store } from '../../store'
import type { Results } from '../results'
import { askedOf, comparedOf } from '../runs/view'
import { likeArms, pastArms, type PastArm } from './past'
import type { Planner } from './planner'

/** More seeds than this are not proposed. */
const MOST_SEEDS = 100

/** Tells how wide the intervals of a planned experiment will be, from this store's own past. */
export interface Outlook {
  /** Of every arm that the spec plans; none where it plans none. */
  look(spec: unknown): Promise<SeedOutlook[]>
}

export function createOutlook(store: Store, results: Results, planner: Pick<Planner, 'planned'>): Outlook {
  return {
    async look(spec) {
      const { plan } = await planner.planned(spec)
      const past = pastArms(store, new Set(plan.arms.map(({ task }) => task)), 2)
      const out: SeedOutlook[] = []
      for (const arm of plan.arms) out.push(outlookOf(arm, await nearest(results, arm, past)))
      return out
    },
  }
}

interface Found {
  past: SeedPast
  chance: SeedChance
}

/** What is known from the nearest like; of equals one of the same method, then of more seeds, then the newest. */
async function nearest(results: Results, arm: Arm, all: readonly PastArm[]): Promise<Found | null> {
  for (const { run, name, arm: past, alike } of likeArms(arm, all)) {
    const result = await resultOf(results, run, past)
    const metric = comparedOf(run).metric
    const bySeed = result?.measures[metric]?.bySeed ?? []
    const chance = seedChance(bySeed)
    const seeds = bySeed.length
    if (chance) return { chance, past: { runId: run.id, run: name, arm: past.title, seeds, alike, metric, ...chance } }
  }
  return null
}

/** A past arm's result; none where what it is made from is gone, which its own page tells. */
async function resultOf(results: Results, run: PastArm['run'], { id }: Arm): Promise<ArmResult | undefined> {
  const stop = askedOf(run).spec?.stop ?? 'last'
  const told = await results.told(comparedOf(run), stop).catch(() => null)
  return told?.arms.find(({ arm }) => arm.id === id)
}

function outlookOf({ title, seeds }: Arm, found: Found | null): SeedOutlook {
  const n = seeds.length
  if (!found) return { arm: title, seeds: n, past: null, halfWidth: null, next: null }
  const { past, chance } = found
  const goal = chance.pgr === null ? null : nextGoal(chance, n)
  const next = goal === null ? null : { halfWidth: goal, seeds: seedsFor(chance, goal, MOST_SEEDS), most: MOST_SEEDS }
  return { arm: title, seeds: n, past, halfWidth: halfWidth(chance, n), next }
}
