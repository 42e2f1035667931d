// Parquet files and folders as pyarrow writes them, in every encoding of theirs that sets come in.
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DatasetError, previewDataset } from '../../src-main/data/datasets'
import { openRecords } from '../../src-main/data/datasets/records'
import type { Reading } from '../../src-main/data/datasets/types'
import { createPythonRandom } from '../../src-main/science/maths/python-random'
import { latestInfo, problemsOf, take } from './dataset-files'

const FILES = join(import.meta.dirname, 'parquet')
const root = mkdtempSync(join(tmpdir(), 'w2s-parquet-'))
afterAll(() => rmSync(root, { recursive: true }))

async function recordsOf(path: string, reading: Reading = {}) {
  const { batches, facts } = openRecords(path, reading)
  const records: Record<string, unknown>[] = []
  for await (const batch of batches)
    for (const entry of batch) records.push('values' in entry ? Object.fromEntries(entry.values) : { ...entry })
  return { records, facts: facts() }
}
const mixed = JSON.parse(readFileSync(join(FILES, 'mixed.json'), 'utf8')) as Record<string, unknown>[]
const NAMES = ['negative', 'positive']

describe('a Parquet file', () => {
  it.each(['snappy', 'zstd', 'gzip', 'none'])('is read as it was written: %s', async (codec) => {
    const { records, facts } = await recordsOf(join(FILES, `mixed-${codec}.parquet`))
    const named = mixed.map((row) => ({ ...row, label: NAMES[row['label'] as number] ?? row['label'] }))
    expect(records).toEqual(named)
    expect(facts).toMatchObject({ format: 'parquet', lines: 60, columns: Object.keys(mixed[0]!) })
  })

  it('is read by its first rows alone where that is said, over row groups', async () => {
    const { records } = await recordsOf(join(FILES, 'mixed-zstd.parquet'), { first: 26 })
    expect(records.map(({ text }) => text)).toEqual(mixed.slice(0, 26).map(({ text }) => text))
    expect(await problemsOf(previewDataset({ path: join(FILES, 'mixed.json'), first: 3 }))).toMatchObject([
      { path: 'first', got: 'jsonl' },
    ])
  })

  it('tells a row that is bad by its number', async () => {
    const preview = await previewDataset({ path: join(FILES, 'mixed-none.parquet'), classes: NAMES })
    expect(preview).toMatchObject({ text: 'text', label: 'label', badLines: 1, examples: 59 })
    expect(preview.errors).toEqual([{ line: 6, message: expect.stringContaining('got "-1"') as string }])
    expect(await problemsOf(take(preview))).toMatchObject([{ path: 'row 6', got: '"-1"' }])
  })

  it('is refused where it is cut off, no Parquet, or packed', async () => {
    const cut = join(root, 'cut.parquet')
    copyFileSync(join(FILES, 'mixed-none.parquet'), cut)
    truncateSync(cut, 3000)
    const other = join(root, 'other.parquet')
    writeFileSync(other, 'text,label\n')
    for (const path of [cut, other])
      expect(await problemsOf(previewDataset({ path }))).toMatchObject([
        { path: 'path', expected: 'a Parquet file that can be read' },
      ])
    const damaged = join(root, 'damaged.parquet')
    const bytes = readFileSync(join(FILES, 'mixed-snappy.parquet'))
    writeFileSync(damaged, bytes.fill(0xff, 40, 400))
    expect(await problemsOf(previewDataset({ path: damaged }))).toMatchObject([{ path: 'path' }])
    expect(await problemsOf(previewDataset({ path: join(root, 'x.parquet.gz') }))).toMatchObject([
      { path: 'path', got: '.parquet' },
    ])
  })
})

it('of bytes that were changed anywhere is read or refused, with nothing that nobody hears of', async () => {
  const random = createPythonRandom(7)
  for (const codec of ['snappy', 'zstd', 'none'])
    for (let i = 0; i < 30; i++) {
      const bytes = readFileSync(join(FILES, `mixed-${codec}.parquet`))
      // Half of them in the last part, where the file says what is in it.
      const from = i % 2 ? bytes.length - 4000 : 0
      for (let k = 0; k <= i % 3; k++) bytes[from + random.below(bytes.length - from)] = random.below(256)
      const path = join(root, 'changed.parquet')
      writeFileSync(path, bytes)
      const error = await previewDataset({ path }).catch((error: unknown) => error)
      if (error instanceof Error) expect(error).toBeInstanceOf(DatasetError)
    }
})

describe('a folder of a dataset', () => {
  it('is one dataset; what it keeps for tests is never trained on', async () => {
    const { records, facts } = await recordsOf(join(FILES, 'sciq'), {})
    expect(facts.files.map(({ name, rows }) => [name, rows])).toEqual([
      ['train-00000-of-00002.parquet', 35],
      ['train-00001-of-00002.parquet', 25],
      ['validation-00000-of-00001.parquet', 3],
      ['test-00000-of-00001.parquet', 30],
    ])
    const of = (split: string) => records.filter((record) => record['split'] === split).length
    expect([of('train'), of('test')]).toEqual([63, 30])
  })

  it('has several configurations only one at a time, and validation rows for tests where it has no others', async () => {
    const folder = join(FILES, 'configs')
    expect(await problemsOf(previewDataset({ path: folder }))).toEqual([
      { path: 'path', expected: 'the folder of one configuration', got: '2: "large", "small"' },
    ])
    const preview = await previewDataset({ path: join(folder, 'small') })
    expect(preview).toMatchObject({
      ...{ id: 'small', classes: NAMES, split: 'split', format: 'parquet' },
      perClass: { train: [30, 30], test: [25, 25] },
    })
    const rows = await take(preview)
    expect(rows.filter(({ split }) => split === 'test')).toHaveLength(50)
    const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
    const files = ['train/0000.parquet', 'validation/0000.parquet']
    expect(latestInfo()).toMatchObject({
      provenance: {
        template: null,
        first: null,
        files: files.map((name) => ({ name, sha256: sha256(join(folder, 'small', name)) })),
      },
    })
  })

  it('is refused without such files, and with splits that mean nothing', async () => {
    const odd = join(root, 'odd')
    mkdirSync(odd)
    expect(await problemsOf(previewDataset({ path: odd }))).toMatchObject([{ path: 'path', got: 'odd, without' }])
    cpSync(join(FILES, 'configs/small/train'), join(odd, 'round_1'), { recursive: true })
    expect(await problemsOf(previewDataset({ path: odd }))).toMatchObject([{ path: 'path', got: '"round_1"' }])
  })
})
