import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { GroupQuery } from '../../src-preload/contract'
import { readGroups } from '../../src-main/lab/runs/group-curves'
import { openStore, type Store } from '../../src-main/store'
import { temporaryFolder } from '../store/temporary'

/** A store with trainings of `batch` rows a step, each with the losses that are given. */
function filled(trainings: Record<string, { values: number[]; batch?: number }>): Store {
  const store = openStore(`${temporaryFolder()}/lab.sqlite`)
  onTestFinished(() => store.close())
  const texts = { name: 'run', question: '', spec: '{}', arms: '[]', headline: '' }
  store.runs.insert({ id: 'run', ...texts, createdAt: 1, queuedAt: 1, endedAt: null, ended: null })
  const sizes = { weak: 40, transfer: 100, validation: 10, test: 10 }
  const stage = (key: string, kind: 'data' | 'train', config: object) =>
    store.stages.ensure({ key, kind, role: null, title: key, config: JSON.stringify(config) })
  const data = stage('data', 'data', { sizes })
  store.transaction(() => {
    for (const [key, { values, batch = 20 }] of Object.entries(trainings)) {
      const { id } = stage(key, 'train', { trainOn: 'transfer', optimiser: { batch } })
      store.needs.insert(id, 'data', data.key)
      values.forEach((value, i) => store.metrics.insert(id, 0, { name: 'loss', split: '', step: i, value }))
    }
  })
  return store
}

const query = (groups: Record<string, string[]>, change: Partial<GroupQuery> = {}): GroupQuery => ({
  groups: Object.entries(groups).map(([id, keys]) => ({ id, keys })),
  series: [{ name: 'loss', split: '' }],
  ...{ axis: 'step', from: null, to: null, summary: 'mean-t', smoothing: 0, each: false, buckets: 50 },
  ...change,
})
const waves = (seed: number, n = 1000) => Array.from({ length: n }, (_, i) => Math.sin(i * i + seed))

