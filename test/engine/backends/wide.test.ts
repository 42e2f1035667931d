// The self-test of a card, on the processor: that it passes what is right, and finds what is not.
import { describe, expect, test } from 'vitest'
import type { Backend, Learner } from '../../../src-main/engine/backends/learner'
import { loadAddon } from '../../../src-main/engine/backends/native/addon'
import { NativeLearner } from '../../../src-main/engine/backends/native/learner'
import { TOLERANCE } from '../../../src-main/engine/backends/self-test'
import { ROUNDED, roundedError, wideError } from '../../../src-main/engine/backends/wide'
import { nativeMissing } from '../runtimes'

describe.skipIf(nativeMissing)('the wide self-test', () => {
  const create: Backend['create'] = (net, init, options) =>
    NativeLearner.create(loadAddon(), net, init, {
      ...(options?.precision === 'bf16' && { isa: 'avx512' }),
      ...options,
    })
  /** Updates that go a tenth too far: what a wrong rate would do. */
  const hasty: Backend['create'] = async (...of) => {
    const learner = await create(...of)
    const step: Learner['step'] = (update) => learner.step({ ...update, lr: update.lr * 1.1 })
    return new Proxy(learner, {
      get: (target, name) => {
        if (name === 'step') return step
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }

  test('passes right numbers in single precision and in bf16, and neither for the other', async ({ skip }) => {
    expect(await wideError(create)).toBeLessThan(TOLERANCE)
    if (!loadAddon().bf16) skip('this processor has no bf16')
    const rounded = await roundedError(create, 'bf16')
    expect(rounded).toBeLessThan(ROUNDED.bf16)
    expect(rounded).toBeGreaterThan(TOLERANCE)
  })

  test('finds updates that go too far', async () => {
    expect(await wideError(hasty)).toBeGreaterThan(TOLERANCE)
  })
})
