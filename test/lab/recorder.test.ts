import fc from 'fast-check'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { LabEvent } from '../../src-preload/contract'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createBus } from '../../src-main/lab/bus'
import { createRecorder } from '../../src-main/lab/queue/recorder'
import { openStore } from '../../src-main/store'
import { temporaryFolder } from '../store/temporary'

/** A recorder over a store with one run of two stages, the first of them running. */
function setUp() {
  const store = openStore(join(temporaryFolder(), 'lab.sqlite'))
  onTestFinished(() => store.close())
  const texts = { name: 'run', question: '', spec: '{}', arms: '[]', headline: '' }
  store.runs.insert({ id: 'run', ...texts, createdAt: 1, queuedAt: 1, endedAt: null, ended: null })
  for (const [position, key] of ['first', 'second'].entries()) {
    const { id } = store.stages.ensure({ key, kind: 'train', role: null, title: key, config: '{}' })
    if (key === 'second') store.needs.insert(id, 'data', 'first')
    store.runStages.insert('run', id, position, false)
  }
  store.stages.claim(store.stages.byKey('first')!.id, 10)
  const published: LabEvent[] = []
  const ended: string[] = []
  const bus = createBus()
  bus.subscribe((events) => {
    published.push(...events)
    ended.push(...events.flatMap((event) => (event.type === 'run' && event.ended ? [event.id] : [])))
  })
  const recorder = createRecorder(store, bus, () => 1500)
  const contents = () => ({
    stages: store.runStages.of('run'),
    metrics: store.metrics.of(1, 1),
    log: store.log.ofRun('run', 100),
    use: [store.use.of(1, 1), store.cards.of(1, 1), store.use.ofRun('run')],
    artifact: store.artifacts.get(1),
    run: store.runs.get('run'),
  })
  return { store, recorder, published, ended, contents }
}

const key = 'first'
const place = { backend: 'wasm', device: 'CPU', threads: 1, isa: 'wasm-simd', reason: 'it is there' }
const FACTS: EngineEvent[] = [
  { type: 'state', key, state: 'running', at: 11, ...place },
  { type: 'progress', key, done: 1, total: 2, unit: 'steps', share: 0.5, phase: 'predicting test', etaSeconds: 3 },
  { type: 'metric', key, name: 'loss', split: '', step: 0, value: 0.5 },
  { type: 'metric', key, name: 'accuracy', split: 'test', step: 0, value: NaN },
  { type: 'log', key, at: 12, level: 'warn', text: 'hm' },
  {
    type: 'use',
    key,
    at: 2,
    seconds: 1.5,
    readings: { cpu: 0.5, gpuPower: 100 },
    card: { uuid: 'GPU-1', name: 'RTX' },
  },
]
const DONE: EngineEvent = {
  type: 'state',
  key,
  state: 'done',
  at: 20,
  files: [{ name: 'weights', bytes: 7, sha256: 'x' }],
  summary: { accuracy: 0.5 },
}

test('a failure of the disk is told in plain words, any other as the engine tells it', () => {
  const fail = (error: string) => {
    const { recorder, published, contents } = setUp()
    recorder.record([{ type: 'state', key, state: 'failed', at: 20, error }])
    expect(published[0]).toMatchObject({ error: contents().stages[0]!.error })
    return contents().stages[0]!.error
  }
  const full = 'ENOSPC: no space left on device, write'
  expect(fail(full)).toMatch(/^The disk is full: .* \(ENOSPC: no space left on device, write\)$/)
  expect(fail('The loss is not a number.')).toBe('The loss is not a number.')
})

test('facts are rows, and are told after they are stored; predictions are not told', () => {
  const { recorder, published, contents } = setUp()
  recorder.record([...FACTS, DONE])
  const { stages, metrics, log, artifact, run } = contents()
  expect(stages[0]).toMatchObject({ ...place, state: 'done', done: 1 })
  expect(stages[0]).toMatchObject({ startedAt: 10, endedAt: 20, doneAttempt: 1, etaSeconds: null })
  expect(metrics.map((m) => m.value)).toEqual([NaN, 0.5])
  expect(log).toEqual([{ key, at: 12, level: 'warn', text: 'hm' }])
  expect(artifact).toMatchObject({ origin: 'own', bytes: 7, summary: '{"accuracy":0.5}' })
  expect(run).toMatchObject({ ended: null, stagesDone: 1 })
  const told = [...FACTS, DONE, { type: 'run', id: 'run' }]
  expect(published).toEqual(told)
})

