import { expect, test } from 'vitest'
import { fits } from '../../src-main/data/models/memory'
import { warningsOf } from '../../src-main/lab/warnings'
import { contentKey } from '../../src-main/science/hash'
import { parseSpec } from '../../src-main/science/parse'
import { planExperiment } from '../../src-main/science/plan'
import { tinySpec } from './tools'

const key = contentKey('model')
const sizes = { weak: 400, transfer: 400, validation: 300, test: 300 }

/** Warnings of a student of so many weights on a machine with 8 GB. */
function warnings(parameters: number, model: Record<string, unknown>) {
  const strong = [{ checkpoint: 'mine', ...model }]
  const optimiser = { strong: { lr: 0.0001 } }
  const parsed = parseSpec(tinySpec({ strong, sizes, optimiser, seeds: [0, 1, 2] }))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { spec } = parsed
  const plan = planExperiment(spec, {
    sources: { 'person-artifact': { sha256: 's', title: 'Task', classes: 2 } },
    checkpoints: { mine: { key, title: 'Mine' } },
    bundled: {},
    backend: 'cpu',
  })
  return warningsOf({ spec, plan }, '', new Map([[key, { title: 'Mine', memory: fits(parameters, 8e9) }]]))
}

test('a model that the memory hardly holds is named once, with what may fit', () => {
  expect(warnings(1e8, { model: 'pretrained' })).toEqual([])
  expect(warnings(5e8, { model: 'pretrained' })).toEqual([
    'Finetuning all of Mine takes about 10.4 GB of memory, and this machine has 8.0 GB: the system may end it. Its last blocks alone, a probe, or a smaller model may fit.',
  ])
  expect(warnings(5e8, { model: 'pretrained', tune: 'last' })).toEqual([])
  expect(warnings(5e8, { model: 'probe' })).toEqual([])
  expect(warnings(3e9, { model: 'probe' })).toEqual([
    'Mine takes about 13.2 GB of memory, and this machine has 8.0 GB: the system may end it.',
  ])
})
