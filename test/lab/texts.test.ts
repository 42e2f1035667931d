// A task whose texts are gone on with, from a spec to a bundle that gives every number again.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { examineBundle } from '../../src-main/bundle'
import { METRICS } from '../../src-main/science/metrics'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { MANIFEST } from '../../src-main/bundle/format'
import { unzip, zip } from '../bundle/fixture'
import { nativeMissing } from '../engine/runtimes'
import { numbered, saveWriter } from '../engine/writers'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { importedTexts } from './imported'
import { ended, openLab } from './tools'

const built = builtProcesses()
const hasNumpy = spawnSync('python3', ['-I', '-c', 'import numpy']).status === 0
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const ROWS = numbered(400)

async function labOf(backend: 'wasm' | 'cpu') {
  const [home, models] = [temporaryFolder(), temporaryFolder()]
  importedTexts(home, 'numbered', ROWS)
  const lab = await openLab({
    ...{ home, backend, cache: temporaryFolder(), spawnEngine: forkEngine(built.entry('engine')) },
    ...{ analyst: built.entry('analyst'), librarian: built.entry('librarian') },
  })
  for (const [id, width] of Object.entries({ small: 8, large: 16 })) {
    await saveWriter(join(models, id), { width, seed: width })
    await lab.calls.modelAdd(join(models, id))
  }
  return { lab, home }
}

const writer = (checkpoint: string, epochs: number) => ({
  ...{ model: 'pretrained', checkpoint, tokens: 16, optimiser: { epochs } },
})
const SPEC = {
  version: 1,
  name: 'Numbered words',
  tasks: ['numbered'],
  weak: [writer('small', 6)],
  strong: [writer('large', 20), writer('small', 20)],
  methods: [{ method: 'naive' }],
  sizes: { weak: 100, transfer: 100, validation: 30, test: 100 },
  optimiser: { batch: 20, lr: 0.02 },
  evaluations: 3,
  stop: 'weak-validation',
  seeds: [0, 1],
}

/** Numbers of plain data that are none. */
function notNumbers(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => notNumbers(part, `${path}.${name}`))
}

