import { beforeAll, describe, expect, it } from 'vitest'
import type { TransformerSpec } from '../../src-main/science/models/net'
import type { ModelOptions, NativeAddon } from '../../src-native/model'
import { dLogitsOf, loadAddon, tokenBatch } from './native'

let addon: NativeAddon
beforeAll(() => {
  addon = loadAddon()
}, 300_000)

const SPEC: TransformerSpec = {
  ...{ kind: 'transformer', vocabulary: 64, width: 48, layers: 2, heads: 3, kvHeads: 3, headSize: 16, inner: 96 },
  ...{ positions: { kind: 'learned', count: 24 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5, normOrder: 'pre' },
  ...{ parallel: false, causal: true, activation: 'gelu-tanh', bias: { qkv: true, out: true, mlp: true } },
  ...{ pooling: 'mean', head: { kind: 'classes', classes: 3, bias: true } },
}
const STEPS = 240

/** Texts of 4 to 24 tokens; the class of each is the residue of its most frequent token's number. */
function examples(count: number) {
  let state = 1
  const next = (n: number) => (state = (state * 48271) % 2147483647) % n
  return Array.from({ length: count }, (_, i) => {
    const marked = next(21) * 3 + (i % 3)
    return Array.from({ length: 4 + next(21) }, () => (next(3) ? marked : next(64)))
  })
}

const meanLoss = (logits: Float32Array, n: number) => {
  let total = 0
  for (let i = 0; i < n; i++) {
    const row = Array.from(logits.subarray(3 * i, 3 * i + 3))
    total += Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[i % 3]!
  }
  return total / n
}

/** Losses of every step, and the loss and accuracy on other texts in the end. */
async function train(options: ModelOptions) {
  const model = new addon.Model(SPEC, options)
  await model.initialise(5)
  const all = examples(36 * 20)
  const losses: number[] = []
  for (let step = 0; step < STEPS; step++) {
    const from = (step % 18) * 36
    const batch = tokenBatch(all.slice(from, from + 36))
    const logits = await model.forward(batch, true)
    losses.push(meanLoss(logits, batch.n))
    await model.backward(dLogitsOf(logits, batch.n))
    const lr = 2e-3 * (1 - step / STEPS)
    await model.step({ lr, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0.01, clipNorm: 1 })
  }
  const held = all.slice(18 * 36)
  const logits = await model.forward(tokenBatch(held))
  const right = held.filter((_, i) => {
    const row = logits.subarray(3 * i, 3 * i + 3)
    return row.indexOf(Math.max(...row)) === i % 3
  })
  const weights = (await model.save()).map(({ data }) => data)
  model.dispose()
  return { losses, loss: meanLoss(logits, held.length), accuracy: right.length / held.length, weights }
}

/** Mean of a stretch of losses: single batches differ. */
const mean = (losses: number[]) => losses.reduce((a, b) => a + b) / losses.length

describe('training in bf16', () => {
  it('follows that in single precision to the end, and repeats to the bit', async ({ skip }) => {
    if (!addon.bf16) skip('this processor has no bf16')
    const exact = await train({ threads: 2, threadWork: 0 })
    const rounded = await train({ threads: 2, threadWork: 0, precision: 'bf16' })
    for (let from = 0; from < STEPS; from += 40) {
      const [expected, got] = [exact, rounded].map(({ losses }) => mean(losses.slice(from, from + 40)))
      expect(Math.abs(got! - expected!)).toBeLessThan(0.02 + 0.1 * expected!)
    }
    expect(mean(exact.losses.slice(0, 5))).toBeGreaterThan(0.9)
    expect(exact.accuracy).toBeGreaterThan(0.95)
    expect(rounded.accuracy).toBeGreaterThan(0.95)
    // Where a training ends moves with the last bits of its sums, in either precision: .02 to .052 were seen.
    expect(Math.abs(rounded.loss - exact.loss)).toBeLessThan(0.1)
    expect((await train({ threads: 2, threadWork: 0, precision: 'bf16' })).weights).toEqual(rounded.weights)
  })
})
