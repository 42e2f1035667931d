import { expect, test } from 'vitest'
import { addRun, addStages, blank, finish } from './blank'

const of = { stage: 1, attempt: 1 }

test('long stages are kept in fewer, wider stretches: means stay means by time, and no lowest or highest value is lost', () => {
  const store = blank()
  addRun(store, 'run')
  const { weak } = addStages(store, 'run', { weak: [] })
  store.stages.claim(weak!, 1)
  const SAMPLES = 1000
  const valueAt = (i: number) => (i === 400 ? 5000 : i === 600 ? 1 : 100 + (i % 7))
  // One pause of a minute in the middle.
  const atOf = (i: number) => 2 * (i + 1) + (i >= 500 ? 60 : 0)
  for (let i = 0; i < SAMPLES; i++)
    store.use.insert(of, { at: atOf(i), seconds: 2, readings: { memory: valueAt(i), cpu: 0.5 } })
  const rows = store.use.of(1, 1)
  const memory = rows.filter(({ name }) => name === 'memory')
  expect(memory.length).toBeGreaterThan(30)
  expect(memory.length).toBeLessThanOrEqual(120)
  expect(memory.map(({ at }) => at)).toEqual(memory.map(({ at }) => at).toSorted((a, b) => a - b))
  expect(memory.at(-1)!.at).toBe(atOf(SAMPLES - 1))
  expect(Math.max(...memory.map(({ high }) => high))).toBe(5000)
  expect(Math.min(...memory.map(({ low }) => low))).toBe(1)
  const seconds = memory.reduce((sum, row) => sum + row.seconds, 0)
  expect(seconds).toBeCloseTo(2 * SAMPLES)
  const exact = Array.from({ length: SAMPLES }, (_, i) => valueAt(i)).reduce((a, b) => a + b) / SAMPLES
  expect(memory.reduce((sum, row) => sum + row.mean * row.seconds, 0) / seconds).toBeCloseTo(exact)
  const [cpu, all] = ['cpu', 'memory'].map((name) => store.use.ofRun('run').find((total) => total.name === name)!)
  expect(cpu).toMatchObject({ mean: 0.5, low: 0.5, high: 0.5 })
  expect(all).toMatchObject({ low: 1, high: 5000 })
  expect([all!.mean, all!.seconds]).toEqual([expect.closeTo(exact), expect.closeTo(2 * SAMPLES)])
})

test('a run is told of the attempts that count, and forgets with its stages', () => {
  const store = blank()
  addRun(store, 'run')
  const { weak } = addStages(store, 'run', { weak: [] })
  const sample = (memory: number) => ({ at: 2, seconds: 2, readings: { memory } })
  finish(store, weak!)
  store.use.insert(of, sample(7))
  // Heard again it counts once.
  store.use.insert(of, sample(7))
  store.stages.claim(weak!, 5)
  store.use.insert({ stage: weak!, attempt: 2 }, sample(9))
  expect(store.use.ofRun('run')).toEqual([
    { key: 'weak', own: true, card: undefined, name: 'memory', seconds: 2, mean: 7, low: 7, high: 7 },
  ])
  store.runs.remove('run')
  store.stages.remove(weak!)
  expect(store.use.of(weak!, 1)).toEqual([])
})

test('a stage that went on has the time and use of all its attempts, one that began anew those of its last', () => {
  const store = blank()
  addRun(store, 'run')
  const { weak } = addStages(store, 'run', { weak: [] })
  const CARDS = ['GPU-1', 'GPU-2', 'GPU-2'].map((uuid) => ({ uuid, name: 'T4' }))
  // The second attempt went on from the first, the third not from the second.
  const firsts = [0.00012, 0.00012, 0.00015]
  const tell = () => {
    const used = store.use.ofRun('run').map(({ own, card, seconds }) => [own, card?.uuid, seconds])
    return [store.runs.get('run')!.seconds, store.runStages.of('run')[0]!.earlierSeconds, used]
  }
  const attempt = (n: number, from: number, until: number) => {
    store.stages.claim(weak!, from)
    store.clock.insert(weak!, n, { step: 0, seconds: firsts[n - 1]! })
    store.cards.insert(weak!, n, CARDS[n - 1]!)
    const seconds = (until - from) / 1000
    store.use.insert({ stage: weak!, attempt: n }, { at: seconds, seconds, readings: { gpuPower: 50 } })
    store.stages.finish(weak!, until)
  }
  attempt(1, 1000, 71_000)
  addRun(store, 'later', 80_000)
  store.runStages.insert('later', weak!, 0, false)
  attempt(2, 100_000, 126_000)
  const both = [
    [true, 'GPU-1', 70],
    [true, 'GPU-2', 26],
  ]
  expect(tell()).toEqual([96, 70, both])
  expect(store.runs.get('later')!.seconds).toBe(26)
  expect(store.use.ofRun('later').map(({ own }) => own)).toEqual([false, true])
  attempt(3, 200_000, 300_000)
  expect(tell()).toEqual([100, 0, [[true, 'GPU-2', 100]]])
})
