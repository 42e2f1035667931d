import { join } from 'node:path'
import type { BatchMix } from '../../../src-preload/contract'
import { LABELS_FILE, readLabels } from '../../data/labels'
import { readArtifactFile } from '../../engine/artifacts'
import { distribution } from '../../science/answers'
import { METHODS } from '../../science/methods'
import type { Matrix } from '../../science/maths/matrix'
import { shuffledForever, stepCount } from '../../science/schedule'
import type { MethodChoice } from '../../science/spec/choices'
import { rowsOf, type TrainConfig } from '../../science/stages'
import { namesIn, textsOf, type PreparedTask } from '../../science/tasks'
import { LabError } from '../errors'
import type { Means } from './analysis'

/** Asks what a method makes of the last batch that a student was trained on. All are folders of artifacts but `config`. */
export interface BatchQuestion {
  type: 'batch'
  data: string
  labels: string
  student: string
  /** Of the student's training. */
  config: TrainConfig
  method: MethodChoice
  /** What part of a training is taken as done, in [0, 1]. */
  progress: number
}
export type BatchReply = Omit<Extract<BatchMix, { found: true }>, 'found' | 'runId' | 'run' | 'arm' | 'seed' | 'alike'>

/** Rows of a batch that are shown, and letters of a text. */
const SHOWN = 64
const LETTERS = 160

/**
 * The rows of the last update with their weak labels, and what the student says of them after it: the one evaluation at
 * which it was asked about what it learns from. Mixed by the method's own loss.
 */
export async function batchMix(
  { labels: folder, student, config, method: choice, progress }: BatchQuestion,
  task: PreparedTask,
  { training }: Means,
): Promise<BatchReply> {
  const said = (await training(student))('transfer').answers.at(-1)!
  const { method, ...params } = choice
  const { mix } = METHODS[method]!
  if (said.kind === 'text' || !mix)
    throw new LabError('bad-input', `"${method}" mixes no labels with own answers here.`)
  const labels = readLabels(await readArtifactFile(folder, LABELS_FILE), join(folder, LABELS_FILE))('transfer')
  const { rows, steps } = lastBatch(labels.targets.rows, config)
  const [weak, own] = [pick(labels.targets, rows), matrixOf(rows.map((i) => distribution(said, i)))]
  const mixed = mix({ logits: logarithms(own), targets: weak, progress }, params)
  const row = ({ cols, data }: { cols: number; data: ArrayLike<number> }, i: number) =>
    Array.from({ length: cols }, (_, c) => data[i * cols + c]!)
  const shown = rows.slice(0, SHOWN)
  const texts = textsOf(shown.map((i) => task.splits.transfer[i]!))
  return {
    ...{ classes: namesIn(task.form), size: rows.length, step: steps, alpha: mixed.alpha, threshold: mixed.threshold },
    rows: shown.map((_, i) => ({
      text: texts[i]!.length > LETTERS ? `${texts[i]!.slice(0, LETTERS)}…` : texts[i]!,
      ...{ weak: row(weak, i), student: row(own, i), own: mixed.own[i]! },
      target: row({ cols: weak.cols, data: mixed.targets }, i),
    })),
  }
}

/** Rows of the split that the last update was made of, in the order of the training. */
function lastBatch(count: number, config: TrainConfig): { rows: number[]; steps: number } {
  const learnt = rowsOf(count, config)
  const steps = stepCount(learnt.length, config.optimiser)
  const size = Math.min(config.optimiser.batch, learnt.length)
  const order = shuffledForever(learnt.length, config.seed)
  for (let passed = 0; passed < (steps - 1) * size; passed++) order.next()
  return { rows: Array.from({ length: size }, () => learnt[order.next().value]!), steps }
}

function pick({ cols, data }: Matrix, rows: readonly number[]): Matrix {
  const out = new Float32Array(rows.length * cols)
  rows.forEach((row, i) => out.set(data.subarray(row * cols, (row + 1) * cols), i * cols))
  return { rows: rows.length, cols, data: out }
}

function matrixOf(rows: readonly number[][]): Matrix {
  return { rows: rows.length, cols: rows[0]?.length ?? 0, data: Float32Array.from(rows.flat()) }
}

/** A probability that is none in single precision counts as this one. */
const LEAST = 1e-38
/** Logits that have these probabilities. */
function logarithms({ rows, cols, data }: Matrix): Matrix {
  return { rows, cols, data: data.map((p) => Math.log(Math.max(p, LEAST))) }
}
