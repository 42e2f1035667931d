import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Tensor } from '../../src-main/engine/backends/learner'
import type { NetSpec } from '../../src-main/science/models/net'
import type { NativeAddon } from '../../src-native/model'
import { dLogitsOf, fill, loadAddon, modelOf, readCase, tokenBatch } from './native'

let addon: NativeAddon
beforeAll(() => {
  addon = loadAddon()
}, 300_000)

const { spec, batches, update } = readCase('gpt2')
const batch = tokenBatch(batches[0]!)
const MLP: NetSpec = { kind: 'mlp', input: 3, hidden: [4], classes: 2 }

describe('calls of the native engine', () => {
  it('run in order, and leave the event loop free', async () => {
    const model = await modelOf(addon, spec, {})
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const before = await model.save()
    const losses: Promise<unknown>[] = []
    // Small calls are run where they are made: so many would hold the event loop, if all were.
    for (let i = 0; i < 1000; i++) {
      void model.forward(batch, true)
      void model.backward(new Float32Array(batch.n * 3).fill(0.1))
      losses.push(model.step(update))
    }
    const after = model.save()
    await Promise.all(losses)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
    expect((await after).map((t) => t.data)).not.toEqual(before.map((t) => t.data))
    model.dispose()
  })

  it('copy what they are given', async () => {
    const model = await modelOf(addon, spec, {})
    const expected = await model.forward(batch)
    const changed = { ...batch, tokens: batch.tokens.slice() }
    const got = model.forward(changed)
    changed.tokens.fill(0)
    expect(await got).toEqual(expected)
    model.dispose()
  })

  it('finish when the model is disposed of meanwhile; later ones say so', async () => {
    const model = await modelOf(addon, spec, {})
    const expected = await model.forward(batch)
    const got = model.forward(batch)
    model.dispose()
    expect(await got).toEqual(expected)
    expect(() => model.forward(batch)).toThrow('this model was disposed of')
    model.dispose()
  })

  it('leave no models behind that nobody holds: V8 knows what they weigh', async () => {
    const wide: NetSpec = { kind: 'mlp', input: 1000, hidden: [1000], classes: 2 } // 8 MB with its mirror
    const before = process.memoryUsage.rss()
    let most = 0
    for (let i = 0; i < 200; i++) {
      new addon.Model(wide, { threads: 1 })
      await new Promise(setImmediate) // collected ones are finalised between turns
      most = Math.max(most, process.memoryUsage.rss() - before)
    }
    expect(most).toBeLessThan(800e6) // of 1,600
  })

  it('refuse a model that would take for ever to make, or whose size is no number', () => {
    const make = (change: object) => () => new addon.Model({ ...spec, ...change }, {})
    expect(make({ layers: 2 ** 31 - 1 })).toThrow('layers: expected 1 to 1024, got 2147483647')
    const heads = 2 ** 31 - 1
    expect(make({ heads, kvHeads: heads, headSize: heads })).toThrow('expected a model of at most 1e12 weights')
    expect(() => new addon.Model({ ...MLP, hidden: new Array<number>(2000).fill(4) }, {})).toThrow(
      'hidden: expected at most 1024 layers, got 2000',
    )
  })

  it('of several models do not disturb each other', async () => {
    const [a, b] = [await modelOf(addon, spec, { threads: 2 }), await modelOf(addon, MLP, { threads: 1 })]
    const first = a.forward(batch, true)
    const second = b.forward({ n: 1, dense: new Float32Array(3) }, true)
    await Promise.all([a.backward(dLogitsOf(await first, batch.n)), b.backward(dLogitsOf(await second, 1))])
    expect(await a.step(update)).toBeCloseTo(readCase('gpt2').norms[0]!, 4)
    a.dispose()
    b.dispose()
  })

  it('take an empty batch', async () => {
    const model = await modelOf(addon, spec, {})
    const none = tokenBatch([])
    expect((await model.forward(none, true)).length).toBe(0)
    await model.backward(new Float32Array(0))
    for (const t of await model.gradients()) expect(t.data.every((x) => x === 0)).toBe(true)
    model.dispose()
  })

  it('initialise the same weights for a seed', async () => {
    const save = async (seed: number) => {
      const model = new addon.Model(spec, {})
      await model.initialise(seed)
      return (await model.save()).map((t) => t.data)
    }
    const [a, b, other] = [await save(5), await save(5), await save(6)]
    expect(a).toEqual(b)
    expect(a).not.toEqual(other)
  })

  it('take seeds that are numbers alone', async () => {
    const model = await modelOf(addon, spec, {})
    for (const seed of [NaN, -1, Infinity])
      expect(() => model.initialise(seed)).toThrow(`seed: expected a number from 0 to 2^64, got ${seed}`)
    model.dispose()
  })

  it('report memory that covers what a step needs', async () => {
    const model = await modelOf(addon, spec, { threads: 1 })
    await model.forward(batch, true)
    await model.backward(new Float32Array(batch.n * 3))
    const parameters = model.tensors().reduce((sum, t) => sum + t.shape.reduce((a, b) => a * b), 0)
    const { weights, gradients, moments, activations, mirrors } = await model.memory()
    expect(weights).toBeGreaterThanOrEqual(4 * parameters)
    expect(moments).toBeGreaterThanOrEqual(8 * parameters)
    for (const bytes of [gradients, activations, mirrors]) expect(bytes).toBeGreaterThan(0)
    model.dispose()
  })
})

