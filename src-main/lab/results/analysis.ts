import type {
  ArmResult,
  Comparison,
  Contrast,
  Cube,
  ExampleDetail,
  ExampleQuery,
  ExampleRow,
} from '../../../src-preload/contract'
import {
  comparison,
  contrasts,
  cube,
  drawnResult,
  exampleHistory,
  exampleRows,
  type Drawn,
  type Redraw,
  type ReportedArm,
  type SaidBySeed,
  type SeedPredictions,
  type StopRule,
} from '../../science/metrics'
import type { Arm } from '../../science/stages'
import { namesIn, truthOf, type Example, type PreparedTask } from '../../science/tasks'
import type { Kept } from './kept'
import { checkSameRows } from './pairs'
import type { SeedInput, SeedSource } from './predicted'

/** The seeds of an arm with the steps at which their students are reported; all arms of a question share one task. */
export interface ReportedSource {
  arm: Arm
  seeds: (SeedSource & { step: number })[]
}

/** The same, with the folder of its examples, and what its seeds draw anew. */
interface ComparedSource extends ReportedSource {
  data: string
  redraw: Redraw
}
/** A seed of another arm with the folder of its examples. */
interface Beside {
  data: string
  seed: SeedSource
}
type Page = Pick<ExampleQuery, 'cells' | 'moves' | 'search' | 'sort' | 'offset' | 'limit'>

/** What can be asked about finished stages. `data`: folder of the artifact that holds the examples. */
export type Question =
  | { type: 'arm'; data: string; arm: Arm; stop: StopRule; redraw: Redraw; seeds: SeedSource[] }
  | { type: 'contrasts'; data: string; arms: ReportedSource[] }
  | { type: 'comparison'; data: string; stop: StopRule; arm: ComparedSource; against: ComparedSource }
  | { type: 'cube'; data: string; stop: StopRule; seed: SeedSource }
  | { type: 'examples'; data: string; stop: StopRule; seed: SeedSource; against: Beside | undefined; query: Page }
  | { type: 'example'; data: string; stop: StopRule; seed: SeedSource; against: Beside | undefined; index: number }

export interface Replies {
  arm: ArmResult
  contrasts: Contrast[]
  comparison: Comparison
  cube: Cube
  examples: { total: number; rows: ExampleRow[] }
  /** Null when there is no such example. */
  example: ExampleDetail | null
}

/** What an analysis is made with. */
export interface Means {
  /** Gives the examples in a folder. */
  prepared: (folder: string) => Promise<PreparedTask>
  /** Gives the predictions of a seed, those of test sets from elsewhere too where these are named. */
  read: (source: SeedSource, sets?: readonly string[]) => Promise<SeedInput>
  /** What was drawn for results of arms: comparisons, which are asked for after them, need not draw again. */
  drawn: Kept<Drawn>
}

/**
 * Answers a question about a prepared task. Nothing but reading and computing, and not quick: it belongs off the thread
 * that serves the window.
 */
export async function analyse(question: Question, means: Means): Promise<Replies[Question['type']]> {
  const task = await means.prepared(question.data)
  const { test } = task.splits
  const rows = askedRows(test)
  const withTruth = async (source: SeedSource): Promise<SeedPredictions> => ({
    ...(await means.read(source)),
    truth: rows.truth,
  })
  /** The other arm's seed, once its examples are known to be these. */
  const beside = async (against: Beside | undefined) => {
    if (!against) return undefined
    if (against.data !== question.data) checkSameRows(task, await means.prepared(against.data))
    return withTruth(against.seed)
  }
  switch (question.type) {
    case 'arm':
      return armIn(question, task, means)
    case 'contrasts':
      return contrasts(await inTurn(question.arms, (arm) => reportedArm(arm, means)), rows.truth, rows.groups)
    case 'comparison': {
      const { stop, data, ...pair } = question
      if (pair.against.data !== data) checkSameRows(task, await means.prepared(pair.against.data))
      const [arm, against] = [await reportedArm(pair.arm, means), await reportedArm(pair.against, means)]
      const redrawn = { arm: { ...arm, redraw: pair.arm.redraw }, against: { ...against, redraw: pair.against.redraw } }
      return comparison({ ...redrawn, stop }, rows)
    }
    case 'cube':
      return cube(await withTruth(question.seed), question.stop)
    case 'examples': {
      const [seed, against] = [await withTruth(question.seed), await beside(question.against)]
      return pageOf(exampleRows(seed, question.stop, test, against), question.query)
    }
    case 'example': {
      const [seed, against] = [await withTruth(question.seed), await beside(question.against)]
      const row = exampleRows(seed, question.stop, test, against)[question.index]
      return row ? { ...row, history: exampleHistory(seed, row.index, against) } : null
    }
  }
}

async function armIn(
  { arm, stop, redraw, seeds: sources }: Extract<Question, { type: 'arm' }>,
  task: PreparedTask,
  { read, drawn }: Means,
): Promise<ArmResult> {
  const { truth, groups } = askedRows(task.splits.test)
  const sets = Object.entries(task.elsewhere ?? {}).map(([id, examples]) => ({ id, ...askedRows(examples) }))
  const ids = sets.map(({ id }) => id)
  const seeds = await inTurn(sources, async (seed) => ({ ...(await read(seed, ids)), truth }))
  const found = drawnResult({
    ...{ arm, stop, classes: namesIn(task.form), groups, redraw, seeds },
    ...(sets.length > 0 && { elsewhere: sets }),
  })
  const steps = found.result.bySeed.map(({ step }) => step)
  drawn.set(nameOf(sources.map((seed, s) => ({ ...seed, step: steps[s]! }))), found.drawn)
  return found.result
}

/** An arm with what its models say, and what was drawn of it where that is known. */
async function reportedArm({ arm, seeds }: ReportedSource, { read, drawn }: Means): Promise<ReportedArm> {
  const known = drawn.get(nameOf(seeds))
  const said = async (source: SeedSource & { step: number }) => reportedOf(await read(source), source.step)
  return { arm, seeds: await inTurn(seeds, said), ...(known && { drawn: known }) }
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

function pageOf(rows: ExampleRow[], query: Page): Replies['examples'] {
  const { cells, moves = [], search, sort, offset, limit } = query
  const sought = search.trim().toLowerCase()
  const hits = rows.filter(
    (row) =>
      (cells.length === 0 || cells.includes(row.cell)) &&
      (moves.length === 0 || (row.against !== undefined && moves.includes(row.against.move))) &&
      (sought === '' || [row.text, ...(row.options ?? [])].some((text) => text.toLowerCase().includes(sought))),
  )
  // The surest first: a confident error is the one to read.
  if (sort === 'weak-confidence') hits.sort((a, b) => b.weak.confidence - a.weak.confidence)
  if (sort === 'student-confidence') hits.sort((a, b) => b.student.confidence - a.student.confidence)
  return { total: hits.length, rows: hits.slice(offset, offset + limit) }
}
