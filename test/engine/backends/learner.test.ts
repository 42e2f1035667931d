import { describe, expect, test } from 'vitest'
import { weightsOf } from '../../../src-main/engine/backends/layout'
import type { AdamWStep, Batch, Learner, TokenBatch, Weights } from '../../../src-main/engine/backends/learner'
import { backendKind } from '../../../src-main/science/backends'
import { referenceCases } from '../../../src-main/engine/backends/self-test'
import { crossEntropy as withGradient } from '../../../src-main/science/losses/cross-entropy'
import { loadTf } from '../../../src-main/engine/backends/tfjs/runtime'
import { logconf } from '../../../src-main/science/losses/logconf'
import { zeros, type Matrix } from '../../../src-main/science/maths/matrix'
import {
  parameterCount,
  sizeOf,
  tensorsOf,
  type NetSpec,
  type TransformerSpec,
} from '../../../src-main/science/models/net'
import { createRng } from '../../../src-main/science/maths/rng'
import { runtimes } from '../runtimes'
import { batchOf } from '../../science/losses/batch'

const all = await runtimes()
const TOLERANCE = 1e-4
const titleOf = (net: NetSpec) => {
  if (net.kind === 'mlp') return `mlp ${net.hidden.join('-')}`
  if (net.kind === 'bag') return `bag, ${net.tuneEmbeddings ? 'tuned' : 'frozen'}`
  return `transformer, ${net.activation}, ${net.head.kind}`
}
const casesOf = (kinds: readonly NetSpec['kind'][]) =>
  referenceCases(kinds).map((stored) => ({ ...stored, title: titleOf(stored.net) }))
/** All TensorFlow.js runtimes together. */
const tensorCount = () => loadTf().memory().numTensors
const UPDATE: AdamWStep = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, clipNorm: 1 }

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = TOLERANCE): void {
  expect(got.length).toBe(expected.length)
  const worst = Math.max(...Array.from(expected, (x, i) => Math.abs(got[i]! - x)))
  expect(worst).toBeLessThanOrEqual(tolerance)
}
const valuesOf = (weights: Weights, name: string) => weights.find((t) => t.name === name)!.data

/** Mean cross-entropy in double precision, independent of the learner and of the losses. */
function crossEntropy(logits: Matrix, targets: Matrix): number {
  let loss = 0
  for (let r = 0; r < logits.rows; r++) {
    const row = Array.from(logits.data.subarray(r * logits.cols, (r + 1) * logits.cols))
    const logSum = Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0))
    row.forEach((z, c) => (loss += targets.data[r * logits.cols + c]! * (logSum - z)))
  }
  return loss / logits.rows
}

