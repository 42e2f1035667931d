import { describe, expect, test } from 'vitest'
import type { Learner, Tensor, TokenBatch, Weights } from '../../../src-main/engine/backends/learner'
import { loadAddon } from '../../../src-main/engine/backends/native/addon'
import { NativeLearner } from '../../../src-main/engine/backends/native/learner'
import { crossEntropy } from '../../../src-main/science/losses/cross-entropy'
import { TfLearner, type TfOptions } from '../../../src-main/engine/backends/tfjs/learner'
import type { Runtime } from '../../../src-main/engine/backends/tfjs/runtime'
import { loadTensorflow } from '../../../src-main/engine/backends/tfjs/tensorflow'
import { loadWasm } from '../../../src-main/engine/backends/tfjs/wasm'
import { zeros, type Matrix } from '../../../src-main/science/maths/matrix'
import { tensorsOf, type NetSpec, type TransformerSpec } from '../../../src-main/science/models/net'
import { createRng } from '../../../src-main/science/maths/rng'
import { CASES, deviation, dLogitsOf, fill, isLanguage, readCase, tokenBatch, type Stored } from '../../golden/native'
import { nativeMissing, tensorflowMissing } from '../runtimes'

const missing = await tensorflowMissing()
const runtimes: Runtime[] = [await loadWasm(), ...(missing ? [] : [await loadTensorflow()])]
/** Relative to the largest entry of a tensor. */
const TOLERANCE = 1e-4
const UPDATE = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, clipNorm: 1 }

const goldenWeights = (net: NetSpec) => tensorsOf(net).map(({ name, shape }) => fill(name, shape))
const goldenLearner = (runtime: Runtime, net: NetSpec, options?: TfOptions): Learner =>
  new TfLearner(runtime, net, { weights: goldenWeights(net) }, options)

const batchOf = (net: NetSpec, rows: number[][]) =>
  net.kind === 'mlp'
    ? { n: rows.length, dense: { rows: rows.length, cols: net.input, data: Float32Array.from(rows.flat()) } }
    : tokenBatch(rows)

/** The gradients of one of the case's batches, with its loss. */
async function derive(learner: Learner, rows: number[][]): Promise<void> {
  if (isLanguage(learner.net)) await learner.lmStep(tokenBatch(rows))
  else
    await learner.gradients(batchOf(learner.net, rows), (logits): Matrix => {
      return { ...logits, data: dLogitsOf(logits.data, logits.rows) }
    })
}

/** Name and deviation of the tensor that is furthest off. */
function worst(got: Tensor[], reference: Record<string, Stored>, skip: RegExp) {
  return got
    .filter((t) => !skip.test(t.name))
    .map((t) => ({ name: t.name, off: deviation(t.data, reference[t.name]!) }))
    .reduce((a, b) => (b.off > a.off ? b : a))
}

/** See test/golden/native.test.ts: its true gradient is 0, or nearly so, and Adam makes whole steps of rounding. */
const KEY_BIAS = /\.k\.bias$/
const isTurned = (net: NetSpec) => net.kind === 'transformer' && net.positions.kind === 'rotary'

async function expectTraining(learner: Learner, name: string): Promise<void> {
  const golden = readCase(name)
  const trained = tensorsOf(golden.spec).filter((tensor) => tensor.trained)
  for (const [step, rows] of golden.batches.entries()) {
    await derive(learner, rows)
    if (step === 0) {
      const got = await learner.readGradients()
      expect(got.map((t) => t.name)).toEqual(trained.map((t) => t.name))
      const skip = isTurned(golden.spec) ? /^$/ : KEY_BIAS
      expect(worst(got, golden.gradients, skip)).toSatisfy(({ off }) => off < TOLERANCE)
      for (const { data } of got.filter((t) => skip.test(t.name)))
        expect(Math.max(...data.map(Math.abs))).toBeLessThan(1e-5)
    }
    await learner.step(golden.update)
  }
  expect(worst(await learner.save(), golden.after, KEY_BIAS)).toSatisfy(({ off }) => off < TOLERANCE)
  learner.dispose()
}

