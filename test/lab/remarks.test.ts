import { expect, test } from 'vitest'
import type { ExampleQuery } from '../../src-preload/contract'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()

test('what is said of an example stands beside it in every run of the task, and a student stands at any evaluation', async () => {
  const home = temporaryFolder()
  const lab = await openLab({ home, spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
  const { runId } = await lab.calls.run(tinySpec())
  const run = await ended(lab, runId)
  const arm = { runId, armId: run.arms[0]!.id, seed: 0 }
  const query: ExampleQuery = {
    ...{ ...arm, stop: 'last', cells: [], search: '', sort: 'index', offset: 0, limit: 50 },
  }
  const [first, second] = (await lab.calls.examples(query)).rows
  await lab.calls.remark({ ...arm, index: first!.index, flag: 2, note: ' odd ' })
  await lab.calls.remark({ ...arm, index: second!.index, flag: 4, note: '' })
  const said = async (filter: Partial<ExampleQuery>) =>
    (await lab.calls.examples({ ...query, ...filter })).rows.map(({ index, remark }) => ({ index, ...remark }))
  expect(await said({ remark: 'any' })).toEqual([
    { index: first!.index, flag: 2, note: 'odd' },
    { index: second!.index, flag: 4, note: '' },
  ])
  expect(await said({ remark: 'note' })).toHaveLength(1)
  expect(await said({ remark: '4' })).toMatchObject([{ index: second!.index }])

  // Another run of the same data, with other trainings.
  const other = await lab.calls.run({ ...tinySpec(), name: 'another', methods: [{ method: 'confidence' }] })
  const again = await ended(lab, other.runId)
  const there = { runId: other.runId, armId: again.arms[0]!.id }
  expect(await said({ ...there, remark: 'any' })).toHaveLength(2)

  await lab.calls.remark({ ...arm, index: second!.index, flag: 0, note: '' })
  expect(await said({ ...there, remark: 'any' })).toHaveLength(1)
  await expect(lab.calls.remark({ ...arm, index: 9999, flag: 1, note: '' })).rejects.toThrow(/no test example 9999/)

  // Slices are of a task, and counted in any run of it.
  const { task } = run.arms[0]!
  const filter = { cells: [], search: '', weakConfidence: [0.5, 0.75] as [number, number] }
  await lab.calls.sliceSave({ task, name: 'unsure', filter })
  expect(await lab.calls.slices(task)).toEqual([{ task, name: 'unsure', filter }])
  const counted = await lab.calls.examples({ ...query, ...filter, limit: 0 })
  expect(counted.rows).toEqual([])
  expect(counted.total).toBeGreaterThanOrEqual(counted.right.weak)
  await lab.calls.sliceRemove({ task, name: 'unsure' })
  expect(await lab.calls.slices(task)).toEqual([])

  // The student at its first evaluation: list, counts and one example agree.
  const { steps, reported, step } = await lab.calls.facets({ ...arm, stop: 'last' })
  expect(step).toBe(reported)
  const early = { ...query, step: steps[0]! }
  const { rows, total, right } = await lab.calls.examples(early)
  const { counts } = await lab.calls.cube({ ...arm, stop: 'last', step: steps[0]! })
  expect(right.student).toBe(counts['010'] + counts['011'] + counts['110'] + counts['111'])
  expect(total).toBe(rows.length)
  const detail = await lab.calls.example({ ...arm, stop: 'last', step: steps[0]!, index: 3 })
  expect(detail.student).toEqual(rows[3]!.student)
  const odd = { ...arm, stop: 'last' as const, step: 987_654 }
  await expect(lab.calls.cube(odd)).rejects.toThrow('This student was not evaluated at step 987654.')
  await expect(lab.calls.examples({ ...early, against: there })).rejects.toThrow(/Beside another arm/)
  await lab.close()
})