function lists(examples: number[][]): TokenBatch {
  const offsets = new Int32Array(examples.length + 1)
  examples.forEach((tokens, i) => (offsets[i + 1] = offsets[i]! + tokens.length))
  return { n: examples.length, tokens: Int32Array.from(examples.flat()), offsets }
}
const transformer = (): TransformerSpec => ({
  ...{ kind: 'transformer', vocabulary: 20, width: 8, layers: 2, heads: 2, kvHeads: 1, headSize: 4, inner: 16 },
  ...{ positions: { kind: 'learned', count: 8 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5, normOrder: 'pre' },
  ...{ parallel: false, causal: true, activation: 'gelu-tanh', bias: { qkv: true, out: true, mlp: true } },
  ...{ pooling: 'last', head: { kind: 'classes', classes: 2, bias: true } },
})
function randomMatrix(rows: number, cols: number, seed: number): Matrix {
  const rng = createRng(seed)
  return { rows, cols, data: Float32Array.from({ length: rows * cols }, () => rng.normal()) }
}
function randomTargets(rows: number, cols: number, seed: number): Matrix {
  const out = zeros(rows, cols)
  const rng = createRng(seed)
  for (let r = 0; r < rows; r++) out.data[r * cols + rng.int(cols)] = 1
  return out
}

describe.each(all)('the learner on $id', ({ id, create }) => {
  const cases = casesOf(backendKind(id).nets)

  test.each(cases)('agrees with PyTorch over three AdamW steps: $title', async (stored) => {
    const learner = await create(stored.net, { weights: stored.weights })
    for (const step of stored.steps) {
      expectClose((await learner.forward(stored.batch)).data, step.logits)
      let loss = NaN
      if (stored.targets.cols === 0) loss = await learner.lmStep(stored.batch as TokenBatch)
      else {
        const logits = await learner.gradients(stored.batch, (z) => {
          loss = crossEntropy(z, stored.targets)
          return withGradient(z, stored.targets.data).dLogits
        })
        expectClose(logits.data, step.logits)
      }
      expectClose([loss], [step.loss])
      const gradients = await learner.readGradients()
      expect(gradients.map((g) => g.name)).toEqual(Object.keys(step.gradients))
      for (const { name, data } of gradients) expectClose(data, step.gradients[name]!)
      await learner.step(stored.update)
    }
    const after = await learner.save()
    for (const [name, values] of Object.entries(stored.after)) expectClose(valuesOf(after, name), values)
    learner.dispose()
  })

  test('leaves frozen embeddings as they were, and saves them with the rest', async () => {
    const stored = cases.find((c) => c.net.kind === 'bag' && !c.net.tuneEmbeddings)!
    const learner = await create(stored.net, { weights: stored.weights })
    await learner.gradients(stored.batch, (z) => withGradient(z, stored.targets.data).dLogits)
    await learner.step(stored.update)
    const saved = await learner.save()
    expect(saved.map((t) => t.name)).toEqual(tensorsOf(stored.net).map((t) => t.name))
    expect(valuesOf(saved, 'embeddings')).toEqual(valuesOf(stored.weights, 'embeddings'))
    expect(valuesOf(saved, 'output.weight')).not.toEqual(valuesOf(stored.weights, 'output.weight'))
    learner.dispose()
  })

  test('has the gradient of the loss that it is given, by finite differences', async () => {
    const net: NetSpec = { kind: 'bag', vocabulary: 7, width: 3, hidden: [4], classes: 2, tuneEmbeddings: true }
    const batch: Batch = { n: 3, tokens: Int32Array.from([0, 1, 1, 5, 6]), offsets: Int32Array.from([0, 3, 3, 5]) }
    const targets = randomTargets(3, 2, 1)
    const rng = createRng('away from the kinks')
    const weights = weightsOf(net, { seed: 3 }).map((t) => ({ ...t, data: t.data.map(() => rng.normal()) }))
    const learner = await create(net, { weights })
    await learner.gradients(batch, (z) => withGradient(z, targets.data).dLogits)
    const gradients = await learner.readGradients()
    const h = 2e-3
    const lossAt = async (tensor: number, i: number, delta: number) => {
      const moved = weights.map((t, at) => (at === tensor ? { ...t, data: t.data.slice() } : t))
      moved[tensor]!.data[i]! += delta
      await learner.load(moved)
      return crossEntropy(await learner.forward(batch), targets)
    }
    for (const [at, { data }] of gradients.entries()) {
      for (const i of [0, Math.floor(data.length / 2), data.length - 1]) {
        const numeric = ((await lossAt(at, i, h)) - (await lossAt(at, i, -h))) / (2 * h)
        // Second order in h, and logits are single precision.
        expect(Math.abs(numeric - data[i]!)).toBeLessThan(1e-3)
      }
    }
    learner.dispose()
  })

  test('predicts the same in one piece and in chunks, and nothing for no examples', async () => {
    const net: NetSpec = { kind: 'bag', vocabulary: 40, width: 5, hidden: [6], classes: 2, tuneEmbeddings: true }
    const rng = createRng('chunks')
    const lengths = Array.from({ length: 600 }, () => rng.int(6))
    const offsets = Int32Array.from([0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b, 0))])
    const tokens = Int32Array.from({ length: offsets[600]! }, () => rng.int(40))
    const learner = await create(net, { seed: 5 })
    await learner.load((await learner.save()).map((t) => ({ ...t, data: t.data.map(() => rng.normal()) })))
    const whole = await learner.forward({ n: 600, tokens, offsets })
    for (const i of [0, 255, 256, 599]) {
      const own = tokens.slice(offsets[i], offsets[i + 1])
      const one = await learner.forward({ n: 1, tokens: own, offsets: Int32Array.from([0, own.length]) })
      expectClose(one.data, whole.data.subarray(i * 2, i * 2 + 2), 1e-5)
    }
    const none = await learner.forward({ n: 0, tokens: new Int32Array(0), offsets: new Int32Array(1) })
    expect(none).toEqual({ rows: 0, cols: 2, data: new Float32Array(0) })
    learner.dispose()
  })

  test('holds its memory flat over steps, says what it is, and gives all tensors back', async () => {
    const before = tensorCount()
    for (const { net, batch, targets } of cases.filter((c) => c.targets.cols > 0)) {
      const learner = await create(net, { seed: 1 })
      const seen: unknown[] = []
      for (let step = 0; step < 5; step++) {
        await learner.forward(batch)
        await learner.gradients(batch, (z) => withGradient(z, targets.data).dLogits)
        seen.push([tensorCount(), await learner.memory()])
        await learner.step(UPDATE)
      }
      await learner.save()
      expect(seen).toEqual(seen.map(() => seen[0]))
      const { weights, gradients, moments, activations } = await learner.memory()
      const trained = tensorsOf(net).reduce((sum, t) => sum + (t.trained ? 4 * sizeOf(t) : 0), 0)
      expect(weights).toBeGreaterThanOrEqual(4 * parameterCount(net))
      expect(moments).toBeGreaterThanOrEqual(2 * trained)
      expect(gradients).toBeGreaterThanOrEqual(0)
      expect(activations).toBeGreaterThan(0)
      learner.dispose()
    }
    expect(tensorCount()).toBe(before)
  })

  test('refuses calls that need another net, saying which', async () => {
    const learner = await create(
      { kind: 'bag', vocabulary: 5, width: 3, hidden: [], classes: 2, tuneEmbeddings: true },
      { seed: 0 },
    )
    const batch = { n: 1, tokens: Int32Array.of(1, 2), offsets: Int32Array.of(0, 2) }
    const wanted = (call: string) => `${call}: expected a transformer, got a net of kind bag`
    await expect(learner.lmStep(batch)).rejects.toThrow(wanted('lmStep'))
    await expect(learner.score(batch)).rejects.toThrow(wanted('score'))
    await expect(learner.features(batch, 0)).rejects.toThrow(wanted('features'))
    await expect(learner.generate(batch, { most: 1 })).rejects.toThrow(wanted('generate'))
    learner.dispose()
  })

  test('gives the same bits for the same seed', async () => {
    const net: NetSpec = { kind: 'mlp', input: 50, hidden: [24], classes: 2 }
    const [features, targets] = [randomMatrix(32, 50, 1), randomTargets(32, 2, 2)]
    const once = async () => {
      const learner = await create(net, { seed: 9 })
      for (let step = 0; step < 20; step++) {
        await learner.gradients({ n: 32, dense: features }, (z) => withGradient(z, targets.data).dLogits)
        await learner.step(UPDATE)
      }
      const weights = await learner.save()
      learner.dispose()
      return weights
    }
    expect(await once()).toEqual(await once())
  })

  test('refuses what does not fit, naming it, and stays as it was', async () => {
    const net: NetSpec = { kind: 'mlp', input: 4, hidden: [], classes: 2 }
    const learner = await create(net, { seed: 0 })
    const weights = await learner.save()
    const wrong = [{ ...weights[0]!, shape: [2, 4] }, weights[1]!]
    await expect(learner.load(wrong)).rejects.toThrow('expected output.weight [4, 2], got output.weight [2, 4]')
    expect(await learner.save()).toEqual(weights)
    await expect(learner.forward({ n: 2, dense: zeros(2, 3) })).rejects.toThrow('expected features [2, 4], got [2, 3]')
    const lists: Batch = { n: 1, tokens: new Int32Array(1), offsets: Int32Array.from([0, 1]) }
    await expect(learner.forward(lists)).rejects.toThrow('expected dense features')
    await expect(learner.step(UPDATE)).rejects.toThrow('expected gradients first')
    learner.dispose()
  })

  test('says the same of the same mistake as every other', async () => {
    const net = transformer()
    const learner = await create(net, { seed: 0 })
    const talker = await create({ ...net, head: { kind: 'language', tied: true } }, { seed: 0 })
    const batch = lists([[1, 2], [3]])
    const from = Int32Array.of(1, 0)
    const mistakes: [Promise<unknown>, string][] = [
      [learner.forward(lists([new Array<number>(9).fill(0)])), 'batch: expected at most 8 tokens, got 9 in example 0'],
      [learner.forward(lists([[1], [4, 20]])), 'batch: expected tokens below 20, got 20'],
      [learner.forward(lists([[-1]])), 'batch: expected tokens below 20, got -1'],
      [learner.forward({ n: 1, dense: zeros(1, 20) }), 'batch: expected token lists, got dense features'],
      [learner.forward({ ...batch, n: 3 }), 'batch: expected 4 offsets from 0 to 3, got 3 from 0 to undefined'],
      [
        learner.forward({ n: 2, tokens: Int32Array.of(1, 2), offsets: Int32Array.of(0, 3, 2) }),
        'batch: expected offsets that never fall, got -1 in example 1',
      ],
      [learner.gradients(batch, () => zeros(2, 3)), 'dLogits: expected 4 numbers, got 6'],
      [learner.features(batch, 3), 'features: expected a layer from 0 to 2, got 3'],
      [learner.lmStep(batch), 'lmStep: expected a language head, got a head of classes'],
      [talker.score({ ...batch, from }), 'score: expected the first predicted token from 1 on, got 0'],
      [talker.generate(lists([[1], []]), { most: 2 }), 'generate: expected at least one token, got none in example 1'],
      [talker.generate(batch, { most: 0 }), 'generate: expected a positive number of tokens to be made, got 0'],
      [learner.step(UPDATE), 'step: expected gradients first, got none'],
      [learner.step({ ...UPDATE, eps: 1e-39 }), 'eps: expected at least 1e-30, got 1e-39'],
      [learner.readGradients(), 'readGradients: expected gradients first, got none'],
      [create({ ...net, kvHeads: 3 }, { seed: 0 }), 'kvHeads: expected a divisor of heads (2), got 3'],
      [create({ ...net, layers: 0 }, { seed: 0 }), 'layers: expected a positive whole number, got 0'],
      [create(net, { seed: 0 }, { trainBlocks: 3 }), 'trainBlocks: expected a whole number from 0 to 2, got 3'],
      [
        create({ ...net, positions: { kind: 'rotary', columns: 5, base: 1e4 } }, { seed: 0 }),
        'columns: expected an even number up to headSize (4), got 5',
      ],
    ]
    const said = await Promise.all(
      mistakes.map(([call]) =>
        call.then(
          () => 'nothing',
          (error: Error) => error.message,
        ),
      ),
    )
    expect(said).toEqual(mistakes.map(([, message]) => message))
    learner.dispose()
    talker.dispose()
  })

  test('runs calls one after another, whatever is asked meanwhile', async () => {
    const learner = await create({ kind: 'mlp', input: 2, hidden: [], classes: 2 }, { seed: 0 })
    const features = (...data: number[]): Batch => ({
      n: 1,
      dense: { rows: 1, cols: 2, data: Float32Array.from(data) },
    })
    const slopes = (z: Matrix): Matrix => ({ ...z, data: Float32Array.of(1, -1) })
    const calls = [
      learner.gradients(features(1, 2), slopes).then(() => null),
      learner.readGradients(),
      learner.gradients(features(30, 40), slopes).then(() => null),
      learner.readGradients(),
    ]
    const [, first, , second] = await Promise.all(calls)
    expect([...valuesOf(first!, 'output.weight')]).toEqual([1, -1, 2, -2])
    expect([...valuesOf(second!, 'output.weight')]).toEqual([30, -30, 40, -40])
    learner.dispose()
  })

  test('generates beside gradients', async () => {
    const learner = await create({ ...transformer(), head: { kind: 'language', tied: true } }, { seed: 0 })
    const [short, long] = [
      lists([
        [1, 2, 3],
        [4, 5],
      ]),
      lists([[1, 2, 3, 4, 5, 6], [3], [4]]),
    ]
    const same = (z: Matrix) => z
    await learner.gradients(short, same)
    const alone = [await learner.readGradients(), await learner.generate(long, { most: 2 })]
    const together = [learner.gradients(short, same), learner.generate(long, { most: 2 })]
    const [, made] = await Promise.all(together)
    expect([await learner.readGradients(), made]).toEqual(alone)
    learner.dispose()
  })

  test('has no gradients after a load, nor after a loss that threw', async () => {
    const learner = await create(transformer(), { seed: 0 })
    const batch = lists([[1, 2], [3]])
    const ready = () => learner.gradients(batch, (z) => z)
    const refused = () => expect(learner.step(UPDATE)).rejects.toThrow('step: expected gradients first, got none')
    await ready()
    await learner.load(await learner.save())
    await refused()
    await ready()
    const failing = learner.gradients(batch, () => {
      throw new Error('no such loss')
    })
    await expect(failing).rejects.toThrow('no such loss')
    await refused()
    learner.dispose()
  })

  test('has features of zeros for texts without tokens, and takes steps where nothing is trained', async () => {
    const learner = await create(
      { ...transformer(), head: { kind: 'language', tied: true } },
      { seed: 0 },
      { trainBlocks: 0 },
    )
    const none = { rows: 2, cols: 8, data: new Float32Array(16) }
    for (const layer of [0, 1, 2]) expect(await learner.features(lists([[], []]), layer)).toEqual(none)
    const before = await learner.save()
    await learner.lmStep(lists([[1, 2]]))
    await learner.step(UPDATE)
    expect(await learner.save()).toEqual(before)
    learner.dispose()
  })

  test('a thrown loss surfaces and leaks nothing', async () => {
    const learner = await create({ kind: 'mlp', input: 2, hidden: [3], classes: 2 }, { seed: 0 })
    const before = tensorCount()
    const batch = { n: 2, dense: zeros(2, 2) }
    const failing = learner.gradients(batch, () => {
      throw new Error('no such loss')
    })
    await expect(failing).rejects.toThrow('no such loss')
    expect(tensorCount()).toBe(before)
    await learner.gradients(batch, (z) => withGradient(z, randomTargets(2, 2, 0).data).dLogits)
    learner.dispose()
  })
})

