// The self-test of a card, on the processor: that it passes what is right, and finds what is not.
import { describe, expect, test } from 'vitest'
import type { Backend, Learner } from '../../../src-main/engine/backends/learner'
import { loadAddon } from '../../../src-main/engine/backends/native/addon'
import { NativeLearner } from '../../../src-main/engine/backends/native/learner'
import { failureOf } from '../../../src-main/engine/backends/trial'
import { selfTest, TOLERANCE } from '../../../src-main/engine/backends/self-test'
import { ROUNDED, roundedError, wideErrors } from '../../../src-main/engine/backends/wide'
import { nativeMissing } from '../runtimes'
import { altered } from './altered'

describe.skipIf(nativeMissing)('the wide self-test', () => {
  const create: Backend['create'] = (net, init, options) =>
    NativeLearner.create(loadAddon(), net, init, {
      ...(options?.precision === 'bf16' && { isa: 'avx512' }),
      ...options,
    })
  /** The same, but for some of the calls. */
  const but =
    (changed: (learner: Learner) => Partial<Learner>): Backend['create'] =>
    async (...of) => {
      const learner = await create(...of)
      return altered(learner, changed(learner))
    }

  test('passes right numbers in single precision and in bf16, and neither for the other', async ({ skip }) => {
    const { worst, otherTokens } = await wideErrors(create)
    expect(worst).toBeLessThan(TOLERANCE)
    expect(otherTokens).toBe(false)
    if (!loadAddon().bf16) skip('this processor has no bf16')
    const rounded = await roundedError(create, 'bf16')
    expect(rounded).toBeLessThan(ROUNDED.bf16)
    expect(rounded).toBeGreaterThan(TOLERANCE)
  })

  test('finds updates that go too far', async () => {
    // A tenth: what a wrong rate would do.
    const hasty = but((learner) => ({ step: (update) => learner.step({ ...update, lr: update.lr * 1.1 }) }))
    expect((await wideErrors(hasty)).worst).toBeGreaterThan(TOLERANCE)
  })

  test('tells other tokens, and values that are no numbers, by no size', async () => {
    const written = but((learner) => ({
      generate: async (...of) => (await learner.generate(...of)).map((tokens) => tokens.map((token) => token + 1)),
    }))
    const { worst, otherTokens } = await wideErrors(written)
    expect(worst).toBeLessThan(TOLERANCE)
    expect(otherTokens).toBe(true)
    for (const value of [NaN, Infinity]) {
      const odd = but((learner) => ({ score: async (batch) => (await learner.score(batch)).fill(value) }))
      expect(await wideErrors(odd)).toEqual({ worst: NaN, otherTokens: false })
    }
    const broken = but((learner) => ({
      forward: async (batch) => {
        const { data, ...sizes } = await learner.forward(batch)
        return { ...sizes, data: data.fill(Infinity) }
      },
    }))
    const verdict = await selfTest(broken, ['mlp'])
    expect(verdict).toEqual({ passed: false, worstError: NaN, fault: 'gave values that are missing or no numbers' })
    const rest = { tolerance: TOLERANCE, stepsPerSecond: 0, tokensPerSecond: 0, at: 0 }
    expect(failureOf('cuda', { ...verdict, ...rest })).toBe(
      'NVIDIA card gives wrong numbers here: in its self-test it gave values that are missing or no numbers.',
    )
    expect(failureOf('cuda', { ...verdict, ...rest, worstError: 0.02, fault: '' })).toBe(
      'NVIDIA card gives wrong numbers here: its self-test is off by 2.0e-2, allowed are 0.0001.',
    )
  })
})
