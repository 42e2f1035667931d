import type { ArmResult, Comparison, Contrast } from '../../../src-preload/contract'
import {
  comparison,
  contrasts,
  drawnResult,
  type Drawn,
  type Redraw,
  type ReportedArm,
  type SaidBySeed,
  type Stop,
} from '../../science/metrics'
import type { Arm } from '../../science/stages'
import { namesIn, truthOf, type Example, type PreparedTask } from '../../science/tasks'
import { batchMix, type BatchQuestion, type BatchReply } from './batch'
import type { Kept } from './kept'
import { lookedAt, type Looked, type LookedQuestion, type LookedReplies } from './looked'
import { checkSameRows } from './pairs'
import type { readTraining, SeedInput, SeedSource } from './predicted'

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
/** What can be asked about finished stages. `data`: folder of the artifact that holds the examples. */
export type Question =
  | { type: 'arm'; data: string; arm: Arm; stop: Stop; redraw: Redraw; seeds: SeedSource[] }
  | { type: 'contrasts'; data: string; arms: ReportedSource[] }
  | { type: 'comparison'; data: string; stop: Stop; arm: ComparedSource; against: ComparedSource }
  | BatchQuestion
  | LookedQuestion

export interface Replies extends LookedReplies {
  batch: BatchReply
  arm: ArmResult
  contrasts: Contrast[]
  comparison: Comparison
}

/** What an analysis is made with. */
export interface Means {
  /** Gives the examples in a folder. */
  prepared: (folder: string) => Promise<PreparedTask>
  /** Gives the predictions of a seed, those of test sets from elsewhere too where these are named. */
  read: (source: SeedSource, sets?: readonly string[]) => Promise<SeedInput>
  /** Gives what a training said, by split. */
  training: typeof readTraining
  /** What was drawn for results of arms: comparisons, which are asked for after them, need not draw again. */
  drawn: Kept<Drawn>
  /** What was looked at last: one pages and steps through it. */
  looked: Kept<Looked>
}

/**
 * Answers a question about a prepared task. Nothing but reading and computing, and not quick: it belongs off the thread
 * that serves the window.
 */
export async function analyse(question: Question, means: Means): Promise<Replies[Question['type']]> {
  const task = await means.prepared(question.data)
  const { test } = task.splits
  const rows = askedRows(test)
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
    case 'batch':
      return batchMix(question, task, means)
    default:
      return lookedAt(question, means)
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
