import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { exitText } from '../../src-main/lab/engine/process'
import { runErrand } from '../../src-main/lab/engine/errands'
import { forkEngine } from '../../src-main/lab/engine/fork'
import type { EngineExit, SpawnEngine } from '../../src-main/lab/options'
import { ended, event, keyOf, openLab, tinySpec } from './tools'

/** A real process that speaks the protocol and misbehaves. */
const stubborn = (mode: string) => forkEngine(join(import.meta.dirname, 'fixtures/stubborn.mjs'), [mode])
const running = (key: string) => (e: { type: string }) =>
  e.type === 'state' && (e as { key?: string }).key === key && (e as { state?: string }).state === 'running'

test('what an end probably means is told where the system killed the engine', () => {
  const exit = { code: null, signal: null, stderr: [] }
  for (const killed of [{ code: 9 }, { code: 137 }, { signal: 'SIGKILL' }])
    expect(exitText({ ...exit, ...killed })).toMatch(
      /^The engine process was killed \(signal 9\)\. Systems do so when memory runs out; .* a smaller batch/,
    )
  expect(exitText({ ...exit, code: 1 })).toBe('The engine process ended unexpectedly (code 1).')
})

describe('an engine that', () => {
  test('crashes fails its stage with the last lines it wrote', async () => {
    const lab = await openLab({ spawnEngine: stubborn('crash') })
    const { runId } = await lab.calls.run(tinySpec())
    const run = await ended(lab, runId)
    expect(run.state).toBe('failed')
    expect(run.stages[0]!.error).toBe(
      'The engine process ended unexpectedly (code 3).\nfirst line\nsegmentation fault in kernel 7',
    )
    expect((await lab.calls.status()).engine).toBe('stopped')
  })

  test.each(['deaf', 'hang'])(
    'is %s to a cancel is killed after the wait, and the stage stands as cancelled',
    async (mode) => {
      const lab = await openLab({ spawnEngine: stubborn(mode), timing: { stop: 200 } })
      const { runId } = await lab.calls.run(tinySpec())
      const key = (await lab.calls.runDetail(runId)).stages[0]!.key
      await event(lab, running(key))
      const over = event(lab, (e) => e.type === 'state' && e.key === key && e.state === 'cancelled')
      await lab.calls.cancel(runId)
      await over
      expect((await lab.calls.runDetail(runId)).stages.map((s) => s.state)).toEqual(Array(5).fill('cancelled'))
    },
  )

  test('is waited for says until when, and is ended before by who will not wait', async () => {
    const lab = await openLab({ spawnEngine: stubborn('deaf'), timing: { stop: 60_000 } })
    const { runId } = await lab.calls.run(tinySpec())
    const key = (await lab.calls.runDetail(runId)).stages[0]!.key
    await event(lab, running(key))
    const lane = async () => (await lab.calls.status()).lanes[0]!
    await lab.calls.force(key)
    expect(await lane()).toMatchObject({ key, device: 'none', forcedAt: null })
    await lab.calls.cancel(runId)
    const { forcedAt } = await lane()
    expect(forcedAt! - Date.now()).toBeGreaterThan(50_000)
    const over = event(lab, (e) => e.type === 'state' && e.key === key && e.state === 'cancelled')
    await lab.calls.force(key)
    await over
    expect(await lane()).toMatchObject({ key: '', title: '', forcedAt: null })
  })

  test('never gets ready is given up', async () => {
    const lab = await openLab({ spawnEngine: stubborn('silent'), timing: { ready: 300 } })
    const { runId } = await lab.calls.run(tinySpec())
    const run = await ended(lab, runId)
    expect(run.stages[0]!.error).toBe('The engine process did not start within 0.3 s.')
    expect(run.stages.every((s) => s.state === 'failed')).toBe(true)
  })

  test('is hung when the app closes is killed, and the run stands as interrupted', async () => {
    const exits: EngineExit[] = []
    const spawnEngine: SpawnEngine = (onMessage, onExit) =>
      stubborn('hang')(onMessage, (exit) => {
        exits.push(exit)
        onExit(exit)
      })
    const lab = await openLab({ spawnEngine, timing: { leave: 200 } })
    const { runId } = await lab.calls.run(tinySpec())
    const key = (await lab.calls.runDetail(runId)).stages[0]!.key
    await event(lab, running(key))
    await lab.close()
    expect(exits).toMatchObject([{ signal: 'SIGKILL' }])
  })

  test('says the same thing twice changes nothing', async () => {
    const lab = await openLab({ spawnEngine: stubborn('twice') })
    const heard: string[] = []
    lab.subscribe((events) => {
      for (const e of events) if (e.type === 'state') heard.push(`${e.key} ${e.state}`)
    })
    const { runId } = await lab.calls.run(tinySpec())
    const run = await ended(lab, runId)
    expect(run).toMatchObject({ state: 'done', stagesDone: 5 })
    expect(heard).toEqual(run.stages.flatMap((s) => [`${s.key} running`, `${s.key} done`]))
  })

  test('has nothing to do is let go, and comes back when it is needed', async () => {
    let spawned = 0
    const spawnEngine: SpawnEngine = (...args) => {
      spawned++
      return stubborn('twice')(...args)
    }
    const lab = await openLab({ spawnEngine, timing: { idle: 50 } })
    const stopped = event(lab, (e) => e.type === 'status' && e.status.engine === 'stopped')
    const first = await lab.calls.run(tinySpec())
    await ended(lab, first.runId)
    await stopped
    expect(spawned).toBe(1)
    const second = await lab.calls.run(tinySpec({ seeds: [1] }))
    expect((await ended(lab, second.runId)).state).toBe('done')
    expect(spawned).toBe(2)
  })

  test('cannot be started fails the stage with the reason', async () => {
    const lab = await openLab({ spawnEngine: forkEngine('/nowhere/engine.js') })
    const { runId } = await lab.calls.run(tinySpec())
    const run = await ended(lab, runId)
    expect(run.stages[0]!.error).toContain('/nowhere/engine.js')
    expect(keyOf(run, 'weak')).not.toBe('')
  })
})

test('an errand that fails says why; one whose process dies says how', async () => {
  await expect(runErrand(stubborn('deaf'), { type: 'choose', wanted: 'auto', leftAlone: [] })).rejects.toMatchObject({
    code: 'internal',
    message: 'No backend loads here.',
  })
  await expect(
    runErrand(forkEngine('/nowhere/engine.js'), { type: 'choose', wanted: 'auto', leftAlone: [] }),
  ).rejects.toThrow(/ended unexpectedly/)
})

test('an errand ends with its signal', async () => {
  const leaving = new AbortController()
  const errand = runErrand(
    stubborn('silent'),
    { type: 'choose', wanted: 'auto', leftAlone: [] },
    { signal: leaving.signal },
  )
  leaving.abort()
  await expect(errand).rejects.toThrow('Stopped.')
})

test('an errand of a signal that was given before starts no process', async () => {
  const spawn = vi.fn(stubborn('silent'))
  const errand = runErrand(spawn, { type: 'choose', wanted: 'auto', leftAlone: [] }, { signal: AbortSignal.abort() })
  await expect(errand).rejects.toThrow('Stopped.')
  expect(spawn).not.toHaveBeenCalled()
})
