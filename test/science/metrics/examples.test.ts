import { describe, expect, it } from 'vitest'
import { choices, type Answers } from '../../../src-main/science/answers'
import { exampleHistory, exampleRows, type SeedPredictions } from '../../../src-main/science/metrics'

const examples = (truth: readonly (number | string)[]) =>
  truth.map((label, id) => ({ id, text: `text ${id}`, label, group: `row ${id}` }))
const seedOf = (truth: readonly (number | string)[], weak: Answers, student: Answers[], ceiling: Answers) =>
  ({
    ...{ seed: 0, truth, weak, ceiling, epochs: 1, steps: student.map((_, e) => 10 * e), student },
    ...{ studentValidation: student, weakValidation: weak },
  }) satisfies SeedPredictions
const close = (x: number) => expect.closeTo(x, 6) as number

describe('examples of two classes', () => {
  const of = (...p: number[]) => choices(2, Float32Array.from(p))
  const seed = seedOf([1, 0], of(0.25, 0.75), [of(0.5, 0.5), of(0.875, 0.625)], of(1, 0))

  it('say what each model decides, how sure it is, and whether that is right', () => {
    const [first, second] = exampleRows(seed, 'last', examples([1, 0]))
    expect(first).toMatchObject({
      ...{ index: 0, text: 'text 0', group: 'row 0', truth: 1, cell: '011' },
      weak: { says: 0, confidence: 0.75, right: false },
      student: { says: 1, confidence: 0.875, right: true },
      ceiling: { says: 1, confidence: 1, right: true },
    })
    expect(second).toMatchObject({ cell: '001', student: { says: 1, confidence: 0.625, right: false } })
  })

  it('have the probability of class 1 as their history', () => {
    expect(exampleHistory(seed, 0)).toEqual({
      ...{ step: [0, 10], fate: [null, 'right'], of: 1, probability: [0.5, 0.875], weak: 0.25, ceiling: 1 },
    })
    expect(exampleHistory(seed, 1)).toMatchObject({ fate: [null, 'copied'], of: 1, probability: [0.5, 0.625] })
  })
})

describe('examples of two arms', () => {
  const of = (...p: number[]) => choices(2, Float32Array.from(p))
  const seed = seedOf([1, 0], of(0.25, 0.75), [of(0.5, 0.5), of(0.875, 0.625)], of(1, 0))
  const other = seedOf([1, 0], of(0.25, 0.75), [of(0.5, 0.5), of(0.25, 0.25)], of(1, 0))

  it('say what both students say, and what became of each from the other arm to this', () => {
    const rows = exampleRows(seed, 'last', examples([1, 0]), other)
    expect(rows.map(({ against }) => against)).toEqual([
      { student: { says: 0, confidence: 0.75, right: false }, move: 'copied-right' },
      { student: { says: 0, confidence: 0.75, right: true }, move: 'right-copied' },
    ])
    expect(exampleHistory(seed, 0, other).against).toEqual({ step: [0, 10], probability: [0.5, 0.25] })
    expect(exampleRows(seed, 'last', examples([1, 0]))[0]).not.toHaveProperty('against')
  })
})

describe('examples of four classes', () => {
  /** From the probabilities of all classes. */
  const of = (...rows: number[][]) => choices(4, Float32Array.from(rows.flatMap((row) => row.slice(1))))
  const [unsure, third, second] = [
    [0.25, 0.25, 0.25, 0.25],
    [0.1, 0.1, 0.2, 0.6],
    [0.2, 0.1, 0.4, 0.3],
  ]
  const seed = seedOf([2, 3], of(third, second), [of(unsure, unsure), of(second, third)], of(third, second))

  it('are read in all their columns', () => {
    expect(exampleRows(seed, 'last', examples([2, 3]))).toMatchObject([
      {
        ...{ index: 0, text: 'text 0', group: 'row 0', truth: 2, cell: '010' },
        weak: { says: 3, confidence: close(0.6), right: false },
        student: { says: 2, confidence: close(0.4), right: true },
        ceiling: { says: 3, confidence: close(0.6), right: false },
      },
      {
        ...{ index: 1, text: 'text 1', group: 'row 1', truth: 3, cell: '010' },
        weak: { says: 2, confidence: close(0.4), right: false },
        student: { says: 3, confidence: close(0.6), right: true },
        ceiling: { says: 2, confidence: close(0.4), right: false },
      },
    ])
  })

  it('have the probability of the right class as their history', () => {
    expect(exampleHistory(seed, 1)).toEqual({
      ...{ step: [0, 10], fate: [null, 'right'], of: 3, probability: [close(0.25), close(0.6)] },
      ...{ weak: close(0.3), ceiling: close(0.3) },
    })
  })
})

it('examples with options show them all, and those of texts what was written', () => {
  const of = (...texts: string[]): Answers => ({ kind: 'text', texts, likelihood: Float32Array.from([Math.log(0.5)]) })
  const seed = seedOf(['e4'], of('d4'), [of('d4'), of('e4')], of('e4'))
  const [row] = exampleRows(seed, 'last', examples(['e4']))
  expect(row).toMatchObject({ weak: { says: 'd4', right: false }, student: { says: 'e4', right: true }, cell: '011' })
  expect(exampleHistory(seed, 0)).toMatchObject({
    of: null,
    fate: ['copied', 'right'],
    probability: [close(0.5), close(0.5)],
  })
  const asked = { ...examples([0])[0]!, text: 'Which is better?', options: ['this', 'that'] }
  const chosen = choices(2, Float32Array.from([0.1]))
  expect(exampleRows(seedOf([0], chosen, [chosen], chosen), 'last', [asked])[0]).toMatchObject({
    text: 'Which is better?',
    options: ['this', 'that'],
  })
})
