import { describe, expect, test } from 'vitest'
import { loadBackend } from '../../../src-main/engine/backends'
import type { Batch, Learner, TokenBatch, Weights } from '../../../src-main/engine/backends/learner'
import { weightsOf } from '../../../src-main/engine/backends/layout'
import type { Isa } from '../../../src-native/model'
import { deviceOf, loadAddon } from '../../../src-main/engine/backends/native/addon'
import { NativeLearner, type NativeOptions } from '../../../src-main/engine/backends/native/learner'
import { crossEntropy } from '../../../src-main/science/losses/cross-entropy'
import { softmax, zeros } from '../../../src-main/science/maths/matrix'
import { tensorsOf, type NetSpec, type TransformerSpec } from '../../../src-main/science/models/net'
import { createRng } from '../../../src-main/science/maths/rng'
import { nativeMissing } from '../runtimes'

const UPDATE = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, clipNorm: 1 }

const transformer = (change: Partial<TransformerSpec> = {}): TransformerSpec => ({
  ...{ kind: 'transformer', vocabulary: 50, width: 24, layers: 3, heads: 3, kvHeads: 1, headSize: 8, inner: 40 },
  ...{ positions: { kind: 'learned', count: 40 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5, normOrder: 'pre' },
  ...{ parallel: false, causal: true, activation: 'gelu-tanh', bias: { qkv: true, out: true, mlp: true } },
  ...{ pooling: 'last', head: { kind: 'classes', classes: 2, bias: true } },
  ...change,
})
const language = transformer({ head: { kind: 'language', tied: true } })

/** Token lists of 1 to 40 tokens. */
function texts(n: number, seed = 'texts', longest = 40): TokenBatch {
  const rng = createRng(seed)
  const offsets = new Int32Array(n + 1)
  for (let i = 0; i < n; i++) offsets[i + 1] = offsets[i]! + 1 + rng.int(longest)
  return { n, tokens: Int32Array.from({ length: offsets[n]! }, () => rng.int(50)), offsets }
}
function labels(n: number) {
  const targets = zeros(n, 2)
  for (let i = 0; i < n; i++) targets.data[2 * i + (i % 2)] = 1
  return targets
}

describe.skipIf(nativeMissing)('the native learner', () => {
  const addon = nativeMissing ? null! : loadAddon()
  const create = (net: NetSpec, options: NativeOptions = {}, seed = 3) =>
    NativeLearner.create(addon, net, { seed }, options)

  async function steps(learner: Learner, batch: Batch, count = 4): Promise<Weights> {
    const targets = labels(batch.n)
    for (let step = 0; step < count; step++) {
      await learner.gradients(batch, (z) => crossEntropy(z, targets.data).dLogits)
      await learner.step(UPDATE)
    }
    const weights = await learner.save()
    learner.dispose()
    return weights
  }

  test('names its device', () => {
    expect(deviceOf('avx512', 2)).toBe('CPU (AVX-512, 2 threads)')
    expect(deviceOf('baseline', 1)).toBe('CPU (baseline, 1 thread)')
  })

  test('measures the kernels that this processor has, and no others', () => {
    for (const isa of addon.isas) expect(addon.measure(isa)).toBeGreaterThan(0)
    expect(() => addon.measure('sse9' as Isa)).toThrow('isa: expected one that this processor has, got "sse9"')
  })

  test('has bf16 where the processor does, and says where not', async () => {
    const net: NetSpec = { kind: 'bag', vocabulary: 50, width: 8, hidden: [16], classes: 2, tuneEmbeddings: true }
    const batch = texts(8)
    for (const id of ['cpu', 'wasm']) {
      const backend = await loadBackend(id)
      const has = id === 'cpu' && addon.bf16
      expect(backend.precisions).toEqual(has ? ['fp32', 'bf16'] : ['fp32'])
      await expect(backend.create(net, { seed: 3 }, { precision: 'tf32' })).rejects.toThrow('cannot multiply tf32 on')
      await expect(backend.create(net, { seed: 3 }, { moments: 'bf16' })).rejects.toThrow(
        /^moments: expected "fp32", since .+ cannot keep them in bf16, got "bf16"$/,
      )
      const made = backend.create(net, { seed: 3 }, { precision: 'bf16' })
      if (!has) {
        await expect(made).rejects.toThrow(
          /^precision: expected "fp32", since .+ cannot multiply bf16 on .+, got "bf16"$/,
        )
        continue
      }
      const exact = await steps(await backend.create(net, { seed: 3 }, { precision: 'fp32' }), batch)
      expect(await steps(await made, batch)).not.toEqual(exact)
    }
  })

  test('starts from the weights that the seed gives on every backend', async () => {
    const learner = await create(language)
    expect(await learner.save()).toEqual(weightsOf(language, { seed: 3 }))
    learner.dispose()
  })

  test('takes weights as checkpoints have them', async () => {
    const net = transformer()
    const turned = weightsOf(net, { seed: 5 }).map((tensor) => {
      const [rows, cols] = tensor.shape
      if (cols === undefined || /^(tokens|positions)/.test(tensor.name)) return tensor
      const data = tensor.data.map((_, i) => tensor.data[(i % rows!) * cols + Math.floor(i / rows!)]!)
      return { ...tensor, shape: [cols, rows!], data, transposed: true }
    })
    const learner = await NativeLearner.create(addon, net, { weights: turned })
    expect(await learner.save()).toEqual(weightsOf(net, { seed: 5 }))
    learner.dispose()
  })

  test('gives the same bits for a seed, a number of threads and an instruction set', async () => {
    const batch = texts(30)
    for (const isa of addon.isas)
      for (const threads of [1, 3]) {
        const once = async () => steps(await create(transformer(), { isa, threads }), batch)
        expect(await once()).toEqual(await once())
      }
  })

  test.each([transformer(), transformer({ normOrder: 'post', causal: false, pooling: 'mean' })])(
    'trains what is not frozen and nothing else ($normOrder norms)',
    async (net) => {
      for (const trainBlocks of [0, 1, 3]) {
        const learner = await create(net, { trainBlocks })
        const before = await learner.save()
        const batch = texts(8)
        // The head starts at zero and lets no gradient through: a step of its own first.
        for (let step = 0; step < 2; step++) {
          await learner.gradients(batch, (z) => crossEntropy(z, labels(8).data).dLogits)
          await learner.step(UPDATE)
        }
        await learner.gradients(batch, (z) => crossEntropy(z, labels(8).data).dLogits)
        const trained = tensorsOf(net, trainBlocks).filter((t) => t.trained)
        expect((await learner.readGradients()).map((t) => t.name)).toEqual(trained.map((t) => t.name))
        const after = await learner.save()
        const changed = after.filter((t, i) => t.data.some((x, j) => x !== before[i]!.data[j])).map((t) => t.name)
        expect(changed).toEqual(trained.map((t) => t.name))
        learner.dispose()
      }
    },
  )

  test('reads features that its head makes logits of', async () => {
    const net = transformer({ head: { kind: 'classes', classes: 2, bias: false } })
    const rng = createRng('head')
    const head = { name: 'head.weight', shape: [24, 2], data: Float32Array.from({ length: 48 }, () => rng.normal()) }
    const learner = await NativeLearner.create(addon, net, { seed: 1, weights: [head] })
    const batch = texts(5)
    const logits = await learner.forward(batch)
    const features = await learner.features(batch, 3)
    expect(features).toMatchObject({ rows: 5, cols: 24 })
    for (let i = 0; i < 10; i++) {
      const row = features.data.subarray(Math.floor(i / 2) * 24, (Math.floor(i / 2) + 1) * 24)
      const sum = row.reduce((total, x, c) => total + x * head.data[2 * c + (i % 2)]!, 0)
      expect(logits.data[i]).toBeCloseTo(sum, 4)
    }
    expect((await learner.features(batch, 0)).data).not.toEqual(features.data)
    learner.dispose()
  })

  test('scores and generates by the logits that it predicts', async () => {
    const learner = await create(language)
    const [text] = [Int32Array.of(4, 8, 15, 16, 23)]
    const upTo = (length: number): TokenBatch => {
      return { n: 1, tokens: text.slice(0, length), offsets: Int32Array.of(0, length) }
    }
    const next = softmax(await learner.forward(upTo(4))).data
    const [score] = await learner.score({ ...upTo(5), from: Int32Array.of(4) })
    expect(score).toBeCloseTo(Math.log(next[23]!), 4)
    const [made] = await learner.generate(upTo(4), { most: 3 })
    expect(made).toHaveLength(3)
    expect(made![0]).toBe(next.indexOf(Math.max(...next)))
    const loss = await learner.lmStep(upTo(5))
    const [whole] = await learner.score(upTo(5))
    expect(loss).toBeCloseTo(-whole! / 4, 4)
    await learner.step(UPDATE)
    expect((await learner.score(upTo(5)))[0]).toBeGreaterThan(whole!)
    learner.dispose()
  })

  test('leaves the event loop free during a long step', async () => {
    const learner = await create(transformer({ width: 128, heads: 4, headSize: 32, inner: 512 }))
    const batch = texts(400)
    let turns = 0
    let turning = true
    const turn = () => {
      turns++
      if (turning) setImmediate(turn)
    }
    setImmediate(turn)
    let between = 0
    await learner.gradients(batch, (z) => {
      between = turns
      return crossEntropy(z, labels(400).data).dLogits
    })
    turning = false
    // A call that blocks lets none through; forward and backward take some hundred milliseconds each.
    expect(between).toBeGreaterThan(20)
    expect(turns - between).toBeGreaterThan(20)
    learner.dispose()
  })
})
