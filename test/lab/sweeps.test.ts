import { expect, test } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
/** A spec of today, whose student alone is swept over. */
const spec = tinySpec({ optimiser: { epochs: 1, batch: 10 }, question: 'Does it hang on its rate?' })
const rates = { path: 'strong[0].optimiser.lr', values: [0.01, 0.02] }
const labels = { path: 'labels', values: ['soft', 'hard'] }

test('a sweep is several runs of one study, planned and queued together, with what they share done once', async () => {
  const lab = await openLab(engine())
  const { calls } = lab
  const plan = await calls.sweepPlan({ spec, axes: [rates, labels] })
  expect(plan.cells.map(({ values }) => values)).toEqual([
    [0.01, 'soft'],
    [0.01, 'hard'],
    [0.02, 'soft'],
    [0.02, 'hard'],
  ])
  // Six stages: with another rule labels and student are others, with another rate student and ceiling.
  expect(plan.cells.map(({ toRun, shared }) => [toRun, shared])).toEqual([
    [5, 0],
    [2, 3],
    [2, 3],
    [1, 4],
  ])
  expect(plan).toMatchObject({ toRun: 10, shared: 10, done: 0 })

  const { runs } = await calls.sweep({ spec, axes: [rates, labels] })
  for (const id of runs) expect((await ended(lab, id)).state).toBe('done')
  const all = await calls.runs()
  expect(all.map(({ name }) => name).sort()).toEqual([
    'Tiny, lr 0.01, labels hard',
    'Tiny, lr 0.01, labels soft',
    'Tiny, lr 0.02, labels hard',
    'Tiny, lr 0.02, labels soft',
  ])
  expect(new Set(all.map(({ study }) => study)).size).toBe(1)
  expect(await calls.sweepPlan({ spec, axes: [rates] })).toMatchObject({ toRun: 0, done: 10, shared: 0, seconds: 0 })
})

test('a sweep that is none is refused, and of one that cannot be planned nothing is queued', async () => {
  const { calls } = await openLab({})
  const asked = (axes: { path: string; values: (string | number)[] }[]) => calls.sweepPlan({ spec, axes })
  const many = { path: 'sizes.test', values: Array.from({ length: 33 }, (_, i) => i + 20) }
  await expect(asked([many, rates])).rejects.toThrow('a sweep of at most 64 runs, got 66')
  await expect(asked([rates, rates])).rejects.toThrow('expected two fields')
  await expect(asked([{ ...rates, values: [1, 1] }])).rejects.toThrow('every value of strong[0].optimiser.lr once')
  const wrong = { path: 'strong[0].optimiser.lr', values: [0.01, 'much'] }
  const { cells } = await asked([wrong])
  expect(cells.map(({ problems }) => problems.map(({ path }) => path))).toEqual([[], ['strong[0].optimiser.lr']])
  await expect(calls.sweep({ spec, axes: [wrong] })).rejects.toThrow('much: strong[0].optimiser.lr: expected a number')
  expect(await calls.runs()).toEqual([])
})
