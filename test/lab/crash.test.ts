import Database from 'better-sqlite3'
import { fork } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createLab } from '../../src-main/lab'
import { forkEngine } from '../../src-main/lab/engine/fork'
import type { SpawnEngine } from '../../src-main/lab/options'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses, RESOURCES } from './built'
import { ended, keyOf, longSpec, openLab, tinySpec, training } from './tools'

const built = builtProcesses({ app: join(import.meta.dirname, 'fixtures/app.ts') })
const spawn: SpawnEngine = (...args) => forkEngine(built.entry('engine'))(...args)

/** The engine, and the ids of its processes. */
function watched(): { spawnEngine: SpawnEngine; pids: number[] } {
  const pids: number[] = []
  const spawnEngine: SpawnEngine = (...args) => {
    const handle = spawn(...args)
    pids.push(handle.pid!)
    return handle
  }
  return { spawnEngine, pids }
}

/** A closed home with one finished run, to be meddled with. */
async function finishedHome(): Promise<{ home: string; runId: string }> {
  const home = temporaryFolder()
  const lab = await openLab({ home, spawnEngine: spawn })
  const { runId } = await lab.calls.run(tinySpec())
  await ended(lab, runId)
  await lab.close()
  return { home, runId }
}
function meddle(home: string, work: (db: Database.Database) => void): void {
  const db = new Database(join(home, 'lab.sqlite'))
  work(db)
  db.close()
}

describe('the engine', () => {
  test('killed in a stage fails that stage and what needs it; the rest goes on in a new process', async () => {
    const { spawnEngine, pids } = watched()
    const lab = await openLab({ spawnEngine })
    const long = { epochs: 1000, batch: 2 }
    const broken = await lab.calls.run(tinySpec({ optimiser: { weak: long, strong: { epochs: 1 } } }))
    const other = await lab.calls.run(tinySpec({ name: 'Other', seeds: [7] }))
    const weak = keyOf(await lab.calls.runDetail(broken.runId), 'weak')
    await training(lab, weak)
    const killed = pids.at(-1)!
    process.kill(killed, 'SIGKILL')
    expect((await ended(lab, other.runId)).state).toBe('done')
    expect(pids.at(-1)).not.toBe(killed)
    const run = await ended(lab, broken.runId)
    expect(run.state).toBe('failed')
    expect(run.stages.map((s) => [s.role ?? s.kind, s.state])).toEqual([
      ['data', 'done'],
      ['weak', 'failed'],
      ['label', 'failed'],
      ['ceiling', 'done'],
      ['student', 'failed'],
    ])
    expect(run.stages[1]!.error).toContain('was killed (signal 9)')
    expect(run.stages[4]!.error).toMatch(/^It needs "weak · words \d+ · .+ · seed \d", which failed\.$/)
  })

  test('killed leaves the metrics of that attempt; the next attempt has its own', async () => {
    const { spawnEngine, pids } = watched()
    const home = temporaryFolder()
    const lab = await openLab({ home, spawnEngine })
    const { runId } = await lab.calls.run(tinySpec({ optimiser: { strong: { epochs: 100, batch: 2 } } }))
    const student = keyOf(await lab.calls.runDetail(runId), 'student')
    await training(lab, student)
    process.kill(pids.at(-1)!, 'SIGKILL')
    expect((await ended(lab, runId)).state).toBe('failed')
    const before = await lab.calls.curves({ keys: [student], names: ['loss'], splits: [''], buckets: 1000 })
    expect(before[0]!.step.length).toBeGreaterThan(0)
    await lab.calls.resume(runId)
    expect((await ended(lab, runId)).state).toBe('done')
    const after = await lab.calls.curves({ keys: [student], names: ['loss'], splits: [''], buckets: 10_000 })
    expect(after[0]!.step.length).toBe(2000)
    await lab.close()
    meddle(home, (db) => {
      const attempts = db.prepare(
        `SELECT DISTINCT attempt FROM metrics WHERE stage = (SELECT id FROM stages WHERE key = ?)`,
      )
      expect(attempts.pluck().all(student)).toEqual([1, 2])
      expect(db.prepare('SELECT attempt, doneAttempt FROM stages WHERE key = ?').get(student)).toEqual({
        attempt: 2,
        doneAttempt: 2,
      })
    })
  })
})

