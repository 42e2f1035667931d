import { expect, onTestFinished, test } from 'vitest'
import { loadBackend } from '../../src-main/engine/backends'
import type { Backend } from '../../src-main/engine/backends/learner'
import { over } from '../../src-main/engine/over'
import { skimming } from '../../src-main/engine/skim'
import { zeros } from '../../src-main/science/maths/matrix'

const NET = { kind: 'mlp' as const, input: 4, hidden: [], classes: 2 }
const BATCH = { n: 8, dense: { rows: 8, cols: 4, data: new Float32Array(32).fill(1) } }
const UPDATE = { lr: 1e-3, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0, clipNorm: 0 }
const CALLS = 400

/** A small training by a skimming backend. @returns what was skimmed, and how many steps were computed */
async function trained(calls: number, look = () => Promise.resolve()) {
  let steps = 0
  const wasm = await loadBackend('wasm')
  const create: Backend['create'] = async (...of) => {
    const learner = await wasm.create(...of)
    const memory = () => look().then(() => learner.memory())
    return over(learner, { memory, step: (update) => (steps++, learner.step(update)) })
  }
  const { backend, skimmed } = skimming({ ...wasm, create })
  const learner = await backend.create(NET, { seed: 0 })
  onTestFinished(() => learner.dispose())
  for (let i = 0; i < calls; i++) {
    await learner.gradients(BATCH, () => zeros(8, 2))
    await learner.step(UPDATE)
  }
  return { skimmed, steps }
}

test('what takes a moment is computed until it has taken long enough to tell, and no step goes without gradients', async () => {
  const { skimmed, steps } = await trained(CALLS)
  expect(steps === CALLS || skimmed.spentMs() >= 150).toBe(true)
  expect(skimmed.memoryBytes()).toBeGreaterThan(0)
  expect(skimmed.foretoldMs()).toBeGreaterThan(0)
})

test('that it is asked what it holds is no part of what a training is told to take', async () => {
  const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 20))
  const { skimmed, steps } = await trained(20, wait)
  expect(skimmed.spentMs()).toBeGreaterThan(15 * steps)
  expect(skimmed.foretoldMs()).toBeLessThan(skimmed.spentMs())
})
