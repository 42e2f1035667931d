import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { artifactFolder, verifyArtifact } from '../../src-main/engine/artifacts'
import type { EngineEvent, Job } from '../../src-main/engine/protocol'
import type { StageOf } from '../../src-main/engine/stages/stage'
import { buildEngine } from './built'
import { startEngine, type Host } from './host'
import { jobOf, planned, type Planned } from './plans'
import { nativeMissing } from './runtimes'

const LADDERS = path.resolve(import.meta.dirname, '../../resources/ladders')

let built: Awaited<ReturnType<typeof buildEngine>>
let folder: string
let plan: Planned
let host: Host
beforeAll(async () => {
  built = await buildEngine()
})
afterAll(() => built.remove())
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'w2s-native-'))
  plan = planned(folder)
  host = startEngine(built.entry)
  await host.run(jobOf(plan, plan.stages[0]!))
})
afterEach(async () => {
  host.child.kill('SIGKILL')
  await host.exited
  await rm(folder, { recursive: true, force: true })
})

/** The first training on the native engine, with a net so wide that nearly all of a step is inside of it. */
async function wideJob(epochs: number): Promise<Job> {
  const [vectors] = await readdir(LADDERS)
  const stage = structuredClone(plan.stages.find((s): s is StageOf<'train'> => s.kind === 'train')!)
  stage.config.backend = 'cpu'
  stage.config.model = { model: 'vectors', hidden: 4096, tuneEmbeddings: true }
  stage.config.optimiser = { ...stage.config.optimiser, epochs, batch: 100 }
  const job = jobOf(plan, stage)
  return { ...job, needs: { ...job.needs, vectors: path.join(LADDERS, vectors!) } }
}
const committed = async () => (await readdir(plan.artifacts)).filter((name) => name !== 'tmp')
const isProgress = (e: EngineEvent) => e.type === 'progress'

describe.skipIf(nativeMissing)('an engine process that trains on the native engine', () => {
  test('does a stage, and another process the same to the byte', async () => {
    const job = await wideJob(3)
    const first = await host.run(job)
    expect(first).toMatchObject({ state: 'done' })
    const manifest = await verifyArtifact(artifactFolder(plan.artifacts, job.stage.key))
    expect(manifest.backend).toBe('cpu')
    expect(manifest.device).toMatch(/^CPU \((AVX-512|AVX2|baseline), \d+ threads?\)$/)
    expect(manifest.reason).toMatch(/^Compiled for this machine; Native engine passed its self-test/)
    await rm(artifactFolder(plan.artifacts, job.stage.key), { recursive: true })
    const second = startEngine(built.entry)
    const again = await second.run(job)
    second.child.kill()
    expect(again.state === 'done' && again.files).toEqual(first.state === 'done' && first.files)
  })

  test('stops at the next step when cancelled', async () => {
    const job = await wideJob(1000)
    const ended = host.run(job)
    await host.event(isProgress)
    host.post({ type: 'cancel', key: job.stage.key })
    expect(await ended).toMatchObject({ state: 'cancelled' })
    expect(await committed()).not.toContain(job.stage.key)
  })

  test('killed in a step costs the stage only: another process does it', async () => {
    const job = await wideJob(1000)
    host.post({ type: 'run', job })
    await host.event(isProgress)
    process.kill(host.child.pid!, 'SIGKILL')
    expect(await host.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(await committed()).toEqual([plan.stages[0]!.key])
    await verifyArtifact(artifactFolder(plan.artifacts, plan.stages[0]!.key))
    const second = startEngine(built.entry)
    expect(await second.run(await wideJob(1))).toMatchObject({ state: 'done' })
    second.child.kill()
    expect(await committed()).toContain(job.stage.key)
  })
})
