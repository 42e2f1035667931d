import type { ArmResult, Contrast, Cube, ExampleDetail, ExampleQuery, ExampleRow } from '../../../src-preload/contract'
import {
  armResult,
  cellsOf,
  contrasts,
  cube,
  decide,
  stops,
  type Redraw,
  type SeedPredictions,
  type StopRule,
} from '../../science/metrics'
import type { Arm } from '../../science/stages'
import type { PreparedTask } from '../../science/tasks'

/** Stored predictions of one seed, before the ground truth of the examples is put to them. */
export type SeedInput = Omit<SeedPredictions, 'truth'>

/** Test predictions of an arm's seeds where they are reported; all arms of a question share one task. */
export interface ReportedInput {
  arm: Arm
  seeds: ({ seed: number } & Record<'weak' | 'student' | 'ceiling', Float32Array>)[]
}

/** What can be asked about finished stages. `data`: folder of the artifact that holds the examples. */
export type Question =
  | { type: 'arm'; data: string; arm: Arm; stop: StopRule; redraw: Redraw; seeds: SeedInput[] }
  | { type: 'contrasts'; data: string; arms: ReportedInput[] }
  | { type: 'cube'; data: string; stop: StopRule; seed: SeedInput }
  | { type: 'examples'; data: string; stop: StopRule; seed: SeedInput; query: Omit<ExampleQuery, 'runId' | 'armId'> }
  | { type: 'example'; data: string; stop: StopRule; seed: SeedInput; index: number }

export interface Answers {
  arm: ArmResult
  contrasts: Contrast[]
  cube: Cube
  examples: { total: number; rows: ExampleRow[] }
  /** Null when there is no such example. */
  example: ExampleDetail | null
}

/** Answers a question about a prepared task. Pure, but not quick: it belongs off the thread that serves the window. */
export function analyse(question: Question, task: PreparedTask): Answers[Question['type']] {
  const truth = Uint8Array.from(task.splits.test, (example) => example.label)
  const withTruth = (seed: SeedInput): SeedPredictions => ({ ...seed, truth })
  const classes = task.classes.length
  const groups = task.splits.test.map(({ group }) => group)
  switch (question.type) {
    case 'arm': {
      const { arm, stop, redraw, seeds } = question
      return armResult({ arm, stop, classes: task.classes, groups, redraw, seeds: seeds.map(withTruth) })
    }
    case 'contrasts': {
      const decided = (p: Float32Array) => decide(p, classes)
      const arms = question.arms.map(({ arm, seeds }) => ({
        arm,
        seeds: seeds.map(({ seed, weak, student, ceiling }) => ({
          ...{ seed, weak: decided(weak), student: decided(student), ceiling: decided(ceiling) },
        })),
      }))
      return contrasts(arms, truth, groups)
    }
    case 'cube':
      return cube(withTruth(question.seed), question.stop, classes)
    case 'examples':
      return pageOf(rowsOf(withTruth(question.seed), question.stop, task), question.query)
    case 'example': {
      const row = rowsOf(withTruth(question.seed), question.stop, task)[question.index]
      return row ? { ...row, history: historyOf(question.seed, row.index) } : null
    }
  }
}

/** Every test example with what the three models say of it. Two classes: probabilities are those of class 1. */
function rowsOf(seed: SeedPredictions, stop: StopRule, task: PreparedTask): ExampleRow[] {
  const classes = task.classes.length
  const student = seed.student[stops(seed, classes)[stop]]!
  const cells = cellsOf(seed, stop, classes)
  return task.splits.test.map(({ text, group, label: truth }, index) => {
    const [weak, ceiling] = [seed.weak[index]!, seed.ceiling[index]!]
    return { index, text, group, truth, weak, student: student[index]!, ceiling, cell: cells[index]! }
  })
}

function pageOf(rows: ExampleRow[], query: Omit<ExampleQuery, 'runId' | 'armId'>): Answers['examples'] {
  const { cells, search, sort, offset, limit } = query
  const sought = search.trim().toLowerCase()
  const hits = rows.filter(
    (row) =>
      (cells.length === 0 || cells.includes(row.cell)) && (sought === '' || row.text.toLowerCase().includes(sought)),
  )
  const sure = (p: number) => Math.abs(p - 0.5)
  // The surest first: a confident error is the one to read.
  if (sort === 'weak-confidence') hits.sort((a, b) => sure(b.weak) - sure(a.weak))
  if (sort === 'student-confidence') hits.sort((a, b) => sure(b.student) - sure(a.student))
  return { total: hits.length, rows: hits.slice(offset, offset + limit) }
}

function historyOf(seed: SeedInput, index: number): ExampleDetail['history'] {
  return { step: seed.steps, probability: seed.student.map((evaluation) => evaluation[index]!) }
}
