import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { createMemory } from '../../src-main/lab/results/memory'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()
let root: string
let place: { folder: string; code: string; writes: boolean }

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'w2s-memory-'))
  place = { folder: join(root, 'results'), code: join(root, 'analyst.js'), writes: true }
  writeFileSync(place.code, 'import "./chunks/one.js"')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const VALUE = { pgr: NaN, none: undefined, draws: Float64Array.of(0.1, -0), at: [1, null] }
/** What a fresh process gives for a name, and whether it had to compute it. */
async function asked(facts = 'facts', at = place, onDisk = '') {
  const compute = vi.fn(() => Promise.resolve(VALUE))
  const value = await createMemory(at).of<typeof VALUE>('arm')('a', { stored: facts, onDisk: () => onDisk }, compute)
  expect(value).toStrictEqual(VALUE)
  return compute.mock.calls.length
}

test('computes once, over processes, until facts or code are others', async () => {
  expect([await asked(), await asked()]).toEqual([1, 0])
  expect([await asked('another attempt'), await asked('another attempt'), await asked()]).toEqual([1, 0, 1])
  expect([await asked('facts', place, 'cut short'), await asked('facts', place, 'cut short')]).toEqual([1, 0])
  writeFileSync(place.code, 'import "./chunks/two.js"')
  expect([await asked(), await asked()]).toEqual([1, 0])
  expect(readdirSync(place.folder)).toHaveLength(1)
})

test('computes anew what is damaged on disk, one flipped bit or half a file', async () => {
  await asked()
  const [name] = readdirSync(place.folder)
  const file = join(place.folder, name!)
  const bytes = readFileSync(file)
  for (const damaged of [bytes.map((byte, i) => (i === 60 ? byte ^ 1 : byte)), bytes.subarray(0, 20), '']) {
    writeFileSync(file, damaged)
    expect([await asked(), await asked()]).toEqual([1, 0])
  }
})

test('writes nothing where it only looks on, and computes where nothing can be written', async () => {
  expect([
    await asked('facts', { ...place, writes: false }),
    await asked('facts', { ...place, writes: false }),
  ]).toEqual([1, 1])
  expect(readdirSync(root)).toEqual(['analyst.js'])
  writeFileSync(place.folder, 'a file in its place')
  expect([await asked(), await asked()]).toEqual([1, 1])
})

test('remembers in one process without a place, and forgets what failed', async () => {
  const none = { stored: '', onDisk: () => '' }
  const remembered = createMemory(null).of<number>('arm')
  const compute = vi.fn().mockRejectedValueOnce(new Error('gone')).mockResolvedValue(7)
  await expect(remembered('a', none, compute)).rejects.toThrow('gone')
  expect([await remembered('a', none, compute), await remembered('a', none, compute)]).toEqual([7, 7])
  expect(compute).toHaveBeenCalledTimes(2)
})

test('lets the oldest go when there is too much', async () => {
  mkdirSync(place.folder)
  for (const [name, days, megabytes] of [
    ['old', 9, 200],
    ['new', 1, 100],
  ] as const) {
    const file = join(place.folder, name)
    writeFileSync(file, Buffer.alloc(1))
    // A sparse file: its length counts, no block is written.
    truncateSync(file, megabytes * 1024 ** 2)
    utimesSync(file, Date.now() / 1000 - days * 86400, Date.now() / 1000 - days * 86400)
  }
  createMemory(place)
  await expect.poll(() => readdirSync(place.folder)).toEqual(['new'])
})

test('results of a home are the same from memory as when computed', async () => {
  const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
  const home = join(root, 'home')
  const ask = async (runId: string) => {
    const lab = await openLab({ ...engine(), home })
    // Every look is counted, and is another one.
    const { looks, ...result } = await lab.calls.result({ runId, stop: 'last' })
    expect(looks).not.toBeNull()
    await lab.close()
    return result
  }
  const lab = await openLab({ ...engine(), home })
  const { runId } = await lab.calls.run(tinySpec({ methods: [{ method: 'naive' }, { method: 'confidence' }] }))
  await ended(lab, runId)
  await lab.close()
  const first = await ask(runId)
  const kept = readdirSync(join(home, 'results'))
  expect(kept).toHaveLength(3)
  expect(await ask(runId)).toStrictEqual(first)
  rmSync(join(home, 'results'), { recursive: true })
  expect(await ask(runId)).toStrictEqual(first)
  expect(readdirSync(join(home, 'results')).toSorted()).toEqual(kept.toSorted())
})
