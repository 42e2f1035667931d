import { expect, test } from 'vitest'
import { USUAL_RESERVE } from '../../src-main/data/machine/reserve'
import { parseCards } from '../../src-main/data/machine/smi'
import { loadBackend } from '../../src-main/engine/backends'
import type { LearnerOptions } from '../../src-main/engine/backends/learner'
import { activationRoom, within } from '../../src-main/engine/room'
import { CARDS } from '../data/machine/answers'

const cards = (text: string) => () => Promise.resolve({ cards: parseCards(text), users: [], why: '' })

test('activations take half of what lies beside the reserve, of the memory that is computed in', async () => {
  const reserve = { memoryBytes: 4e9, gpuBytes: 1e9 }
  expect(await activationRoom(reserve, false, undefined, 16e9)).toBe(6e9)
  expect(await activationRoom(reserve, true, cards(CARDS.laptop), 16e9)).toBe((4096 * 2 ** 20 - 1e9) / 2)
  // A reserve of all there is leaves what a few texts take.
  expect(await activationRoom({ memoryBytes: 64e9, gpuBytes: 0 }, false, undefined, 16e9)).toBe(64e6)
  expect(await activationRoom(USUAL_RESERVE, true, cards(''), 16e9)).toBeUndefined()
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
