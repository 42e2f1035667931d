import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { csv, READ_CSV } from '../../src-main/bundle/csv'
import { predictionTable } from '../../src-main/bundle/tables'
import type { Texts } from '../../src-main/science/answers'
import { temporaryFolder } from './fixture'

/** What models write, and what a table may take for something else. */
const TEXTS = [
  ' Nc6',
  'Nc6 ',
  '',
  '0',
  '007',
  '=1+1',
  'a,b;c\td|e',
  'say "no"',
  'two\nlines',
  'é\u2028\u{1F600}',
  '\t',
  'null',
]
const wrote = (texts: string[]): Texts => ({
  kind: 'text',
  texts,
  likelihood: Float32Array.from(texts, (_, i) => -(i + 1) / 3),
})
const rows = TEXTS.map((label, id) => ({ id, group: `row ${id}`, label }))
const said = { weak: wrote(TEXTS), student: wrote(TEXTS.toReversed()), ceiling: wrote(TEXTS.map(() => 'x')) }
const table = [...predictionTable(rows, said)].join('')

describe('a table of texts', () => {
  it('comes back to the letter', () => {
    const { data, meta } = Papa.parse<Record<string, string>>(table, READ_CSV)
    expect(meta.fields).toEqual(
      ['index', 'id', 'group', 'target'].concat(
        ['weak', 'student', 'ceiling'].flatMap((model) => [model, `${model}_likelihood`]),
      ),
    )
    expect(data.map((row) => row['target'])).toEqual(TEXTS)
    expect(data.map((row) => row['weak'])).toEqual(TEXTS)
    expect(data.map((row) => row['student'])).toEqual(TEXTS.toReversed())
    expect(data.map((row) => Math.fround(Number(row['weak_likelihood'])))).toEqual([...said.weak.likelihood])
  })

  it('is read alike by others', async () => {
    const file = join(await temporaryFolder(), 'table.csv')
    writeFileSync(file, table)
    const script =
      'import csv,json,sys; print(json.dumps([r["target"] for r in csv.DictReader(open(sys.argv[1], newline="", encoding="utf8"))]))'
    const { stdout, status } = spawnSync('python3', ['-I', '-c', script, file], { encoding: 'utf8' })
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual(TEXTS)
  })

  it('guesses nothing of a table whose texts look like another kind', () => {
    const lines = [
      ...csv(
        ['id', 'text'],
        TEXTS.map((_, i) => [i, 'a;b\tc;d|e\tf']),
      ),
    ].join('')
    const { data } = Papa.parse<Record<string, string>>(lines, READ_CSV)
    expect(data).toEqual(TEXTS.map((_, i) => ({ id: `${i}`, text: 'a;b\tc;d|e\tf' })))
  })
})
