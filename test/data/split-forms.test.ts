// Splits of tasks that are not of classes: options, whose right one is dealt a place, and texts to be continued.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEVELOPMENT_SHARE } from '../../src-main/science/tasks/development'
import { SPLITS, TRAINING, type DataConfig, type Split } from '../../src-main/science/stages'
import { splitTask, textsOf, type OptionsRow, type PreparedTask, type TextRow } from '../../src-main/science/tasks'

const config = (over: Partial<DataConfig> = {}) => ({
  task: 'toy',
  sizes: { weak: 60, transfer: 60, validation: 30, test: 60 },
  splitSeed: 0,
  redraw: null,
  measure: 'test' as const,
  ...over,
})
const share = (values: readonly boolean[]) => values.filter(Boolean).length / values.length

/** Options of which the first one is right, as most sources have them. */
const rowsOf = (n: number, count: number, row: (i: number) => Partial<OptionsRow> = () => ({})): OptionsRow[] =>
  Array.from({ length: n }, (_, i) => ({
    options: Array.from({ length: count }, (_, o) => `row ${i} option ${o}`),
    label: 0,
    ...row(i),
  }))
const cutOptions = (rows: OptionsRow[], count: number, over: Partial<DataConfig> = {}) =>
  splitTask(rows, config(over), { kind: 'options', count })
const placesIn = (task: PreparedTask, split: Split, count: number) =>
  Array.from({ length: count }, (_, place) => task.splits[split].filter(({ label }) => label === place).length)

describe.each([2, 3, 5])('%i options', (count) => {
  it('have the right one as often at one place as at another, in mixed order', () => {
    const rows = rowsOf(2000, count)
    const task = cutOptions(rows, count)
    expect(task.form).toEqual({ kind: 'options', count })
    for (const split of SPLITS) {
      const examples = task.splits[split]
      expect(new Set(placesIn(task, split, count))).toEqual(new Set([config().sizes[split] / count]))
      for (const { id, options, label, text } of examples) {
        expect(options![Number(label)]).toBe(rows[id]!.options[0])
        expect(options!.toSorted()).toEqual(rows[id]!.options.toSorted())
        expect(text).toBe('')
      }
      const order = examples.map(({ label }) => label)
      expect(order).not.toEqual(order.toSorted())
    }
    const wrong = task.splits.weak.map(({ options, label }) => options!.toSpliced(Number(label), 1))
    // With two there is nothing else to be mixed.
    const kept = share(wrong.map((others) => others.join() === others.toSorted().join()))
    expect(kept).toBeLessThanOrEqual(count === 2 ? 1 : 0.75)
  })

  it('are dealt by the seed', () => {
    const rows = rowsOf(500, count)
    const places = (splitSeed: number) => cutOptions(rows, count, { splitSeed }).splits.test
    expect(places(1)).toEqual(places(1))
    expect(places(1)).not.toEqual(places(2))
  })
})

/** Options of few and many texts, in groups or not, with the right one anywhere. */
const pairs = fc
  .record({
    texts: fc.integer({ min: 40, max: 2000 }),
    rows: fc.array(
      fc.record({ a: fc.nat(5000), b: fc.nat(5000), label: fc.nat(1), group: fc.option(fc.nat(60)), test: fc.nat(9) }),
      { minLength: 100, maxLength: 300 },
    ),
    declared: fc.boolean(),
    seed: fc.nat(100),
    redraw: fc.option(fc.nat(3)),
  })
  .map(({ texts, rows, declared, ...rest }) => ({
    ...rest,
    declared,
    rows: rows.map(({ a, b, label, group, test }): OptionsRow => ({
      options: [`text ${a % texts}`, `other text ${b % texts}`],
      label,
      ...(group !== null && { group: `g${group}` }),
      ...(declared && { split: test === 0 ? 'test' : 'train' }),
    })),
  }))

