// Bootstrapping with fresh rows a rung, from a spec to a bundle that gives every number again.
import { expect, test } from 'vitest'
import { examineBundle } from '../../src-main/bundle'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()

test('a chain of which each rung has rows of its own', { timeout: 120_000 }, async () => {
  const lab = await openLab({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
  const between = [{ model: 'words', words: 40 }]
  const methods = [{ method: 'naive' }, { method: 'bootstrap', between, parts: 2 }]
  const sizes = { weak: 40, transfer: 80, validation: 20, test: 40 }
  const { runId } = await lab.calls.run(tinySpec({ methods, sizes, seeds: [0, 1] }))
  const run = await ended(lab, runId)
  expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])
  const { arms } = await lab.calls.result({ runId, stop: 'last' })
  expect(arms.map(({ arm }) => arm.methodTitle)).toEqual([
    'naive',
    'bootstrap, parts of rows 2',
    'bootstrap words 40, parts of rows 2',
  ])
  const [naive, , climbed] = arms.map(({ arm }) => arm.seeds[0]!)
  expect(climbed!.ceiling).not.toBe(naive!.ceiling)
  const bundle = (await lab.calls.exportBundle({ runId, path: '' }))!
  expect(await examineBundle(bundle.path)).toMatchObject({
    problems: [],
    agreement: { arms: 3, seeds: 2, problems: [] },
  })
})