/** Every way to the same numbers. */
const WAYS: Record<string, TfOptions> = {
  'as it comes': {},
  'without the shortcut in the last block': { shortcut: false },
  'in micro-batches': { activationBytes: 1 },
}

const transformer = (change: Partial<TransformerSpec> = {}): TransformerSpec => ({
  ...{ kind: 'transformer', vocabulary: 50, width: 24, layers: 3, heads: 4, kvHeads: 2, headSize: 6, inner: 40 },
  ...{ positions: { kind: 'learned', count: 40 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5, normOrder: 'pre' },
  ...{ parallel: false, causal: true, activation: 'gelu-tanh', bias: { qkv: true, out: true, mlp: true } },
  ...{ pooling: 'last', head: { kind: 'classes', classes: 2, bias: true } },
  ...change,
})
const encoder = transformer({ normOrder: 'post', causal: false, pooling: 'mean', tokenTypes: 2 })
const language = transformer({
  head: { kind: 'language', tied: true },
  positions: { kind: 'rotary', columns: 4, base: 1e4 },
})
/** Every option that no golden case has in its combination. */
const OTHERS: TransformerSpec[] = [
  transformer({ activation: 'relu', bias: { qkv: false, out: true, mlp: false }, layers: 1 }),
  transformer({ pooling: 'mean', norm: 'rms', activation: 'swiglu' }),
  transformer({ pooling: 'first', causal: true }),
  transformer({ pooling: 'last', causal: false, positions: { kind: 'rotary', columns: 6, base: 100 } }),
  transformer({ parallel: true, norm: 'rms', tokenTypes: 1 }),
  encoder,
]

/** Token lists of up to `longest` tokens, some of them empty. */
function texts(n: number, longest = 30): TokenBatch {
  const rng = createRng(`texts ${n}`)
  return tokenBatch(Array.from({ length: n }, () => Array.from({ length: rng.int(longest + 1) }, () => rng.int(50))))
}
function labels(n: number): Matrix {
  const targets = zeros(n, 2)
  for (let i = 0; i < n; i++) targets.data[2 * i + (i % 2)] = 1
  return targets
}
async function steps(learner: Learner, batch: TokenBatch, count = 3): Promise<Weights> {
  for (let step = 0; step < count; step++) {
    await learner.gradients(batch, (z) => crossEntropy(z, labels(batch.n).data).dLogits)
    await learner.step(UPDATE)
  }
  return learner.save()
}

describe.each(runtimes)('on $id', (runtime) => {
  describe.each(CASES)('%s', (name) => {
    const golden = readCase(name)
    const batch = batchOf(golden.spec, golden.batches[0]!)

    test('gives the logits of PyTorch', async () => {
      const learner = goldenLearner(runtime, golden.spec)
      expect(deviation((await learner.forward(batch)).data, golden.outputs)).toBeLessThan(TOLERANCE)
      learner.dispose()
    })

    test.each(Object.keys(WAYS))('gives every gradient, and the weights after three AdamW steps: %s', (way) =>
      expectTraining(goldenLearner(runtime, golden.spec, WAYS[way]), name),
    )
  })

  test.each(CASES.filter((name) => readCase(name).features))('gives the hidden states of %s', async (name) => {
    const golden = readCase(name)
    const batch = tokenBatch(golden.batches[0]!)
    const learner = goldenLearner(runtime, golden.spec)
    for (const [layer, reference] of golden.features!.entries())
      expect(deviation((await learner.features(batch, layer)).data, reference)).toBeLessThan(TOLERANCE)
    learner.dispose()
  })

  test.each(CASES.filter((name) => readCase(name).scores))('has loss, scores and continuations of %s', async (name) => {
    const golden = readCase(name)
    const tokens = tokenBatch(golden.batches[0]!)
    for (const options of [{}, { activationBytes: 1 }]) {
      const learner = goldenLearner(runtime, golden.spec, options)
      expect(await learner.lmStep(tokens)).toBeCloseTo(golden.losses[0]!, 5)
      const scores = await learner.score({ ...tokens, from: Int32Array.from(golden.starts!) })
      golden.scores!.forEach((score, i) =>
        expect(Math.abs(scores[i]! - score)).toBeLessThan(TOLERANCE * Math.max(1, -score)),
      )
      const made = await learner.generate(tokens, { most: 12 })
      expect(made.map((own) => Array.from(own))).toEqual(golden.generated)
      const stop = golden.generated![0]![3]!
      const stopped = await learner.generate(tokens, { most: 12, stop })
      const until = (own: number[]) => (own.includes(stop) ? own.slice(0, own.indexOf(stop) + 1) : own)
      expect(stopped.map((own) => Array.from(own))).toEqual(golden.generated!.map(until))
      learner.dispose()
    }
  })

  describe.skipIf(nativeMissing)('beside the native engine', () => {
    const addon = nativeMissing ? null! : loadAddon()

    test.each(OTHERS)(
      'trains alike, with empty texts: $activation, $normOrder, $pooling, $positions.kind',
      async (net) => {
        const batch = texts(20)
        const native = await NativeLearner.create(addon, net, { weights: goldenWeights(net) })
        const learner = goldenLearner(runtime, net)
        const [expected, got] = [await native.forward(batch), await learner.forward(batch)]
        got.data.forEach((x, i) => expect(Math.abs(x - expected.data[i]!)).toBeLessThan(TOLERANCE))
        // A step of epsilon 1e-8 would be whole where a gradient is no more than rounding.
        const careful = { ...UPDATE, eps: 1e-3 }
        for (const one of [native, learner])
          for (let step = 0; step < 3; step++) {
            await one.gradients(batch, (z) => crossEntropy(z, labels(20).data).dLogits)
            await one.step(careful)
          }
        const wanted = await native.save()
        for (const [i, { name, data }] of (await learner.save()).entries()) {
          const off = Math.max(...data.map((x, j) => Math.abs(x - wanted[i]!.data[j]!)))
          expect({ name, off }).toSatisfy((t: { off: number }) => t.off < TOLERANCE)
        }
        native.dispose()
        learner.dispose()
      },
    )

    test('goes on with the same tokens, up to the last position', async () => {
      const net = transformer({ head: { kind: 'language', tied: false } })
      const batch = tokenBatch([[3, 4, 5], [9], Array.from({ length: 38 }, (_, i) => i), [7, 7]])
      const native = await NativeLearner.create(addon, net, { weights: goldenWeights(net) })
      const learner = goldenLearner(runtime, net)
      const made = await learner.generate(batch, { most: 6 })
      expect(made).toEqual(await native.generate(batch, { most: 6 }))
      expect(made.map((own) => own.length)).toEqual([6, 6, 3, 6])
      native.dispose()
      learner.dispose()
    })
  })

  test.each([transformer(), encoder])('trains what is not frozen and nothing else ($normOrder norms)', async (net) => {
    for (const trainBlocks of [0, 1, 3]) {
      const learner = new TfLearner(runtime, net, { weights: goldenWeights(net) }, { trainBlocks })
      const whole = goldenLearner(runtime, net)
      const trained = tensorsOf(net, trainBlocks).filter((t) => t.trained)
      const batch = texts(8)
      for (const one of [learner, whole]) await one.gradients(batch, (z) => crossEntropy(z, labels(8).data).dLogits)
      const reference = await whole.readGradients()
      const got = await learner.readGradients()
      expect(got.map((t) => t.name)).toEqual(trained.map((t) => t.name))
      for (const { name, data } of got) {
        const expected = reference.find((t) => t.name === name)!.data
        data.forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-5))
      }
      const before = await learner.save()
      await learner.step(UPDATE)
      const changed = (await learner.save()).filter((t, i) => t.data.some((x, j) => x !== before[i]!.data[j]))
      expect(changed.map((t) => t.name)).toEqual(trained.map((t) => t.name))
      learner.dispose()
      whole.dispose()
    }
  })

  test('a frozen tied head learns nothing, and says its loss all the same', async () => {
    const learner = new TfLearner(runtime, language, { weights: goldenWeights(language) }, { trainBlocks: 0 })
    const whole = goldenLearner(runtime, language)
    const batch = tokenBatch([[1, 2, 3], [], [4, 5]])
    expect(await learner.lmStep(batch)).toBeCloseTo(await whole.lmStep(batch), 5)
    expect(await learner.readGradients()).toEqual([])
    expect(await learner.lmStep(tokenBatch([[1], []]))).toBe(0)
    learner.dispose()
    whole.dispose()
  })

  test('holds the number of tensors flat over steps of every kind, and gives all of them back', async () => {
    const { tf } = runtime
    runtime.activate()
    const before = tf.memory().numTensors
    for (const options of [{}, { activationBytes: 1 }, { trainBlocks: 1 }]) {
      const learner = new TfLearner(runtime, language, { seed: 1 }, options)
      const batch = tokenBatch([[1, 2, 3], [4], [5, 6, 7, 8, 9]])
      const counts: number[] = []
      for (let step = 0; step < 4; step++) {
        await learner.lmStep(batch)
        await learner.step(UPDATE)
        await learner.gradients(batch, (z) => z)
        await learner.step(UPDATE)
        await learner.forward(batch)
        await learner.score(batch)
        await learner.features(batch, 2)
        await learner.generate(batch, { most: 3 })
        await learner.save()
        counts.push(tf.memory().numTensors)
      }
      expect(counts).toEqual(counts.map(() => counts[0]))
      const failing = learner.gradients(batch, () => {
        throw new Error('no such loss')
      })
      await expect(failing).rejects.toThrow('no such loss')
      expect(tf.memory().numTensors).toBe(counts[0])
      learner.dispose()
    }
    expect(tf.memory().numTensors).toBe(before)
  })

  test('gives the same bits for the same seed', async () => {
    const once = async () => {
      const learner = new TfLearner(runtime, encoder, { seed: 4 })
      const weights = await steps(learner, texts(30))
      learner.dispose()
      return weights
    }
    expect(await once()).toEqual(await once())
  })

  test('leaves the event loop a turn between the pieces of a call, and calls run one after another', async () => {
    const learner = new TfLearner(runtime, transformer(), { seed: 0 }, { activationBytes: 1 })
    const batch = texts(12)
    const lengths = Array.from({ length: 12 }, (_, i) => batch.offsets[i + 1]! - batch.offsets[i]!)
    const pieces = lengths.filter((length) => length > 0).length
    let turns = 0
    let turning = true
    const turn = () => {
      turns++
      if (turning) setImmediate(turn)
    }
    setImmediate(turn)
    await learner.gradients(batch, (z) => crossEntropy(z, labels(12).data).dLogits)
    // Those of a forward over all, and those of the backward.
    expect(turns).toBeGreaterThanOrEqual(2 * (pieces - 1))
    turning = false
    const queued = [learner.forward(batch), learner.step(UPDATE), learner.forward(batch)]
    const [before, , after] = (await Promise.all(queued)) as [Matrix, void, Matrix]
    expect(after.data).not.toEqual(before.data)
    expect(await learner.forward(batch)).toEqual(after)
    learner.dispose()
  })
})

test('learners on several runtimes do not disturb each other', async () => {
  const batch = texts(12)
  const train = async (runtime: Runtime) => {
    const learner = new TfLearner(runtime, transformer(), { seed: 0 }, { activationBytes: 1 })
    const weights = await steps(learner, batch)
    learner.dispose()
    return weights
  }
  const alone: Weights[] = []
  for (const runtime of runtimes) alone.push(await train(runtime))
  expect(await Promise.all(runtimes.map(train))).toEqual(alone)
})

test('WebAssembly without memory says so', () => {
  const [{ tf }] = runtimes as [Runtime]
  const backend = tf.findBackend('wasm') as unknown as { wasm: { _malloc: (bytes: number) => number } }
  expect(() => backend.wasm._malloc(4.29e9)).toThrow('The 4 GB that WebAssembly can have are used up')
})
