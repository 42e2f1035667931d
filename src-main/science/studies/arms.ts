import type { ArmResult } from '../metrics/result'
import type { Arm } from '../stages'

/** One arm of a study, with the runs that have it: several where they are the very same stages. */
export interface StudyArm {
  /** Unlike every other one's of the study: the first run's id and the arm's. */
  id: string
  /** Ids of the runs, in their order, and what each calls the arm. */
  runs: { runId: string; armId: string }[]
  result: ArmResult
}

/**
 * The arms of runs side by side. Arms are one where they are made of the very same stages, seed by seed, and are else
 * kept apart, however alike: nothing is pooled, so a further run changes no other arm's numbers.
 */
export function studyArms(runs: readonly { id: string; arms: readonly ArmResult[] }[]): StudyArm[] {
  const found = new Map<string, StudyArm>()
  for (const { id, arms } of runs)
    for (const result of arms) {
      const same = stagesOf(result.arm)
      const known = found.get(same)
      const here = { runId: id, armId: result.arm.id }
      if (known) known.runs.push(here)
      else found.set(same, { id: `${id}/${result.arm.id}`, runs: [here], result })
    }
  return [...found.values()]
}

function stagesOf({ measure, seeds }: Arm): string {
  const keys = seeds.map(({ seed, weak, labels, student, ceiling, references = {} }) => [
    ...[seed, weak, labels, student, ceiling],
    Object.entries(references).sort(([a], [b]) => (a < b ? -1 : 1)),
  ])
  return JSON.stringify([measure, keys])
}
