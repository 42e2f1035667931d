import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { fill, mounted, remount, temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, event, openLab, tinySpec } from './tools'

const built = builtProcesses()

/** Every file of a folder with its digest. */
function snapshot(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((f) =>
    f.isFile(),
  )
  return Object.fromEntries(
    files.map((f) => [
      f.name,
      createHash('sha256')
        .update(readFileSync(join(f.parentPath, f.name)))
        .digest('hex'),
    ]),
  )
}

describe('a home', () => {
  test('that another instance works in is refused in words, and nothing changes', async () => {
    const home = temporaryFolder()
    const first = await openLab({ home })
    const before = snapshot(home)
    const refusal = await openLab({ home }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'conflict' })
    expect((refusal as Error).message).toContain(`process ${process.pid}`)
    expect((refusal as Error).message).toContain(home)
    expect((refusal as Error).message).toMatch(/since \d{4}-\d\d-\d\d \d\d:\d\d\)/)
    expect(snapshot(home)).toEqual(before)
    await first.close()
    await openLab({ home })
  })

  test('can be looked at beside the instance that works in it, and not changed', async () => {
    const home = temporaryFolder()
    await openLab({ home })
    const beside = await openLab({ home, readOnly: true })
    expect(await beside.calls.runs()).toEqual([])
    expect((await beside.calls.status()).readOnly).toContain('only be looked at')
    expect((await beside.calls.preview(tinySpec())).valid).toBe(true)
    for (const refused of [
      beside.calls.run(tinySpec()),
      beside.calls.cancel('x'),
      beside.calls.resume('x'),
      beside.calls.remove('x'),
      beside.calls.datasetRemove('x'),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'conflict' })
  })

  test('that does not exist can be looked at without being made', async () => {
    const home = join(temporaryFolder(), 'not', 'there')
    const lab = await openLab({ home, readOnly: true })
    expect(await lab.calls.runs()).toEqual([])
    expect((await lab.calls.status()).diskFreeBytes).toBeGreaterThan(0)
    expect(existsSync(home)).toBe(false)
  })

  test('whose holder died is taken over', async () => {
    const home = temporaryFolder()
    writeFileSync(join(home, 'lab.lock'), '')
    writeFileSync(join(home, 'lab.lock.json'), JSON.stringify({ pid: 1, since: 0 }))
    const lab = await openLab({ home })
    expect(await lab.calls.runs()).toEqual([])
    expect(JSON.parse(readFileSync(join(home, 'lab.lock.json'), 'utf8'))).toMatchObject({ pid: process.pid })
  })

  test('of a newer version is refused, unchanged, and its lock let go', async () => {
    const home = temporaryFolder()
    await (await openLab({ home })).close()
    const path = join(home, 'lab.sqlite')
    const db = new Database(path)
    db.prepare(`INSERT INTO migrations VALUES ('999-future', 0)`).run()
    db.close()
    const before = readFileSync(path)
    for (let i = 0; i < 2; i++)
      await expect(openLab({ home })).rejects.toMatchObject({ name: 'StorageError', reason: 'newer' })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('that is a file is refused, unchanged', async () => {
    const home = join(temporaryFolder(), 'file')
    writeFileSync(home, 'x')
    await expect(openLab({ home })).rejects.toMatchObject({ name: 'StorageError', reason: 'read-only' })
    expect(readFileSync(home, 'utf8')).toBe('x')
  })

  test('on a read-only disk is refused, unchanged', async (context) => {
    const disk = mounted('size=16m')
    if (!disk) return context.skip('mounting a file system needs privileges')
    const home = join(disk, 'home')
    await (await openLab({ home })).close()
    remount(disk, 'ro')
    const before = snapshot(home)
    await expect(openLab({ home })).rejects.toMatchObject({ name: 'StorageError', reason: 'read-only' })
    expect(snapshot(home)).toEqual(before)
  })
})

describe('a disk', () => {
  test('without room for the run is told before anything is done', async (context) => {
    const disk = mounted('size=16m')
    if (!disk) return context.skip('mounting a small file system needs privileges')
    const lab = await openLab({ home: disk })
    const preview = await lab.calls.preview(tinySpec())
    expect(preview.valid && preview.warnings.join()).toContain('MB are free')
    await expect(lab.calls.run(tinySpec())).rejects.toMatchObject({ code: 'storage' })
    await expect(lab.calls.run(tinySpec())).rejects.toThrow(
      /writes about \d+ MB .* 100 MB more must stay free; \d+ MB are free/,
    )
    expect(await lab.calls.runs()).toEqual([])
  })

  test('that fills up in the middle stops the work in words; with room again the run goes on', async (context) => {
    const disk = mounted('size=256m')
    if (!disk) return context.skip('mounting a small file system needs privileges')
    const lab = await openLab({ home: disk, spawnEngine: forkEngine(built.entry('engine')) })
    const ballast = join(disk, 'ballast')
    const spec = tinySpec({ optimiser: { strong: { epochs: 50, batch: 2 } } })
    const { runId } = await lab.calls.run(spec)
    await event(lab, (e) => e.type === 'metric')
    const stopped = event(lab, (e) => e.type === 'status' && e.status.readOnly !== '')
    fill(ballast)
    await stopped
    expect((await lab.calls.status()).readOnly).toContain('disk is full')
    await expect(lab.calls.resume(runId)).rejects.toMatchObject({ name: 'StorageError', reason: 'full' })
    rmSync(ballast)
    await lab.calls.resume(runId)
    expect((await lab.calls.status()).readOnly).toBe('')
    expect((await ended(lab, runId)).state).toBe('done')
  })
})

describe('an input', () => {
  test('that is no spec is refused with every problem, and nothing is queued', async () => {
    const lab = await openLab({})
    const wrong = tinySpec({ seeds: [], evaluation: 3, weak: [{ model: 'words', words: 'ten' }] })
    const refusal = (await lab.calls.run(wrong).catch((error: unknown) => error)) as {
      code: string
      problems: unknown[]
    }
    expect(refusal.code).toBe('bad-input')
    expect(refusal.problems).toMatchObject([
      { path: 'weak[0].words', got: '"ten"' },
      { path: 'seeds' },
      { path: 'evaluation' },
    ])
    expect(await lab.calls.preview(wrong)).toMatchObject({ valid: false, problems: refusal.problems })
    expect(await lab.calls.runs()).toEqual([])
  })

  test('that names a task which is not there is refused with those that are', async () => {
    const lab = await openLab({})
    await expect(lab.calls.run(tinySpec({ tasks: ['spma'] }))).rejects.toMatchObject({
      code: 'bad-input',
      problems: [{ path: 'tasks[0]', got: '"spma"' }],
    })
  })

  test('that names a run, arm or example which is not there says so', async () => {
    const lab = await openLab({})
    const ref = { runId: 'nope', armId: 'a', seed: 0, stop: 'last' as const }
    const calls = await Promise.allSettled([
      lab.calls.runDetail('nope'),
      lab.calls.cancel('nope'),
      lab.calls.resume('nope'),
      lab.calls.remove('nope'),
      lab.calls.log({ runId: 'nope', limit: 5 }),
      lab.calls.result({ runId: 'nope', stop: 'last' }),
      lab.calls.cube(ref),
      lab.calls.exportBundle({ runId: 'nope', path: '' }),
      lab.calls.datasetRemove('nope'),
    ])
    for (const call of calls) expect(call).toMatchObject({ status: 'rejected', reason: { code: 'not-found' } })
  })
})
