import { crossEntropy } from '../../science/losses/cross-entropy'
import { zeros } from '../../science/maths/matrix'
import type { NetSpec, TransformerSpec } from '../../science/models/net'
import type { AdamWStep, Backend, Batch, Learner, MemoryReport, TokenBatch } from './learner'

/** Milliseconds. */
const WARM_UP = 500
const MEASURED = 500

const UPDATE: AdamWStep = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, clipNorm: 0 }

/** Median milliseconds of a training step with two classes, so that other work on the machine counts little. */
async function medianStep(learner: Learner, batch: Batch): Promise<number> {
  const targets = zeros(batch.n, 2)
  targets.data.forEach((_, i) => (targets.data[i] = (i + (i >> 1)) % 2))
  const step = async () => {
    await learner.gradients(batch, (z) => crossEntropy(z, targets.data).dLogits)
    await learner.step(UPDATE)
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
  return times[times.length >> 1]!
}

/** Training steps a second of a small student: batches of 32, 100 features, 32 hidden units, 2 classes. */
export async function measureSteps(create: Backend['create']): Promise<number> {
  const net: NetSpec = { kind: 'mlp', input: 100, hidden: [32], classes: 2 }
  const learner = await create(net, { seed: 0 })
  const dense = zeros(32, 100)
  dense.data.forEach((_, i) => (dense.data[i] = Math.sin(i)))
  try {
    return 1000 / (await medianStep(learner, { n: 32, dense }))
  } finally {
    learner.dispose()
  }
}

/** What the quick start's student is like: 2 blocks of width 128 over 16 texts of 64 tokens. */
const TRANSFORMER: TransformerSpec = {
  ...{ kind: 'transformer', vocabulary: 512, width: 128, layers: 2, heads: 4, kvHeads: 4, headSize: 32, inner: 512 },
  ...{ positions: { kind: 'learned', count: 64 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5, normOrder: 'pre' },
  ...{ parallel: false, causal: true, activation: 'gelu-tanh', bias: { qkv: true, out: true, mlp: true } },
  ...{ pooling: 'last', head: { kind: 'classes', classes: 2, bias: true } },
}
const TEXTS = 16
const TOKENS = 64

/** Tokens a second of a transformer that is trained, and what it held when that was measured. */
export async function measureTokens(
  create: Backend['create'],
  room?: () => { free: number; all: number },
): Promise<{ tokensPerSecond: number; table: (MemoryReport & { free: number; other: number }) | null }> {
  const learner = await create(TRANSFORMER, { seed: 0 })
  const offsets = Int32Array.from({ length: TEXTS + 1 }, (_, i) => i * TOKENS)
  const tokens = Int32Array.from({ length: TEXTS * TOKENS }, (_, i) => (i * 37) % TRANSFORMER.vocabulary)
  const batch: TokenBatch = { n: TEXTS, tokens, offsets }
  try {
    const milliseconds = await medianStep(learner, batch)
    const table = room ? tableOf(await learner.memory(), room()) : null
    return { tokensPerSecond: (1000 * TEXTS * TOKENS) / milliseconds, table }
  } finally {
    learner.dispose()
  }
}

function tableOf(held: MemoryReport, { free, all }: { free: number; all: number }) {
  const { weights, mirrors, gradients, moments, activations } = held
  const ours = weights + mirrors + gradients + moments + activations
  return { ...held, free, other: Math.max(0, all - free - ours) }
}
