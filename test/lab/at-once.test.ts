// Several stages at a time, by real engine processes.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { RunDetail } from '../../src-preload/contract'
import { forkEngine } from '../../src-main/lab/engine/fork'
import type { Lab } from '../../src-main/lab/options'
import { nativeMissing } from '../engine/runtimes'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, event, openLab, tinySpec } from './tools'

const built = builtProcesses()
const spec = (seeds: number[]) => tinySpec({ seeds })

async function done(lab: Lab, wanted: unknown): Promise<RunDetail> {
  const { runId } = await lab.calls.run(wanted)
  const run = await ended(lab, runId)
  expect(run.state).toBe('done')
  return run
}

/** How many stages were at work at a time, at most. */
const mostAtOnce = ({ stages }: RunDetail) =>
  Math.max(
    ...stages.map((at) => stages.filter((s) => s.startedAt! <= at.startedAt! && s.endedAt! > at.startedAt!).length),
  )

describe.skipIf(nativeMissing)('stages at a time', () => {
  const open = (atOnce: () => number, home = temporaryFolder()) =>
    openLab({ home, backend: 'cpu', atOnce, spawnEngine: forkEngine(built.entry('engine')) })

  test('are as many as were asked for, each after what it needs, on its share of the threads', async () => {
    const home = temporaryFolder()
    const lab = await open(() => 3, home)
    const run = await done(lab, spec([0, 1, 2, 3]))
    expect(mostAtOnce(run)).toBe(3)
    const store = new Database(join(home, 'lab.sqlite'), { readonly: true })
    const early = store.prepare(`SELECT s.title FROM needs n JOIN stages s ON s.id = n.stage
      JOIN stages needed ON needed.id = n.need WHERE needed.endedAt > s.startedAt`)
    expect(early.all()).toEqual([])
    store.close()
    const trained = run.stages.filter(({ backend }) => backend === 'cpu')
    expect(new Set(trained.map(({ device }) => /\d+ threads?/.exec(device)![0])).size).toBe(1)
    expect((await lab.calls.status()).lanes).toHaveLength(3)
  })

  test('have the numbers of stages one by one where they compute on as many threads', async () => {
    // One thread each: as many lanes as the machine has threads, and one more.
    const figures = async (atOnce: number) => {
      const lab = await open(() => atOnce)
      const run = await done(lab, spec([0, 1]))
      expect(run.stages.filter(({ backend }) => backend === 'cpu').every(({ threads }) => threads === 1)).toBe(true)
      const { arms } = await lab.calls.result({ runId: run.id, stop: 'last' })
      return arms.map(({ measures }) => measures)
    }
    expect(await figures(15)).toEqual(await figures(16))
  })

  test('become fewer and more while a run is under way', async () => {
    let wanted = 1
    const lab = await open(() => wanted)
    const { runId } = await lab.calls.run(spec([0, 1, 2]))
    await event(lab, (e) => e.type === 'state' && e.state === 'running')
    expect((await lab.calls.status()).lanes).toHaveLength(1)
    wanted = 2
    lab.wake()
    expect((await lab.calls.status()).lanes).toHaveLength(2)
    await event(lab, (e) => e.type === 'state' && e.state === 'done')
    wanted = 1
    expect((await ended(lab, runId)).state).toBe('done')
    expect((await lab.calls.status()).lanes).toHaveLength(1)
  })
})
