import Database from 'better-sqlite3'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunDetail } from '../../src-preload/contract'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })

type Role = 'data' | 'weak' | 'label' | 'ceiling' | 'student'
const keyOf = (run: RunDetail, role: Role) => run.stages.find((stage) => (stage.role ?? stage.kind) === role)!.key

/** A closed home with a finished run and its results. */
async function finished() {
  const home = temporaryFolder()
  const lab = await openLab({ home, ...engine() })
  const { runId } = await lab.calls.run(tinySpec())
  const run = await ended(lab, runId)
  const { arms } = await lab.calls.result({ runId, stop: 'last' })
  await lab.close()
  const file = (role: Role, name: string) => join(home, 'artifacts', keyOf(run, role), name)
  const open = () => openLab({ home, ...engine() })
  return { home, runId, run, arms, file, open }
}

function flip(file: string): void {
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(file, bytes)
}
const cut = (file: string) => truncateSync(file, 10)

/** What a run and a fresh experiment that shares its stages come to. */
async function isWholeAgain({ home, runId, arms, open }: Awaited<ReturnType<typeof finished>>): Promise<void> {
  const lab = await open()
  const again = await ended(lab, runId)
  expect(again.state).toBe('done')
  expect((await lab.calls.result({ runId, stop: 'last' })).arms).toEqual(arms)
  const other = await lab.calls.run(tinySpec({ methods: [{ method: 'naive' }, { method: 'confidence' }] }))
  expect((await ended(lab, other.runId)).state).toBe('done')
  expect(await lab.check({ repair: false })).toMatchObject({
    store: [],
    stages: [],
    damaged: [],
    strays: [],
    datasets: [],
  })
  await lab.close()
  expect(readdirSync(join(home, 'artifacts', 'tmp'))).toEqual([])
}

describe('a finished artifact that is damaged', () => {
  test.each<[string, Role, string, (file: string) => void]>([
    ['examples of one flipped bit', 'data', 'examples.json', flip],
    ['examples cut short', 'data', 'examples.json', cut],
    ['examples that are gone', 'data', 'examples.json', rmSync],
    ['labels of one flipped bit', 'label', 'labels.safetensors', flip],
    ['labels cut short', 'label', 'labels.safetensors', cut],
    ['labels that are gone', 'label', 'labels.safetensors', rmSync],
    ['an empty manifest', 'label', 'manifest.json', (file) => writeFileSync(file, '')],
  ])('is set aside and made again when a stage needs it: %s', async (_what, role, name, damage) => {
    const home = await finished()
    damage(home.file(role, name))
    const key = keyOf(home.run, role)
    // The student is to be made again, and needs it.
    rmSync(join(home.home, 'artifacts', keyOf(home.run, 'student')), { recursive: true })
    const lab = await home.open()
    await lab.calls.resume(home.runId)
    expect((await ended(lab, home.runId)).state).toBe('done')
    const log = (await lab.calls.log({ runId: home.runId, limit: 100 })).map(({ text }) => text).join('\n')
    expect(log).toMatch(/was damaged on disk and is made again/)
    const { aside } = await lab.check({ repair: false })
    expect(aside).toEqual([join(home.home, 'damaged', `${key}-1`)])
    expect(log).toContain(aside[0])
    await lab.close()
    await isWholeAgain(home)
  })

  test.each<[string, Role, string]>([
    ['the examples', 'data', 'examples.json'],
    ['what the supervisor said', 'weak', 'predictions.safetensors'],
    ['what the student said', 'student', 'predictions.safetensors'],
    ['what the ceiling said', 'ceiling', 'predictions.safetensors'],
  ])('is told when results are read, set aside, and made again by resuming the run: %s', async (_what, role, name) => {
    const home = await finished()
    flip(home.file(role, name))
    const beside = await openLab({ home: home.home, ...engine(), readOnly: true })
    const read = () => beside.calls.result({ runId: home.runId, stop: 'last' })
    await expect(read()).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringContaining('w2s check --repair') as string,
    })
    await expect(read()).rejects.toThrow(`${name}: expected sha256`)
    await beside.close()
    const lab = await home.open()
    const told = await lab.calls.result({ runId: home.runId, stop: 'last' }).catch((error: unknown) => error)
    expect(told).toMatchObject({ code: 'damaged', message: expect.stringContaining('Resume the run') as string })
    await lab.calls.resume(home.runId)
    await ended(lab, home.runId)
    await lab.close()
    await isWholeAgain(home)
  })

  test('is not exported', async () => {
    const home = await finished()
    flip(home.file('label', 'labels.safetensors'))
    const lab = await home.open()
    await expect(lab.calls.exportBundle({ runId: home.runId, path: '' })).rejects.toMatchObject({ code: 'damaged' })
    expect(readdirSync(join(home.home, 'bundles'))).toEqual([])
    await lab.close()
  })
})

describe('checking a home', () => {
  test('finds what no run reads, changes nothing, and repairs when asked', async () => {
    const home = await finished()
    flip(home.file('student', 'weights.safetensors'))
    const lab = await home.open()
    const [found] = (await lab.check({ repair: false })).damaged
    expect(found).toMatchObject({ key: keyOf(home.run, 'student'), origin: 'own', repaired: false, movedTo: null })
    expect(found!.problem).toMatch(/weights\.safetensors: expected sha256/)
    const seen: number[] = []
    const repaired = await lab.check({ repair: true, onProgress: (done, total) => seen.push(done / total) })
    expect(repaired.damaged).toMatchObject([{ repaired: true, movedTo: expect.stringContaining('damaged') as string }])
    expect(seen.at(-1)).toBe(1)
    expect(existsSync(home.file('student', 'weights.safetensors'))).toBe(false)
    await lab.calls.resume(home.runId)
    await ended(lab, home.runId)
    await lab.close()
    await isWholeAgain(home)
  })

  test('holds manifests and stages against the store, and tells strays', async () => {
    const home = await finished()
    const manifest = JSON.parse(readFileSync(home.file('weak', 'manifest.json'), 'utf8')) as { files: unknown[] }
    manifest.files = []
    writeFileSync(home.file('weak', 'manifest.json'), JSON.stringify(manifest))
    const db = new Database(join(home.home, 'lab.sqlite'))
    const key = keyOf(home.run, 'ceiling')
    db.prepare(`UPDATE stages SET config = replace(config, '"seed":0', '"seed":1') WHERE key = ?`).run(key)
    db.close()
    writeFileSync(join(home.home, 'artifacts', 'x'), '')
    // Where trainings lie that can be taken up.
    mkdirSync(join(home.home, 'artifacts', 'unfinished'), { recursive: true })
    const lab = await home.open()
    const report = await lab.check({ repair: false })
    expect(report.damaged).toMatchObject([{ key: keyOf(home.run, 'weak') }])
    expect(report.stages).toMatchObject([{ key }])
    expect(report.strays).toEqual(['x'])
    await lab.close()
  })
})
