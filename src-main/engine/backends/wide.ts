import type { Precision } from '../../science/backends'
import { crossEntropy } from '../../science/losses/cross-entropy'
import { zeros, type Matrix } from '../../science/maths/matrix'
import { tensorsOf, type TransformerSpec } from '../../science/models/net'
import type { AdamWStep, Backend, Learner, Weights } from './learner'
import { batchOf, deviation, fill, sizeOf, type Stored } from './stored'
import stored from './wide.json'

/**
 * One case of `wide.json`: a transformer whose sizes do not fit the tiles of kernels, by PyTorch in double precision (see
 * scripts/make-wide.mjs): outputs and gradients of the first of its batches, weights after a step of AdamW on each.
 */
interface WideCase {
  net: TransformerSpec
  update: AdamWStep
  batches: number[][][]
  loss: number
  outputs: Stored
  gradients: Record<string, Stored>
  after: Record<string, Stored>
  /** By layers. */
  features?: Stored[]
  /** The first predicted token of each example of the first batch, and its log-likelihood from there on. */
  starts?: number[]
  scores?: number[]
  /** What follows each example of it. */
  generated?: number[][]
}

/** A bias of keys moves all scores of a query alike: its gradient is 0 but for rounding. */
const KEY_BIAS = /\.k\.bias$/

/** Largest deviation that passes: in bf16 twice what PyTorch's values and the CPU's bf16 differ by at most, in TF32 half of it. */
export const ROUNDED = { tf32: 2.5e-2, bf16: 5e-2 } as const

/** Every call of a learner: the largest deviation, see `deviation`, NaN of no number; and whether it wrote other tokens. */
export async function wideErrors(create: Backend['create']): Promise<{ worst: number; otherTokens: boolean }> {
  const errors = await errorsOver(create, 'fp32', async (learner, each) => [
    ...(await callErrors(learner, each)),
    ...(await trainingErrors(learner, each)),
  ])
  return {
    worst: Math.max(...errors.filter((error) => error !== OTHER_TOKENS)),
    otherTokens: errors.includes(OTHER_TOKENS),
  }
}

/** The largest deviation of a training whose products are rounded. */
export const roundedError = async (create: Backend['create'], precision: keyof typeof ROUNDED): Promise<number> =>
  Math.max(...(await errorsOver(create, precision, trainingErrors)))

/** An error that has no size, as no other is. */
const OTHER_TOKENS = Infinity

async function errorsOver(
  create: Backend['create'],
  precision: Precision,
  errorsOf: (learner: Learner, each: WideCase) => Promise<number[]>,
): Promise<number[]> {
  const errors: number[] = []
  for (const each of stored.cases as unknown as WideCase[]) {
    const weights = tensorsOf(each.net).map(({ name, shape }) => fill(name, shape))
    const learner = await create(each.net, { weights }, { precision })
    try {
      errors.push(...(await errorsOf(learner, each)))
    } finally {
      learner.dispose()
    }
  }
  return errors
}

async function callErrors(
  learner: Learner,
  { batches, outputs, features = [], ...given }: WideCase,
): Promise<number[]> {
  const batch = batchOf(batches[0]!)
  const errors = [deviation((await learner.forward(batch)).data, outputs)]
  for (const [layer, expected] of features.entries())
    errors.push(deviation((await learner.features(batch, layer)).data, expected))
  const { starts, scores, generated } = given
  if (starts && scores) {
    const got = await learner.score({ ...batch, from: Int32Array.from(starts) })
    errors.push(...scores.map((score, i) => sizeOf(Math.abs(got[i]! - score) / Math.max(1, -score))))
  }
  if (generated) {
    const made = await learner.generate(batch, { most: generated[0]!.length })
    const isSame = made.every((tokens, i) => tokens.join() === generated[i]!.join())
    errors.push(isSame ? 0 : OTHER_TOKENS)
  }
  return errors
}

async function trainingErrors(learner: Learner, { net, update, batches, ...expected }: WideCase): Promise<number[]> {
  const errors: number[] = []
  for (const [i, lists] of batches.entries()) {
    const batch = batchOf(lists)
    if (net.head.kind === 'language') {
      const loss = await learner.lmStep(batch)
      if (i === 0) errors.push(sizeOf(Math.abs(loss - expected.loss)))
    } else await learner.gradients(batch, slopesOf)
    if (i === 0) errors.push(...deviations(await learner.readGradients(), expected.gradients))
    await learner.step(update)
  }
  return [...errors, ...deviations(await learner.save(), expected.after)]
}

const deviations = (got: Weights, expected: Record<string, Stored>): number[] =>
  Object.entries(expected)
    .filter(([name]) => !KEY_BIAS.test(name))
    .map(([name, values]) => deviation(got.find((t) => t.name === name)?.data ?? new Float32Array(), values))

/** Of the cases' losses: cross-entropy against 0, 1, 2 … in turn, or half the mean square of a scalar from those. */
export function slopesOf(logits: Matrix): Matrix {
  const { rows, cols, data } = logits
  if (cols === 1) return { rows, cols, data: data.map((z, i) => (z - i) / rows) }
  const targets = zeros(rows, cols)
  for (let i = 0; i < rows; i++) targets.data[i * cols + (i % cols)] = 1
  return crossEntropy(logits, targets.data).dLogits
}
