// The self-test's training with AdamW's moments in bf16, on an emulated card: that it passes what is right, and finds what is not.
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Backend, Weights } from '../../../src-main/engine/backends/learner'
import { momentsError } from '../../../src-main/engine/backends/moments'
import { loadAddon } from '../../../src-main/engine/backends/native/addon'
import { NativeLearner } from '../../../src-main/engine/backends/native/learner'
import { selfTest, TOLERANCE } from '../../../src-main/engine/backends/self-test'
import { fakeCard } from '../card'
import { nativeMissing } from '../runtimes'
import { altered } from './altered'

describe.skipIf(nativeMissing || process.platform !== 'linux')('moments in bf16', () => {
  const card = fakeCard()
  beforeAll(() => {
    for (const [name, value] of Object.entries(card.env)) vi.stubEnv(name, value)
  })
  const create: Backend['create'] = (net, init, options) =>
    NativeLearner.create(loadAddon(), net, init, { cuda: card.library, ...options })
  /** Keeps moments in single precision, and rounds them after each step. */
  const rounding =
    (add: number): Backend['create'] =>
    async (net, init) => {
      const learner = await create(net, init, { moments: 'fp32' })
      const rounded = (all: Weights) => all.map((tensor) => ({ ...tensor, data: tensor.data.map(roundedBy(add)) }))
      return altered(learner, {
        async step(update) {
          await learner.step(update)
          const { updates, first, second } = await learner.saveOptimiser()
          await learner.restoreOptimiser({ updates, first: rounded(first), second: rounded(second) })
        },
      })
    }

  test('of the card pass', async () => {
    expect(await momentsError(create)).toBeLessThan(0.5)
  })

  test.each([
    ['to the nearest', 0x8000],
    ['downwards', 0],
    ['upwards', 0xffff],
  ])('that are rounded %s do not', async (_, add) => {
    expect(await momentsError(rounding(add))).toBeGreaterThan(1.5)
  })

  test('of updates that go too far do not', async () => {
    const hasty: Backend['create'] = async (...of) => {
      const learner = await create(...of)
      return altered(learner, { step: (update) => learner.step({ ...update, lr: update.lr * 1.05 }) })
    }
    expect(await momentsError(hasty)).toBeGreaterThan(1.5)
  })

  test('that are no numbers do not', async () => {
    const broken: Backend['create'] = async (...of) => {
      const learner = await create(...of)
      return altered(learner, { step: (update) => learner.step({ ...update, lr: 1e39 }) })
    }
    expect(await momentsError(broken)).toBeNaN()
  })

  test('say nothing against a card that writes other tokens: those do', async () => {
    const written: Backend['create'] = async (...of) => {
      const learner = await create(...of)
      return altered(learner, {
        generate: ({ n }) => Promise.resolve(Array.from({ length: n }, () => Int32Array.of(0))),
      })
    }
    const { worstError, ...verdict } = await selfTest(written, ['transformer'], true)
    expect(worstError).toBeLessThan(TOLERANCE)
    expect(verdict).toEqual({ passed: false, fault: 'wrote other tokens than it should' })
  }, 60_000)
})

/** The 16 higher bits, after this was added to all 32. */
function roundedBy(add: number): (value: number) => number {
  const floats = new Float32Array(1)
  const bits = new Uint32Array(floats.buffer)
  return (value) => {
    floats[0] = value
    bits[0] = (bits[0]! + add) & 0xffff0000
    return floats[0]
  }
}
