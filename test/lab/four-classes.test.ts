import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { examineBundle } from '../../src-main/bundle'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { unzip } from '../bundle/fixture'
import { nativeMissing } from '../engine/runtimes'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, openLab } from './tools'

const built = builtProcesses()
const hasNumpy = spawnSync('python3', ['-I', '-c', 'import numpy']).status === 0
const CLASSES = ['animal', 'artifact', 'person', 'plant']
const SPEC = {
  version: 1,
  name: 'Four classes',
  tasks: ['wordnet-kinds'],
  weak: [{ model: 'words', words: 25 }],
  strong: [{ model: 'vectors' }],
  methods: [{ method: 'naive' }, { method: 'confidence' }],
  sizes: { weak: 400, transfer: 600, validation: 100, test: 402 },
  reference: true,
  evaluations: 3,
  redraw: 'order',
  seeds: [0, 1],
}

const argmax = (values: number[]) => values.indexOf(Math.max(...values))

/** A row of a table of predictions: what a model says, and how probable it holds each class. */
const saidBy = (row: Record<string, string>, model: string) => ({
  says: Number(row[model]),
  probabilities: CLASSES.map((_, c) => Number(row[`${model}_${c}`])),
})

/** A lab with engines of this test's own. */
const labOf = (backend: 'wasm' | 'cpu') =>
  openLab({
    home: temporaryFolder(),
    backend,
    spawnEngine: forkEngine(built.entry('engine')),
    analyst: built.entry('analyst'),
    librarian: built.entry('librarian'),
  })

test(
  'four classes are learnt by heads over pretrained transformers, from either start',
  { timeout: 240_000 },
  async () => {
    const lab = await labOf(nativeMissing ? 'wasm' : 'cpu')
    const pocket = { model: 'pretrained', checkpoint: 'pocket-s' }
    const { runId } = await lab.calls.run({
      ...SPEC,
      weak: [{ model: 'probe', checkpoint: 'pocket-s' }],
      strong: [pocket, { ...pocket, head: 'unembedding' }],
      methods: [{ method: 'naive' }],
      sizes: { weak: 200, transfer: 200, validation: 20, test: 100 },
      reference: false,
      seeds: [0],
    })
    const run = await ended(lab, runId)
    expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])
    const bundle = (await lab.calls.exportBundle({ runId, path: '' }))!
    expect(await examineBundle(bundle.path)).toMatchObject({
      problems: [],
      agreement: { arms: 2, seeds: 1, problems: [] },
    })
    const { arms } = await lab.calls.result({ runId, stop: 'last' })
    for (const { arm } of arms) {
      const { counts } = await lab.calls.cube({ runId, armId: arm.id, seed: 0, stop: 'last' })
      const right = (at: number) =>
        Object.entries(counts).reduce((sum, [cell, n]) => sum + (cell[at] === '1' ? n : 0), 0)
      // Forty of a hundred are more than three standard errors above chance.
      expect(right(2)).toBeGreaterThan(40)
    }
  },
)

describe.each([['wasm'], ...(nativeMissing ? [] : [['cpu']])] as ['wasm' | 'cpu'][])(
  'four classes on %s',
  (backend) => {
    test('go from a spec to results, examples and a bundle that gives them again', { timeout: 240_000 }, async () => {
      const lab = await labOf(backend)
      const { runId } = await lab.calls.run(SPEC)
      const run = await ended(lab, runId)
      expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])

      const { arms } = await lab.calls.result({ runId, stop: 'last' })
      expect(arms.map(({ arm }) => arm.method)).toMatchObject([{ method: 'naive' }, { method: 'confidence' }])
      const bundle = (await lab.calls.exportBundle({ runId, path: '' }))!
      expect(await examineBundle(bundle.path)).toMatchObject({
        problems: [],
        agreement: { arms: 2, seeds: 2, problems: [] },
      })
      if (hasNumpy) {
        const script = join(import.meta.dirname, '../../scripts/recompute.py')
        const { status, stdout } = spawnSync('python3', ['-I', script, bundle.path], { encoding: 'utf8' })
        expect([status, stdout]).toEqual([
          0,
          expect.stringMatching(/^(\d+) of \1 numbers agree: 2 arms, 1 differences\n$/),
        ])
      }
      const files = await unzip(bundle.path)
      const tableOf = (name: string) =>
        Papa.parse<Record<string, string>>(files.get(name)!.toString(), { header: true, skipEmptyLines: true }).data
      const results = JSON.parse(files.get('results.json')!.toString()) as {
        arms: { arm: { id: string }; predictions: { seed: number; file: string }[] }[]
      }
      const examples = tableOf('examples/wordnet-kinds.csv').filter(({ split }) => split === 'test')
      expect(CLASSES.map((name) => examples.filter((row) => row['class'] === name).length)).toEqual([
        100, 100, 100, 100,
      ])

      for (const { arm, predictions } of results.arms) {
        for (const { seed, file } of predictions) {
          const rows = tableOf(file)
          const right = { weak: 0, student: 0, ceiling: 0 }
          const cells: Record<string, number> = {}
          for (const [i, row] of rows.entries()) {
            expect(row['truth']).toBe(examples[i]!['truth'])
            let cell = ''
            for (const model of ['weak', 'student', 'ceiling'] as const) {
              const { says, probabilities } = saidBy(row, model)
              expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
              expect(says).toBe(argmax(probabilities))
              const good = `${says}` === row['truth']
              right[model] += Number(good)
              cell += good ? '1' : '0'
            }
            cells[cell] = (cells[cell] ?? 0) + 1
          }
          const bySeed = arms
            .find((one) => one.arm.id === arm.id)!
            .measures['accuracy']!.bySeed.find((one) => one.seed === seed)!
          for (const model of ['weak', 'student', 'ceiling'] as const)
            expect(bySeed[model]).toBeCloseTo(right[model] / 400, 9)
          // Chance is a quarter, and one class of four for all of them would be it.
          expect(right.ceiling / 400).toBeGreaterThan(0.5)
          expect(right.weak / 400).toBeGreaterThan(0.3)
          const ref = { runId, armId: arm.id, seed, stop: 'last' as const }
          const cube = await lab.calls.cube(ref)
          expect(Object.fromEntries(Object.entries(cube.counts).filter(([, n]) => n > 0))).toEqual(cells)
          const query = { ...ref, cells: [], search: '', sort: 'index' as const, offset: 0, limit: 400 }
          const page = await lab.calls.examples(query)
          expect(page.rows.map(({ truth }) => `${truth}`)).toEqual(rows.map((row) => row['truth']))
          expect(page.total).toBe(400)
          for (const [i, row] of page.rows.entries()) {
            for (const model of ['weak', 'student', 'ceiling'] as const) {
              const { says, probabilities } = saidBy(rows[i]!, model)
              expect(row[model]).toEqual({
                says,
                confidence: expect.closeTo(probabilities[says]!, 6) as number,
                right: says === row.truth,
              })
            }
          }
        }
      }
    })
  },
)
