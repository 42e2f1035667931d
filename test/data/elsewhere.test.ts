import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTask } from '../../src-main/data/datasets/read'
import { ELSEWHERE, formOf, splitTask, TASKS, withElsewhere, type ClassRow } from '../../src-main/science/tasks'
import { createTwinFinder, foldText } from '../../src-main/science/tasks/twins'

const fileOf = (id: string) => resolve(import.meta.dirname, `../../resources/tasks/${id}.jsonl.gz`)
const form = { kind: 'classes', names: ['bad', 'good'] } as const
const config = (splitSeed = 0, redraw: number | null = null) => ({
  ...{ task: 'made-up', splitSeed, redraw, measure: 'test' as const },
  sizes: { weak: 40, transfer: 40, validation: 20, test: 30 },
})
const rowsOf = (from: string, count: number): ClassRow[] =>
  Array.from({ length: count }, (_, i) => ({ text: `${from} ${i}`, label: i % 2, group: `${from} ${i >> 2}` }))

describe.each(Object.entries(ELSEWHERE))('test set from elsewhere %s', (id, set) => {
  const [task] = Object.values(TASKS).filter(({ elsewhere = [] }) => elsewhere.includes(set))

  it('is the file that the catalog states, and its classes are those of its task', async () => {
    expect(
      createHash('sha256')
        .update(readFileSync(fileOf(id)))
        .digest('hex'),
    ).toBe(set.sha256)
    const rows = await readTask(fileOf(id), { kind: 'classes' })
    expect(rows).toHaveLength(set.examples)
    expect(Math.max(...rows.map(({ label }) => label))).toBe(task!.classes!.length - 1)
    expect(rows.every(({ split }) => split === 'test')).toBe(true)
  })

  it('shares no text with its task that is left in, and no near twin', async () => {
    const [own, others] = [
      await readTask(fileOf(task!.id), { kind: 'classes' }),
      await readTask(fileOf(id), { kind: 'classes' }),
    ]
    const sizes = { weak: 40, transfer: 40, validation: 20, test: 2000 }
    const asked = { ...config(), task: task!.id, sizes }
    const classes = formOf(task!) as typeof form
    const cut = withElsewhere(splitTask(own, asked, classes), { rows: own, sets: { [id]: others } }, asked, classes)
    const known = new Set(own.map(({ text }) => foldText(text)))
    expect(cut.elsewhere![id]!.filter(({ text }) => known.has(foldText(text)))).toEqual([])
    const finder = createTwinFinder()
    for (const { text } of [...own, ...cut.elsewhere![id]!]) finder.add(text)
    const { first } = finder.find()
    expect([...first].slice(own.length).filter((twin) => twin < own.length)).toEqual([])
  })
})

describe('a test set from elsewhere', () => {
  const rows = rowsOf('here', 400)
  const cut = (others: ClassRow[], of = config()) =>
    withElsewhere(splitTask(rows, of, form), { rows, sets: { there: others } }, of, form).elsewhere!['there']!

  it('is as large as the test split may be, as many of each class, the same whatever the seeds redraw', () => {
    const examples = cut(rowsOf('there', 300))
    expect(examples).toHaveLength(30)
    expect(examples.filter(({ label }) => label === 1)).toHaveLength(15)
    for (const { id, text, label } of examples) expect([text, label]).toEqual([`there ${id}`, id % 2])
    expect(cut(rowsOf('there', 300), config(0, 7))).toEqual(examples)
    expect(cut(rowsOf('there', 300), config(1))).not.toEqual(examples)
  })
  it('leaves out what is a text of the task itself', () => {
    const mixed = [...rows.slice(0, 200), ...rowsOf('there', 20)]
    expect(cut(mixed).map(({ text }) => text.split(' ')[0])).toEqual(Array.from({ length: 20 }, () => 'there'))
  })
  it('says so where that leaves too few', () => {
    expect(() => cut(rows.slice(0, 100))).toThrow(/^there: expected at least 5 examples of every class/)
  })
})
