// What takes room on disk is told without counting a byte twice, and freeing loses no result and nothing that a run wants.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { StoragePlace } from '../../src-preload/contract'
import { createImporter } from '../../src-main/lab/datasets/importer'
import { createStorageDesk } from '../../src-main/lab/home/storage'
import { openStore } from '../../src-main/store'
import { temporaryFolder } from '../store/temporary'
import { openLab } from './tools'

const key = (digit: string) => digit.repeat(64)

function write(path: string, bytes: number): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, Buffer.alloc(bytes))
  return path
}

function setUp(cacheIn?: string) {
  const home = temporaryFolder()
  const cache = cacheIn ? join(home, cacheIn) : temporaryFolder()
  const store = openStore(join(home, 'lab.sqlite'))
  onTestFinished(() => store.close())
  const desk = createStorageDesk({ store, importer: createImporter(undefined), home, cache })
  const bytesOf = async (id: StoragePlace) => (await desk.measure()).places.find((place) => place.id === id)!.bytes
  return { home, cache, store, desk, bytesOf }
}

test.each([undefined, 'cache'])(
  'every byte is told once, under the place that it lies in (cache in the home: %s)',
  async (cacheIn) => {
    const { home, cache, store, desk } = setUp(cacheIn)
    write(join(home, 'artifacts', key('a'), 'weights.bin'), 1000)
    write(join(home, 'artifacts', 'unfinished', `${key('b')}.bin`), 300)
    write(join(home, 'results', 'one'), 70)
    write(join(home, 'bundles', 'run.zip'), 11)
    write(join(home, 'presets', 'mine.json'), 5)
    write(join(cache, 'models', 'small', 'model.safetensors'), 4000)
    write(join(cache, 'runtime', 'electron'), 600)
    const { places, diskFreeBytes } = await desk.measure()
    const bytes = Object.fromEntries(places.map((place) => [place.id, place.bytes]))
    expect(bytes).toMatchObject({
      ...{ artifacts: 1000, unfinished: 300, results: 70, bundles: 11, damaged: 0, datasets: 0 },
      ...{ models: 4000, backends: 0, cache: 600, database: store.bytes() },
    })
    const beside = statSync(join(home, 'lab.sqlite-shm'), { throwIfNoEntry: false })?.size ?? 0
    expect(bytes['home']).toBe(5 + beside)
    expect(diskFreeBytes).toBeGreaterThan(0)
  },
)

test('freeing computed results leaves everything else', async () => {
  const { home, desk, bytesOf } = setUp()
  write(join(home, 'results', 'one'), 70)
  write(join(home, 'results', 'two'), 30)
  const kept = [write(join(home, 'bundles', 'run.zip'), 11), write(join(home, 'damaged', key('a'), 'x'), 12)]
  expect(await desk.free('results')).toBe(100)
  expect(await bytesOf('results')).toBe(0)
  expect(kept.every((path) => existsSync(path))).toBe(true)
})

test('an unfinished training goes only where no run in the queue wants it', async () => {
  const { home, store, desk } = setUp()
  const texts = { question: '', spec: '{}', arms: '[]', headline: '', createdAt: 1, queuedAt: 1 }
  store.runs.insert({ id: 'live', name: 'live', ...texts, endedAt: null, ended: null })
  store.runs.insert({ id: 'old', name: 'old', ...texts, endedAt: 2, ended: 'interrupted' })
  for (const [run, digit] of [
    ['live', 'a'],
    ['old', 'b'],
  ] as const) {
    const { id } = store.stages.ensure({ key: key(digit), kind: 'train', role: null, title: digit, config: '{}' })
    store.runStages.insert(run, id, 0, false)
  }
  const file = (digit: string, end = '') => join(home, 'artifacts', 'unfinished', `${key(digit)}.bin${end}`)
  for (const [path, bytes] of [
    [file('a'), 500],
    [file('b'), 40],
    [file('b', '.new'), 3],
    [file('c'), 2],
  ] as const)
    write(path, bytes)
  expect((await desk.measure()).idle).toEqual({ trainings: 3, bytes: 45 })
  expect(await desk.free('unfinished')).toBe(45)
  expect(readFileSync(file('a'))).toHaveLength(500)
  expect([file('b'), file('b', '.new'), file('c')].some((path) => existsSync(path))).toBe(false)
})

test('artifacts are told by kind, and what only the trash has', async () => {
  const { store, desk } = setUp()
  const texts = { question: '', spec: '{}', arms: '[]', headline: '', createdAt: 1, queuedAt: 1, endedAt: 2 }
  const run = (id: string) => store.runs.insert({ id, name: id, ...texts, ended: 'done' as const })
  const made = (digit: string, kind: 'train' | 'data', bytes: number, runs: string[]) => {
    const { id } = store.stages.ensure({ key: key(digit), kind, role: null, title: digit, config: '{}' })
    store.artifacts.put({ stage: id, origin: 'own', bytes, files: '[]', summary: '{}', finishedAt: 1 })
    for (const of of runs) store.runStages.insert(of, id, 0, false)
  }
  run('kept')
  run('gone')
  made('a', 'data', 10, ['kept', 'gone'])
  made('b', 'train', 200, ['kept'])
  made('c', 'train', 30, ['gone'])
  store.marks.put({ run: 'gone', name: '', notes: '', tags: '[]', hidden: 0, starred: 0, trashedAt: 5 })
  const { kinds, trash } = await desk.measure()
  expect(kinds).toEqual([
    { kind: 'train', stages: 2, bytes: 230 },
    { kind: 'data', stages: 1, bytes: 10 },
  ])
  expect(trash).toEqual({ runs: 1, bytes: 30 })
})

test('a lab that only looks on measures and frees nothing', async () => {
  const home = temporaryFolder()
  await openLab({ home })
  const kept = write(join(home, 'results', 'one'), 70)
  const looking = await openLab({ home, readOnly: true })
  expect((await looking.calls.storage()).places.find(({ id }) => id === 'results')?.bytes).toBe(70)
  await expect(looking.calls.storageFree('results')).rejects.toMatchObject({ code: 'conflict' })
  expect(existsSync(kept)).toBe(true)
})
