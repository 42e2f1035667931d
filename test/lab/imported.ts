import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { TaskInfo } from '../../src-main/data/datasets/types'

/** Puts a task of texts into a data folder, as an import leaves it. */
export function importedTexts(home: string, id: string, rows: readonly { text: string; target: string }[]): void {
  const folder = join(home, 'datasets')
  mkdirSync(folder, { recursive: true })
  const bytes = gzipSync(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  writeFileSync(join(folder, `${id}.jsonl.gz`), bytes)
  const info: TaskInfo = {
    ...{ id, title: id, question: 'What follows?', form: 'text', classes: [], examples: rows.length, rows: null },
    ...{ lengthAlone: null, licence: 'not stated', source: 'made up', provenance: null, origin: 'imported' },
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
  writeFileSync(join(folder, `${id}.json`), JSON.stringify(info))
}
