import { expect, test } from 'vitest'
import { USUAL_RESERVE } from '../../src-main/data/machine/reserve'
import { parseCards } from '../../src-main/data/machine/smi'
import { loadBackend } from '../../src-main/engine/backends'
import type { Backend, Learner, LearnerOptions } from '../../src-main/engine/backends/learner'
import { activationRoom, sharing, within } from '../../src-main/engine/room'
import { CARDS } from '../data/machine/answers'

const cards = (text: string) => () => Promise.resolve({ cards: parseCards(text), users: [], why: '' })

test('activations take half of what lies beside the reserve, of the memory that is computed in', async () => {
  const reserve = { memoryBytes: 4e9, gpuBytes: 1e9 }
  expect(await activationRoom(reserve, false, 1, undefined, 16e9)).toBe(6e9)
  expect(await activationRoom(reserve, true, 1, cards(CARDS.laptop), 16e9)).toBe((4096 * 2 ** 20 - 1e9) / 2)
  // Stages at a time share it.
  expect(await activationRoom(reserve, false, 3, undefined, 16e9)).toBe(2e9)
  // A reserve of all there is leaves what a few texts take.
  expect(await activationRoom({ memoryBytes: 64e9, gpuBytes: 0 }, false, 1, undefined, 16e9)).toBe(64e6)
  expect(await activationRoom(USUAL_RESERVE, true, 1, cards(''), 16e9)).toBeUndefined()
})

test('a backend makes its learners within it', async () => {
  const wasm = await loadBackend('wasm')
  const net = { kind: 'mlp' as const, input: 2, hidden: [], classes: 2 }
  const asked: (LearnerOptions | undefined)[] = []
  const heard = within({ ...wasm, create: (...of) => (asked.push(of[2]), wasm.create(...of)) }, 5e6)
  const learner = await heard.create(net, { seed: 0 }, { precision: 'fp32' })
  learner.dispose()
  expect(asked).toEqual([{ precision: 'fp32', activationBytes: 5e6 }])
  expect(within(wasm, undefined)).toBe(wasm)
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
