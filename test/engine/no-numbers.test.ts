// What comes out of a model before it was taught anything is no number.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadBackend } from '../../src-main/engine/backends'
import type { Backend } from '../../src-main/engine/backends/learner'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createRunner } from '../../src-main/engine/runner'
import { altered } from './backends/altered'
import { jobOf, planned } from './plans'

/** A backend whose logits are NaN. */
async function odd(gpu: boolean): Promise<Backend> {
  const backend = await loadBackend('wasm')
  const create: Backend['create'] = async (...of) => {
    const learner = await backend.create(...of)
    return altered(learner, {
      async forward(batch) {
        const logits = await learner.forward(batch)
        return { ...logits, data: logits.data.fill(NaN) }
      },
    })
  }
  return { ...backend, gpu, create }
}

test.each([
  [false, 'the weights of the model are damaged.'],
  [true, 'the weights of the model are damaged, or the GPU gives wrong numbers; the Doctor (`w2s doctor`) tests that.'],
])('on a GPU (%s) that may err, too', async (gpu, why) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'w2s-numbers-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const plan = planned(folder)
  const events: EngineEvent[] = []
  const runner = createRunner(
    (event) => events.push(event),
    () => odd(gpu),
  )
  const [data, weak] = plan.stages
  for (const stage of [data!, weak!]) await runner.run(jobOf(plan, stage))
  const failed = events.flatMap((event) => (event.type === 'state' && event.state === 'failed' ? [event] : []))
  expect(failed).toMatchObject([{ key: weak!.key }])
  expect(failed[0]!.error).toMatch(/^The predictions of \w+ are not numbers before the first step: /)
  expect(failed[0]!.error.endsWith(`: ${why}`)).toBe(true)
  expect(failed[0]!.cause).toBeUndefined()
})