describe('weights', () => {
  it('come back as they were given, transposed or not', async () => {
    const model = await modelOf(addon, spec, {})
    const saved = await model.save()
    for (const t of saved) expect(t.data).toEqual(fill(t.name, t.shape).data)
    const turned = saved.map((t) => (t.shape.length === 2 && !/^(tok|pos)/.test(t.name) ? transpose(t) : t))
    await model.load(turned)
    expect(await model.save()).toEqual(saved)
    model.dispose()
  })

  it('may be given in part', async () => {
    const model = await modelOf(addon, MLP, {})
    const bias = { name: 'output.bias', shape: [2], data: Float32Array.from([1, 2]) }
    await model.load([bias])
    const saved = await model.save()
    expect(saved.find((t) => t.name === 'output.bias')!.data).toEqual(bias.data)
    expect(saved[0]!.data).toEqual(fill('hidden.0.weight', [3, 4]).data)
    model.dispose()
  })

  it('that do not fit change nothing', async () => {
    const model = await modelOf(addon, MLP, {})
    const before = await model.save()
    const good = { name: 'output.bias', shape: [2], data: new Float32Array(2) }
    const load = (...tensors: unknown[]) => model.load([good, ...(tensors as Tensor[])])
    expect(() => load({ name: 'head', shape: [1], data: new Float32Array(1) })).toThrow(
      'tensor head: this model has none',
    )
    expect(() => load({ name: 'hidden.0.weight', shape: [4, 3], data: new Float32Array(12) })).toThrow(
      'tensor hidden.0.weight: expected shape [3, 4], got [4, 3]',
    )
    expect(() => load({ ...good, data: new Float32Array(3) })).toThrow('tensor output.bias: expected 2 numbers, got 3')
    expect(() => load({ ...good, data: [1, 2] })).toThrow('tensor output.bias: data: expected a Float32Array')
    expect(() => load({ ...good, dtype: 'F32' })).toThrow('tensors[1].dtype: expected no such field, got "F32"')
    expect(await model.save()).toEqual(before)
    model.dispose()
  })
})