describe('options of any dataset', () => {
  it('are balanced in places, and share no text and no group between splits, or there are said to be too few', () => {
    let cut = 0
    const property = fc.property(pairs, ({ rows, seed: splitSeed, redraw, declared }) => {
      let task: PreparedTask
      try {
        task = cutOptions(rows, 2, { splitSeed, redraw })
      } catch (error) {
        expect((error as Error).message).toMatch(/^toy: \w+: expected at least 10 examples, 5 with .* got \d$/)
        return
      }
      cut++
      const where = new Map<string, Split>()
      for (const split of SPLITS) {
        const [first, second] = placesIn(task, split, 2)
        expect(first).toBe(second)
        expect(first).toBeGreaterThanOrEqual(5)
        for (const { id, options, group } of task.splits[split]) {
          for (const name of [...options!, group]) {
            expect(where.get(name) ?? split).toBe(split)
            where.set(name, split)
          }
          if (declared) expect(rows[id]!.split).toBe(split === 'test' ? 'test' : 'train')
        }
      }
      expect(cutOptions(rows, 2, { splitSeed, redraw })).toEqual(task)
    })
    fc.assert(property, { numRuns: 60 })
    expect(cut).toBeGreaterThan(10)
  })
})

describe('options after a text in common', () => {
  const questions = rowsOf(400, 2, (i) => ({ text: `question ${i >> 1}`, options: ['yes', 'no'], label: i % 2 }))
  const whereOf = (task: PreparedTask, name: (example: PreparedTask['splits']['test'][number]) => string[]) => {
    const found = new Map<string, Set<Split>>()
    for (const split of SPLITS)
      for (const example of task.splits[split])
        for (const of of name(example)) found.set(of, (found.get(of) ?? new Set()).add(split))
    return [...found.values()].map(({ size }) => size)
  }

  it('keep the rows of one text together, but not those of short answers that many share', () => {
    const task = cutOptions(questions, 2)
    expect(SPLITS.map((split) => task.splits[split].length)).toEqual([60, 60, 30, 60])
    expect(Math.max(...whereOf(task, ({ text }) => [text]))).toBe(1)
  })

  it('keep sentences together that answer several', () => {
    const answers = (i: number) => [`an answer that is a sentence ${i % 50}`, 'no']
    const task = cutOptions(
      questions.map((row, i) => ({ ...row, text: `question ${i}`, options: answers(i) })),
      2,
    )
    expect(Math.max(...whereOf(task, ({ options }) => options!.filter((o) => o !== 'no')))).toBe(1)
  })

  it('are read after it', () => {
    const [example] = cutOptions(questions, 2).splits.test
    const read = [`${example!.text}\n\n${example!.options![0]}`, `${example!.text}\n\n${example!.options![1]}`]
    expect(textsOf([example!])).toEqual(read)
  })
})

describe('seeds that redraw the halves of options', () => {
  const rows = rowsOf(800, 2, (i) => ({ group: `g${i >> 1}` }))

  it('test on the same rows with the same places, and deal the others anew', () => {
    const { test, weak } = cutOptions(rows, 2).splits
    for (const redraw of [0, 1, 5]) {
      const again = cutOptions(rows, 2, { redraw }).splits
      expect(again.test).toEqual(test)
      expect(again.weak).not.toEqual(weak)
    }
  })

  it('have development rows that are never tested on, whichever option stands first', () => {
    const of = (measured: OptionsRow[], splitSeed: number, measure: DataConfig['measure']) =>
      cutOptions(measured, 2, { splitSeed, measure, sizes: { weak: 100, transfer: 100, validation: 50, test: 500 } })
    const lone = rowsOf(800, 2)
    const turned = lone.map(({ options, ...row }) => ({ ...row, options: options.toReversed(), label: 1 }))
    const idsOf = (task: PreparedTask) => task.splits.test.map(({ id }) => id)
    const development = new Set([0, 1, 2].flatMap((seed) => idsOf(of(lone, seed, 'development'))))
    expect(development.size / lone.length).toBeGreaterThan(DEVELOPMENT_SHARE - 0.06)
    expect(development.size / lone.length).toBeLessThan(DEVELOPMENT_SHARE + 0.06)
    for (const id of idsOf(of(turned, 4, 'development'))) expect(development).toContain(id)
    for (const id of idsOf(of(lone, 4, 'test'))) expect(development).not.toContain(id)
  })
})

