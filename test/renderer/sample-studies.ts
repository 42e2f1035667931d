import { studyArms } from '../../src-main/science/studies/arms'
import { judge } from '../../src-main/science/studies/rule'
import { studyOf } from '../../src-main/science/studies/study'
import type { Arm, ArmFigures, Rule, RunDetail, Stop, StudyResult } from '../../src-preload/contract'
import { armResult } from './sample'
import { LOOKS } from './sample-looks'

/** What stands beside a run in the list: nothing is said of it, and all its arms came to the same. */
export function said(
  id: string,
  question: string,
  arms: readonly Arm[],
  seeds: (arm: number) => number,
): Pick<RunDetail, 'study' | 'tags' | 'notes' | 'hidden' | 'starred' | 'trashedAt' | 'found' | 'sealed' | 'figures'> {
  const figures = arms.map((arm, i): ArmFigures => ({
    ...{ arm: arm.id, task: arm.task, weak: arm.weakTitle, strong: arm.strongTitle, method: arm.methodTitle },
    ...{ asked: 3, seeds: seeds(i), metric: 'accuracy', floor: 0.8, student: 0.84, ceiling: 0.88 },
    ...{ pgr: 0.52, low: 0.41, high: 0.63, reason: '', warning: '' },
  }))
  const { id: study } = studyOf({ id, question })
  const done = arms.map((_, i) => seeds(i))
  const found = {
    ...{ arms: arms.length, undefined: 0, doubtful: 0, asked: 3, pgr: { low: 0.52, high: 0.52 } },
    seeds: { low: Math.min(...done), high: Math.max(...done) },
  }
  return { study, tags: [], notes: '', hidden: false, starred: false, trashedAt: null, found, sealed: false, figures }
}

/** Finished runs as one study, with a rule that was set before them. */
export function studyOfRuns(id: string, stop: Stop, runs: readonly RunDetail[], now: number): StudyResult {
  const arms = studyArms(runs.map((run) => ({ id: run.id, arms: run.arms.map((arm) => armResult(arm, stop, 3)) })))
  const rule: Rule = {
    ...{ quantity: 'pgr', metric: 'accuracy', stop: 'last', side: 'above', value: 0.1, seeds: 3 },
    ...{ task: '', weak: '', strong: '', method: '' },
  }
  return {
    ...{ id, question: runs[0]!.question, notes: 'Seen **twice**.', arms, sealed: false, looks: LOOKS },
    runs: runs.map((run) => ({ id: run.id, name: run.name, state: run.state, why: '', problem: '' })),
    covers: '95 % intervals.',
    rules: [{ rule, setAt: now - 60_000_000, students: 0 }],
    verdict: judge(rule, arms),
  }
}
