// A task of texts as users run it: a built process of Node, from the spec to a verified bundle.
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { numbered, saveWriter } from '../engine/writers'
import { importedTexts } from '../lab/imported'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

const tables = readTables()
const writer = (checkpoint: string, epochs: number) => ({
  ...{ model: 'pretrained', checkpoint, tokens: 16, optimiser: { epochs } },
})
const SPEC = {
  version: 1,
  name: 'Numbered words',
  tasks: ['numbered'],
  weak: [writer('small', 6)],
  strong: [writer('large', 20)],
  methods: [{ method: 'naive' }],
  sizes: { weak: 60, transfer: 60, validation: 20, test: 60 },
  optimiser: { batch: 20, lr: 0.02 },
  evaluations: 2,
  seeds: [0],
}
let cache: string
let w2s: CommandLine
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'w2s-cache-'))
  w2s = await buildCommandLine({ W2S_CACHE: cache })
  importedTexts(join(w2s.home, 'lab'), 'numbered', numbered(300))
  for (const [id, width] of Object.entries({ small: 8, large: 16 })) {
    await saveWriter(join(w2s.home, id), { width, seed: width })
    expect((await w2s.run('models', 'add', join(w2s.home, id))).code).toBe(0)
  }
  await writeFile(join(w2s.home, 'spec.json'), JSON.stringify(SPEC))
}, 120_000)
afterAll(async () => {
  await w2s.remove()
  await rm(cache, { recursive: true })
})

it(
  'goes from the spec to a verified bundle, and tells no metric that texts have not',
  { timeout: 240_000 },
  async () => {
    const run = await w2s.run('run', 'spec.json', '--json', '--export', 'texts.zip')
    expect([run.code, run.document['ok']]).toEqual([0, true])
    expect(mismatches(tables, 'run', run.document)).toEqual([])
    const [arm] = run.document['results'] as { measures: object }[]
    expect(Object.keys(arm!.measures)).toEqual(['accuracy'])

    const shown = await w2s.run('show', 'last', '--metric', 'all')
    expect(shown.stdout).toMatch(/Accuracy on ground truth/)
    expect(shown.stdout).not.toMatch(/AUROC|Brier/)
    expect((await w2s.run('show', 'last', '--metric', 'brier')).stdout).toContain('No arm tells Brier score')

    const verified = await w2s.run('verify', 'texts.zip', '--json')
    expect([verified.code, verified.document['ok']]).toEqual([0, true])
    expect(mismatches(tables, 'verify', verified.document)).toEqual([])
    const script = join(import.meta.dirname, '../../scripts/recompute.py')
    const python = spawnSync('python3', ['-I', script, join(w2s.home, 'texts.zip')], { encoding: 'utf8' })
    if (spawnSync('python3', ['-I', '-c', 'import numpy']).status === 0) expect(python.status).toBe(0)
  },
)
