import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src-main/store'
import { addRun, addStages, blank, finish } from './blank'

describe('the queue', () => {
  test('gives the first stage whose needs are done, by run and then by plan', () => {
    const store = blank()
    addRun(store, 'first', 1)
    addRun(store, 'second', 2)
    const { data, weak } = addStages(store, 'first', { data: [], weak: ['data'], student: ['data', 'weak'] })
    const { other } = addStages(store, 'second', { other: [] })
    expect(store.stages.ready(1)[0]?.key).toBe('data')
    finish(store, data!)
    expect(store.stages.ready(1)[0]?.key).toBe('weak')
    store.stages.claim(weak!, 1)
    expect(store.stages.ready(1)[0]?.key).toBe('other')
    store.stages.finish(weak!, 2)
    expect(store.stages.ready(1)[0]?.key).toBe('student')
    finish(store, other!)
    expect(store.stages.waiting()).toBe(1)
  })

  test('knows nothing of stages that only ended runs want', () => {
    const store = blank()
    addRun(store, 'run')
    addStages(store, 'run', { data: [] })
    store.runs.end('run', 'cancelled', 5)
    expect(store.stages.ready(-1)).toEqual([])
    expect(store.stages.waiting()).toBe(0)
  })

  test('foretells by what runs, once it has done enough', () => {
    const store = blank()
    addRun(store, 'run')
    const { weak } = addStages(store, 'run', { weak: [] })
    store.stages.claim(weak!, 1000)
    const progress = { done: 1, total: 10, unit: 'steps', phase: '', etaSeconds: 18 }
    store.stages.setProgress(weak!, { ...progress, share: 0.1 })
    expect(store.stages.underway(3000, 0.2)).toEqual([])
    expect(store.stages.underway(3000, 0.1)).toMatchObject([{ kind: 'train', seconds: 20 }])
    store.stages.addPause(weak!, 500)
    expect(store.stages.underway(3000, 0.1)).toMatchObject([{ seconds: 19.5 }])
    store.stages.finish(weak!, 5000)
    expect(store.stages.underway(5000, 0)).toEqual([])
  })

  test('does not count a pause as work', () => {
    const store = blank()
    addRun(store, 'run')
    const { weak } = addStages(store, 'run', { weak: [] })
    store.stages.claim(weak!, 1000)
    store.stages.addPause(weak!, 2000)
    store.stages.addPause(weak!, 500)
    store.stages.finish(weak!, 5000)
    expect(store.stages.finished()).toMatchObject([{ seconds: 1.5 }])
    store.stages.claim(weak!, 6000)
    expect(store.stages.byKey('weak')).toMatchObject({ pausedMs: 0 })
  })

  test('a failed stage fails all that needs it, directly or not, and nothing else', () => {
    const store = blank()
    addRun(store, 'run')
    const { weak } = addStages(store, 'run', {
      data: [],
      weak: ['data'],
      labels: ['weak'],
      student: ['labels'],
      ceiling: ['data'],
    })
    store.stages.claim(weak!, 1)
    store.stages.end(weak!, 'failed', 2, 'no')
    store.stages.failDependents(weak!, 2, 'It needs "weak".')
    const states = store.runStages.of('run').map((stage) => [stage.key, stage.state, stage.error])
    expect(states).toEqual([
      ['data', 'waiting', ''],
      ['weak', 'failed', 'no'],
      ['labels', 'failed', 'It needs "weak".'],
      ['student', 'failed', 'It needs "weak".'],
      ['ceiling', 'waiting', ''],
    ])
  })

  test('leaving the queue spares what another live run wants', () => {
    const store = blank()
    addRun(store, 'a')
    addRun(store, 'b')
    addStages(store, 'a', { shared: [], own: [] })
    addStages(store, 'b', { shared: [] })
    store.runs.end('a', 'cancelled', 3)
    store.stages.leaveQueue('a', 'cancelled')
    expect(store.runStages.of('a').map((stage) => stage.state)).toEqual(['waiting', 'cancelled'])
  })

  test('a run has worked as long as stages of its own that it began, pauses left out', () => {
    const store = blank()
    addRun(store, 'early', 1000)
    const { a } = addStages(store, 'early', { a: [] })
    store.stages.claim(a!, 2000)
    store.stages.end(a!, 'cancelled', 4000, '')
    store.stages.wait(a!)
    addRun(store, 'run', 5000)
    const { b, c } = addStages(store, 'run', { a: [], b: [], c: [], d: [] })
    expect(store.runs.get('run')!.seconds).toBe(0)
    store.stages.claim(b!, 6000)
    store.stages.addPause(b!, 500)
    store.stages.finish(b!, 9000)
    store.stages.claim(c!, 60_000)
    expect(store.runs.get('run')!.seconds).toBe(2.5)
    store.stages.end(c!, 'failed', 61_000, 'no')
    expect(store.runs.get('run')!.seconds).toBe(3.5)
    expect(store.runs.get('early')!.seconds).toBe(2)
    addRun(store, 'later', 5000)
    store.runStages.insert('later', b!, 0, true)
    expect(store.runs.get('later')!.seconds).toBe(0)
  })

  test('what fails for want of its need has not begun, whatever became of an earlier attempt', () => {
    const store = blank()
    addRun(store, 'run')
    const { need, student } = addStages(store, 'run', { need: [], student: ['need'] })
    store.stages.claim(student!, 10)
    store.stages.end(student!, 'cancelled', 20, '')
    store.stages.wait(student!)
    store.stages.claim(need!, 30)
    store.stages.end(need!, 'failed', 40, 'no')
    store.stages.failDependents(need!, 40, 'It needs "need", which failed.')
    expect(store.stages.byKey('student')).toMatchObject({ state: 'failed', startedAt: null })
  })

  test('a run is settled when nothing of it waits or runs', () => {
    const store = blank()
    addRun(store, 'good')
    addRun(store, 'bad')
    const { a } = addStages(store, 'good', { a: [] })
    const { b } = addStages(store, 'bad', { a: [], b: [] })
    finish(store, a!)
    expect(store.runs.settled()).toEqual([{ id: 'good', ended: 'done' }])
    store.stages.claim(b!, 1)
    store.stages.end(b!, 'failed', 2, 'no')
    expect(store.runs.settled()).toContainEqual({ id: 'bad', ended: 'failed' })
    expect(store.runs.get('bad')).toMatchObject({ stagesDone: 1, stagesTotal: 2, running: 0 })
  })
})

