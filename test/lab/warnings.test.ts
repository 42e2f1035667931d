import { expect, test } from 'vitest'
import { fits } from '../../src-main/data/models/memory'
import { warningsOf } from '../../src-main/lab/plan/warnings'
import { contentKey } from '../../src-main/science/maths/hash'
import { parseSpec } from '../../src-main/science/spec/parse'
import { pretrained } from '../../src-main/science/models/pretrained'
import { planExperiment } from '../../src-main/science/plan/plan'
import type { RowCounts } from '../../src-main/science/tasks'
import { tinySpec } from './tools'

const key = contentKey('model')
/** Default rate of the tiniest transformers. */
const TINY = pretrained.optimiser(1e5).lr!
const sizes = { weak: 400, transfer: 400, validation: 300, test: 300 }

/** Warnings of a student of so many weights on a machine with 8 GB. */
function warnings(parameters: number, model: Record<string, unknown>, rows?: RowCounts) {
  const strong = [{ checkpoint: 'mine', ...model }]
  const optimiser = { strong: { lr: 0.0001 } }
  const parsed = parseSpec(tinySpec({ strong, sizes, optimiser, seeds: [0, 1, 2] }))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { spec } = parsed
  const sources = { 'person-artifact': { sha256: 's', title: 'Task', classes: 2, rows } }
  const checkpoints = { mine: { key, title: 'Mine', parameters } }
  const plan = planExperiment(spec, { sources, checkpoints, bundled: {}, backend: 'cpu' })
  const models = new Map([[key, { title: 'Mine', memory: fits(parameters, 8e9) }]])
  return warningsOf({ spec, plan }, { space: '', models, sources, checkpoints })
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

test('a rate at which a transformer of its size forgets is named, the default of a tiny one is not', () => {
  const at = (parameters: number, lr: number) => warnings(parameters, { model: 'pretrained', optimiser: { lr } })
  const fast = (lr: number) => [
    expect.stringContaining(`Learning rate ${lr} of the strong model mine: finetuning a pretrained`) as string,
  ]
  expect(at(1e8, 0.001)).toEqual([])
  expect(at(1e8, 0.002)).toEqual(fast(0.002))
  // The tiniest learn best at a few times their default.
  expect(at(1e5, 4 * TINY)).toEqual([])
  expect(at(1e5, 5 * TINY)).toEqual(fast(5 * TINY))
})

test('a split that the task leaves hardly anything is named', () => {
  const model = { model: 'pretrained' }
  expect(warnings(1e8, model, { all: 1400, test: null })).toEqual([])
  expect(warnings(1e8, model, { all: 1170, test: 70 })).toEqual([
    '"Task" has 1,170 examples, shared out in proportion to the sizes: at most 70 of 300 for test.',
  ])
  expect(warnings(1e8, model, { all: 250, test: null })).toEqual([
    '"Task" has 250 examples, shared out in proportion to the sizes: at most 71 of 400 for weak, 71 of 400 for transfer, 53 of 300 for test.',
  ])
})

/** Warnings about what models are trained by. */
function training(changes: Record<string, unknown>) {
  const parsed = parseSpec({ ...tinySpec({ sizes, seeds: [0, 1, 2] }), optimiser: {}, ...changes })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { spec } = parsed
  const sources = { 'person-artifact': { sha256: 's', title: 'Task', classes: 2 } }
  const plan = planExperiment(spec, { sources, checkpoints: {}, bundled: {}, backend: 'cpu' })
  return warningsOf({ spec, plan }, { space: '', models: new Map(), sources, checkpoints: {} })
}

test('one learning rate for models of several kinds is named', () => {
  const [words, vectors] = [{ model: 'words' }, { model: 'vectors' }]
  expect(training({ weak: [words], strong: [vectors] })).toEqual([])
  expect(training({ weak: [words], strong: [{ ...words, words: 99 }], optimiser: { lr: 0.1 } })).toEqual([])
  const mixed = expect.stringContaining(
    'One learning rate, 0.1, is set for models of several kinds (words, word vectors)',
  ) as string
  expect(training({ weak: [words], strong: [vectors], optimiser: { lr: 0.1 } })).toEqual([mixed])
  expect(training({ weak: [words], strong: [{ ...vectors, optimiser: { lr: 0.2 } }], optimiser: { lr: 0.1 } })).toEqual(
    [],
  )
  // The form of earlier versions set one for each role, often the same.
  const roles = { weak: { lr: 0.1 }, strong: { lr: 0.1 } }
  expect(training({ weak: [words], strong: [vectors], optimiser: roles })).toEqual([mixed])
})

test('a model that is trained otherwise as supervisor than as student is named', () => {
  const [words, own] = [{ model: 'words' }, { model: 'words', optimiser: { epochs: 3 } }]
  expect(training({ weak: [words], strong: [words] })).toEqual([])
  expect(training({ weak: [words], strong: [own] })).toEqual([
    'words 50 is trained by one optimiser as supervisor and by another as student: that sets them apart too.',
  ])
  expect(training({ weak: [words, own], strong: [own] })).toEqual([])
})

test('two entries that come to the same optimiser make one arm, which is named', () => {
  const [words, vectors] = [{ model: 'words' }, { model: 'vectors' }]
  const of = (lr: number) => training({ weak: [words], strong: [vectors, { ...vectors, optimiser: { lr } }] })
  const [same, ...more] = of(parsedLr(vectors))
  expect(same).toMatch(/ is trained as .* is: the two are one arm, and their difference is none\.$/)
  expect(more).toEqual([])
  expect(of(0.5)).toEqual([])
})

/** The learning rate that a strong model has where nothing is set. */
function parsedLr(model: { model: string }): number {
  const parsed = parseSpec({ ...tinySpec({ sizes, strong: [model] }), optimiser: {} })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const sources = { 'person-artifact': { sha256: 's', title: 'Task', classes: 2 } }
  return planExperiment(parsed.spec, { sources, checkpoints: {}, bundled: {}, backend: 'cpu' }).arms[0]!.optimisers!
    .strong.lr
}
