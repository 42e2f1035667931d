import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTask } from '../../src-main/data/datasets/read'
import { SPLITS, TRAINING, type DataConfig, type Split } from '../../src-main/science/stages'
import { MIN_PER_CHOICE, splitTask, unnamedClasses } from '../../src-main/science/tasks'
import type { ClassRow, PreparedTask } from '../../src-main/science/tasks/task'

const config = (sizes: Partial<DataConfig['sizes']> = {}, splitSeed = 0): DataConfig => ({
  task: 'toy',
  source: 'none',
  sizes: { weak: 40, transfer: 40, validation: 20, test: 40, ...sizes },
  splitSeed,
  redraw: null,
  measure: 'test',
})
const rowsOf = (n: number, row: (i: number) => Partial<ClassRow> = () => ({})): ClassRow[] =>
  Array.from({ length: n }, (_, i) => ({ text: `text ${i}`, label: i % 2, ...row(i) }))
const labels = (task: PreparedTask, split: Split) => task.splits[split].map((e) => Number(e.label))
const share = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length

const cut = (rows: ClassRow[], how: DataConfig) => splitTask(rows, how, unnamedClasses(rows))

describe('splitTask', () => {
  it('fills the sizes exactly where there is enough, balanced and in mixed order', () => {
    const task = cut(rowsOf(1000), config())
    expect(SPLITS.map((s) => task.splits[s].length)).toEqual([40, 40, 20, 40])
    for (const split of SPLITS) expect(share(labels(task, split))).toBe(0.5)
    const order = labels(task, 'weak').join('')
    expect(order).not.toBe([...order].sort().join(''))
  })

  it('gives every split its share of a small dataset', () => {
    const task = cut(rowsOf(100), config({ weak: 400, transfer: 400, validation: 200, test: 1000 }))
    expect(SPLITS.map((s) => task.splits[s].length)).toEqual([20, 20, 10, 50])
  })

  it('balances an unbalanced dataset by leaving examples out', () => {
    const tenth = rowsOf(1000, (i) => ({ label: i % 10 === 0 ? 1 : 0 }))
    const task = cut(tenth, config({ weak: 100 }))
    for (const split of SPLITS) expect(share(labels(task, split))).toBe(0.5)
    expect(SPLITS.map((s) => task.splits[s].length)).toEqual([100, 40, 20, 40])
  })

  it('tests on declared test rows and on nothing else', () => {
    const rows = rowsOf(400, (i) => ({ split: i < 100 ? 'test' : 'train' }))
    const task = cut(rows, config({ test: 1000 }))
    for (const split of SPLITS) for (const e of task.splits[split]) expect(e.id < 100).toBe(split === 'test')
    expect(task.splits.test).toHaveLength(100)
  })

  it('leaves out the train rows of a group that has declared test rows', () => {
    const rows = rowsOf(400, (i) => ({ split: i < 100 ? 'test' : 'train', group: `g${i % 100 < 20 ? i % 100 : i}` }))
    const task = cut(rows, config({ weak: 400, transfer: 400, validation: 400 }))
    for (const split of SPLITS.filter((s) => s !== 'test'))
      for (const e of task.splits[split]) expect(e.id % 100).toBeGreaterThanOrEqual(20)
  })

  it('keeps rows of one text together though their groups differ', () => {
    const rows = rowsOf(800, (i) => ({ text: `text ${i % 200}`, group: `g${i}`, label: i % 2 }))
    const seen = new Map<string, Split>()
    const task = cut(rows, config())
    for (const split of SPLITS)
      for (const e of task.splits[split]) {
        expect(seen.get(e.text) ?? split).toBe(split)
        seen.set(e.text, split)
      }
  })

  it('another split seed, another split; ids name the rows', () => {
    const rows = rowsOf(1000)
    const ids = (seed: number) => cut(rows, config({}, seed)).splits.weak.map((e) => e.id)
    expect(ids(1)).not.toEqual(ids(0))
    for (const e of cut(rows, config()).splits.test) expect(rows[e.id]!.text).toBe(e.text)
  })

  it('says with numbers when there is too little', () => {
    expect(() => cut(rowsOf(30), config())).toThrow(
      'toy: transfer: expected at least 5 examples of every class among at most 40, got 4 of "class 0", 4 of "class 1"',
    )
    const one = rowsOf(300, (i) => ({ label: i < 290 ? 0 : 1 }))
    expect(() => splitTask(one, config(), { kind: 'classes', names: ['no', 'yes'] })).toThrow(
      /got \d+ of "no", \d of "yes"/,
    )
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
      Array.from({ length: size }, (_, i): ClassRow => ({
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
          task = cut(rows, config({}, seed))
        } catch (error) {
          expect((error as Error).message).toMatch(/^toy: \w+: expected at least 5 examples .* got \d+ of/)
          return
        }
        const groups = new Map<string, Split>()
        for (const split of SPLITS) {
          const examples = task.splits[split]
          expect(examples.length).toBeLessThanOrEqual(config().sizes[split])
          expect(examples.length).toBeGreaterThanOrEqual(2 * MIN_PER_CHOICE)
          expect(share(labels(task, split))).toBe(0.5)
          for (const e of examples) {
            expect(groups.get(e.group) ?? split).toBe(split)
            groups.set(e.group, split)
            if (declared) expect(rows[e.id]!.split === 'test').toBe(split === 'test')
          }
        }
        expect(cut(rows, config({}, seed))).toEqual(task)
      }),
      { numRuns: 60 },
    )
  })
})