describe('metrics', () => {
  const of = (stage: number, attempt = 1) => ({ stage, attempt, name: 'loss', split: '' })
  function series(store: Store, values: number[], steps = values.map((_, i) => i)): number {
    addRun(store, 'run')
    const { s } = addStages(store, 'run', { s: [] })
    store.transaction(() =>
      values.forEach((value, i) => store.metrics.insert(s!, 1, { name: 'loss', split: '', step: steps[i]!, value })),
    )
    return s!
  }

  /** A curve's pieces put together. */
  function curve(store: Store, series: ReturnType<typeof of>, count: number, stretch?: { from: number; to: number }) {
    const pieces = [...store.metrics.curve(series, count, stretch)]
    const bucket = Math.max(1, ...pieces.map((p) => p.bucket))
    return { step: pieces.flatMap((p) => p.step), value: pieces.flatMap((p) => p.value), bucket, pieces: pieces.length }
  }

  test('the same fact twice is one fact, and the first one stands', () => {
    const store = blank()
    const stage = series(store, [1])
    store.metrics.insert(stage, 1, { name: 'loss', split: '', step: 0, value: 9 })
    expect(store.metrics.of(stage, 1)).toEqual([{ name: 'loss', split: '', step: 0, value: 1 }])
  })

  test('attempts do not mix', () => {
    const store = blank()
    const stage = series(store, [1, 2])
    store.metrics.insert(stage, 2, { name: 'loss', split: '', step: 0, value: 5 })
    expect(curve(store, of(stage, 2), 10)).toMatchObject({ step: [0], value: [5], bucket: 1 })
    expect(store.metrics.of(stage, 1).map((m) => m.value)).toEqual([1, 2])
  })

  test('not-a-number and infinity come back as they went', () => {
    const store = blank()
    const stage = series(store, [1, NaN, Infinity, -Infinity])
    expect(curve(store, of(stage), 10).value).toEqual([1, NaN, Infinity, -Infinity])
  })

  test('a series that is not there is an empty curve', () => {
    const store = blank()
    expect(curve(store, of(7), 10)).toEqual({ step: [], value: [], bucket: 1, pieces: 0 })
  })

  test('a long curve comes in pieces, and no bucket is cut by them', () => {
    const store = blank()
    const values = Array.from({ length: 25_000 }, (_, i) => Math.sin(i))
    const stage = series(store, values)
    const { step, value, bucket, pieces } = curve(store, of(stage), 30)
    expect(pieces).toBeGreaterThan(1)
    expect(bucket).toBe(834)
    const points = values.map((v, i): [number, number] => [i, v])
    expect(step.map((at, i) => [at, value[i]])).toEqual(expected(points, 30))
  })

  test('a stretch of a curve is bucketed by itself, with its neighbours', () => {
    const store = blank()
    const points = Array.from({ length: 3000 }, (_, i): [number, number] => [5 * i, Math.sin(i * i)])
    const [steps, values] = [0, 1].map((column) => points.map((point) => point[column]!)) as [number[], number[]]
    const stage = series(store, values, steps)
    for (const ends of ['1001 9002', '1000 1040', '-50 20', '14990 99999', '7001 7002']) {
      const [from, to] = ends.split(' ').map(Number) as [number, number]
      const before = Math.max(...steps.filter((at) => at < from))
      const after = Math.min(...steps.filter((at) => at > to))
      const { step, value } = curve(store, of(stage), 20, { from, to })
      const inside = points.filter(([at]) => at >= before && at <= after)
      expect(step.map((at, i) => [at, value[i]])).toEqual(expected(inside, 20))
    }
  })

  test('buckets keep first, last, least, most and not-a-number of every stretch', () => {
    const value = fc.oneof(
      fc.double({ noDefaultInfinity: true, noNaN: true }).map((v) => v + 0), // SQLite knows no negative zero
      fc.constant(NaN),
    )
    const points = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 100_000 }), value), {
      selector: ([step]) => step,
      minLength: 60,
      maxLength: 400,
    })
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 12 }), (unsorted, count) => {
        const store = blank()
        const sorted = unsorted.toSorted((a, b) => a[0] - b[0])
        const stage = series(
          store,
          sorted.map((p) => p[1]),
          sorted.map((p) => p[0]),
        )
        const { step, value } = curve(store, of(stage), count)
        const got = step.map((at, i): [number, number] => [at, value[i]!])
        expect(got).toEqual(expected(sorted, count))
        expect(got.length).toBeLessThanOrEqual(5 * count)
        store.close()
      }),
      { numRuns: 30 },
    )
  })
})