describe.each([['wasm'], ...(nativeMissing ? [] : [['cpu']])] as ['wasm' | 'cpu'][])('texts on %s', (backend) => {
  test('go from a spec to results, examples and a bundle that gives them again', { timeout: 300_000 }, async () => {
    const { lab } = await labOf(backend)
    const { runId } = await lab.calls.run(SPEC)
    const run = await ended(lab, runId)
    expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])

    const { arms } = await lab.calls.result({ runId, stop: 'weak-validation' })
    const { arm, measures, agreement, warnings } = arms[0]!
    // What needs probabilities of all answers is left out, not told as no number.
    expect(Object.keys(measures)).toEqual(['accuracy'])
    expect(Object.keys(METRICS).length).toBeGreaterThan(1)
    expect(notNumbers(arms)).toEqual([])
    expect(warnings).toEqual([])
    expect(measures['accuracy']!.ceiling.value).toBeGreaterThan(0.9)
    expect(agreement!.examples).toBe(100)

    const ref = { runId, armId: arm.id, seed: 1, stop: 'weak-validation' as const }
    const query = { ...ref, cells: [], search: '', sort: 'weak-confidence' as const, offset: 0, limit: 100 }
    const { rows, total } = await lab.calls.examples(query)
    expect(total).toBe(100)
    const right = (model: 'weak' | 'student' | 'ceiling') => rows.filter((row) => row[model].right).length / 100
    const bySeed = measures['accuracy']!.bySeed.find(({ seed }) => seed === 1)!
    for (const model of ['weak', 'student', 'ceiling'] as const) expect(right(model)).toBeCloseTo(bySeed[model], 9)
    for (const row of rows) {
      expect(ROWS).toContainEqual({ text: row.text, target: row.truth })
      expect(row.weak.right).toBe(row.weak.says === row.truth)
      expect(row.weak.confidence).toBeGreaterThan(0)
    }
    expect(rows.map((row) => row.weak.confidence)).toEqual(rows.map((row) => row.weak.confidence).sort((a, b) => b - a))
    const detail = await lab.calls.example({ ...ref, index: rows[0]!.index })
    expect(detail.history).toMatchObject({ of: null, step: [0, expect.any(Number), expect.any(Number)] })
    expect(detail.history.fate).toHaveLength(3)
    expect(detail.history.fate.at(-1) === 'right').toBe(detail.student.right)
    const cube = await lab.calls.cube(ref)
    expect(Object.values(cube.counts).reduce((a, b) => a + b)).toBe(100)
    expect(notNumbers([cube, detail])).toEqual([])

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
    const { agreement: found } = await examineBundle(await forged(bundle.path, arm.seeds[1]!.ceiling))
    const wrong = new Set(found!.problems.map(({ file }) => file.replace(/\d+-.*\//, '')))
    expect(wrong).toEqual(new Set(['results.json', 'metrics.csv', 'predictions/seed-1.csv']))

    // The texts of one's own task stay home, and what models wrote of them, too: hashes say whether two are equal.
    const files = await unzip(bundle.path)
    const table = (name: string) =>
      Papa.parse<Record<string, string>>(files.get(name)!.toString(), { header: true, skipEmptyLines: true }).data
    const examples = table('examples/numbered.csv').filter(({ split }) => split === 'test')
    const told = [...files.keys()].find((name) => name.startsWith('predictions/') && name.endsWith('seed-1.csv'))!
    for (const row of table(told)) {
      const mine = rows.find(({ index }) => `${index}` === row['index'])!
      expect(examples[mine.index]).toMatchObject({ target: sha256(String(mine.truth)), text_sha256: sha256(mine.text) })
      expect(row).toMatchObject({ target: sha256(String(mine.truth)), ceiling: sha256(String(mine.ceiling.says)) })
      expect(Math.exp(Number(row['student_likelihood']))).toBeCloseTo(mine.student.confidence, 6)
    }
    // Letters that no hash has.
    const telling = ROWS.flatMap(({ text, target }) => [...(/[gh]/.test(text) ? [text] : []), `"${target}"`])
    for (const [name, bytes] of files)
      if (/^(evaluations|labels|predictions|examples)/.test(name))
        expect(
          telling.filter((text) => bytes.includes(text)),
          name,
        ).toEqual([])
  })
})

/** The bundle with another text in the place of one that the ceiling wrote, and checksums that fit. */
async function forged(bundle: string, key: string): Promise<string> {
  const files = await unzip(bundle)
  const name = `evaluations/${key}.json`
  const told = JSON.parse(files.get(name)!.toString()) as { splits: Record<string, { texts: string[] }[]> }
  const { texts } = told.splits['test']!.at(-1)!
  texts[0] = texts.find((text) => text !== texts[0])!
  files.set(name, Buffer.from(JSON.stringify(told)))
  const sums = [...files].filter(([file]) => file !== MANIFEST).map(([file, bytes]) => `${sha256(bytes)}  ${file}\n`)
  files.set(MANIFEST, Buffer.from(sums.join('')))
  const path = join(temporaryFolder(), 'forged.w2s.zip')
  await zip(path, files)
  return path
}

test('what does not go with texts is refused with the spec, each with its place', async () => {
  const { lab } = await labOf('wasm')
  const preview = await lab.calls.preview({
    ...SPEC,
    weak: [{ model: 'words' }, { model: 'pretrained', checkpoint: 'minilm-l3' }, writer('small', 1)],
    strong: [{ model: 'probe', checkpoint: 'large' }],
    methods: [{ method: 'naive' }, { method: 'confidence' }],
    metric: 'ece',
    reference: true,
  })
  if (preview.valid) throw new Error('expected problems')
  const found = Object.fromEntries(preview.problems.map(({ path, expected, got }) => [path, `${expected}; got ${got}`]))
  expect(found).toMatchObject({
    'weak[0].model': '"pretrained": "numbered" is a task of texts, which takes a language head; got "words"',
    'strong[0].model': expect.stringContaining('"pretrained"') as string,
    'methods[1].method': expect.stringMatching(
      /^"naive".*"confidence" is about the probabilities of choices/,
    ) as string,
    metric: expect.stringMatching(/^"accuracy".*needs the probability of every answer; got "ece"$/) as string,
    reference: expect.stringContaining('a bag of words writes none') as string,
  })
  expect(Object.keys(found)).not.toContain('weak[2].model')
})
