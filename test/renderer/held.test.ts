// Arms that are held: what the Monitor and Home say of them.
import { cleanup, screen } from '@testing-library/svelte'
import { afterEach, expect, it } from 'vitest'
import type { Alert } from '../../src-preload/contract'
import { waitsForUser } from '../../src-renderer/views/monitor/choose'
import { createFakeBridge } from './bridge'
import { open } from './window'

const held = (arm: string, runId: string, text = ''): Alert => ({
  ...{ kind: 'held', runId, run: '', key: '', arm, title: 'naive', text, at: 0 },
})
afterEach(cleanup)

it('a run of the queue has no turn while all that is left of it is held', async () => {
  const reply = await createFakeBridge().call('runDetail', 'run-next')
  if (!reply.ok) throw new Error(reply.error.message)
  const next = reply.value
  const [one, ...others] = next.arms.map(({ id }) => held(id, next.id))
  expect(waitsForUser(next, [])).toBe(false)
  expect(waitsForUser(next, [one!])).toBe(false)
  const elsewhere = next.arms.map(({ id }) => held(id, 'run-live'))
  expect(waitsForUser(next, elsewhere)).toBe(false)
  expect(waitsForUser(next, [one!, ...others])).toBe(true)
  // Of an arm that is done nothing comes any more.
  const [first] = next.arms
  const over = new Set(first!.seeds.flatMap(({ weak, labels, student, ceiling }) => [weak, labels, student, ceiling]))
  const stages = next.stages.map((stage) => (over.has(stage.key) ? { ...stage, state: 'done' as const } : stage))
  expect(waitsForUser({ ...next, stages }, others)).toBe(true)
  open('#/monitor/run-next', { alerts: () => [one!, ...others] })
  expect(await screen.findByText(/^all that is left of it is held · 0 of/)).toBeTruthy()
})

it('Home tells of arms of one id that are held in two runs', async () => {
  open('#/home', { alerts: () => [held('a', 'run-live', 'Held in one.'), held('a', 'run-next', 'Held in another.')] })
  expect(await screen.findByText(/Held in one\./)).toBeTruthy()
  expect(screen.getByText(/Held in another\./)).toBeTruthy()
})
