import { createHash } from 'node:crypto'
import { crossEntropy } from '../../science/losses/cross-entropy'
import type { Matrix } from '../../science/maths/matrix'
import { tensorsOf, type NetSpec } from '../../science/models/net'
import type { AdamWStep, Backend, Batch, Learner, Weights } from './learner'
import { MOMENTS, momentsError } from './moments'
import moments from './moments.json'
import reference from './reference.json'
import { batchOf, sizeOf } from './stored'
import { ROUNDED, wideErrors } from './wide'
import wide from './wide.json'

/**
 * Largest error over logits, gradients and weights that passes: absolute, of wide cases a share of the largest entry; what moments
 * in bf16 may be off by counts as so much.
 */
export const TOLERANCE = 1e-4

/** Of all that it goes by: who passed another one is to be tested again. */
export const selfTestName = (): string =>
  createHash('sha256')
    .update(JSON.stringify([TOLERANCE, reference, wide, ROUNDED, moments, MOMENTS]))
    .digest('hex')

/** Part of a reference case: values by the name of their tensor. */
export type NamedValues = Readonly<Record<string, readonly number[]>>
/**
 * One case of `reference.json`: three AdamW steps by PyTorch in double precision (see its script under test/engine), of the
 * cross-entropy with `targets`, or of the next-token loss where the net has a language head.
 */
export interface ReferenceCase {
  net: NetSpec
  update: AdamWStep
  batch: Batch
  targets: Matrix
  weights: Weights
  steps: { loss: number; logits: readonly number[]; gradients: NamedValues }[]
  after: NamedValues
}

/** The stored cases of these kinds of nets, in the learner's own types. */
export function referenceCases(kinds: readonly NetSpec['kind'][]): ReferenceCase[] {
  const wanted = reference.cases.filter(({ net }) => kinds.includes(net.kind as NetSpec['kind']))
  return wanted.map((stored) => {
    const net = stored.net as NetSpec
    const values: NamedValues = stored.weights as never
    return {
      net,
      update: stored.update,
      batch: inputOf(net, stored.batch),
      targets: matrixOf(stored.batch.n, stored.targets),
      weights: tensorsOf(net).map(({ name, shape }) => ({ name, shape, data: Float32Array.from(values[name]!) })),
      steps: stored.steps as never,
      after: stored.after as never,
    }
  })
}

function inputOf(net: NetSpec, stored: { n: number; dense?: number[]; lists?: number[][] }): Batch {
  return net.kind === 'mlp' ? { n: stored.n, dense: matrixOf(stored.n, stored.dense!) } : batchOf(stored.lists!)
}

const matrixOf = (rows: number, values: readonly number[]): Matrix => ({
  rows,
  cols: values.length / rows,
  data: Float32Array.from(values),
})

/** NaN where a value is missing, or no number. */
const largest = (got: ArrayLike<number>, expected: readonly number[]): number =>
  got.length === expected.length
    ? sizeOf(expected.reduce((worst, value, i) => Math.max(worst, Math.abs(got[i]! - value)), 0))
    : NaN
const largestOf = (got: Weights, expected: NamedValues): number =>
  Math.max(
    ...Object.entries(expected).map(([name, values]) => largest(got.find((t) => t.name === name)?.data ?? [], values)),
  )

async function errorOf(learner: Learner, stored: ReferenceCase): Promise<number> {
  let worst = 0
  for (const step of stored.steps) {
    const forward = await learner.forward(stored.batch)
    worst = Math.max(worst, largest(forward.data, step.logits), await passError(learner, stored, step))
    worst = Math.max(worst, largestOf(await learner.readGradients(), step.gradients))
    await learner.step(stored.update)
  }
  return Math.max(worst, largestOf(await learner.save(), stored.after))
}

/** Does forward and backward with the case's loss; the error of what comes out beside the gradients. */
async function passError(learner: Learner, stored: ReferenceCase, step: ReferenceCase['steps'][0]): Promise<number> {
  const { net, batch, targets } = stored
  if (net.kind === 'transformer' && net.head.kind === 'language' && !('dense' in batch))
    return largest([await learner.lmStep(batch)], [step.loss])
  const logits = await learner.gradients(batch, (z) => crossEntropy(z, targets.data).dLogits)
  return largest(logits.data, step.logits)
}

/** How a backend fares; `fault`: what it did where no size of an error tells it, '' else. */
export interface Verdict {
  passed: boolean
  /** NaN where a value is missing, or no number. */
  worstError: number
  fault: string
}

/**
 * Runs the stored steps of these kinds of nets.
 * @param onCard whether sizes beyond the tiles of kernels, features, likelihoods, generation, and moments in bf16 are tested, too, of
 *   transformers
 */
export async function selfTest(
  create: Backend['create'],
  kinds: readonly NetSpec['kind'][],
  onCard = false,
): Promise<Verdict> {
  const { worst, otherTokens } = onCard ? await wideErrors(create) : { worst: 0, otherTokens: false }
  let worstError = onCard ? Math.max(worst, TOLERANCE * (await momentsError(create))) : 0
  for (const stored of referenceCases(kinds)) {
    const learner = await create(stored.net, { weights: stored.weights })
    worstError = Math.max(worstError, await errorOf(learner, stored))
    learner.dispose()
  }
  const isNear = worstError <= TOLERANCE
  const fault = Number.isNaN(worstError) ? NO_NUMBERS : isNear && otherTokens ? OTHER_TOKENS : ''
  return { passed: isNear && !otherTokens, worstError, fault }
}

const NO_NUMBERS = 'gave values that are missing or no numbers'
const OTHER_TOKENS = 'wrote other tokens than it should'
