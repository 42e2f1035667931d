import type { ArmResult, Contrast, Cube, ExampleDetail, ExampleQuery, ExampleRow } from '../../../src-preload/contract'
import {
  contrasts,
  cube,
  drawnResult,
  exampleHistory,
  exampleRows,
  type Drawn,
  type Redraw,
  type SaidBySeed,
  type SeedPredictions,
  type StopRule,
} from '../../science/metrics'
import type { Arm } from '../../science/stages'
import { namesIn, truthOf, type Example, type PreparedTask } from '../../science/tasks'
import type { Kept } from './kept'
import type { SeedInput, SeedSource } from './predicted'

/** The seeds of an arm with the steps at which their students are reported; all arms of a question share one task. */
export interface ReportedSource {
  arm: Arm
  seeds: (SeedSource & { step: number })[]
}

/** What can be asked about finished stages. `data`: folder of the artifact that holds the examples. */
export type Question =
  | { type: 'arm'; data: string; arm: Arm; stop: StopRule; redraw: Redraw; seeds: SeedSource[] }
  | { type: 'contrasts'; data: string; arms: ReportedSource[] }
  | { type: 'cube'; data: string; stop: StopRule; seed: SeedSource }
  | { type: 'examples'; data: string; stop: StopRule; seed: SeedSource; query: Omit<ExampleQuery, 'runId' | 'armId'> }
  | { type: 'example'; data: string; stop: StopRule; seed: SeedSource; index: number }

export interface Replies {
  arm: ArmResult
  contrasts: Contrast[]
  cube: Cube
  examples: { total: number; rows: ExampleRow[] }
  /** Null when there is no such example. */
  example: ExampleDetail | null
}

/** What an analysis is made with. */
export interface Means {
  /** Gives the predictions of a seed, those of test sets from elsewhere too where these are named. */
  read: (source: SeedSource, sets?: readonly string[]) => Promise<SeedInput>
  /** What was drawn for results of arms: comparisons, which are asked for after them, need not draw again. */
  drawn: Kept<Drawn>
}

/**
 * Answers a question about a prepared task. Nothing but reading and computing, and not quick: it belongs off the thread
 * that serves the window.
 */
export async function analyse(
  question: Question,
  task: PreparedTask,
  { read, drawn }: Means,
): Promise<Replies[Question['type']]> {
  const truth = truthOf(task.splits.test)
  const withTruth = async (source: SeedSource, sets?: readonly string[]): Promise<SeedPredictions> => ({
    ...(await read(source, sets)),
    truth,
  })
  const groups = task.splits.test.map(({ group }) => group)
  switch (question.type) {
    case 'arm': {
      const { arm, stop, redraw } = question
      const sets = Object.entries(task.elsewhere ?? {}).map(([id, examples]) => ({ id, ...askedRows(examples) }))
      const ids = sets.map(({ id }) => id)
      const seeds = await inTurn(question.seeds, (seed) => withTruth(seed, ids))
      const found = drawnResult({
        ...{ arm, stop, classes: namesIn(task.form), groups, redraw, seeds },
        ...(sets.length > 0 && { elsewhere: sets }),
      })
      const steps = found.result.bySeed.map(({ step }) => step)
      drawn.set(nameOf(question.seeds.map((seed, s) => ({ ...seed, step: steps[s]! }))), found.drawn)
      return found.result
    }
    case 'contrasts': {
      const said = async (source: SeedSource & { step: number }) => reportedOf(await read(source), source.step)
      const arms = await inTurn(question.arms, async ({ arm, seeds }) => {
        const known = drawn.get(nameOf(seeds))
        return { arm, seeds: await inTurn(seeds, said), ...(known && { drawn: known }) }
      })
      return contrasts(arms, truth, groups)
    }
    case 'cube':
      return cube(await withTruth(question.seed), question.stop)
    case 'examples':
      return pageOf(exampleRows(await withTruth(question.seed), question.stop, task.splits.test), question.query)
    case 'example': {
      const seed = await withTruth(question.seed)
      const row = exampleRows(seed, question.stop, task.splits.test)[question.index]
      return row ? { ...row, history: exampleHistory(seed, row.index) } : null
    }
  }
}

/** Name of what is drawn of seeds: folders are named by what lies in them. */
const nameOf = (seeds: ReportedSource['seeds']) =>
  seeds.map(({ weak, student, ceiling, step }) => [weak, student, ceiling, step].join()).join()

const askedRows = (examples: readonly Example[]) => ({
  truth: truthOf(examples),
  groups: examples.map(({ group }) => group),
})

/** One after the other: reading one is quick, reading all of them at once is not. */
async function inTurn<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<U[]> {
  const out: U[] = []
  for (const item of items) out.push(await work(item))
  return out
}

/** What the three models say of the test split, the student where it is reported. */
function reportedOf({ seed, weak, ceiling, steps, student }: SeedInput, step: number): SaidBySeed {
  return { seed, weak, student: student[steps.indexOf(step)]!, ceiling }
}

function pageOf(rows: ExampleRow[], query: Omit<ExampleQuery, 'runId' | 'armId'>): Replies['examples'] {
  const { cells, search, sort, offset, limit } = query
  const sought = search.trim().toLowerCase()
  const hits = rows.filter(
    (row) =>
      (cells.length === 0 || cells.includes(row.cell)) &&
      (sought === '' || [row.text, ...(row.options ?? [])].some((text) => text.toLowerCase().includes(sought))),
  )
  // The surest first: a confident error is the one to read.
  if (sort === 'weak-confidence') hits.sort((a, b) => b.weak.confidence - a.weak.confidence)
  if (sort === 'student-confidence') hits.sort((a, b) => b.student.confidence - a.student.confidence)
  return { total: hits.length, rows: hits.slice(offset, offset + limit) }
}