describe('groups of curves', () => {
  test('are means over all of their trainings, a training counted once', async () => {
    const store = filled({ a: { values: [1, 2] }, b: { values: [3, 6] } })
    const [curve] = await readGroups(store, query({ arm: ['a', 'b', 'a'] }, { summary: 'mean-range' }))
    expect(curve).toMatchObject({ group: 'arm', key: '', step: [0, 1], x: [0, 1], value: [2, 4], n: [2, 2] })
    expect(curve).toMatchObject({ low: [1, 2], high: [3, 6], raw: null, bucket: 1, offAxis: '', epoch: 5 })
  })

  test('do not change when another group or another training comes', async () => {
    const values = fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(values, { minLength: 2, maxLength: 6 }),
        fc.constantFrom('mean-t' as const, 'mean-range' as const, 'median-range' as const),
        fc.constantFrom(0, 0.9),
        fc.boolean(),
        async (all, summary, smoothing, each) => {
          const store = filled(Object.fromEntries(all.map((one, i) => [`t${i}`, { values: one }])))
          const keys = all.map((_, i) => `t${i}`)
          const change = { summary, smoothing, each, buckets: 5 }
          const alone = await readGroups(store, query({ arm: keys.slice(0, 2) }, change))
          const beside = await readGroups(store, query({ others: keys.slice(2), arm: keys.slice(0, 2) }, change))
          expect(beside.filter(({ group }) => group === 'arm')).toEqual(alone)
        },
      ),
      { numRuns: 20 },
    )
  })

  test('are smoothed over all points before they are thinned or cut', async () => {
    const store = filled({ a: { values: waves(1) }, b: { values: waves(2) } })
    const ask = (change: Partial<GroupQuery>) => readGroups(store, query({ arm: ['a', 'b'] }, change))
    const [whole] = await ask({ smoothing: 0.95, buckets: 10_000 })
    const [part] = await ask({ smoothing: 0.95, buckets: 10, from: 400, to: 800 })
    expect(whole!.step).toHaveLength(1000)
    expect(part!.bucket).toBeGreaterThan(1)
    expect(part!.step.length).toBeLessThan(110)
    expect([part!.step[0], part!.step.at(-1), part!.end]).toEqual([399, 801, 999])
    for (const [i, step] of part!.step.entries()) {
      expect([part!.value[i], part!.raw![i], part!.high[i]]).toEqual(
        [whole!.value, whole!.raw!, whole!.high].map((c) => c[step]),
      )
    }
    const inside = whole!.value.slice(400, 801)
    expect(Math.max(...part!.value)).toBeGreaterThanOrEqual(Math.max(...inside))
    expect(Math.min(...part!.value)).toBeLessThanOrEqual(Math.min(...inside))
  })

  test('zoomed in show more of every training', async () => {
    const store = filled({ a: { values: waves(1) } })
    const ask = (change: Partial<GroupQuery>) => readGroups(store, query({ arm: ['a'] }, { each: true, ...change }))
    const [far] = await ask({ buckets: 20 })
    const [near] = await ask({ buckets: 20, from: 500, to: 560 })
    expect(far).toMatchObject({ key: 'a', bucket: 50 })
    expect(far!.step.length).toBeLessThanOrEqual(100)
    expect(near).toMatchObject({ bucket: 1, end: 999, step: Array.from({ length: 63 }, (_, i) => 499 + i) })
  })

  test('say of how many they are at the edges of a stretch, too', async () => {
    const store = filled({ a: { values: waves(1, 100) }, b: { values: waves(2, 40) } })
    const ask = (change: Partial<GroupQuery>) => readGroups(store, query({ arm: ['a', 'b'] }, change))
    const [whole] = await ask({})
    const [part] = await ask({ from: 38.5, to: 42 })
    expect(part).toMatchObject({ step: [38, 39, 40, 41, 42, 43], n: [2, 2, 1, 1, 1, 1], end: 99 })
    expect(part!.value).toEqual(whole!.value.slice(38, 44))
  })

  test('stand on the axis of epochs and of labels', async () => {
    const store = filled({ a: { values: waves(1, 11) }, b: { values: waves(2, 11), batch: 50 } })
    const on = async (axis: GroupQuery['axis'], keys: string[], change = {}) =>
      (await readGroups(store, query({ arm: keys }, { axis, ...change })))[0]!
    expect((await on('epoch', ['a'])).x.at(-1)).toBe(2)
    expect((await on('labels', ['a'])).x.at(-1)).toBe(200)
    expect((await on('epoch', ['b'])).x.at(-1)).toBe(5)
    expect((await on('epoch', ['a'], { from: 1, to: 1.3 })).step).toEqual([4, 5, 6, 7])
    expect(await on('epoch', ['a', 'b'])).toMatchObject({
      x: [],
      offAxis: 'A step is not the same there for all trainings of a line.',
    })
    expect(await on('step', ['a', 'b'])).toMatchObject({ offAxis: '', epoch: null })
    expect(await on('labels', ['b'])).toMatchObject({ offAxis: '', epoch: 100 })
  })

  test('stand on the clock of their trainings, a line at the mean of when they were there', async () => {
    const store = filled({ a: { values: waves(1, 11) }, b: { values: waves(2, 11) }, c: { values: waves(3, 11) } })
    const mark = (key: string, step: number, seconds: number) =>
      store.clock.insert(store.stages.byKey(key)!.id, 0, { step, seconds })
    for (const [step, seconds] of [
      [0, 0],
      [4, 2],
      [10, 14],
    ] as const) {
      mark('a', step, seconds)
      mark('b', step, 3 * seconds)
    }
    const on = async (keys: string[], change = {}) =>
      (await readGroups(store, query({ arm: keys }, { axis: 'seconds', ...change })))[0]!
    expect((await on(['a'])).x).toEqual([0, 0.5, 1, 1.5, 2, 4, 6, 8, 10, 12, 14])
    expect(await on(['a', 'b'])).toMatchObject({ end: 28, epoch: null, offAxis: '' })
    expect((await on(['a', 'b'])).x.slice(3, 6)).toEqual([3, 4, 8])
    expect((await on(['a'], { from: 3.9, to: 7 })).step).toEqual([4, 5, 6, 7])
    expect((await on(['a', 'c'])).offAxis).toMatch(/times were not kept/)
    mark('c', 0, 0)
    mark('c', 8, 9)
    expect((await on(['a', 'c'])).offAxis).toMatch(/not equally long/)
  })

  test('stand on the operations of their updates where these are known', async () => {
    const store = filled({ a: { values: waves(1, 11) }, b: { values: waves(2, 11) } })
    const made = { origin: 'own' as const, bytes: 1, files: '[]', finishedAt: 1 }
    const { id } = store.stages.byKey('a')!
    store.artifacts.put({ stage: id, ...made, summary: JSON.stringify({ operations: 800 }) })
    const on = async (keys: string[]) => (await readGroups(store, query({ arm: keys }, { axis: 'flops' })))[0]!
    expect(await on(['a'])).toMatchObject({ end: 10 * 20 * 800, epoch: 5 * 20 * 800 })
    expect((await on(['b'])).offAxis).toMatch(/^Operations are counted where that is exact/)
  })

  test('of quantities that nobody measured are none', async () => {
    const store = filled({ a: { values: [1] }, b: { values: [] } })
    const series = [
      { name: 'loss', split: '' as const },
      { name: 'accuracy', split: 'test' as const },
    ]
    const curves = await readGroups(store, query({ one: ['a', 'gone'], two: ['b'] }, { series }))
    expect(curves.map(({ group, name, n }) => [group, name, n])).toEqual([['one', 'loss', [1]]])
  })
})
