import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildEngine } from './built'
import { startEngine, type Host } from './host'
import { jobOf, planned, type Planned } from './plans'

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

describe('the engine process', () => {
  test('says ready, runs the stages of an arm and leaves their artifacts', async () => {
    const ready = await host.message((m) => m.type === 'ready')
    expect(ready.pid).toBe(host.child.pid)
    for (const stage of plan.stages) {
      const end = await host.run(jobOf(plan, stage))
      expect(end).toMatchObject({ state: 'done' })
    }
    expect((await readdir(plan.artifacts)).sort()).toEqual(['tmp', ...plan.stages.map((s) => s.key)].sort())
  })
})
