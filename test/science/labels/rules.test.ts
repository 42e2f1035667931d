import { describe, expect, it } from 'vitest'
import { choices, meanOf, oneHot, type Choices } from '../../../src-main/science/answers'
import { eachSplit, labelsBy, LABELS, type LabelRule } from '../../../src-main/science/labels'
import { LABELLED } from '../../../src-main/science/stages'

const pairs = (...p: number[]) => choices(2, Float32Array.from(p))
const said = (one: Choices) => eachSplit(() => one)
const targetsOf = (id: string, ...each: Choices[]) =>
  [...labelsBy(LABELS[id]!, each.map(said)).transfer.targets.data].map((p) => Number(p.toFixed(6)))

describe('the rules of labels', () => {
  it.each(Object.keys(LABELS))('%s: rows sum to 1, for every split, of two options and of more', (id) => {
    for (const one of [pairs(0.9, 0.2, 0.5, 1), choices(3, Float32Array.from([0.2, 0.7, 0.1, 0.1, 0.3, 0.4]))]) {
      const labels = labelsBy(LABELS[id]!, [said(one)])
      expect(Object.keys(labels)).toEqual([...LABELLED])
      const { rows, cols, data } = labels.test.targets
      expect([rows, cols]).toEqual([one.probabilities.length / (one.options - 1), one.options])
      for (let r = 0; r < rows; r++)
        expect(data.slice(r * cols, (r + 1) * cols).reduce((a, b) => a + b)).toBeCloseTo(1, 6)
    }
  })

  it('soft labels are the probabilities, hard ones the decisions', () => {
    expect(targetsOf('soft', pairs(0.9, 0.2))).toEqual([0.1, 0.9, 0.8, 0.2])
    expect(targetsOf('hard', pairs(0.9, 0.2, 0.5))).toEqual([0, 1, 1, 0, 1, 0])
    expect(targetsOf('hard', choices(3, Float32Array.from([0.2, 0.7, 0.3, 0.3])))).toEqual([0, 0, 1, 1, 0, 0])
  })
})

describe('several supervisors', () => {
  it('are seen as the mean of what they say, which of one is what it says, to the bit', () => {
    const one = pairs(0.1, 0.7)
    expect(meanOf([one])).toBe(one)
    expect([...meanOf([one, pairs(0.5, 0.2), pairs(0.6, 0)]).probabilities]).toEqual([0.4, 0.3].map(Math.fround))
    expect(targetsOf('soft', one, pairs(0.5, 0.1))).toEqual([0.7, 0.3, 0.6, 0.4])
    // Hard labels are those of the mean, not of a vote.
    expect(targetsOf('hard', pairs(0.9), pairs(0.4), pairs(0.4))).toEqual([0, 1])
  })

  it('each stay to be seen, by the same rule', () => {
    const [a, b] = [pairs(0.9, 0.4), pairs(0.2, 0.4)]
    const { teachers } = labelsBy(LABELS['hard']!, [said(a), said(b)]).validation
    expect(teachers).toEqual([oneHot([1, 0], 2), oneHot([0, 0], 2)])
    expect(labelsBy(LABELS['hard']!, [said(a)]).validation).toEqual({ targets: oneHot([1, 0], 2) })
  })

  it('must have been asked the same', () => {
    expect(() => meanOf([pairs(0.1), pairs(0.1, 0.2)])).toThrow('expected 1 of 2, got 2 of 2')
    expect(() => meanOf([pairs(0.1, 0.2), choices(3, Float32Array.from([0, 1, 0, 1]))])).toThrow('got 2 of 3')
    expect(() => meanOf([])).toThrow('got none')
  })
})

describe('weights', () => {
  const weighing = (...weights: number[]): LabelRule => ({
    ...{ id: 'weighing', title: 'Weighing', help: 'Weights made up for this test.' },
    labels: () => eachSplit(() => ({ targets: oneHot([0, 1, 1], 2), weights: Float32Array.from(weights) })),
  })
  const three = said(pairs(0, 1, 1))

  it('are 1 on average, whatever their scale', () => {
    expect([...labelsBy(weighing(0, 2, 4), [three]).transfer.weights!]).toEqual([0, 1, 2])
  })

  it.each([
    [0, 0, 0],
    [1, -1, 2],
    [NaN, 1, 1],
    [Infinity, 1, 1],
  ])('are refused where they are none: %d, %d, %d', (...weights) => {
    expect(() => labelsBy(weighing(...weights), [three])).toThrow('weights of transfer by "weighing": expected numbers')
  })
})