describe('what does not fit is named', () => {
  const make = (changes: object, options = {}) => new addon.Model({ ...spec, ...changes }, options)

  it.each([
    [{ heads: 0 }, 'spec.heads: expected a whole number of at least 1, got 0'],
    [{ width: 1.5 }, 'spec.width: expected a whole number of at least 1, got 1.5'],
    [{ kvHeads: 2 }, 'kvHeads: expected a divisor of heads (5), got 2'],
    [{ activation: 'gelu' }, 'spec.activation: expected one of "relu", "gelu-tanh", "gelu-erf", "swiglu", got "gelu"'],
    [{ causal: 'yes' }, 'spec.causal: expected true or false, got "yes"'],
    [{ dropout: 0.1 }, 'spec.dropout: expected no such field, got 0.1'],
    [
      { positions: { kind: 'rotary', columns: 10, base: 1 } },
      'rotary: expected an even number up to headSize (8), got 10',
    ],
    [{ head: undefined }, 'spec.head: expected an object, got undefined'],
  ])('%o', (changes, message) => {
    expect(() => make(changes)).toThrow(message)
  })

  it('in options', () => {
    expect(() => make({}, { thread: 2 })).toThrow('options.thread: expected no such field, got 2')
    expect(() => make({}, { isa: 'sse9' })).toThrow('options.isa: expected one that this processor has, got "sse9"')
    expect(() => make({}, { precision: 'fp16' })).toThrow(
      'options.precision: expected one of "fp32", "tf32", "bf16", got "fp16"',
    )
    expect(() => make({}, { precision: 'tf32' })).toThrow(
      'precision: expected "fp32" or "bf16" on a processor, got "tf32"',
    )
    expect(() => make({}, { moments: 'bf16' })).toThrow('moments: expected "fp32" on a processor, got "bf16"')
    expect(() => make({}, { precision: 'bf16', isa: 'baseline' })).toThrow('precision: expected "fp32", since')
    expect(() => make({}, { trainBlocks: 3 })).toThrow('trainable: expected at most 2 blocks, got 3')
  })

  it('in batches', async () => {
    const model = await modelOf(addon, spec, {})
    const forward = (changes: object) => model.forward({ ...batch, ...changes })
    expect(() => forward({ offsets: new Int32Array(3) })).toThrow('batch.offsets: expected n + 1 numbers')
    expect(() => forward({ tokens: [1, 2] })).toThrow('batch.tokens: expected an Int32Array, got an object')
    await expect(forward({ tokens: batch.tokens.map(() => 61) })).rejects.toThrow(
      'example 0: expected token ids under 61, got 61',
    )
    await expect(model.backward(new Float32Array(3))).rejects.toThrow('dLogits: expected 0 numbers, got 3')
    await expect(model.step(update)).rejects.toThrow('step before any gradients')
    await expect(model.features(batch, 3)).rejects.toThrow('layer: expected 0 to 2, got 3')
    await expect(model.score(batch)).rejects.toThrow('this model has no language head')
    model.dispose()
  })
})

describe('the native unit tests', () => {
  const script = resolve(import.meta.dirname, '../../src-native/build.mjs')
  const sanitize = process.env.CI ? ['--sanitize'] : []
  const built = (flag: string, env: NodeJS.ProcessEnv = {}) =>
    execFileSync(process.execPath, [script, flag, ...sanitize], {
      ...{ encoding: 'utf8', stdio: 'pipe', env: { ...process.env, ...env } },
    }).trim()

  it('pass (in CI under the address and undefined behaviour sanitizers)', () => {
    expect(execFileSync(built('--test'), { encoding: 'utf8' })).toMatch(/\n\d+ tests, 0 failed checks\n$/)
  }, 1_800_000)

  it('of the emulation pass with the fibers of other processors, and are gone where they cannot be built', () => {
    const program = built('--portable')
    expect(execFileSync(program, { encoding: 'utf8' })).toMatch(/\n\d+ tests, 0 failed checks\n$/)
    const compiler = join(mkdtempSync(join(tmpdir(), 'w2s-compiler-')), 'c++')
    writeFileSync(compiler, '#!/bin/sh\n[ "$1" = --version ]\n', { mode: 0o755 })
    expect(() => built('--portable', { CXX: compiler })).toThrow('Command failed')
    expect(existsSync(program)).toBe(false)
  }, 1_800_000)
})

function transpose(tensor: Tensor): Tensor & { transposed: true } {
  const [rows, cols] = tensor.shape as [number, number]
  const data = tensor.data.map((_, i) => tensor.data[(i % rows) * cols + Math.floor(i / rows)]!)
  return { name: tensor.name, shape: [cols, rows], data, transposed: true }
}