/** The same buckets, the slow way; of equal values the first. */
function expected(points: [number, number][], count: number): [number, number][] {
  if (points.length <= 4 * count) return points
  const low = points[0]![0]
  const width = Math.ceil((points.at(-1)![0] - low + 1) / count)
  const kept = new Set<[number, number]>()
  for (let b = 0; b < count; b++) {
    const inside = points.filter(([step]) => Math.floor((step - low) / width) === b)
    const numbers = inside.filter(([, v]) => !Number.isNaN(v))
    const least = Math.min(...numbers.map((p) => p[1]))
    const most = Math.max(...numbers.map((p) => p[1]))
    const picks = [
      inside[0],
      inside.at(-1),
      numbers.find((p) => p[1] === least),
      numbers.find((p) => p[1] === most),
      inside.find((p) => Number.isNaN(p[1])),
    ]
    for (const pick of picks) if (pick) kept.add(pick)
  }
  return points.filter((p) => kept.has(p))
}

describe('the other tables', () => {
  test('stages of no run go with everything that hangs on them, dependents first', () => {
    const store = blank()
    addRun(store, 'a')
    addRun(store, 'b')
    const { weak } = addStages(store, 'a', { data: [], weak: ['data'] })
    addStages(store, 'b', { data: [] })
    store.metrics.insert(weak!, 1, { name: 'loss', split: '', step: 0, value: 1 })
    store.log.insert(weak!, 1, { at: 1, level: 'info', text: 'hello' })
    store.runs.remove('a')
    expect(store.stages.orphans(9).map((stage) => stage.key)).toEqual(['weak'])
    store.stages.remove(weak!)
    expect(store.metrics.of(weak!, 1)).toEqual([])
    store.runs.remove('b')
    expect(store.stages.orphans(9).map((stage) => stage.key)).toEqual(['data'])
  })

  test('of the runs that want the stage at work only the first of the queue is at work; the others share it', () => {
    const store = blank()
    const runs = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    runs.forEach((id, i) => addRun(store, id, i + 1))
    const { shared } = addStages(store, 'a', { shared: [] })
    for (const id of runs.slice(1)) addStages(store, id, { shared: [] })
    addStages(store, 'c', { other: [] })
    store.stages.claim(shared!, 10)
    const atWork = () => store.runs.all().map(({ id, running, sharing }) => `${id}${running}${sharing}`)
    expect(atWork().toSorted()).toEqual(['a10', 'b01', 'c01', 'd01', 'e01', 'f01', 'g01'])
    store.runs.move('f', 'a')
    expect(store.runs.get('f')).toMatchObject({ running: 1, sharing: 0 })
    expect(atWork().filter((one) => one.endsWith('10'))).toEqual(['f10'])
    store.runs.end('f', 'cancelled', 20)
    expect(store.runs.get('a')).toMatchObject({ running: 1, sharing: 0 })
    store.stages.finish(shared!, 30)
    expect(atWork().every((one) => one.endsWith('00'))).toBe(true)
  })

  test('an ended stage has worked as long as the stopwatch says, whatever was done to the wall clock', () => {
    const store = blank()
    addRun(store, 'run', 5_000)
    const { back, forth, plain } = addStages(store, 'run', { back: [], forth: [], plain: [] })
    const year = 365 * 24 * 3600 * 1000
    for (const [id, from, to] of [
      [back, 10_000, 10_000 - year],
      [forth, 10_000, 10_000 + 10 * year],
      [plain, 10_000, 12_000],
    ] as const) {
      store.stages.claim(id!, from)
      store.stages.finish(id!, to)
      store.stages.setWorked(id!, 1500)
    }
    expect(store.runs.get('run')!.seconds).toBe(4.5)
    expect(store.stages.finished().map(({ seconds }) => seconds)).toEqual([1.5, 1.5, 1.5])
  })

  test('the log gives the latest lines, oldest first, each once', () => {
    const store = blank()
    addRun(store, 'run')
    const { s } = addStages(store, 'run', { s: [] })
    for (const at of [1, 2, 3, 3]) store.log.insert(s!, 1, { at, level: 'info', text: `line ${at}` })
    expect(store.log.ofRun('run', 2).map((line) => line.text)).toEqual(['line 2', 'line 3'])
  })

  test('a transaction that throws leaves nothing, a nested one is part of the outer', () => {
    const store = blank()
    const attempt = () =>
      store.transaction(() => {
        addRun(store, 'a')
        store.transaction(() => addRun(store, 'b'))
        throw new Error('no')
      })
    expect(attempt).toThrow('no')
    expect(store.runs.all()).toEqual([])
  })

  test('what deletions leave empty is given back to the disk', () => {
    const store = blank()
    addRun(store, 'run')
    const { s } = addStages(store, 'run', { s: [] })
    const insert = (at: number) => store.log.insert(s!, 1, { at, level: 'info', text: 'x'.repeat(40_000) })
    store.transaction(() => Array.from({ length: 100 }, (_, at) => insert(at)))
    while (store.reclaim(1000));
    const before = store.bytes()
    store.runs.remove('run')
    store.stages.remove(s!)
    while (store.reclaim(100));
    expect(before).toBeGreaterThan(4_000_000)
    expect(store.bytes()).toBeLessThan(500_000)
  })
})
