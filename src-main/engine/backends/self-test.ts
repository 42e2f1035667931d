import { crossEntropy } from '../../science/losses/cross-entropy'
import { zeros, type Matrix } from '../../science/maths/matrix'
import { tensorsOf, type NetSpec } from '../../science/models/net'
import type { AdamWStep, Backend, Batch, Learner, Weights } from './learner'
import reference from './reference.json'

/** Largest absolute error over logits, gradients and weights that passes. */
export const TOLERANCE = 1e-4

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
      batch: batchOf(net, stored.batch),
      targets: matrixOf(stored.batch.n, stored.targets),
      weights: tensorsOf(net).map(({ name, shape }) => ({ name, shape, data: Float32Array.from(values[name]!) })),
      steps: stored.steps as never,
      after: stored.after as never,
    }
  })
}

function batchOf(net: NetSpec, stored: { n: number; dense?: number[]; lists?: number[][] }): Batch {
  if (net.kind === 'mlp') return { n: stored.n, dense: matrixOf(stored.n, stored.dense!) }
  const offsets = new Int32Array(stored.n + 1)
  stored.lists!.forEach((list, i) => (offsets[i + 1] = offsets[i]! + list.length))
  return { n: stored.n, tokens: Int32Array.from(stored.lists!.flat()), offsets }
}

const matrixOf = (rows: number, values: readonly number[]): Matrix => ({
  rows,
  cols: values.length / rows,
  data: Float32Array.from(values),
})

function largest(got: ArrayLike<number>, expected: readonly number[]): number {
  let worst = got.length === expected.length ? 0 : Infinity
  // Written so that a NaN counts as infinitely wrong.
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(got[i]! - expected[i]!)
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error
  }
  return worst
}
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

/**
 * Runs the stored steps of these kinds of nets; the largest absolute error, infinite when a value is missing or not a
 * number.
 */
export async function selfTest(
  create: Backend['create'],
  kinds: readonly NetSpec['kind'][],
): Promise<{ passed: boolean; worstError: number }> {
  let worstError = 0
  for (const stored of referenceCases(kinds)) {
    const learner = await create(stored.net, { weights: stored.weights })
    worstError = Math.max(worstError, await errorOf(learner, stored))
    learner.dispose()
  }
  return { passed: worstError <= TOLERANCE, worstError }
}

/** Milliseconds. */
const WARM_UP = 500
const MEASURED = 500

/**
 * Training steps a second of a small student: batches of 32, 100 features, 32 hidden units, 2 classes. By the median
 * step, so that other work on the machine counts little.
 */
export async function measureSpeed(create: Backend['create']): Promise<number> {
  const net: NetSpec = { kind: 'mlp', input: 100, hidden: [32], classes: 2 }
  const learner = await create(net, { seed: 0 })
  const dense = zeros(32, 100)
  dense.data.forEach((_, i) => (dense.data[i] = Math.sin(i)))
  const targets = zeros(32, 2)
  targets.data.forEach((_, i) => (targets.data[i] = (i + (i >> 1)) % 2))
  const step = async () => {
    await learner.gradients({ n: 32, dense }, (z) => crossEntropy(z, targets.data).dLogits)
    await learner.step({ lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, clipNorm: 0 })
  }
  const timesFor = async (milliseconds: number) => {
    const start = performance.now()
    const times: number[] = []
    do {
      const before = performance.now()
      await step()
      times.push(performance.now() - before)
    } while (performance.now() - start < milliseconds)
    return times.sort((a, b) => a - b)
  }
  // The first steps run before JavaScript's compiler has done its work, at a tenth of the speed.
  await timesFor(WARM_UP)
  const times = await timesFor(MEASURED)
  learner.dispose()
  return 1000 / times[times.length >> 1]!
}
