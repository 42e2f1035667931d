import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { artifactFolder, readArtifactFile } from '../../src-main/engine/artifacts'
import { loadBackend } from '../../src-main/engine/backends'
import { createGate } from '../../src-main/engine/gate'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createRunner, type Runner } from '../../src-main/engine/runner'
import { jobOf, planned } from './plans'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'w2s-pause-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const HELD = 150

/** Runs the data and the weak stage in a store of their own; `atStep3` is called in the middle of the training. */
async function train(name: string, atStep3: (runner: Runner, events: EngineEvent[]) => void) {
  const place = path.join(folder, name)
  mkdirSync(place)
  const plan = planned(place)
  const [data, weak] = plan.stages
  const events: EngineEvent[] = []
  const runner = createRunner((event) => {
    events.push(event)
    if (event.type === 'metric' && event.name === 'loss' && event.step === 3) atStep3(runner, events)
  }, loadBackend)
  await runner.run(jobOf(plan, data!))
  await runner.run(jobOf(plan, weak!))
  const artifact = artifactFolder(plan.artifacts, weak!.key)
  return { events, predictions: () => readArtifactFile(artifact, 'predictions.safetensors') }
}

describe('a pause', () => {
  test('holds a training at its next step and changes nothing of what comes out', async () => {
    const straight = await train('straight', () => undefined)
    const saidMeanwhile: EngineEvent[] = []
    const held = await train('held', (runner, events) => {
      runner.pause(true)
      void wait(HELD).then(() => {
        saidMeanwhile.push(...events.slice(events.findLastIndex((e) => e.type === 'metric' && e.step === 3)))
        runner.pause(false)
      })
    })
    // What the step at hand had still to say, and nothing of the next one.
    expect(saidMeanwhile.length).toBeGreaterThan(0)
    expect(saidMeanwhile.every((e) => (e.type === 'metric' && e.step === 3) || e.type === 'progress')).toBe(true)
    expect(await held.predictions()).toEqual(await straight.predictions())
  })

  test('ends with a cancel, and holds what comes after it', async () => {
    const { events } = await train('cancelled', (runner, events) => {
      const { key } = events.at(-1)!
      runner.pause(true)
      void wait(HELD / 3).then(() => runner.cancel(key))
    })
    expect(events.at(-1)).toMatchObject({ type: 'state', state: 'cancelled' })
  })

  test('does not count as work', async () => {
    const gate = createGate()
    gate.close()
    const [began, workedBefore] = [performance.now(), gate.worked()]
    const passed = gate.passed(() => false)
    await wait(HELD)
    gate.open()
    await passed
    const [took, worked] = [performance.now() - began, gate.worked() - workedBefore]
    expect(took).toBeGreaterThan(HELD * 0.9)
    expect(worked).toBeLessThan(took - HELD * 0.9)
  })
})
