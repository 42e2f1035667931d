import { beforeAll, describe, expect, it } from 'vitest'
import type { AdamWStep } from '../../src-main/engine/backends/learner'
import type { NetSpec } from '../../src-main/science/models/net'
import type { NativeAddon, NativeModel } from '../../src-native/model'
import { dLogitsOf, loadAddon, readCase, tokenBatch } from './native'

let addon: NativeAddon
beforeAll(() => {
  addon = loadAddon()
}, 300_000)

const STEPS = 200
const BAG: NetSpec = { kind: 'bag', vocabulary: 61, width: 40, hidden: [12], classes: 3, tuneEmbeddings: true }
const GPT2 = readCase('gpt2').spec

/** Few tokens of the 61, most of them rarely: tokens 50 and up never. */
function batchAt(step: number): number[][] {
  return Array.from({ length: 3 }, (_, i) =>
    Array.from({ length: 2 + ((step + i) % 4) }, (_, p) => (step % 5 === 0 ? (7 * step + 11 * i + 3 * p) % 50 : p % 4)),
  )
}

/** As a schedule gives them: no two steps alike. */
const updateAt = (step: number): AdamWStep => ({
  ...{ lr: 0.02 * (1 - step / STEPS), beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0.1 },
  clipNorm: step % 3 === 0 ? 0.05 : 0,
})

/** AdamW over every entry, in double precision, of the gradients that the model reports (zero for rows not touched). */
class DenseAdamW {
  #moments = new Map<string, { m: Float64Array; v: Float64Array }>()
  #step = 0
  constructor(readonly weights: Map<string, Float64Array>) {}

  /** @returns the global norm before clipping */
  update(gradients: { name: string; data: Float32Array }[], p: AdamWStep): number {
    this.#step++
    const norm = Math.sqrt(gradients.reduce((sum, { data }) => data.reduce((s, g) => s + g * g, sum), 0))
    const scale = p.clipNorm > 0 ? Math.min(1, p.clipNorm / (norm + 1e-6)) : 1
    for (const { name, data } of gradients) {
      const w = this.weights.get(name)!
      const moments = this.#moments.get(name) ?? { m: new Float64Array(w.length), v: new Float64Array(w.length) }
      this.#moments.set(name, moments)
      data.forEach((gradient, i) => {
        const g = gradient * scale
        const m = (moments.m[i] = p.beta1 * moments.m[i]! + (1 - p.beta1) * g)
        const v = (moments.v[i] = p.beta2 * moments.v[i]! + (1 - p.beta2) * g * g)
        const root = Math.sqrt(v / (1 - p.beta2 ** this.#step)) + p.eps
        w[i] = w[i]! * (1 - p.lr * p.weightDecay) - (p.lr * m) / (1 - p.beta1 ** this.#step) / root
      })
    }
    return norm
  }
}

async function start(model: NativeModel): Promise<DenseAdamW> {
  await model.initialise(3)
  return new DenseAdamW(new Map((await model.save()).map(({ name, data }) => [name, Float64Array.from(data)])))
}

describe('rows of tables that a batch does not touch', () => {
  it.each([
    ['bag', BAG, 'embeddings'],
    ['gpt2', GPT2, 'tokens.weight'],
  ])('wait, and come to what a dense update in double precision gives (%s)', async (_, spec, table) => {
    const model = new addon.Model(spec, { threads: 2, threadWork: 0 })
    const dense = await start(model)
    const before = Float32Array.from(dense.weights.get(table)!)
    for (let step = 0; step < STEPS; step++) {
      const examples = batchAt(step)
      const logits = await model.forward(tokenBatch(examples), true)
      await model.backward(dLogitsOf(logits, examples.length))
      const norm = dense.update(await model.gradients(), updateAt(step))
      expect(Math.abs((await model.step(updateAt(step))) / norm - 1)).toBeLessThan(1e-5)
    }
    const got = (await model.save()).find(({ name }) => name === table)!
    const expected = dense.weights.get(table)!
    const width = got.shape[1]!
    const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    // Rounding of 200 steps in single precision. Waiting adds none to it: the same bits as without, says a native test.
    got.data.forEach((w, i) => expect(Math.abs(w - expected[i]!)).toBeLessThan(2e-5 * largest))
    // A row that never had a gradient has taken the decay of every step, and nothing else.
    const decay = Array.from({ length: STEPS }, (_, s) => Math.fround(1 - updateAt(s).lr * updateAt(s).weightDecay))
    for (let c = 0; c < width; c++) {
      const own = decay.reduce((w, factor) => Math.fround(w * factor), before[60 * width + c]!)
      expect(got.data[60 * width + c]).toBe(own)
    }
    model.dispose()
  })
})
