import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { LabEvent } from '../../src-preload/contract'
import { createAlerts } from '../../src-main/lab/alerts'
import { createBus } from '../../src-main/lab/bus'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { openStore, type Store } from '../../src-main/store'
import { temporaryFolder } from '../store/temporary'
import { ended, event, openLab, tinySpec } from './tools'

const hex = (n: number) => String(n).repeat(64)

/** A student at work, labelled by a supervisor that is wrong on a fifth of 2,000 test rows. */
function working(): { store: Store; student: number } {
  const store = openStore(join(temporaryFolder(), 'lab.sqlite'))
  onTestFinished(() => store.close())
  const texts = { name: 'Watched', question: '', spec: JSON.stringify(tinySpec()), arms: '[]', headline: '' }
  store.runs.insert({ id: 'run', ...texts, createdAt: 1, queuedAt: 1, endedAt: null, ended: null })
  const add = (n: number, kind: 'data' | 'label' | 'train', config: unknown) => {
    const stage = { key: hex(n), kind, role: kind === 'train' ? ('student' as const) : null, title: kind }
    const { id } = store.stages.ensure({ ...stage, config: JSON.stringify(config) })
    const facts = { does: kind, by: '', from: '', of: '', task: '', seed: 0 }
    store.runStages.insert('run', id, n, false, JSON.stringify(facts))
    return id
  }
  add(1, 'data', { sizes: { test: 2000 } })
  const labels = add(2, 'label', {})
  const at = { origin: 'own' as const, bytes: 0, files: '[]', finishedAt: 1 }
  store.artifacts.put({ stage: labels, ...at, summary: JSON.stringify({ accuracy_test: 0.8 }) })
  const student = add(3, 'train', { role: 'student' })
  store.needs.insert(student, 'data', hex(1))
  store.needs.insert(student, 'labels', hex(2))
  store.stages.claim(student, 1)
  return { store, student }
}

function watched(store: Store, hides: (key: string) => boolean = () => false) {
  const bus = createBus()
  const told: string[] = []
  bus.subscribe((events) => {
    for (const one of events) if (one.type === 'alert') told.push(`${one.alert.kind}: ${one.alert.text}`)
  })
  const desk = createAlerts(store, bus, true, hides)
  const evaluated = (step: number): LabEvent => ({
    ...{ type: 'metric', key: hex(3), name: 'accuracy', split: 'test', step, value: 0 },
  })
  return { bus, desk, told, evaluate: (step: number) => bus.publish([evaluated(step)]) }
}

test('what is sealed is neither told of nor listed, and is listed again once the seal is broken', () => {
  const { store, student } = working()
  let sealed = true
  const { desk, told, evaluate } = watched(store, (key) => sealed && key === hex(3))
  const measure = (step: number, accuracy: number, repeated: number) => {
    const at = { split: 'test', step }
    store.metrics.insert(student, 1, { name: 'accuracy', ...at, value: accuracy })
    store.metrics.insert(student, 1, { name: 'agreement_weak_wrong', ...at, value: repeated })
    evaluate(step)
  }
  for (const [step, accuracy, repeated] of [
    [0, 0.9, 0.3],
    [100, 0.83, 0.7],
    [200, 0.82, 0.75],
  ] as const)
    measure(step, accuracy, repeated)
  expect([told, desk.list()]).toEqual([[], []])
  sealed = false
  measure(300, 0.82, 0.75)
  expect([told.length, desk.list().length]).toEqual([1, 1])
  sealed = true
  expect(desk.list()).toEqual([])
})

test('a student that comes to fit weak errors is told of once, with the numbers, until it was seen', () => {
  const { store, student } = working()
  const { desk, told, evaluate } = watched(store)
  const measure = (step: number, accuracy: number, repeated: number) => {
    const at = { split: 'test', step }
    store.metrics.insert(student, 1, { name: 'accuracy', ...at, value: accuracy })
    store.metrics.insert(student, 1, { name: 'agreement_weak_wrong', ...at, value: repeated })
    evaluate(step)
  }
  measure(0, 0.5, 0.5)
  measure(100, 0.9, 0.3)
  measure(200, 0.895, 0.7)
  expect(told).toEqual([])
  measure(300, 0.83, 0.7)
  measure(400, 0.82, 0.75)
  expect(told).toEqual([
    expect.stringMatching(
      /^fits-errors: It now fits weak errors: since step 100 it repeats 70\.0 % of its supervisor’s 400 errors .* instead of 30\.0 %, and is right on 83\.0 % instead of 90\.0 %/,
    ),
  ])
  expect(desk.list()).toMatchObject([{ kind: 'fits-errors', runId: 'run', run: 'Watched', key: hex(3) }])
  desk.see({ key: hex(3), kind: 'fits-errors' })
  expect(desk.list()).toEqual([])
  evaluate(400)
  expect(told).toHaveLength(1)
})

