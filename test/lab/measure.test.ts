// What a plan takes, measured by a real engine process.
import { readdirSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import type { Lab } from '../../src-main/lab/options'
import { nativeMissing } from '../engine/runtimes'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, longSpec, openLab, tinySpec, training, keyOf } from './tools'

const built = builtProcesses()
const open = (atOnce = 1) =>
  openLab({ backend: 'cpu', spawnEngine: forkEngine(built.entry('engine')), atOnce: () => atOnce })

async function planned(lab: Lab, spec: unknown) {
  const preview = await lab.calls.preview(spec)
  if (!preview.valid) throw new Error('expected a plan')
  return preview
}

describe.skipIf(nativeMissing)('a plan that is measured', () => {
  test('goes by rates that were measured, of what is not done, and leaves nothing behind', async () => {
    const scratch = temporaryFolder()
    vi.stubEnv('TMPDIR', scratch)
    const lab = await open()
    const before = await planned(lab, tinySpec())
    expect(before.stages.some(({ rough }) => rough)).toBe(true)
    const trials = (await lab.calls.measure(tinySpec()))!
    expect(trials.map(({ why }) => why)).toEqual(trials.map(() => ''))
    expect(trials.every(({ seconds }) => seconds! > 0)).toBe(true)
    const trained = trials.filter(({ heading }) => heading.startsWith('Train'))
    expect(trained.length).toBeGreaterThan(0)
    expect(trained.every(({ memoryBytes }) => memoryBytes > 0)).toBe(true)
    const after = await planned(lab, tinySpec())
    expect(after.stages.filter(({ rough }) => rough)).toEqual([])
    expect(after.stages.map((s) => s.estimateSeconds)).not.toEqual(before.stages.map((s) => s.estimateSeconds))
    // What the nets held goes before what sizes say, and beside it.
    const nets = after.needs.filter(({ weights }) => weights > 0)
    expect(nets.length).toBeGreaterThan(0)
    for (const { measured, inputs, process, total } of nets) expect(total).toBe(measured! + inputs + process)
    expect(before.needs.map(({ measured }) => measured)).toEqual(before.needs.map(() => null))
    // Nothing of it counts as done.
    expect(after.stages.map(({ cached }) => cached)).toEqual(before.stages.map(({ cached }) => cached))
    expect(readdirSync(scratch).filter((name) => name.startsWith('w2s-measure-'))).toEqual([])
    vi.unstubAllEnvs()
    // What is known is not measured again.
    expect(await lab.calls.measure(tinySpec())).toEqual([])
    // The run is told to take what its plan was.
    await lab.calls.pause('on')
    const { runId } = await lab.calls.run(tinySpec())
    const { etaSeconds } = await lab.calls.runDetail(runId)
    expect(etaSeconds).toBeCloseTo(
      after.stages.reduce((sum, { estimateSeconds }) => sum + estimateSeconds!, 0),
      6,
    )
  }, 60_000)

  test('leaves out what is done, and goes by this machine’s past', async () => {
    const lab = await open()
    const { runId } = await lab.calls.run(tinySpec())
    expect((await ended(lab, runId)).state).toBe('done')
    expect(await lab.calls.measure(tinySpec())).toEqual([])
  }, 60_000)

  test('is refused while stages are at work, and stopped when asked', async () => {
    const lab = await open()
    const stopped = lab.calls.measure(tinySpec())
    await lab.calls.measureStop()
    expect(await stopped).toBeNull()
    const { runId } = await lab.calls.run(longSpec())
    await training(lab, keyOf(await lab.calls.runDetail(runId), 'student'))
    await expect(lab.calls.measure(tinySpec({ seeds: [1] }))).rejects.toThrow('Stages are at work')
    await lab.calls.cancel(runId)
    await ended(lab, runId)
  }, 60_000)

  test('takes the memory of as many stages as are computed at a time', async () => {
    const [one, three] = await Promise.all([1, 3].map(async (n) => planned(await open(n), tinySpec({ seeds: [0, 1] }))))
    expect(one!.together).toEqual({ stages: 1, bytes: one!.needs[0]!.total })
    expect(three!.together.stages).toBe(3)
    expect(three!.together.bytes).toBeGreaterThan(2 * three!.needs.at(-1)!.total)
    expect(three!.together.bytes).toBeLessThanOrEqual(3 * three!.needs[0]!.total)
  })
})
