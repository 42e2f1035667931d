import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { artifactFolder, verifyArtifact } from '../../src-main/engine/artifacts'
import type { EngineEvent } from '../../src-main/engine/protocol'
import type { StageOf } from '../../src-main/engine/stages/stage'
import { buildEngine } from './built'
import { startEngine, type Host } from './host'
import { jobOf, planned, type Planned } from './plans'

/** A training that does not end within a test. */
const LONG = { optimiser: { weak: { epochs: 1000, batch: 2 }, strong: {} } }

let built: Awaited<ReturnType<typeof buildEngine>>
let folder: string
let plan: Planned
let host: Host
beforeAll(async () => {
  built = await buildEngine()
})
afterAll(() => built.remove())
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'w2s-engine-'))
  plan = planned(folder)
  host = startEngine(built.entry)
})
afterEach(async () => {
  host.child.kill('SIGKILL')
  await host.exited
  await rm(folder, { recursive: true, force: true })
})

/** Runs the stages before the first training, and returns that one. */
async function upToTraining(of: Planned, on = host): Promise<StageOf<'train'>> {
  const at = of.stages.findIndex((s) => s.kind === 'train')
  for (const stage of of.stages.slice(0, at)) await on.run(jobOf(of, stage))
  return of.stages[at] as StageOf<'train'>
}
const committed = async () => (await readdir(plan.artifacts)).filter((name) => name !== 'tmp')
const isProgress = (e: EngineEvent) => e.type === 'progress'

