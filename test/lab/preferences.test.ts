// Reward modelling from end to end: pairs of texts are imported, models that score texts learn which one is right, and
// what came of it is inspected, exported and verified.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { expect, test } from 'vitest'
import { examineBundle } from '../../src-main/bundle'
import { readTask } from '../../src-main/data/datasets'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { unzip } from '../bundle/fixture'
import { nativeMissing } from '../engine/runtimes'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, openLab } from './tools'

const built = builtProcesses()
const resources = join(import.meta.dirname, '../../resources')

/** Pairs made of a task of classes: which of two definitions is of a person. */
async function writePairs(file: string, count: number): Promise<void> {
  const rows = await readTask(join(resources, 'tasks/person-artifact.jsonl.gz'), { kind: 'classes' })
  const [things, people] = [0, 1].map((label) => rows.filter((row) => row.label === label).map(({ text }) => text))
  const pairs = Array.from({ length: count }, (_, i) => ({ chosen: people![i], rejected: things![i] }))
  writeFileSync(file, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''))
}

const SPEC = {
  version: 1,
  name: 'Preferences',
  tasks: ['pairs'],
  weak: [{ model: 'words', words: 60 }],
  strong: [{ model: 'vectors' }],
  methods: [{ method: 'naive' }, { method: 'confidence' }],
  sizes: { weak: 400, transfer: 400, validation: 60, test: 400 },
  reference: true,
  evaluations: 3,
  redraw: 'order',
  seeds: [0, 1],
}

test('pairs are imported, learnt from, inspected, exported and verified', { timeout: 240_000 }, async () => {
  const home = temporaryFolder()
  const lab = await openLab({
    home,
    backend: nativeMissing ? 'wasm' : 'cpu',
    spawnEngine: forkEngine(built.entry('engine')),
    analyst: built.entry('analyst'),
    librarian: built.entry('librarian'),
    importer: built.entry('importer'),
  })
  const file = join(home, 'pairs.jsonl')
  await writePairs(file, 1600)
  const found = await lab.calls.datasetPreview({ path: file })
  expect(found).toMatchObject({ form: 'options', options: ['chosen', 'rejected'], right: 'first', badLines: 0 })
  const { path, form, text, label, split, group, options } = found
  const about = { id: 'pairs', title: 'Pairs', question: 'Which is of a person?', licence: 'own', classes: [] }
  await lab.calls.datasetImport({ path, form, text, label, split, group, options, right: 'first', ...about })

  const { runId } = await lab.calls.run({
    ...SPEC,
    strong: [{ model: 'vectors' }, { model: 'probe', checkpoint: 'pocket-s' }],
  })
  const run = await ended(lab, runId)
  expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])

  const { arms } = await lab.calls.result({ runId, stop: 'last' })
  for (const { measures, arm } of arms) {
    const { accuracy, auroc, brier, ece, logloss } = measures
    // Chance is .5, and 400 pairs tell .57 from it; words of a definition tell a person from a thing.
    expect(accuracy!.ceiling.value).toBeGreaterThan(0.6)
    expect(accuracy!.weak.value).toBeGreaterThan(0.55)
    expect(Object.keys(accuracy!.references)).toEqual(['bag-of-words regression'])
    for (const of of [auroc!, brier!, ece!, logloss!])
      for (const { value } of [of.weak, of.student, of.ceiling]) expect(Number.isFinite(value)).toBe(true)
    expect(auroc!.ceiling.value).toBeGreaterThan(0.6)
    const ref = { runId, armId: arm.id, seed: 0, stop: 'last' } as const
    const { rows, total } = await lab.calls.examples({
      ...ref,
      cells: [],
      search: '',
      sort: 'index',
      offset: 0,
      limit: 5,
    })
    expect(total).toBe(400)
    expect(rows[0]!.options).toHaveLength(2)
    expect(rows[0]!.text).toBe('')
    const sought = rows[0]!.options![1]!.slice(0, 12)
    expect(
      (await lab.calls.examples({ ...ref, cells: [], search: sought, sort: 'index', offset: 0, limit: 5 })).total,
    ).toBeGreaterThan(0)
  }

  const bundle = (await lab.calls.exportBundle({ runId, path: '' }))!
  expect(await examineBundle(bundle.path)).toMatchObject({
    problems: [],
    agreement: { arms: 4, seeds: 2, problems: [] },
  })
  const files = await unzip(bundle.path)
  const { data } = Papa.parse<Record<string, string>>(files.get('examples/pairs.csv')!.toString(), {
    header: true,
    skipEmptyLines: true,
  })
  const tested = data.filter((row) => row['split'] === 'test')
  expect(tested.filter((row) => row['class'] === 'option 1')).toHaveLength(200)
  expect(tested.filter((row) => row['class'] === 'option 2')).toHaveLength(200)
})