test('hearing facts again, in any pieces, changes nothing', () => {
  const once = setUp()
  once.recorder.record([...FACTS, DONE])
  const cut = fc.array(fc.integer({ min: 0, max: FACTS.length }), { maxLength: 4 })
  fc.assert(
    fc.property(cut, (cuts) => {
      const again = setUp()
      const [state, ...facts] = FACTS
      again.recorder.record([state!])
      for (const at of cuts) again.recorder.record([...facts.slice(at), ...facts.slice(0, at)])
      again.recorder.record(facts)
      again.recorder.record([DONE, DONE])
      again.recorder.record([...FACTS, DONE])
      expect(again.contents()).toEqual(once.contents())
    }),
    { numRuns: 20 },
  )
})

test('what is said once a run is dropped where every run of its stage has it', () => {
  const { store, recorder, published, contents } = setUp()
  const said = (key: string, at: number, text = 'GPU not watched.'): EngineEvent => ({
    ...{ type: 'log', key, at, level: 'warn', text, once: true },
  })
  const places = (key: string): EngineEvent[] => [{ ...(FACTS[0] as object), key } as EngineEvent]
  recorder.record([...FACTS, said('first', 13), said('first', 14), DONE])
  store.stages.claim(store.stages.byKey('second')!.id, 30)
  recorder.record([...places('second'), said('second', 31), said('second', 32, 'For another reason.')])
  expect(contents().log.map(({ at, text }) => [at, text])).toEqual([
    [12, 'hm'],
    [13, 'GPU not watched.'],
    [32, 'For another reason.'],
  ])
  expect(published.flatMap((event) => (event.type === 'log' ? [event.at] : []))).toEqual([12, 13, 32])
  // A run that shares the stage, and has not heard it, does.
  const texts = { name: 'later', question: '', spec: '{}', arms: '[]', headline: '' }
  store.runs.insert({ id: 'later', ...texts, createdAt: 1, queuedAt: 1, endedAt: null, ended: null })
  store.runStages.insert('later', store.stages.byKey('second')!.id, 0, false)
  recorder.record([said('second', 33)])
  expect(store.log.ofRun('later', 100).map(({ at }) => at)).toEqual([32, 33])
})

test('facts about a stage that is not running, or not there, are dropped', () => {
  const { recorder, published, contents } = setUp()
  const before = contents()
  recorder.record(FACTS.map((event) => ({ ...event, key: 'second' })))
  recorder.record(FACTS.map((event) => ({ ...event, key: 'elsewhere' })))
  expect(contents()).toEqual(before)
  expect(published).toEqual([])
})

test('a batch that cannot be stored leaves nothing and tells nothing', () => {
  const { recorder, published, contents } = setUp()
  const before = contents()
  const broken = { ...FACTS[2]!, value: { not: 'a number' } } as unknown as EngineEvent
  expect(() => recorder.record([...FACTS.slice(0, 2), broken])).toThrow(RangeError)
  expect(contents()).toEqual(before)
  expect(published).toEqual([])
})

test('a failed stage fails what needs it and ends the run', () => {
  const { recorder, ended, contents } = setUp()
  recorder.record([{ type: 'state', key, state: 'failed', at: 30, error: 'out of luck' }])
  const { stages, run } = contents()
  expect(stages.map((s) => [s.state, s.error])).toEqual([
    ['failed', 'out of luck'],
    ['failed', 'It needs "first", which failed.'],
  ])
  expect(run!.ended).toBe('failed')
  expect(ended).toEqual(['run'])
})

test('a cancelled stage that a live run still wants goes back into the queue', () => {
  const { recorder, contents } = setUp()
  recorder.record([{ type: 'state', key, state: 'cancelled', at: 30 }])
  expect(contents().stages[0]).toMatchObject({ state: 'waiting', attempt: 1 })
})

test('a listener that throws does not keep the others, or the recorder, from going on', () => {
  const bus = createBus()
  const heard: string[] = []
  const complaint = console.error
  const complaints: unknown[] = []
  console.error = (error) => void complaints.push(error)
  onTestFinished(() => void (console.error = complaint))
  bus.subscribe(() => {
    throw new Error('mine')
  })
  const stop = bus.subscribe((events) => void heard.push(...events.map((e) => e.type)))
  bus.publish([{ type: 'datasets' }])
  stop()
  bus.publish([{ type: 'datasets' }])
  expect(heard).toEqual(['datasets'])
  expect(complaints).toMatchObject([{ message: 'mine' }, { message: 'mine' }])
})

test('why a stage failed is kept until it is tried again', () => {
  const { store, recorder, contents } = setUp()
  recorder.record([{ type: 'state', key, state: 'failed', at: 20, error: 'no', cause: 'diverged' }])
  expect(contents().stages.map(({ cause }) => cause)).toEqual(['diverged', ''])
  store.stages.wait(1)
  expect(contents().stages[0]!.cause).toBe('')
})
