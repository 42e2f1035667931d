import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { openLab } from './tools'

const SAMPLE = join(import.meta.dirname, '../../resources/sample')
const built = builtProcesses()

test('the sample study is there at once, without an engine, with everything that a run has', async () => {
  const home = temporaryFolder()
  // No engine can be started here: a stage that is not found done would fail the run.
  const lab = await openLab({ home, analyst: built.entry('analyst') })
  const { runId } = await lab.calls.sample()
  const run = await lab.calls.runDetail(runId)
  expect(run).toMatchObject({ name: 'Sample study', state: 'done' })
  // It was begun when it was made, not when it was opened.
  const made = readdirSync(SAMPLE).flatMap((key) => {
    const file = join(SAMPLE, key, 'manifest.json')
    return existsSync(file) ? [(JSON.parse(readFileSync(file, 'utf8')) as { finishedAt: number }).finishedAt] : []
  })
  expect(run.createdAt).toBe(Math.min(...made))
  expect(run.stages.map(({ cached, error }) => ({ cached, error }))).toEqual(
    run.stages.map(() => ({ cached: true, error: '' })),
  )
  const { arms, contrasts } = await lab.calls.result({ runId, stop: 'last' })
  expect(arms).toHaveLength(4)
  for (const { seedsDone, measures, training } of arms) {
    expect(seedsDone).toBe(5)
    expect(measures['accuracy']!.pgr.defined).toBe(true)
    expect(training!.step).toHaveLength(12)
  }
  expect(contrasts.some(({ differ }) => differ === 'method')).toBe(true)
  const ref = { runId, armId: arms[0]!.arm.id, seed: 0, stop: 'last' as const }
  const query = { ...ref, cells: [], search: '', sort: 'index' as const, offset: 0, limit: 5 }
  const { rows, total } = await lab.calls.examples(query)
  expect([rows.length, total]).toEqual([5, 1000])
  const student = run.stages.find(({ role }) => role === 'student')!
  const curves = await lab.calls.curves({ keys: [student.key], names: ['loss'], splits: [''], buckets: 100 })
  expect(curves[0]!.value.length).toBeGreaterThan(10)

  const bundle = await lab.calls.exportBundle({ runId, path: join(temporaryFolder(), 'sample.w2s.zip') })
  expect(bundle!.files).toBeGreaterThan(20)

  // Asked again it is the same run, and what came with the app outlives it.
  expect(await lab.calls.sample()).toEqual({ runId })
  await lab.calls.remove(runId)
  const again = await lab.calls.sample()
  expect((await lab.calls.runDetail(again.runId)).state).toBe('done')
})
