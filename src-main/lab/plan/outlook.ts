import type { ArmResult, SeedOutlook, SeedPast } from '../../../src-preload/contract'
import { halfWidth, nextGoal, seedChance, seedsFor, type SeedChance } from '../../science/plan/seeds'
import type { Arm } from '../../science/stages'
import type { ModelChoice } from '../../science/spec/choices'
import type { RunCounts, Store } from '../../store'
import type { Results } from '../results'
import { askedOf, comparedOf, marksOf, nameOf } from '../runs/view'
import type { Planner } from './planner'

/** Newest runs with a task of the plan that are looked at. */
const MOST_RUNS = 200
/** More seeds than this are not proposed. */
const MOST_SEEDS = 100

/** Tells how wide the intervals of a planned experiment will be, from this store's own past. */
export interface Outlook {
  /** Of every arm that the spec plans; none where it plans none. */
  look(spec: unknown): Promise<SeedOutlook[]>
}

export function createOutlook(store: Store, results: Results, planner: Pick<Planner, 'plan'>): Outlook {
  return {
    async look(spec) {
      const { plan } = await planner.plan(spec)
      const past = pastOf(store, new Set(plan.arms.map(({ task }) => task)))
      const out: SeedOutlook[] = []
      for (const arm of plan.arms) out.push(outlookOf(arm, await nearest(results, arm, past)))
      return out
    },
  }
}

interface PastArm {
  run: RunCounts
  name: string
  arm: Arm
}
type Likeness = SeedPast['alike']

/** Arms of finished runs with two seeds or more on one of the tasks, newest first. */
function pastOf(store: Store, tasks: ReadonlySet<string>): PastArm[] {
  const rows = store.figures.all().filter(({ task, seeds, metric }) => tasks.has(task) && (seeds ?? 0) > 1 && metric)
  const runs = [...new Set(rows.map(({ run }) => run))].flatMap((id) => store.runs.get(id) ?? [])
  return runs
    .filter(({ id, ended }) => ended === 'done' && marksOf(store.marks.get(id)).trashedAt === null)
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, MOST_RUNS)
    .flatMap((run) => {
      const name = nameOf(run, store.marks.get(run.id))
      const told = new Set(rows.filter((row) => row.run === run.id).map(({ arm }) => arm))
      return comparedOf(run).arms.flatMap((arm) => (told.has(arm.id) ? [{ run, name, arm }] : []))
    })
}

const LIKENESS: readonly Likeness[] = ['arm', 'models', 'kinds']

/** How a past arm is like a planned one: by the very stages that both have, else by task and models. */
function likeness(arm: Arm, past: Arm): Likeness | null {
  const shares = (part: 'weak' | 'student' | 'ceiling') => {
    const keys = new Set(past.seeds.map((seed) => seed[part]))
    return arm.seeds.some((seed) => keys.has(seed[part]))
  }
  if (arm.task !== past.task || arm.measure !== past.measure) return null
  if (shares('student')) return 'arm'
  if (shares('weak') && shares('ceiling')) return 'models'
  const same = (a: ModelChoice, b: ModelChoice) => a.model === b.model && a['checkpoint'] === b['checkpoint']
  return same(arm.weak, past.weak) && same(arm.strong, past.strong) ? 'kinds' : null
}

interface Found {
  past: SeedPast
  chance: SeedChance
}

/** What is known from the nearest like; of equals one of the same method, then of more seeds, then the newest. */
async function nearest(results: Results, arm: Arm, all: readonly PastArm[]): Promise<Found | null> {
  const like = all
    .flatMap((past) => {
      const alike = likeness(arm, past.arm)
      if (!alike) return []
      const method = past.arm.method.method === arm.method.method
      return [{ ...past, alike, rank: [LIKENESS.indexOf(alike), method ? 0 : 1, -past.arm.seeds.length] as const }]
    })
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2])
  for (const { run, name, arm: past, alike } of like) {
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
async function resultOf(results: Results, run: RunCounts, { id }: Arm): Promise<ArmResult | undefined> {
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