test('a loss that stands still is told of; one near its end is not, nor a training that is over', () => {
  const { store, student } = working()
  const { told, evaluate } = watched(store)
  for (let step = 0; step < 1000; step++)
    store.metrics.insert(student, 1, { name: 'loss', split: '', step, value: 0.3 + 0.5 * Math.exp(-step / 40) })
  const progress = { done: 1, total: 1, unit: 'steps', phase: '', etaSeconds: null }
  store.stages.setProgress(student, { ...progress, share: 0.95 })
  evaluate(1000)
  expect(told).toEqual([])
  store.stages.setProgress(student, { ...progress, share: 0.5 })
  evaluate(1000)
  evaluate(1000)
  expect(told).toEqual([
    expect.stringMatching(/^plateau: The loss stands still: 0\.300 on average from step 500 to 750, /),
  ])
})

test('an arm that two causes hold is told of once, with both', () => {
  const { store } = working()
  const { desk } = watched(store)
  const hold = { run: 'run', arm: 'naive', held: 1 as const }
  store.holds.put({ ...hold, cause: 'The predictions of test are not numbers.', failures: 2 })
  store.holds.put({ ...hold, cause: 'card', failures: 3 })
  store.holds.put({ ...hold, arm: 'confidence', cause: 'card', failures: 2 })
  const waits = 'What is left of this arm waits until you let it go on; other arms do not.'
  const both = 'failed for the same cause: “The predictions of test are not numbers”; 3 for another: the card failed.'
  expect(desk.list().map(({ kind, arm, text }) => [kind, arm, text])).toEqual([
    ['held', 'confidence', `2 of its stages failed for the same cause: the card failed. ${waits}`],
    ['held', 'naive', `2 of its stages ${both} ${waits}`],
  ])
})

/** Every seed begins with data of its own. */
const failing = (seeds: number[]) => tinySpec({ seeds, redraw: 'halves', optimiser: { epochs: 1, batch: 10 } })

test('an arm that fails twice for one cause is held; others are not, and it goes on when it is let go', async () => {
  const engine = forkEngine(join(import.meta.dirname, 'fixtures/stubborn.mjs'), ['crash'])
  const lab = await openLab({ spawnEngine: engine, attended: true })
  const alerted = event(lab, (e) => e.type === 'alert')
  const { runId } = await lab.calls.run(failing([0, 1, 2, 3, 4]))
  await alerted
  const [alert, ...more] = await lab.calls.alerts()
  expect(more).toEqual([])
  expect(alert).toMatchObject({ kind: 'held', runId, run: 'Tiny', key: '' })
  expect(alert!.text).toMatch(
    /^2 of its stages failed for the same cause: “The engine process ended unexpectedly \(code 3\)”\. What/,
  )
  const failed = async () =>
    (await lab.calls.runDetail(runId)).stages.filter(({ state, startedAt }) => state === 'failed' && startedAt !== null)
  expect(await failed()).toHaveLength(2)
  expect((await lab.calls.runDetail(runId)).state).toBe('queued')
  // Twice again.
  const again = event(lab, (e) => e.type === 'alert')
  await lab.calls.release({ runId, armId: alert!.arm })
  await again
  expect(await failed()).toHaveLength(4)
  await lab.calls.release({ runId, armId: alert!.arm })
  expect((await ended(lab, runId)).state).toBe('failed')
  expect(await lab.calls.alerts()).toEqual([])
})

test('where nobody is there to let it go on, nothing is held', async () => {
  const lab = await openLab({ spawnEngine: forkEngine(join(import.meta.dirname, 'fixtures/stubborn.mjs'), ['crash']) })
  const { runId } = await lab.calls.run(failing([0, 1, 2]))
  expect((await ended(lab, runId)).state).toBe('failed')
  expect(await lab.calls.alerts()).toEqual([])
})