describe('the runtimes', () => {
  test.runIf(all.length > 1)('agree over 50 steps with the confidence loss', async () => {
    const features = randomMatrix(64, 30, 4)
    const targets = randomTargets(64, 2, 5)
    const rng = createRng('texts')
    const tokens = Int32Array.from({ length: 64 * 9 }, () => rng.int(40))
    const offsets = Int32Array.from({ length: 65 }, (_, i) => 9 * i)
    const params = { alphaMax: 0.5, warmup: 0.2, schedule: 'linear', threshold: 'weak-mean' }
    const trainOn = async (learner: Learner, batch: Batch) => {
      const logits: Matrix[] = []
      for (let step = 0; step < 50; step++) {
        const loss = (z: Matrix) => logconf.compute(batchOf(z, targets, step / 50), params).dLogits
        logits.push(await learner.gradients(batch, loss))
        await learner.step(UPDATE)
      }
      const weights = await learner.save()
      learner.dispose()
      return { logits, weights }
    }
    const trials: [NetSpec, Batch][] = [
      [
        { kind: 'mlp', input: 30, hidden: [16], classes: 2 },
        { n: 64, dense: features },
      ],
      [
        { kind: 'bag', vocabulary: 40, width: 8, hidden: [16], classes: 2, tuneEmbeddings: true },
        { n: 64, tokens, offsets },
      ],
    ]
    for (const [net, batch] of trials) {
      const results = []
      for (const { create } of all) results.push(await trainOn(await create(net, { seed: 2 }), batch))
      const [first, ...others] = results
      for (const other of others) {
        first!.logits.forEach((logits, step) => expectClose(other.logits[step]!.data, logits.data))
        first!.weights.forEach((tensor, i) => expectClose(other.weights[i]!.data, tensor.data))
      }
    }
  })
})
