// Label columns of more than two values: what is a class, what is none, and what is asked.
import { describe, expect, it } from 'vitest'
import { MOST_CLASSES } from '../../src-main/data/datasets'
import { splitTask } from '../../src-main/science/tasks'
import { latestInfo, look, problemsOf, sentences, take, textOf } from './dataset-files'

const csvOf = (labels: readonly string[]) =>
  `text,label\n${labels.map((label, i) => `${sentences[i % 120]!.text} ${i},${label}`).join('\n')}\n`
const times = (n: number, ...labels: string[]) => Array.from({ length: n }, () => labels).flat()

describe('labels', () => {
  it('of several kinds are as many classes, numbers in their order, and their rows are split alike', async () => {
    const found = await look('stars.csv', csvOf(times(60, '10', '2', '1', '4.5', '3')))
    expect(found).toMatchObject({ classes: ['1', '2', '3', '4.5', '10'], values: 5, badLines: 0, examples: 300 })
    expect(found.perClass).toEqual({ train: [60, 60, 60, 60, 60], test: null })
    expect(textOf(found.notices)).toContain('note: The labels are numbers, but classes have no order')
    const rows = await take(found, { twins: false })
    expect(rows.slice(0, 5).map(({ label }) => label)).toEqual([4, 1, 0, 3, 2])
    expect(latestInfo()).toMatchObject({
      classes: ['1', '2', '3', '4.5', '10'],
      lengthAlone: expect.any(Number) as number,
    })
    const sizes = { weak: 1000, transfer: 1000, validation: 300, test: 1000 }
    const config = { task: 'stars', source: '', sizes, splitSeed: 0, redraw: null, measure: 'test' } as const
    for (const split of Object.values(splitTask(rows, config, { kind: 'classes', names: found.classes }).splits)) {
      const counts = found.classes.map((_, c) => split.filter(({ label }) => label === c).length)
      expect(new Set(counts).size).toBe(1)
      expect(counts[0]).toBeGreaterThanOrEqual(5)
    }
  })

  it('of any number are told apart by length as well as it can, in whatever turn they stand', async () => {
    const rows = ['a', 'b', 'c', 'd'].map((label, i) => `${'word '.repeat(5 * (i + 1))},${label}`)
    const csv = `text,label\n${Array.from({ length: 40 }, (_, i) => rows.map((row) => `${i}${row}`).join('\n')).join('\n')}`
    const found = await look('turns.csv', csv, { twins: false })
    expect(found.lengthAlone).toBe(1)
    expect(textOf(found.notices)).toContain('tells the classes apart in 100 % (25 % is chance).')
  })

  it('of more classes than usual are balanced to the scarcest', async () => {
    const found = await look('scarce.csv', csvOf([...times(300, 'a', 'b', 'c'), ...times(100, 'd')]))
    expect(found).toMatchObject({ classes: ['a', 'b', 'c', 'd'], badLines: 0 })
    expect(textOf(found.notices)).toContain(
      'Every split has as many of every class: of 1,000 rows, 400 can be used at most.',
    )
  })

  it('of too few rows are no class, and each is a line to mend', async () => {
    const found = await look('rare.csv', csvOf([...times(60, 'a', 'b', 'c'), 'd', 'd', 'e']))
    expect(found).toMatchObject({ classes: ['a', 'b', 'c'], badLines: 3, examples: 180 })
    expect(found.errors[0]).toEqual({ line: 182, message: 'expected one of "a", "b", "c" (the 3 classes), got "d"' })
    expect(textOf(found.notices)).toContain(
      'note: 3 rows have a label that is none of the 3 classes: a class has 20 rows or more. 2 such labels: "d", "e".',
    )
    expect(await problemsOf(take(found))).toMatchObject([{ path: 'line 182' }, {}, {}])
  })

  it.each<[string, string[], string]>([
    ['one value', times(60, 'a'), 'Every row has the label "a"; a task has 2 to 60 classes'],
    ['measurements', Array.from({ length: 300 }, (_, i) => `${i / 10}`), 'They are numbers. If they measure something'],
    ['too many kinds', times(25, ...Array.from({ length: 61 }, (_, i) => `k${i}`)), 'has 61 values; .* Join values'],
  ])('of %s are none, and why is the cause', async (_what, labels, why) => {
    const found = await look('none.csv', csvOf(labels))
    expect(found).toMatchObject({ classes: [], perClass: null, badLines: 0 })
    expect(found.notices.filter(({ kind }) => kind === 'cause')).toMatchObject([
      { text: expect.stringMatching(why) as string },
    ])
  })

  it('that differ in case alone are asked about', async () => {
    const labels = times(60, 'no', 'Yes', 'yes')
    const found = await look('yes.csv', csvOf(labels))
    const ask = found.notices.find(({ kind }) => kind === 'ask')!
    expect(ask.text).toBe('The labels "Yes" and "yes" differ in case or blanks alone.')
    expect(ask.offers).toMatchObject([{ reading: { classes: ['Yes', 'no', 'yes'] } }])
  })

  it('of as many classes as there may be fit into a new experiment', async () => {
    const classes = Array.from({ length: MOST_CLASSES }, (_, i) => `${i}`)
    const found = await look('most.csv', csvOf(times(60, ...classes)), { twins: false })
    expect(found.classes).toEqual(classes)
    expect(textOf(found.notices)).not.toMatch(/split/)
    expect(await problemsOf(take(found, { classes: [...classes, 'more'] }))).toMatchObject([
      { path: 'classes', expected: '2 to 60 classes' },
    ])
  })

  it('in a column that nobody named are found where there are few', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => `${i},${sentences[i]!.text},${['x', 'y', 'z'][i % 3]}`)
    expect(await look('guess.csv', `id,opinion,kind\n${rows.join('\n')}\n`)).toMatchObject({
      text: 'opinion',
      label: 'kind',
      classes: ['x', 'y', 'z'],
    })
  })
})
