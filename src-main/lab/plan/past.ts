import type { SeedPast } from '../../../src-preload/contract'
import type { ModelChoice } from '../../science/spec/choices'
import type { Arm } from '../../science/stages'
import type { RunCounts, Store } from '../../store'
import { comparedOf, marksOf, nameOf } from '../runs/view'

/** Newest runs with a task of the plan that are looked at. */
const MOST_RUNS = 200

/** A finished arm of this store that tells of one that is planned. */
export interface PastArm {
  run: RunCounts
  name: string
  arm: Arm
}
type Likeness = SeedPast['alike']

/** Arms of finished runs with so many seeds or more on one of the tasks, newest first. */
export function pastArms(store: Store, tasks: ReadonlySet<string>, fewest: number): PastArm[] {
  const rows = store.figures
    .all()
    .filter(({ task, seeds, metric }) => tasks.has(task) && (seeds ?? 0) >= fewest && metric)
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

/** Those that are like a planned one, the likest first; of equals one of the same method, then of more seeds, then the newest. */
export function likeArms(arm: Arm, all: readonly PastArm[]): (PastArm & { alike: Likeness })[] {
  return all
    .flatMap((past) => {
      const alike = likeness(arm, past.arm)
      if (!alike) return []
      const method = past.arm.method.method === arm.method.method
      return [{ ...past, alike, rank: [LIKENESS.indexOf(alike), method ? 0 : 1, -past.arm.seeds.length] as const }]
    })
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2])
}

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
