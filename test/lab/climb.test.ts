import { expect, test } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()

test('of a student up a ladder each example is told as supervisor, rungs and student have it', async () => {
  const lab = await openLab({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
  const methods = [{ method: 'bootstrap', between: [{ model: 'words', words: 40 }] }]
  const { runId } = await lab.calls.run(tinySpec({ methods }))
  const run = await ended(lab, runId)
  expect(run.state).toBe('done')
  const [rung, top] = run.arms
  const seed = { runId, armId: top!.id, seed: 0, stop: 'last' as const }
  const { flow } = await lab.calls.facets(seed)
  const page = { ...seed, cells: [], search: '', sort: 'index' as const, offset: 0, limit: 100 }
  const { rows } = await lab.calls.examples(page)
  const onRung = await lab.calls.examples({ ...page, armId: rung!.id })
  const digit = (of: { right: boolean }) => (of.right ? '1' : '0')
  for (const [i, { path, weak, student }] of rows.entries())
    expect(path).toBe(digit(weak) + digit(onRung.rows[i]!.student) + digit(student))
  expect(flow!.reduce((sum, { n }) => sum + n, 0)).toBe(rows.length)
  const [most] = flow!
  expect((await lab.calls.examples({ ...page, path: most!.path })).total).toBe(most!.n)
  expect((await lab.calls.facets({ ...seed, armId: rung!.id })).flow).toBeNull()
})
