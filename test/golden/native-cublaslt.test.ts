// The golden cases on the emulated card with all of their matrix products made by cuBLASLt, played by src-native/cuda/fake: that it
// is asked for the right products in the right memory. How the real one rounds its sums is not to be seen here.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ModelOptions, NativeAddon } from '../../src-native/model'
import { emulatedCard, fakeLt } from '../engine/card'
import { expectFeatures, expectGeneration, expectScores, expectTraining, ROUNDED, TF32 } from './expect'
import { batchOf, CASES, deviation, dLogitsOf, loadAddon, modelOf, readCase, tokenBatch } from './native'

/** On the emulated clock: whatever else belongs to a product, it is made in no time. */
const AT_ONCE = { cost: -100, workspace: 1024 }

/** Bits that do not fit into TF32 are cut off there, as a card may do, and not rounded: twice the error, and always to one side. */
const CUT = { ...TF32, logits: 2 * TF32.logits, gradients: 2 * TF32.gradients, norms: 3 * TF32.norms }

let addon: NativeAddon
let cuda: string
const lt = fakeLt()
const products = path.join(path.dirname(lt.env.W2S_FAKE_LT), 'products')
beforeAll(() => {
  addon = loadAddon()
  cuda = emulatedCard()
  Object.assign(process.env, lt.env)
  lt.set(AT_ONCE)
}, 600_000)

/** Lines of choices by what makes the product. */
const chosen = (by: 'ours' | 'cublaslt') => readFileSync(products, 'utf8').split(` ${by} `).length - 1

const create = (name: string, options: ModelOptions = {}) =>
  modelOf(addon, readCase(name).spec, { cuda, products, ...options })
const TRANSFORMERS = CASES.filter((name) => readCase(name).spec.kind === 'transformer')

describe.each(TRANSFORMERS)('%s by cuBLASLt', (name) => {
  const golden = readCase(name)
  afterEach(() => {
    expect({ ours: chosen('ours'), some: chosen('cublaslt') > 0 }).toEqual({ ours: 0, some: true })
  })

  it('gives the logits of PyTorch, every gradient, and the weights after three AdamW steps', async () => {
    const model = await create(name)
    expect(deviation(await model.forward(batchOf(golden.spec, golden.batches[0]!)), golden.outputs)).toBeLessThan(1e-5)
    await expectTraining(name, model)
  })

  it('does so without the shortcut in the last block, in micro-batches', async () => {
    await expectTraining(name, await create(name, { shortcut: false, activationBytes: 5e4 }))
  })

  it.each([
    ['tf32', CUT],
    ['bf16', ROUNDED],
  ] as const)('trains in %s to weights near those', async (precision, near) => {
    const model = await create(name, { precision })
    const off = deviation(await model.forward(batchOf(golden.spec, golden.batches[0]!)), golden.outputs)
    expect(off).toBeLessThan(near.logits)
    expect(off).toBeGreaterThan(1e-5)
    await expectTraining(name, model, near)
  })

  it.runIf(golden.features)('has the hidden states of PyTorch', async () => {
    const model = await create(name)
    await expectFeatures(golden, model)
    model.dispose()
  })

  it.runIf(golden.scores)('has its loss, scores continuations and goes on greedily', async () => {
    const model = await create(name)
    expect(await model.languageGradients(tokenBatch(golden.batches[0]!))).toBeCloseTo(golden.losses[0]!, 5)
    await expectScores(golden, model)
    await expectGeneration(golden, model)
    model.dispose()
  })
})

describe('the library', () => {
  it('says which cuBLASLt it is, and by which choices it goes', () => {
    const { choices, ...library } = addon.cudaProducts(cuda, products)
    expect(library).toEqual({ file: realpathSync(lt.file), version: 130100, why: '' })
    expect(choices).toMatch(/^[0-9a-f]{8}$/)
    expect(readFileSync(products, 'utf8').split('\n')[0]).toBe(`w2s-products-1 130100 ${choices}`)
  })

  it('says why not where there is no file, or one that does not read, and computes by itself', async () => {
    expect(addon.cudaProducts(cuda, '')).toEqual({
      ...{ file: realpathSync(lt.file), version: 130100, choices: '' },
      why: 'no file was given that keeps what is measured',
    })
    const broken = `${products}-broken`
    writeFileSync(broken, 'no choices\n')
    expect(addon.cudaProducts(cuda, broken).why).toBe(
      `${broken}, line 1: expected choices of cuBLASLt 130100, got "no choices"; they are measured anew where the file is deleted`,
    )
    const { spec, batches } = readCase('gpt2')
    const [own, same] = [await modelOf(addon, spec, { cuda }), await create('gpt2', { products: broken })]
    const batch = batchOf(spec, batches[0]!)
    expect(await same.forward(batch)).toEqual(await own.forward(batch))
    expect(readFileSync(broken, 'utf8')).toBe('no choices\n')
    for (const model of [own, same]) model.dispose()
  })

  it('whose cuBLASLt fails at work says so by its status, and works on when it does', async () => {
    const { spec, batches } = readCase('llama')
    const [model, batch] = [await create('llama'), tokenBatch(batches[0]!)]
    await model.backward(dLogitsOf(await model.forward(batch, true), batch.n))
    lt.set({ ...AT_ONCE, fail: 'Matmul' })
    const failure = { code: 'W2S_FAULT', number: -14, message: 'cuBLASLt: cublasLtMatmul gave status 14' }
    await expect(model.features(batch, 1)).rejects.toMatchObject(failure)
    lt.set(AT_ONCE)
    expect(await model.forward(batchOf(spec, batches[0]!))).toHaveLength(batch.n)
    model.dispose()
  })
})

describe('in a process of its own', () => {
  const unasked = `${products}-unasked`
  const told = (change: Record<string, string>) => {
    const ask = 'console.log(JSON.stringify(require(process.argv[1]).cudaProducts(process.argv[2], process.argv[3])))'
    const file = path.resolve(import.meta.dirname, '../../src-native/build/w2s.node')
    const options = { env: { ...process.env, ...change }, encoding: 'utf8' } as const
    return JSON.parse(execFileSync(process.execPath, ['-e', ask, file, cuda, unasked], options)) as object
  }

  it.each([
    [{ W2S_CUDA_LT: '0' }, 'W2S_CUDA_LT=0 leaves cuBLASLt out'],
    [{ W2S_CUBLASLT: '' }, 'an emulated card has no cuBLASLt but that of W2S_CUBLASLT'],
    [{ W2S_CUBLASLT: 'libcublasLt.so' }, 'expected the absolute path of cuBLASLt, got libcublasLt.so'],
  ])('is left out by %o', (change, why) => {
    expect(told(change)).toEqual({ file: '', version: 0, choices: '', why })
    expect(existsSync(unasked)).toBe(false)
  })
})