const groupsOf = (task: PreparedTask, splits: readonly Split[]) =>
  new Set(splits.flatMap((split) => task.splits[split].map((e) => e.group)))
/** Groups of four rows; declared test rows, or none. */
const grouped = (declared: boolean) =>
  rowsOf(1600, (i) => ({
    group: `g${i >> 2}`,
    ...(declared && { split: (i >> 2) % 4 === 0 ? ('test' as const) : ('train' as const) }),
  }))

describe.each([true, false])('seeds that redraw the halves (declared test rows: %s)', (declared) => {
  const rows = grouped(declared)
  const redrawn = (redraw: number | null, over: Partial<DataConfig> = {}) =>
    cut(rows, { ...config({}, 3), redraw, ...over })

  it('test on the same rows in the same order, as without', () => {
    const { test } = redrawn(null).splits
    for (const seed of [0, 1, 2, 77]) expect(redrawn(seed).splits.test).toEqual(test)
    expect(redrawn(0, { splitSeed: 4 }).splits.test).not.toEqual(test)
  })

  it('draw the other splits anew from one pool, whole groups at a time', () => {
    const ids = (seed: number | null, split: Split) => redrawn(seed).splits[split].map((e) => e.id)
    for (const split of TRAINING) {
      expect(new Set([null, 0, 1, 2].map((seed) => ids(seed, split).join())).size).toBe(4)
      expect(ids(1, split)).toEqual(ids(1, split))
    }
    for (const seed of [0, 1, 2]) {
      const task = redrawn(seed)
      const seen = SPLITS.map((split) => groupsOf(task, [split]))
      expect(new Set(seen.flatMap((groups) => [...groups])).size).toBe(seen.reduce((sum, { size }) => sum + size, 0))
      for (const split of TRAINING)
        for (const e of task.splits[split]) expect(rows[e.id]!.split).toBe(declared ? 'train' : undefined)
    }
  })
})

describe.each([true, false])('development rows (declared test rows: %s)', (declared) => {
  const rows = grouped(declared)
  const of = (measure: DataConfig['measure'], splitSeed: number, redraw: number | null = 0) =>
    cut(rows, { ...config({ weak: 400, transfer: 400, test: 400 }, splitSeed), measure, redraw })
  const development = new Set([0, 1, 2].flatMap((seed) => [...groupsOf(of('development', seed), ['test'])]))

  it('are the same fifth under every seed, and never tested on', () => {
    expect(development.size / 400).toBeGreaterThan(declared ? 0.1 : 0.13)
    expect(development.size / 400).toBeLessThan(0.27)
    for (let seed = 0; seed < 20; seed++)
      for (const group of groupsOf(of('test', seed), ['test'])) expect(development).not.toContain(group)
  })

  it('are trained on like others, except where they are measured; test rows are then not used at all', () => {
    const trained = groupsOf(of('test', 5), TRAINING)
    expect([...development].some((group) => trained.has(group))).toBe(true)
    for (let seed = 0; seed < 5; seed++) {
      const tuning = of('development', seed)
      const tested = groupsOf(of('test', seed), ['test'])
      for (const group of groupsOf(tuning, TRAINING)) expect(development).not.toContain(group)
      for (const group of groupsOf(tuning, SPLITS)) expect(tested).not.toContain(group)
    }
  })

  it('do not depend on the order of the rows', () => {
    const turned = cut(rows.toReversed(), {
      ...config({ weak: 400, transfer: 400, test: 400 }),
      measure: 'development',
    })
    for (const group of groupsOf(turned, ['test'])) expect(development).toContain(group)
  })
})

it('a seed order is what it was before there was a choice', async () => {
  const file = resolve(import.meta.dirname, '../../resources/tasks/sotu.jsonl.gz')
  const sizes = { weak: 1000, transfer: 1000, validation: 300, test: 1000 }
  const { splits } = cut(await readTask(file, { kind: 'classes' }), { ...config(sizes), task: 'sotu' })
  const digest = SPLITS.map((split) => splits[split].map((e) => e.id).join()).join(';')
  expect(createHash('sha256').update(digest).digest('hex')).toBe(
    'ac8e7ed09614535df54aa4b9e7eb974912940153e5f08b0c3cddfcf6982d173f',
  )
})
