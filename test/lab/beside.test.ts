// One who only looks on while another process works in the home.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import type { LabEvent } from '../../src-preload/contract'
import { builtProcesses } from './built'
import { ended, keyOf, longSpec, openLab, training } from './tools'

const built = builtProcesses()
let home: string
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'w2s-beside-'))))
afterEach(() => rmSync(home, { recursive: true, force: true }))

test('sees runs come, move and end, and agrees with itself', async () => {
  const lab = await openLab({ home, spawnEngine: forkEngine(built.entry('engine')) })
  const beside = await openLab({ home, readOnly: true })
  const heard: LabEvent[] = []
  beside.subscribe((events) => heard.push(...events))
  const { runId } = await lab.calls.run(longSpec())
  const keys = (await lab.calls.runDetail(runId)).stages.map(({ key }) => key)
  const moved = () => heard.some((e) => e.type === 'progress' && keys.includes(e.key))
  await expect.poll(moved, { timeout: 20_000 }).toBe(true)
  expect(heard).toContainEqual({ type: 'run', id: runId })
  await training(lab, keyOf(await lab.calls.runDetail(runId), 'ceiling'))
  const { engine, activity, lanes } = await beside.calls.status()
  expect([engine, lanes.map(({ key }) => keys.includes(key))]).toEqual(['running', [true]])
  expect(activity).toContain(lanes[0]!.title)
  expect((await beside.calls.runs())[0]).toMatchObject({ id: runId, state: 'running' })

  await lab.calls.cancel(runId)
  await ended(lab, runId)
  heard.length = 0
  await expect.poll(() => heard, { timeout: 10_000 }).toContainEqual({ type: 'run', id: runId })
  expect(await beside.calls.status()).toMatchObject({ activity: '', queue: 0 })
  await beside.close()
})
