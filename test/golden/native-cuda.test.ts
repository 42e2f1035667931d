// The kernels for NVIDIA cards on the host, each checked as it runs (src-native/cuda/device/emulate.h), against the values
// of PyTorch that hold for the CPU.
import { resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { tensorsOf } from '../../src-main/science/models/net'
import type { ModelOptions, NativeAddon } from '../../src-native/model'
import { emulatedCard } from '../engine/card'
import { expectFeatures, expectGeneration, expectScores, expectTraining, ROUNDED, TF32 } from './expect'
import {
  backward,
  batchOf,
  CASES,
  deviation,
  dLogitsOf,
  fill,
  loadAddon,
  modelOf,
  readCase,
  tokenBatch,
} from './native'
import ofPyTorch from './rounded.json'

let addon: NativeAddon
let cuda: string
beforeAll(() => {
  addon = loadAddon()
  cuda = emulatedCard()
}, 600_000)

const create = (name: string, options: ModelOptions = {}) => modelOf(addon, readCase(name).spec, { cuda, ...options })
const TRANSFORMERS = CASES.filter((name) => readCase(name).spec.kind === 'transformer')

describe.each(TRANSFORMERS)('%s on the emulated card', (name) => {
  const golden = readCase(name)

  it('has the tensors that its description says', async () => {
    const model = await create(name)
    expect(model.tensors()).toEqual(tensorsOf(golden.spec).map(({ name, shape }) => ({ name, shape })))
    model.dispose()
  })

  it('gives the logits of PyTorch', async () => {
    const model = await create(name)
    expect(deviation(await model.forward(batchOf(golden.spec, golden.batches[0]!)), golden.outputs)).toBeLessThan(1e-5)
    model.dispose()
  })

  it('gives every gradient, and the weights after three AdamW steps', async () => {
    await expectTraining(name, await create(name))
  })

  it('does so without the shortcut in the last block, in micro-batches', async () => {
    await expectTraining(name, await create(name, { shortcut: false, activationBytes: 5e4 }))
  })

  it('gives the gradients of PyTorch where all but the last block is frozen, and leaves the rest as it was', async () => {
    const model = await create(name, { trainBlocks: 1 })
    const trained = new Set(tensorsOf(golden.spec, 1).flatMap((tensor) => (tensor.trained ? [tensor.name] : [])))
    await backward(model, golden.spec, golden.batches[0]!)
    for (const { name, data } of await model.gradients()) {
      if (name.endsWith('k.bias')) continue // its true gradient is 0 where keys are not turned
      const off = trained.has(name) ? deviation(data, golden.gradients[name]!) : Math.max(...data.map(Math.abs))
      expect({ name, holds: trained.has(name) ? off < 1e-5 : off === 0 }).toEqual({ name, holds: true })
    }
    await model.step(golden.update)
    for (const { name, shape, data } of await model.save()) {
      const before = fill(name, shape).data
      const same = data.every((x, i) => x === before[i])
      expect({ name, same }).toEqual({ name, same: !trained.has(name) })
    }
    model.dispose()
  })
})

describe.each(TRANSFORMERS)('%s on the tensor cores of the emulated card', (name) => {
  const { spec, batches, outputs } = readCase(name)

  it.each([
    ['tf32', TF32],
    ['bf16', ROUNDED],
  ] as const)(
    'gives logits in %s near those of PyTorch, and trains to weights near its own',
    async (precision, near) => {
      const model = await create(name, { precision })
      const off = deviation(await model.forward(batchOf(spec, batches[0]!)), outputs)
      expect(off).toBeLessThan(near.logits)
      expect(off).toBeGreaterThan(1e-5) // it is rounded
      await expectTraining(name, model, near)
    },
  )
})

/** Of PyTorch's own deviation in bf16: as much as another order of the same roundings may make of it. */
const BESIDE = 1.5
const inPyTorch = new Map(Object.entries(ofPyTorch.cases))

describe.each(TRANSFORMERS)('bf16 of %s on the emulated card', (name) => {
  const golden = readCase(name)

  it('is no further from double precision than that of PyTorch', async () => {
    const model = await create(name, { precision: 'bf16' })
    const theirs = inPyTorch.get(name)!
    const logits: number[] = []
    for (const batch of golden.batches) logits.push(...(await model.forward(batchOf(golden.spec, batch))))
    const stored = Buffer.from(theirs.outputs, 'base64')
    const exact = logits.map((_, i) => stored.readFloatLE(4 * i))
    expect(Math.hypot(...logits.map((z, i) => z - exact[i]!)) / Math.hypot(...exact)).toBeLessThan(
      BESIDE * theirs.logits,
    )
    await backward(model, golden.spec, golden.batches[0]!)
    const gradients = (await model.gradients())
      .filter((t) => !t.name.endsWith('k.bias')) // their true gradient is 0 where keys are not turned
      .map((t) => deviation(t.data, golden.gradients[t.name]!))
    expect(Math.max(...gradients)).toBeLessThan(BESIDE * theirs.gradients)
    model.dispose()
  })
})

describe.each(TRANSFORMERS.filter((name) => readCase(name).features))(
  'hidden states of %s on the emulated card',
  (name) => {
    it('are those of PyTorch', async () => {
      const model = await create(name)
      await expectFeatures(readCase(name), model)
      model.dispose()
    })
  },
)

describe.each(TRANSFORMERS.filter((name) => readCase(name).scores))('language of %s on the emulated card', (name) => {
  const golden = readCase(name)

  it('has the loss of PyTorch, scores continuations and goes on greedily', async () => {
    const model = await create(name)
    expect(await model.languageGradients(tokenBatch(golden.batches[0]!))).toBeCloseTo(golden.losses[0]!, 5)
    await expectScores(golden, model)
    await expectGeneration(golden, model)
    model.dispose()
  })
})

describe('the library', () => {
  it('says which cards there are', () => {
    expect(addon.cudaDevices(cuda)).toEqual([
      {
        ...{ name: 'this host, emulating a card', uuid: '', compute: '0.0', memory: 0, free: 0 },
        ...{ megahertz: 0, multiprocessors: 0 },
      },
    ])
  })

  it('that is not there, or is another, is told in a sentence', () => {
    expect(() => addon.cudaDevices('/nowhere/w2s-cuda.so')).toThrow('the CUDA library cannot be opened: /nowhere')
    expect(() => addon.cudaDevices(resolve(import.meta.dirname, 'native.ts'))).toThrow('cannot be opened')
  })

  it('refuses what it has no kernels for', () => {
    const { spec } = readCase('gpt2')
    if (spec.kind !== 'transformer') throw new Error('gpt2 is a transformer')
    expect(() => new addon.Model(readCase('mlp').spec, { cuda })).toThrow('kind: expected "transformer" on this device')
    expect(() => new addon.Model({ ...spec, headSize: 264 }, { cuda })).toThrow('headSize: expected at most 256')
  })

  it.each(['fp32', 'bf16'] as const)(
    'goes on where an optimiser was taken, to the bit (moments in %s)',
    async (moments) => {
      const { spec, batches, update } = readCase('llama')
      const batch = tokenBatch(batches[0]!)
      const train = async (model: Awaited<ReturnType<typeof create>>) => {
        await model.backward(dLogitsOf(await model.forward(batch, true), batch.n))
        await model.step(update)
      }
      const whole = await create('llama', { moments })
      await train(whole)
      const weights = await whole.save()
      const [updates, first, second] = [await whole.updates(), await whole.firstMoments(), await whole.secondMoments()]
      await train(whole)
      const resumed = new addon.Model(spec, { cuda, moments })
      await resumed.load(weights)
      await resumed.restore({ updates, first, second })
      await train(resumed)
      expect(await resumed.save()).toEqual(await whole.save())
      whole.dispose()
      resumed.dispose()
    },
  )
})
