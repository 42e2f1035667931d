import { expect, test } from 'vitest'
import type { Cards } from '../../src-main/data/machine/cards'
import type { Reserve } from '../../src-main/data/machine/reserve'
import { parseCards } from '../../src-main/data/machine/smi'
import { loadBackend } from '../../src-main/engine/backends'
import type { Backend, Learner, LearnerOptions } from '../../src-main/engine/backends/learner'
import { activationRoom, sharing, within } from '../../src-main/engine/room'
import { CARDS } from '../data/machine/answers'

const cards = (text: string) => () => Promise.resolve({ cards: parseCards(text), users: [], why: '' })

const reserve = { memoryBytes: 4e9, gpuBytes: 1e9 }

test('activations take half of what lies beside the reserve of the machine’s memory', async () => {
  const bytesOf = async (of: Reserve, atOnce = 1) => (await activationRoom(of, false, atOnce, undefined, 16e9))!(1e9)
  expect(await bytesOf(reserve)).toEqual({ bytes: 6e9, said: '' })
  // Stages at a time share it.
  expect(await bytesOf(reserve, 3)).toEqual({ bytes: 2e9, said: '' })
  // A reserve of all there is leaves what a few texts take.
  expect(await bytesOf({ memoryBytes: 64e9, gpuBytes: 0 })).toEqual({ bytes: 64e6, said: '' })
})

/** A card of 24 GB of which `used` are in use, and `own` by this process. */
const card = (used: number, own = 0, parted = false) => {
  const [told] = parseCards(CARDS.laptop)
  const one = { ...told!, uuid: 'GPU-1', memoryBytes: 24e9, usedBytes: used, parted }
  const users = own > 0 ? [{ card: 'GPU-1', pid: process.pid, name: 'engine', bytes: own }] : []
  return () => Promise.resolve({ cards: [one], users, why: '' })
}
const onCard = async (asked: () => Promise<Cards>, state = 4e9, atOnce = 1) =>
  (await activationRoom(reserve, true, atOnce, asked))?.(state)

test('on a card they take six tenths of what reserve, driver, weights, gradients and moments leave', async () => {
  expect(await onCard(card(0))).toEqual({ bytes: (24e9 - 1e9 - 0.5e9 - 4e9) * 0.6, said: '' })
  expect((await onCard(card(0), 4e9, 2))!.bytes).toBeCloseTo((11.5e9 - 0.5e9 - 4e9) * 0.6)
  // What does not fit is tried in the smallest parts, and fails saying what it needs.
  expect((await onCard(card(0), 40e9))!.bytes).toBe(64e6)
  expect(await onCard(card(0, 0, true))).toBeUndefined()
  expect(await onCard(cards(''))).toBeUndefined()
})

test('what others hold of a card makes them smaller by halves, and only where it must be', async () => {
  const whole = (await onCard(card(0)))!.bytes
  // A desktop’s share changes nothing, nor what this process holds from the stage before.
  expect(await onCard(card(2e9))).toEqual({ bytes: whole, said: '' })
  expect(await onCard(card(18e9, 17e9))).toEqual({ bytes: whole, said: '' })
  expect(await onCard(card(6e9))).toEqual({
    bytes: whole / 2,
    said:
      'Others hold 6.0 GB of the card, so activations may take 0.50 of what they could else: ' +
      'large batches go in smaller parts, whose sums are rounded in another order.',
  })
  expect((await onCard(card(15e9)))!.bytes).toBe(whole / 8)
  expect((await onCard(card(23e9)))!.bytes).toBe(64e6)
})

test('a backend makes its learners within it, beside what their nets hold', async () => {
  const wasm = await loadBackend('wasm')
  const net = { kind: 'mlp' as const, input: 2, hidden: [], classes: 2 }
  const asked: (LearnerOptions | undefined)[] = []
  const [states, told]: [number[], string[]] = [[], []]
  const create: Backend['create'] = (...of) => (asked.push(of[2]), wasm.create(...of))
  const room = (state: number) => (states.push(state), { bytes: 5e6, said: states.length > 1 ? 'tight' : '' })
  const heard = within({ ...wasm, create }, room, (text) => told.push(text))
  for (const options of [{ precision: 'fp32' }, { trainBlocks: 0, moments: 'bf16' }] as const)
    (await heard.create(net, { seed: 0 }, options).catch(() => null))?.dispose()
  expect(asked[0]).toEqual({ precision: 'fp32', activationBytes: 5e6 })
  // Four weights and two biases: as they are, as gradients, and twice as moments; of half the size.
  expect(states).toEqual([6 * 16, 6 * 12])
  expect(told).toEqual(['tight'])
  expect(within(wasm, undefined, () => undefined)).toBe(wasm)
})

test('a backend is shared out among stages at a time, a thread for each at least', async () => {
  const wasm = await loadBackend('wasm')
  const asked: (LearnerOptions | undefined)[] = []
  const learner = { dispose: () => undefined } as Learner
  const create: Backend['create'] = (...of) => (asked.push(of[2]), Promise.resolve(learner))
  const five = { ...wasm, threads: 5, deviceWith: (threads: number) => `CPU (${threads})`, create }
  const net = { kind: 'mlp' as const, input: 2, hidden: [], classes: 2 }
  for (const [atOnce, threads] of [
    [2, 2],
    [8, 1],
  ] as const) {
    const part = sharing(five, atOnce)
    expect([part.threads, part.device]).toEqual([threads, `CPU (${threads})`])
    await part.create(net, { seed: 0 }, { precision: 'fp32' })
    expect(asked.pop()).toEqual({ precision: 'fp32', threads })
  }
  expect(sharing(five, 1)).toBe(five)
  // One whose library takes as many as it likes says nothing of them.
  expect(sharing({ ...five, threads: null }, 2)).toMatchObject({ threads: null, device: wasm.device })
})
