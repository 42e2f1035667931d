import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SPLITS, type DataConfig, type Split } from '../../src-main/science/stages'
import { MIN_PER_CLASS, splitTask } from '../../src-main/science/tasks/split'
import type { PreparedTask, TaskRow } from '../../src-main/science/tasks/task'

const config = (sizes: Partial<DataConfig['sizes']> = {}, splitSeed = 0): DataConfig => ({
  task: 'toy',
  source: 'none',
  sizes: { weak: 40, transfer: 40, validation: 20, test: 40, ...sizes },
  splitSeed,
})
const rowsOf = (n: number, row: (i: number) => Partial<TaskRow> = () => ({})): TaskRow[] =>
  Array.from({ length: n }, (_, i) => ({ text: `text ${i}`, label: i % 2, ...row(i) }))
const labels = (task: PreparedTask, split: Split) => task.splits[split].map((e) => e.label)
const share = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length

describe('splitTask', () => {
  it('fills the sizes exactly where there is enough, balanced and in mixed order', () => {
    const task = splitTask(rowsOf(1000), config())
    expect(SPLITS.map((s) => task.splits[s].length)).toEqual([40, 40, 20, 40])
    for (const split of SPLITS) expect(share(labels(task, split))).toBe(0.5)
    const order = labels(task, 'weak').join('')
    expect(order).not.toBe([...order].sort().join(''))
  })

  it('gives every split its share of a small dataset', () => {
    const task = splitTask(rowsOf(100), config({ weak: 400, transfer: 400, validation: 200, test: 1000 }))
    expect(SPLITS.map((s) => task.splits[s].length)).toEqual([20, 20, 10, 50])
  })

  it('balances an unbalanced dataset by leaving examples out', () => {
    const tenth = rowsOf(1000, (i) => ({ label: i % 10 === 0 ? 1 : 0 }))
    const task = splitTask(tenth, config({ weak: 100 }))
    for (const split of SPLITS) expect(share(labels(task, split))).toBe(0.5)
    expect(SPLITS.map((s) => task.splits[s].length)).toEqual([100, 40, 20, 40])
  })

  it('tests on declared test rows and on nothing else', () => {
    const rows = rowsOf(400, (i) => ({ split: i < 100 ? 'test' : 'train' }))
    const task = splitTask(rows, config({ test: 1000 }))
    for (const split of SPLITS) for (const e of task.splits[split]) expect(e.id < 100).toBe(split === 'test')
    expect(task.splits.test).toHaveLength(100)
  })

  it('leaves out the train rows of a group that has declared test rows', () => {
    const rows = rowsOf(400, (i) => ({ split: i < 100 ? 'test' : 'train', group: `g${i % 100 < 20 ? i % 100 : i}` }))
    const task = splitTask(rows, config({ weak: 400, transfer: 400, validation: 400 }))
    for (const split of SPLITS.filter((s) => s !== 'test'))
      for (const e of task.splits[split]) expect(e.id % 100).toBeGreaterThanOrEqual(20)
  })

  it('keeps rows of one text together though their groups differ', () => {
    const rows = rowsOf(800, (i) => ({ text: `text ${i % 200}`, group: `g${i}`, label: i % 2 }))
    const seen = new Map<string, Split>()
    const task = splitTask(rows, config())
    for (const split of SPLITS)
      for (const e of task.splits[split]) {
        expect(seen.get(e.text) ?? split).toBe(split)
        seen.set(e.text, split)
      }
  })

  it('another split seed, another split; ids name the rows', () => {
    const rows = rowsOf(1000)
    const ids = (seed: number) => splitTask(rows, config({}, seed)).splits.weak.map((e) => e.id)
    expect(ids(1)).not.toEqual(ids(0))
    for (const e of splitTask(rows, config()).splits.test) expect(rows[e.id]!.text).toBe(e.text)
  })

  it('says with numbers when there is too little', () => {
    expect(() => splitTask(rowsOf(30), config())).toThrow(
      'toy: transfer: expected at least 5 examples of every class among at most 40, got 4 of "class 0", 4 of "class 1"',
    )
    const one = rowsOf(300, (i) => ({ label: i < 290 ? 0 : 1 }))
    expect(() => splitTask(one, config(), ['no', 'yes'])).toThrow(/got \d+ of "no", \d of "yes"/)
  })
})

/** Datasets with groups of all sizes, pure and mixed, sometimes with declared test rows. */
const dataset = fc
  .record({
    groups: fc.array(fc.record({ size: fc.integer({ min: 1, max: 12 }), bias: fc.integer({ min: 0, max: 2 }) }), {
      minLength: 60,
      maxLength: 150,
    }),
    declared: fc.boolean(),
    seed: fc.nat(1000),
  })
  .map(({ groups, declared, seed }) => ({
    seed,
    declared,
    rows: groups.flatMap(({ size, bias }, g) =>
      Array.from({ length: size }, (_, i): TaskRow => ({
        text: `group ${g} row ${i}`,
        label: bias === 2 ? i % 2 : bias,
        group: `g${g}`,
        ...(declared && { split: g % 4 === 0 ? 'test' : 'train' }),
      })),
    ),
  }))

describe('splitTask, any dataset', () => {
  it('is balanced, disjoint in groups, within its sizes and repeatable, or says that there is too little', () => {
    fc.assert(
      fc.property(dataset, ({ rows, seed, declared }) => {
        let task: PreparedTask
        try {
          task = splitTask(rows, config({}, seed))
        } catch (error) {
          expect((error as Error).message).toMatch(/^toy: \w+: expected at least 5 examples .* got \d+ of/)
          return
        }
        const groups = new Map<string, Split>()
        for (const split of SPLITS) {
          const examples = task.splits[split]
          expect(examples.length).toBeLessThanOrEqual(config().sizes[split])
          expect(examples.length).toBeGreaterThanOrEqual(2 * MIN_PER_CLASS)
          expect(share(labels(task, split))).toBe(0.5)
          for (const e of examples) {
            expect(groups.get(e.group) ?? split).toBe(split)
            groups.set(e.group, split)
            if (declared) expect(rows[e.id]!.split === 'test').toBe(split === 'test')
          }
        }
        expect(splitTask(rows, config({}, seed))).toEqual(task)
      }),
      { numRuns: 60 },
    )
  })
})