describe('texts to be continued', () => {
  const rows = (n: number, row: (i: number) => Partial<TextRow> = () => ({})): TextRow[] =>
    Array.from({ length: n }, (_, i) => ({ text: `prompt ${i}`, target: ` word${i % 3}`, ...row(i) }))
  const cut = (of: TextRow[], over: Partial<DataConfig> = {}) => splitTask(of, config(over), { kind: 'text' })

  it('fill the sizes, with what follows as what is right to say', () => {
    const all = rows(1000)
    const task = cut(all)
    expect(task.form).toEqual({ kind: 'text' })
    for (const split of SPLITS) {
      expect(task.splits[split]).toHaveLength(config().sizes[split])
      for (const { id, text, label, group } of task.splits[split]) {
        const { text: prompt, target } = all[id]!
        expect({ text, label, group }).toEqual({ text: prompt, label: target, group: `row ${id}` })
      }
    }
    expect(new Set(SPLITS.flatMap((split) => task.splits[split].map(({ id }) => id))).size).toBe(210)
  })

  it('are cut by difficulty where that is asked for: the easier half for the supervisor, the harder for all else', () => {
    const graded = rows(1000, (i) => ({ difficulty: (i * 37) % 1000, group: `g${i >> 2}` }))
    const task = cut(graded, { halves: 'easy-to-hard' })
    for (const split of SPLITS) {
      expect(task.splits[split]).toHaveLength(config().sizes[split])
      const found = task.splits[split].map(({ id }) => graded[id]!.difficulty!)
      if (split === 'weak') expect(Math.max(...found)).toBeLessThan(500)
      else expect(Math.min(...found)).toBeGreaterThanOrEqual(500)
    }
    const of = (split: Split) => new Set(task.splits[split].map(({ group }) => group))
    for (const group of of('weak')) expect(SPLITS.filter((split) => of(split).has(group))).toEqual(['weak'])
    const again = (redraw: number) => cut(graded, { halves: 'easy-to-hard', redraw }).splits
    expect(again(1).test).toEqual(task.splits.test)
    expect(again(1).weak).not.toEqual(again(2).weak)
    expect(() => cut(rows(300), { halves: 'easy-to-hard' })).toThrow(
      'toy: expected a difficulty of every row, got 300 rows without',
    )
    const alike = rows(300, () => ({ difficulty: 7 }))
    expect(() => cut(alike, { halves: 'easy-to-hard' })).toThrow('toy: expected rows harder than the median, got none')
  })

  it('keep the position that a row tells', () => {
    const fen = (i: number) => `${i} w - - 0 1`
    const { splits } = cut(rows(300, (i) => (i % 2 === 0 ? { fen: fen(i) } : {})))
    for (const { id, fen: kept } of splits.test) expect(kept).toBe(id % 2 === 0 ? fen(id) : undefined)
  })

  it('keep prompts and groups together, not what follows', () => {
    const task = cut(rows(600, (i) => ({ text: `prompt ${i >> 1}`, ...(i % 3 === 0 && { group: `g${i % 20}` }) })))
    const where = new Map<string, Split>()
    for (const split of SPLITS)
      for (const { text, group } of task.splits[split])
        for (const name of [text, group]) {
          expect(where.get(name) ?? split).toBe(split)
          where.set(name, split)
        }
    for (const split of TRAINING) expect(new Set(task.splits[split].map(({ label }) => label)).size).toBe(3)
  })

  it('test on declared test rows alone, and say when they are too few', () => {
    const declared = (tests: number) => rows(400, (i) => ({ split: i < tests ? 'test' : 'train' }))
    for (const { id } of cut(declared(50)).splits.test) expect(id).toBeLessThan(50)
    expect(() => cut(declared(9))).toThrow('toy: test: expected at least 10 examples among at most 60, got 9')
  })
})
