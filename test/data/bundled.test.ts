import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTask } from '../../src-main/data/datasets/read'
import {
  formOf,
  splitTask,
  TASKS,
  textsIn,
  type Form,
  type TaskRow,
  type TaskVariant,
} from '../../src-main/science/tasks'
import { lengthShortcut, longestShortcut } from '../../src-main/science/tasks/shortcuts'
import { createTwinFinder, foldText } from '../../src-main/science/tasks/twins'
import { SPLITS } from '../../src-main/science/stages'

const fileOf = (id: string) => resolve(import.meta.dirname, `../../resources/tasks/${id}.jsonl.gz`)

type Rows = Awaited<ReturnType<typeof rowsOf>>
const rowsOf = (task: TaskVariant): Promise<TaskRow[]> => readTask(fileOf(task.id), formOf(task))
const classRowsOf = (id: string) => readTask(fileOf(id), { kind: 'classes' })
/** What must not be in two groups: what follows a text may be the same in many. */
const twinnedIn = (row: TaskRow) => ('target' in row ? [row.text] : textsIn(row))
const cutOf = (task: TaskVariant, rows: Rows, config: Parameters<typeof splitTask>[1]) =>
  splitTask<Form>(rows, config, formOf(task))

describe.each(Object.entries(TASKS))('bundled task %s', (id, task) => {
  it('is the file that the catalog states, its classes balanced in train and test', async () => {
    expect(id).toBe(task.id)
    expect(
      createHash('sha256')
        .update(await readFile(fileOf(id)))
        .digest('hex'),
    ).toBe(task.sha256)
    const rows = await rowsOf(task)
    expect(rows).toHaveLength(task.examples)
    expect(rows.filter((r) => r.split === 'test')).toHaveLength(task.testExamples)
    const texts = rows.flatMap(twinnedIn)
    expect(Math.round(texts.reduce((sum, text) => sum + text.length, 0) / texts.length)).toBe(task.letters)
    for (const split of ['train', 'test']) {
      const labels = rows.filter((r) => r.split === split).flatMap((r) => ('label' in r ? r.label : []))
      for (const [label] of task.classes?.entries() ?? []) {
        const share = labels.filter((one) => one === label).length / labels.length
        expect(Math.abs(share - 1 / task.classes!.length)).toBeLessThan(0.01)
      }
    }
  })

  it('has no text whose near twin is in another group, and no group in train and test', async () => {
    const rows = await rowsOf(task)
    const finder = createTwinFinder()
    const texts = rows.flatMap((row) => twinnedIn(row).map((text) => ({ text, group: row.group })))
    for (const { text } of texts) finder.add(text)
    const { first, complete } = finder.find()
    expect(complete).toBe(true)
    expect(texts.filter(({ group }, i) => group !== texts[first[i]!]!.group)).toEqual([])
    const splits = new Map<string, Set<string>>()
    for (const { group, split } of rows) splits.set(group!, (splits.get(group!) ?? new Set()).add(split!))
    expect([...splits].filter(([, of]) => of.size > 1)).toEqual([])
  })

  it('states what the length of a text alone tells', async () => {
    const rows = await rowsOf(task)
    expect(lengthAlone(rows, formOf(task))).toEqual(
      task.lengthAlone === null ? null : expect.closeTo(task.lengthAlone, 3),
    )
  })

  it('fills the default sizes, or its share of them, from rows that may be used so', async () => {
    const rows = await rowsOf(task)
    const sizes = { weak: 1000, transfer: 1000, validation: 300, test: 1000 }
    const { splits, form } = cutOf(task, rows, { task: id, sizes, splitSeed: 0, redraw: null, measure: 'test' })
    expect(form).toEqual(formOf(task))
    const tested = Math.min(1000, task.testExamples)
    expect(splits.test.length).toBeGreaterThanOrEqual(tested - 2)
    const groups = new Map<string, string>()
    for (const split of SPLITS) {
      expect(splits[split].length).toBeGreaterThanOrEqual(sizes[split] * (split === 'test' ? 0.6 : 0.99))
      for (const example of splits[split]) {
        expect(rows[example.id]!.split).toBe(split === 'test' ? 'test' : 'train')
        expect(groups.get(example.group) ?? split).toBe(split)
        groups.set(example.group, split)
      }
    }
  })

  it('has development rows, a fifth of what is not tested on, enough of them to choose settings by', async () => {
    const rows = await rowsOf(task)
    const sizes = { weak: 300, transfer: 300, validation: 100, test: 20_000 }
    const cut = cutOf(task, rows, { task: id, splitSeed: 0, redraw: 0, sizes, measure: 'development' })
    const share = cut.splits.test.length / (task.examples - task.testExamples)
    expect(share).toBeGreaterThan(0.1)
    expect(share).toBeLessThan(0.25)
    for (const example of cut.splits.test) expect(rows[example.id]!.split).toBe('train')
  })
})

function lengthAlone(rows: readonly TaskRow[], form: Form): number | null {
  const of = (split: string) => rows.filter((row) => row.split === split)
  if (form.kind === 'text') return null
  if (form.kind === 'classes') {
    const counted = (split: string) =>
      of(split).flatMap((row) => ('label' in row ? [{ length: row.text!.length, label: row.label }] : []))
    return lengthShortcut(counted('train'), counted('test'), form.names.length)
  }
  const counted = (split: string) =>
    of(split).flatMap((row) =>
      'options' in row ? [{ lengths: row.options.map(({ length }) => length), label: row.label }] : [],
    )
  return longestShortcut(counted('train'), counted('test'))
}

it('wordnet-kinds tests on nothing that the pocket models were pretrained on', async () => {
  const foldedOf = async (id: string, split: string) =>
    (await classRowsOf(id)).filter((row) => row.split === split).map(({ text }) => foldText(text))
  const seen = new Set(await foldedOf('person-artifact', 'train'))
  const tested = await foldedOf('wordnet-kinds', 'test')
  expect(seen.size).toBe(14_000)
  expect(tested.filter((text) => seen.has(text))).toEqual([])
})

it('spam names no address and no mailing list', async () => {
  const texts = (await classRowsOf('spam')).map((r) => r.text)
  const found = texts.filter((t) =>
    /[\w.+-]+@[\w-]+\.\w|\[(ILUG|SAtalk|Razor-users|Spambayes|zzzzteana|SAdev)\]/i.test(t),
  )
  expect(found).toEqual([])
})