describe('the app', () => {
  test('closed mid-run leaves it interrupted; resumed, it goes on from the stages already done', async () => {
    const home = temporaryFolder()
    const first = await openLab({ home, spawnEngine: spawn })
    const spec = tinySpec({ optimiser: { strong: { epochs: 100, batch: 2 } } })
    const { runId } = await first.calls.run(spec)
    const queued = await first.calls.run(tinySpec({ name: 'Behind', seeds: [3] }))
    await training(first, keyOf(await first.calls.runDetail(runId), 'ceiling'))
    await first.close()
    const second = await openLab({ home, spawnEngine: spawn })
    const run = await second.calls.runDetail(runId)
    expect(run.state).toBe('interrupted')
    expect(run.stages.map((s) => s.state)).toEqual(['done', 'done', 'done', 'interrupted', 'interrupted'])
    expect((await second.calls.runDetail(queued.runId)).state).toBe('interrupted')
    const started: string[] = []
    second.subscribe((events) => {
      for (const e of events) if (e.type === 'state' && e.state === 'running') started.push(e.key)
    })
    await second.calls.resume(runId)
    const done = await ended(second, runId)
    expect(done.state).toBe('done')
    expect(started).toEqual(run.stages.slice(3).map((s) => s.key))
  })

  test('killed mid-run loses no finished stage and no engine stays behind', async () => {
    const home = temporaryFolder()
    const spec = JSON.stringify(tinySpec({ optimiser: { strong: { epochs: 100, batch: 2 } } }))
    const app = fork(built.entry('app'), [home, RESOURCES, built.entry('engine'), spec], { serialization: 'advanced' })
    onTestFinished(() => void app.kill('SIGKILL'))
    const runId = await new Promise<string>((resolve) => {
      let id = ''
      let finished = 0
      app.on('message', (message) => {
        const e = message as EngineEvent | { type: 'run'; runId: string }
        if (e.type === 'run') id = e.runId
        if (e.type === 'state' && e.state === 'done') finished++
        if (e.type === 'metric' && e.step > 0 && finished >= 3) resolve(id)
      })
    })
    const gone = new Promise((resolve) => app.on('exit', resolve))
    app.kill('SIGKILL')
    await gone
    const lab = await openLab({ home, spawnEngine: spawn })
    const run = await lab.calls.runDetail(runId)
    expect(run.state).toBe('interrupted')
    expect(run.stages.map((s) => s.state)).toEqual(['done', 'done', 'done', 'interrupted', 'interrupted'])
    await lab.calls.resume(runId)
    expect((await ended(lab, runId)).state).toBe('done')
    expect(readdirSync(join(home, 'artifacts', 'tmp'))).toEqual([])
  })

  test('killed as soon as a run was moved has it in its place when both are gone on with', async () => {
    const home = temporaryFolder()
    const specs = [longSpec(), longSpec({ name: 'Moved', seeds: [1] })].map((spec) => JSON.stringify(spec))
    const args = [home, RESOURCES, built.entry('engine'), ...specs]
    const app = fork(built.entry('app'), args, { serialization: 'advanced' })
    onTestFinished(() => void app.kill('SIGKILL'))
    const gone = new Promise((resolve) => app.on('exit', resolve))
    const moved = await new Promise<{ runId: string; before: string }>((resolve) => {
      app.on('message', (message) => {
        const told = message as EngineEvent | { type: 'moved'; runId: string; before: string }
        if (told.type !== 'moved') return
        app.kill('SIGKILL')
        resolve(told)
      })
    })
    await gone
    const lab = await openLab({ home, spawnEngine: spawn })
    await lab.calls.pause('on')
    for (const runId of [moved.before, moved.runId]) await lab.calls.resume(runId)
    const ranked = (await lab.calls.runs()).toSorted((a, b) => a.rank - b.rank)
    expect(ranked.map(({ id, state }) => [id, state])).toEqual([
      [moved.runId, 'queued'],
      [moved.before, 'queued'],
    ])
  })

  test('killed between a stage and its record adopts the stage from disk, predictions, curves and all', async () => {
    const { home, runId } = await finishedHome()
    let student = 0
    let curves: unknown[] = []
    const metrics = (db: Database.Database) =>
      db.prepare('SELECT name, split, step, value FROM metrics WHERE stage = ? ORDER BY name, split, step').all(student)
    meddle(home, (db) => {
      student = db.prepare<[], number>(`SELECT id FROM stages WHERE role = 'student'`).pluck().get()!
      db.prepare(
        `UPDATE stages SET state = 'running', doneAttempt = 0, endedAt = NULL, threads = NULL WHERE id = ?`,
      ).run(student)
      db.prepare('DELETE FROM artifacts WHERE stage = ?').run(student)
      curves = metrics(db)
      db.prepare('DELETE FROM metrics WHERE stage = ? AND step > 1').run(student)
      db.prepare(`UPDATE runs SET ended = NULL, headline = ''`).run()
    })
    const lab = await openLab({ home })
    const run = await lab.calls.runDetail(runId)
    expect(run.state).toBe('done')
    expect(run.stages.find((stage) => stage.role === 'student')).toMatchObject({ backend: 'wasm', threads: 1 })
    const { arms } = await lab.calls.result({ runId, stop: 'last' })
    expect(arms[0]).toMatchObject({ seedsDone: 1 })
    expect(arms[0]!.training!.step).toHaveLength(3)
    expect((await lab.calls.log({ runId, limit: 10 })).map((line) => line.text)).toContain('Found finished on disk.')
    expect(curves.length).toBeGreaterThan(10)
    meddle(home, (db) => expect(metrics(db)).toEqual(curves))
  })

  test.each([
    ['arms', '{not json', /damaged: Expected property name/],
    ['spec', '[]', /damaged: expected a spec/],
  ])('of whose run the store has lost the %s names it, and lists the others', async (column, text, message) => {
    const { home, runId } = await finishedHome()
    meddle(home, (db) => void db.prepare(`UPDATE runs SET ${column} = ?`).run(text))
    const lab = await openLab({ home })
    expect(await lab.calls.runs()).toHaveLength(1)
    const asked = lab.calls.runDetail(runId)
    await expect(asked).rejects.toMatchObject({
      name: 'StorageError',
      message: expect.stringContaining(runId) as string,
    })
    await expect(asked).rejects.toThrow(message)
  })

  test('says of a run that was stopped what its finished arms have found', async () => {
    const { home, runId } = await finishedHome()
    meddle(home, (db) => void db.prepare(`UPDATE runs SET ended = 'interrupted', headline = ''`).run())
    const lab = await openLab({ home })
    await expect.poll(async () => (await lab.calls.runDetail(runId)).headline).toMatch(/^naive: /)
  })

  test('does not adopt a stage whose files are not what its manifest says', async () => {
    const { home, runId } = await finishedHome()
    let key = ''
    meddle(home, (db) => {
      key = db.prepare<[], string>(`SELECT key FROM stages WHERE role = 'student'`).pluck().get()!
      db.prepare(`UPDATE stages SET state = 'running', doneAttempt = 0 WHERE key = ?`).run(key)
      db.prepare('DELETE FROM artifacts WHERE stage = (SELECT id FROM stages WHERE key = ?)').run(key)
      db.prepare('UPDATE runs SET ended = NULL').run()
    })
    rmSync(join(home, 'artifacts', key, 'weights.safetensors'))
    const lab = await openLab({ home, spawnEngine: spawn })
    expect((await lab.calls.runDetail(runId)).state).toBe('interrupted')
    await lab.calls.resume(runId)
    expect((await ended(lab, runId)).state).toBe('done')
    expect(existsSync(join(home, 'artifacts', key, 'weights.safetensors'))).toBe(true)
  })

  test('makes again what was recorded and is gone from disk; until then its results are said to be gone', async () => {
    const { home, runId } = await finishedHome()
    let key = ''
    meddle(home, (db) => {
      key = db.prepare<[], string>(`SELECT key FROM stages WHERE role = 'ceiling'`).pluck().get()!
    })
    rmSync(join(home, 'artifacts', key), { recursive: true })
    const lab = await openLab({ home, spawnEngine: spawn })
    expect((await lab.calls.runDetail(runId)).stages.find((s) => s.key === key)!.state).toBe('waiting')
    const result = () => lab.calls.result({ runId, stop: 'last' })
    await expect(result()).rejects.toThrow('not on disk any more. Resume it to make them again.')
    await lab.calls.resume(runId)
    expect((await ended(lab, runId)).state).toBe('done')
    expect(existsSync(join(home, 'artifacts', key, 'manifest.json'))).toBe(true)
    expect((await result()).arms[0]!.seedsDone).toBe(1)
  })

  test('sweeps away what a killed engine left half-written', async () => {
    const { home } = await finishedHome()
    mkdirSync(join(home, 'artifacts', 'tmp', `${'a'.repeat(64)}-999999999`), { recursive: true })
    await openLab({ home })
    expect(readdirSync(join(home, 'artifacts', 'tmp'))).toEqual([])
  })
})

test('a lab lets go of its home when it closes, twice over', async () => {
  const home = temporaryFolder()
  const options = { home, resources: RESOURCES, cache: home, appVersion: 'test', spawnEngine: spawn }
  const lab = await createLab(options)
  await Promise.all([lab.close(), lab.close()])
  await (await createLab(options)).close()
  expect(existsSync(join(home, 'lab.lock.json'))).toBe(false)
})