describe('the engine process', () => {
  test('says ready, runs the stages of an arm and leaves their artifacts', async () => {
    plan = planned(folder, {
      weak: [{ model: 'words', words: 4 }],
      sizes: { weak: 200, transfer: 300, validation: 60, test: 200 },
      optimiser: { epochs: 10 },
    })
    const ready = await host.message((m) => m.type === 'ready')
    expect(ready.pid).toBe(host.child.pid)
    for (const stage of plan.stages) expect(await host.run(jobOf(plan, stage))).toMatchObject({ state: 'done' })
    expect((await committed()).sort()).toEqual(plan.stages.map((s) => s.key).sort())
    for (const stage of plan.stages) {
      const manifest = await verifyArtifact(artifactFolder(plan.artifacts, stage.key))
      expect(manifest).toMatchObject({ kind: stage.kind, config: stage.config, needs: stage.needs })
      expect(manifest.backend).toBe(stage.kind === 'train' ? 'wasm' : 'typescript')
    }
    const running = host.events().filter((e) => e.type === 'state' && e.state === 'running')
    expect(running).toHaveLength(plan.stages.length)
    // Ten words decide the made-up task, the supervisor sees four of them.
    const [weak, ceiling] = (['weak', 'ceiling'] as const).map((role) => lastAccuracy(role))
    expect(weak).toBeGreaterThan(0.55)
    expect(ceiling).toBeGreaterThan(weak! + 0.1)
  })

  /** The last test accuracy of the training with this role. */
  function lastAccuracy(role: string): number {
    const stage = plan.stages.find((s) => s.kind === 'train' && s.config.role === role)!
    const values = host
      .events()
      .flatMap((e) =>
        e.type === 'metric' && e.key === stage.key && e.name === 'accuracy' && e.split === 'test' ? e : [],
      )
    return values.at(-1)!.value
  }

  test('makes the same bytes in another process', async () => {
    const train = await upToTraining(plan)
    const first = await host.run(jobOf(plan, train))
    const elsewhere: Planned = { ...plan, artifacts: path.join(folder, 'elsewhere') }
    const second = startEngine(built.entry)
    await upToTraining(elsewhere, second)
    const again = await second.run(jobOf(elsewhere, train))
    second.child.kill()
    expect(first.state === 'done' && first.files).toEqual(again.state === 'done' && again.files)
    expect(first.state).toBe('done')
  })

  test('fails a stage with the message of what went wrong, and runs the next one', async () => {
    const train = await upToTraining(plan)
    const data = artifactFolder(plan.artifacts, train.needs.data)
    await truncate(path.join(data, 'examples.json'), 10)
    const end = await host.run(jobOf(plan, train))
    expect(end).toMatchObject({ state: 'failed' })
    expect(end.state === 'failed' && end.error).toMatch(/examples\.json: expected \d+ bytes, got 10/)

    await rm(data, { recursive: true })
    await appendFile(plan.tasks['made-up']!, '\n')
    const edited = await host.run(jobOf(plan, plan.stages[0]!))
    expect(edited.state === 'failed' && edited.error).toMatch(/expected sha256 .*: the dataset was changed/)
    expect(await committed()).toEqual([])
    await truncate(plan.tasks['made-up']!, (await stat(plan.tasks['made-up']!)).size - 1)
    expect(await host.run(jobOf(plan, plan.stages[0]!))).toMatchObject({ state: 'done' })
  })

  test('stops at the next step when cancelled, commits nothing, and refuses a second stage meanwhile', async () => {
    const long = planned(folder, LONG)
    const train = await upToTraining(long)
    const ended = host.run(jobOf(long, train))
    await host.event(isProgress)
    const other = { ...jobOf(long, long.stages[0]!), stage: { ...long.stages[0]!, key: 'f'.repeat(64) } }
    const refused = await host.run(other)
    expect(refused.state === 'failed' && refused.error).toBe(`The engine is busy with ${train.key}.`)
    host.post({ type: 'cancel', key: 'f'.repeat(64) }) // not what runs: no effect
    host.post({ type: 'cancel', key: train.key })
    expect(await ended).toMatchObject({ state: 'cancelled' })
    expect(await committed()).not.toContain(train.key)
    expect(host.events().some((e) => e.type === 'progress' && e.key === train.key && e.done === e.total)).toBe(false)
  })

  test('killed in the middle it leaves no artifact, and another process does the stage', async () => {
    const long = planned(folder, LONG)
    const train = await upToTraining(long)
    host.post({ type: 'run', job: jobOf(long, train) })
    await host.event(isProgress)
    process.kill(host.child.pid!, 'SIGKILL')
    expect(await host.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(await committed()).not.toContain(train.key)
    // As if it had been killed while it wrote.
    await mkdir(path.join(plan.artifacts, 'tmp', `${train.key}-${host.child.pid}`))
    const second = startEngine(built.entry)
    const short = planned(folder)
    expect(await second.run(jobOf(short, short.stages[1]!))).toMatchObject({ state: 'done' })
    expect(await readdir(path.join(plan.artifacts, 'tmp'))).toEqual([])
    second.child.kill()
  })

  test('ends when asked, and when its host is gone', async () => {
    await host.message((m) => m.type === 'ready')
    host.post({ type: 'exit' })
    expect(await host.exited).toMatchObject({ code: 0 })
    const orphan = startEngine(built.entry)
    const long = planned(folder, LONG)
    const train = await upToTraining(long, orphan)
    orphan.post({ type: 'run', job: jobOf(long, train) })
    await orphan.event(isProgress)
    const left = once(orphan.child, 'exit')
    orphan.child.disconnect()
    expect(await left).toEqual([0, null])
    expect(await committed()).not.toContain(train.key)
  })

  test('an error of its own fails the running stage, goes to stderr and ends the process', async () => {
    const long = planned(folder, LONG)
    const train = await upToTraining(long)
    const ended = host.run(jobOf(long, train))
    await host.event(isProgress)
    host.post({ type: 'run' } as never)
    const end = await ended
    expect(end.state === 'failed' && end.error).toMatch(/^Engine error: Cannot read properties of undefined/)
    const { code, stderr } = await host.exited
    expect(code).toBe(1)
    expect(stderr).toContain('TypeError: Cannot read properties of undefined')
  })

  test('started by hand it says who starts it', () => {
    const { status, stderr } = spawnSync(process.execPath, [built.entry], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toContain('The engine is started by the app or by `npm run w2s`')
  })
})
