import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allFinite,
  choices,
  choicesOf,
  confidence,
  count,
  decisions,
  distribution,
  distributions,
  probability,
  type Answers,
} from '../../src-main/science/answers'
import { eachSplit, LABELS } from '../../src-main/science/labels'

/** Logits [n, k] of a net, and the softmax of one row in the plainest way. */
const logits = fc.integer({ min: 2, max: 6 }).chain((k) =>
  fc.array(fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: k, maxLength: k }), {
    minLength: 1,
    maxLength: 12,
  }),
)
const softmax = (row: number[]) => row.map((z) => Math.exp(z) / row.reduce((sum, y) => sum + Math.exp(y), 0))
const answersTo = (rows: number[][]) =>
  choicesOf({ rows: rows.length, cols: rows[0]!.length, data: Float32Array.from(rows.flat()) })

describe('choices', () => {
  it('are the softmax of the logits, whatever the number of options', () => {
    fc.assert(
      fc.property(logits, (rows) => {
        const said = answersTo(rows)
        expect(count(said)).toBe(rows.length)
        rows.forEach((row, i) => {
          const expected = softmax(row)
          const likeliest = Math.max(...expected)
          expected.forEach((p, c) => expect(probability(said, i, c)).toBeCloseTo(p, 5))
          expect(expected[decisions(said)[i]!]).toBeCloseTo(likeliest, 5)
          expect(confidence(said)[i]).toBeCloseTo(likeliest, 5)
          expect(confidence(said)[i]).toBeGreaterThanOrEqual(1 / row.length - 1e-6)
          expect(probability(said, i, decisions(said)[i]!)).toBe(confidence(said)[i])
          expect([...distributions(said).data.subarray(i * row.length, (i + 1) * row.length)]).toEqual(
            distribution(said, i).map(Math.fround),
          )
        })
      }),
    )
  })

  it('of two options keep the probability of the second as it is, and take the first option on a tie', () => {
    const p = Float32Array.from([0.5, 0.50001, 0, 1, 0.1])
    const said = choices(2, p)
    expect([...decisions(said)]).toEqual([0, 1, 0, 1, 0])
    expect(Array.from(p, (_, i) => probability(said, i, 1))).toEqual([...p])
    expect(probability(said, 4, 0)).toBe(1 - Math.fround(0.1))
    expect(probability(said, 4, 2)).toBeNaN()
  })

  it('of three are read from the probabilities of the last two', () => {
    const said = choices(3, Float32Array.from([0.2, 0.3, 0.6, 0.1, 0.1, 0.7]))
    expect([...decisions(said)]).toEqual([0, 1, 2])
    distribution(said, 1).forEach((x, c) => expect(x).toBeCloseTo([0.3, 0.6, 0.1][c]!, 6))
  })

  it('of a net that ran away are not all numbers', () => {
    expect(allFinite(answersTo([[0, 1]]))).toBe(true)
    for (const odd of [NaN, Infinity]) expect(allFinite(answersTo([[0, odd, 1]]))).toBe(false)
  })
})

describe('texts', () => {
  const said: Answers = { kind: 'text', texts: ['e4', 'd5'], likelihood: Float32Array.from([0, Math.log(0.25)]) }

  it('are decisions with the probability of having been written', () => {
    expect(count(said)).toBe(2)
    expect(Array.from(decisions(said))).toEqual(['e4', 'd5'])
    expect(confidence(said)[1]).toBeCloseTo(0.25, 6)
    expect(probability(said, 0, 'e4')).toBe(1)
    expect(probability(said, 0, 'e5')).toBeNaN()
  })

  it('without a likelihood are no numbers', () => {
    expect(allFinite(said)).toBe(true)
    expect(allFinite({ ...said, likelihood: Float32Array.from([0, NaN]) })).toBe(false)
  })
})

it('of two options the weak label is the logistic of the difference of their scores, arXiv 2312.09390 3.4', () => {
  const scores = [-3, -0.4, 0, 0.1, 2.5]
  for (const a of scores)
    for (const b of scores) {
      const answers = choicesOf({ rows: 1, cols: 2, data: Float32Array.from([a, b]) })
      const { targets } = LABELS['soft']!.labels(eachSplit(() => answers)).transfer
      expect(targets.data[1]).toBeCloseTo(1 / (1 + Math.exp(a - b)), 6)
      expect(targets.data[0]! + targets.data[1]!).toBeCloseTo(1, 6)
    }
})
