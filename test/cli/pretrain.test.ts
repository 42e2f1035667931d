// A pretraining by the command line: a built process of Node with its own data folder.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

const SPEC = {
  ...{ version: 1, kind: 'pretrain', name: 'Two tiny ones', corpora: ['canterbury'], vocabulary: 400, context: 32 },
  heldOut: 50,
  models: [
    { id: 'tiny-1', width: 16, layers: 1, heads: 1 },
    { id: 'tiny-2', width: 32, layers: 1, heads: 2 },
  ],
  training: { steps: 6, batchTokens: 500, evaluations: 2 },
}

let w2s: CommandLine
beforeAll(async () => {
  w2s = await buildCommandLine()
}, 60_000)
afterAll(() => w2s.remove())

it('makes models that a spec may then name, as a run among others', async () => {
  const file = join(w2s.home, 'tiny.json')
  await writeFile(file, JSON.stringify(SPEC))
  const { code, document } = await w2s.run('run', file, '--json')
  expect(code).toBe(0)
  const tables = readTables()
  expect(mismatches(tables, 'run', document)).toEqual([])
  const bits = expect.any(Number) as number
  expect(document).toMatchObject({
    run: {
      state: 'done',
      stagesDone: 3,
      headline: expect.stringMatching(/^bits per byte: tiny-1 \d\.\d\d · tiny-2 /) as string,
    },
    models: [
      { id: 'tiny-1', state: 'done', bitsPerByte: bits },
      { id: 'tiny-2', state: 'done', bitsPerByte: bits },
    ],
  })
  const shown = await w2s.run('show', 'last', '--json')
  expect(mismatches(tables, 'show', shown.document)).toEqual([])
  expect(shown.document).toMatchObject({ run: { spec: null, pretraining: { vocabulary: 400 } }, results: [] })
  const { document: listed } = await w2s.run('models', '--json')
  const models = (listed.models as { id: string; here: { gone: boolean } | null }[]).filter(({ id }) =>
    id.startsWith('tiny'),
  )
  for (const id of ['tiny-1', 'tiny-2'])
    expect(models).toContainEqual(
      expect.objectContaining({ id, here: expect.objectContaining({ gone: false }) as object }),
    )

  expect((await w2s.run('run', file)).stdout).toContain('3 already done')
  const refused = await w2s.run('export', 'last')
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('A pretraining has no results to bundle')])
  await writeFile(join(w2s.home, 'wrong.json'), JSON.stringify({ ...SPEC, corpora: ['canterburi'] }))
  const { document: wrong } = await w2s.run('run', join(w2s.home, 'wrong.json'), '--json')
  expect(wrong).toMatchObject({ ok: false, error: { problems: [{ path: 'corpora[0]', got: '"canterburi"' }] } })
}, 120_000)
