// A card that fails, as the addon tells it: by its own library, over the emulation (src-native/cuda/fake).
import { beforeAll, expect, it } from 'vitest'
import type { NativeAddon } from '../../src-native/model'
import { fakeCard } from '../engine/card'
import { batchOf, loadAddon, modelOf, readCase } from './native'

let addon: NativeAddon
const card = fakeCard()
beforeAll(() => {
  addon = loadAddon()
  process.env['W2S_FAKE_CARD'] = card.env.W2S_FAKE_CARD
}, 600_000)

const { spec, batches } = readCase('llama')
const modelHere = () => modelOf(addon, spec, { cuda: card.library })

it('says what drives it and what it is', () => {
  card.set({ driver: '535.54.03', cuda: 12020, runtime: 12080, name: 'RTX', compute: 8.6, memory: 24e9 })
  expect(addon.cudaDriver(card.library)).toEqual({ version: '535.54.03', cuda: 12020, runtime: 12080 })
  const [uuid, unknown] = ['GPU-00000000-0000-0000-0000-000000000001', { megahertz: 0, multiprocessors: 0 }]
  expect(addon.cudaDevices(card.library)).toEqual([
    { name: 'RTX', uuid, compute: '8.6', memory: 24e9, free: 24e9, ...unknown },
  ])
})

it('has the number of the driver where there is no card', () => {
  card.set({ error: 35 })
  const failure = { code: 'W2S_FAULT', number: 35 }
  expect(() => addon.cudaDevices(card.library)).toThrow(expect.objectContaining(failure))
  expect(() => new addon.Model(spec, { cuda: card.library })).toThrow(expect.objectContaining(failure))
})

it('that is full says by how much, and goes on with what fits', async () => {
  card.set({ memory: 1e6 })
  const model = await modelHere()
  const held = 1e6 - addon.cudaDevices(card.library)[0]!.free
  card.set({ memory: 1e6, room: held })
  const batch = batchOf(spec, batches[0]!)
  await expect(model.forward(batch)).rejects.toMatchObject({ code: 'W2S_FULL', free: 0, all: 1e6 })
  card.set({ memory: 16e9 })
  expect(await model.forward(batch)).toHaveLength(batch.n)
  model.dispose()
})

it('that fails in the middle has its number, and does nothing more in this process', async () => {
  card.set({})
  const model = await modelHere()
  card.set({ fault: 700 })
  const failure = { code: 'W2S_FAULT', number: 700 }
  await expect(model.forward(batchOf(spec, batches[0]!))).rejects.toMatchObject(failure)
  card.set({})
  await expect(model.save()).rejects.toMatchObject(failure)
})
