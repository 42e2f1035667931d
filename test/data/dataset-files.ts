import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { importDataset, previewDataset, readTask, type DatasetError } from '../../src-main/data/datasets'
import type { DatasetPreview, DatasetQuery, ImportRequest } from '../../src-main/data/datasets/types'
import type { ClassRow } from '../../src-main/science/tasks/task'

export const CASES = join(import.meta.dirname, 'cases')
/** Of the test file that imports this. */
export const folder = mkdtempSync(join(tmpdir(), 'w2s-cases-'))
afterAll(() => rmSync(folder, { recursive: true }))

export const written = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
export const caseOf = (name: string, query: Omit<DatasetQuery, 'path'> = {}) =>
  previewDataset({ path: join(CASES, name), ...query })
export const look = (name: string, content: string | Uint8Array, query: Omit<DatasetQuery, 'path'> = {}) =>
  previewDataset({ path: written(name, content), ...query })

let imports = 0
/** What the latest import says of itself. */
export const latestInfo = (): unknown => JSON.parse(readFileSync(join(folder, `task-${imports}.json`), 'utf8'))
/** Imports what a preview shows, with what the user changed. */
export async function take(preview: DatasetPreview, changes: Partial<ImportRequest> = {}): Promise<ClassRow[]> {
  const id = `task-${++imports}`
  await importDataset(
    {
      path: preview.path,
      id,
      title: 'Title',
      question: '',
      licence: 'own',
      text: preview.text ?? 'text',
      label: preview.label ?? 'label',
      split: preview.split,
      group: preview.group,
      classes: preview.classes,
      ...changes,
    },
    folder,
  )
  return readTask(join(folder, `${id}.jsonl.gz`), { kind: 'classes' })
}
export const problemsOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => (error as DatasetError).problems,
  )
export const textOf = (notices: DatasetPreview['notices']) =>
  notices.map(({ kind, text }) => `${kind}: ${text}`).join('\n')
export const groupsOf = (rows: ClassRow[]) => rows.map(({ group }) => group)
/** 60 sentences of one class and 60 of the other, as unlike each other as the cases' own. */
export const sentences = Array.from({ length: 120 }, (_, i) => {
  const hash = createHash('sha256').update(`${i}`).digest('hex').match(/.{6}/g)!
  return { text: `${hash.join(' ')} ${i}`, label: i % 2 }
})
