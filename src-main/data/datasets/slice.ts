import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../folder'
import type { Form, TaskRow } from '../../science/tasks'
import { importDataset } from './import'
import { refusal } from './problem'
import { readTask } from './read'
import type { Watch } from './source'
import type { ImportRequest, TaskInfo } from './types'

/** Some test rows of a run, and what they are to be called. */
export interface SliceRequest extends Pick<ImportRequest, 'id' | 'title' | 'question' | 'licence'> {
  /** What they were chosen from and how, for people. */
  source: string
  /** The task that they are of, by its file. */
  parent: { id: string; sha256: string; path: string; form: Form }
  /** By their places in the file: the rows that the run tested on, and those of them that were chosen. */
  tested: readonly number[]
  chosen: readonly number[]
}

/**
 * Makes a task of one's own of a slice: its rows are all that is tested on, and what no run of its parent with this split
 * tests on is what may be trained on. Other test rows are left out, so that none of them is ever trained on.
 * @throws DatasetError where a run could not be split of it; AbortError
 */
export async function importSlice(request: SliceRequest, folder: string, watch: Watch = {}): Promise<TaskInfo> {
  const { id, title, question, licence, source, parent } = request
  const rows = keptRows(await readTask(parent.path, parent.form), request)
  if (!rows.some(({ split }) => split === 'test')) throw refusal('slice', 'at least one example', 'none')
  makeFolder(folder)
  const path = join(folder, `.${id}-${process.pid}.jsonl`)
  try {
    await writeFile(path, rows.map((row) => `${JSON.stringify(recordOf(row, parent.form))}\n`).join(''))
    const grouped = rows.some(({ group }) => group !== undefined)
    const columns = { split: 'split', group: grouped ? 'group' : null, ...columnsOf(parent.form, rows) }
    const files = [{ name: `${parent.id}.jsonl.gz`, sha256: parent.sha256 }]
    const made = { source, provenance: { template: null, first: null, files } }
    return await importDataset({ path, id, title, question, licence, ...columns }, folder, watch, made)
  } finally {
    await rm(path, { force: true })
  }
}

function keptRows(rows: readonly TaskRow[], { tested, chosen }: SliceRequest): TaskRow[] {
  const [out, on] = [new Set(tested), new Set(chosen)]
  return rows.flatMap((row, i): TaskRow[] => {
    if (on.has(i)) return [{ ...row, split: 'test' }]
    return out.has(i) || row.split === 'test' ? [] : [{ ...row, split: 'train' }]
  })
}

/** A row as an import reads it: classes by their names. */
const recordOf = (row: TaskRow, form: Form) =>
  form.kind === 'classes' && 'label' in row ? { ...row, label: form.names[row.label] } : row

type Columns = Pick<ImportRequest, 'form' | 'text' | 'label' | 'options' | 'right' | 'target' | 'classes'>

function columnsOf(form: Form, rows: readonly TaskRow[]): Columns {
  if (form.kind === 'classes') return { form: form.kind, text: 'text', label: 'label', classes: [...form.names] }
  if (form.kind === 'text') return { form: form.kind, text: 'text', label: null, target: 'target', classes: [] }
  const shared = rows.some(({ text }) => text !== undefined) ? 'text' : null
  return { form: form.kind, text: shared, label: 'label', options: ['options'], right: 'from 0', classes: [] }
}
