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
      const told = tellerOf(results)
      const out: SeedOutlook[] = []
      for (const arm of plan.arms) out.push(outlookOf(arm, await nearest(told, arm, past)))
      return out
    },
  }
}

interface Found {
  past: SeedPast
  chance: SeedChance
}

/** What is known from the nearest like; of equals one of the same method, then of more seeds, then the newest. */
async function nearest(told: Teller, arm: Arm, all: readonly PastArm[]): Promise<Found | null> {
  for (const { run, name, arm: past, alike } of likeArms(arm, all)) {
    const { arms, metric } = await told(run)
    const result = arms.get(past.id)
    const bySeed = result?.measures[metric]?.bySeed ?? []
    const chance = seedChance(bySeed)
    const seeds = bySeed.length
    if (chance) return { chance, past: { runId: run.id, run: name, arm: past.title, seeds, alike, metric, ...chance } }
  }
  return null
}

/** The results of a past run by the ids of its arms; none where what they are made from is gone, which its own page tells. */
type Teller = (run: PastArm['run']) => Promise<{ arms: ReadonlyMap<string, ArmResult>; metric: string }>

/** Reads every run once, however many arms of a plan are like it. */
function tellerOf(results: Results): Teller {
  async function read(run: PastArm['run']) {
    const compared = comparedOf(run)
    const told = await results.told(compared, askedOf(run).spec?.stop ?? 'last').catch(() => null)
    return { arms: new Map(told?.arms.map((result) => [result.arm.id, result])), metric: compared.metric }
  }
  const known = new Map<string, ReturnType<typeof read>>()
  return (run) => {
    const before = known.get(run.id) ?? read(run)
    known.set(run.id, before)
    return before
  }
}

function outlookOf({ title, seeds }: Arm, found: Found | null): SeedOutlook {
  const n = seeds.length
  if (!found) return { arm: title, seeds: n, past: null, halfWidth: null, next: null }
  const { past, chance } = found
  const goal = chance.pgr === null ? null : nextGoal(chance, n)
  const next = goal === null ? null : { halfWidth: goal, seeds: seedsFor(chance, goal, MOST_SEEDS), most: MOST_SEEDS }
  return { arm: title, seeds: n, past, halfWidth: halfWidth(chance, n), next }
}
