import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choices } from '../../../src-main/science/answers'
import {
  accuracy,
  agreement,
  cellOf,
  cellsOf,
  cube,
  evaluationAt,
  pgr,
  pgrOf,
  stops,
  stopSchema,
  type SeedPredictions,
} from '../../../src-main/science/metrics'
import { candidates } from '../../../src-main/science/metrics/stops'

/** Of two classes, the probability of the second. */
const p = (...values: number[]) => choices(2, Float32Array.from(values))
const seedOf = (over: Partial<SeedPredictions> = {}): SeedPredictions => ({
  seed: 0,
  truth: [0, 0, 1, 1, 1, 0],
  weak: p(0.1, 0.55, 0.9, 0.15, 0.49, 0.97),
  ceiling: p(0.1, 0.2, 0.9, 0.8, 0.3, 0.1),
  epochs: 2,
  steps: [0, 10, 20],
  student: [p(0, 0, 0, 0, 0, 0), p(0.1, 0.3, 0.9, 0.8, 0.6, 0.4), p(0.1, 0.6, 0.9, 0.8, 0.1, 0.9)],
  studentValidation: [p(0.9, 0.9), p(0.1, 0.2), p(0.2, 0.8)],
  weakValidation: p(0.4, 0.3),
  ...over,
})

describe('accuracy', () => {
  it('is the share of equal entries', () => {
    expect(accuracy([0, 1, 1, 0], [0, 1, 0, 1])).toBe(0.5)
    expect(() => accuracy([0, 1], [0])).toThrow('expected 2 labels, got 1')
  })
})

describe('agreement', () => {
  it('splits by whether the supervisor was right', () => {
    expect(agreement([1, 1, 0, 0], [1, 0, 0, 1], [1, 1, 0, 0])).toEqual({ all: 0.5, weakRight: 1, weakWrong: 0 })
  })

  it('is null where there is no such example', () => {
    expect(agreement([1, 0], [1, 1], [1, 1])).toEqual({ all: 0.5, weakRight: 0.5, weakWrong: null })
    expect(agreement([1, 0], [0, 0], [1, 1])).toEqual({ all: 0.5, weakRight: null, weakWrong: 0.5 })
  })

  it('gives the student’s accuracy: A_c · acc_w + (1 − A_e) · (1 − acc_w), with two classes', () => {
    const bit = fc.constantFrom(0, 1)
    fc.assert(
      fc.property(fc.array(fc.tuple(bit, bit, bit), { minLength: 1, maxLength: 60 }), (rows) => {
        const [student, weak, truth] = [0, 1, 2].map((c) => rows.map((r) => r[c]!)) as [number[], number[], number[]]
        const { weakRight, weakWrong } = agreement(student, weak, truth)
        const accuracyOfWeak = accuracy(weak, truth)
        const expected = (weakRight ?? 0) * accuracyOfWeak + (1 - (weakWrong ?? 0)) * (1 - accuracyOfWeak)
        expect(accuracy(student, truth)).toBeCloseTo(expected, 12)
      }),
    )
  })
})

describe('pgrOf', () => {
  // Printed in arXiv 2312.09390 (Table 3, Figure 11) and in the README of the published vision code.
  it.each([
    [56.6, 60.7, 63.7, 0.57746],
    [56.6, 64.2, 74.9, 0.4153],
    [56.6, 61.9, 64.5, 0.67089],
    [56.6, 66.6, 74.0, 0.57471],
    [72, 78, 82, 0.6],
  ])('weak %f, student %f, ceiling %f: %f', (weak, student, ceiling, expected) => {
    expect(pgrOf(weak, student, ceiling, 'more')).toBeCloseTo(expected, 5)
  })

  it('is null without a gap, and may leave the range from 0 to 1', () => {
    expect(pgrOf(0.8, 0.9, 0.8, 'more')).toBeNull()
    expect(pgrOf(0.8, 0.9, 0.7, 'more')).toBeNull()
    expect(pgrOf(0.5, 0.25, 1, 'more')).toBe(-0.5)
    expect(pgrOf(0.5, 1, 0.75, 'more')).toBe(2)
  })
})

describe('pgr', () => {
  /** A sample of 3 seeds whose resamples are the given ones; seeds that do not differ. */
  const sample = (value: number, all: number[]) => ({
    value,
    bySeed: [value, value, value],
    rows: Float64Array.from(all),
    all: Float64Array.from(all),
    groups: 1000,
  })
  const inputs = {
    weak: sample(0.8, [0.79, 0.8, 0.81]),
    student: sample(0.86, [0.85, 0.86, 0.87]),
    ceiling: sample(0.9, [0.89, 0.9, 0.91]),
    metric: { better: 'more', unit: 'percent' } as const,
    seeds: 3,
    examples: 1000,
    sameModel: false,
  }

  it('carries its interval, gap, n and convention', () => {
    const got = pgr(inputs)
    expect(got).toMatchObject({ defined: true, seeds: 3, examples: 1000, warning: null })
    expect(got.convention).toBe('ratio of means over seeds')
    expect(got.gap).toBeCloseTo(0.1, 12)
    if (!got.defined) throw new Error(got.reason)
    for (const x of [got.value, got.low, got.high]) expect(x).toBeCloseTo(0.6, 12)
  })

  it('is undefined with its reason where the ceiling is not above the supervisor', () => {
    expect(pgr({ ...inputs, ceiling: sample(0.8, [0.8]) })).toMatchObject({
      defined: false,
      gap: 0,
      reason: 'The ceiling (80.0 %) is not above the supervisor (80.0 %): there is no gap to recover.',
    })
  })

  it('warns of a gap that may be none, and of resamples without any', () => {
    const got = pgr({
      ...inputs,
      weak: sample(0.8, [0.8, 0.8, 0.8]),
      student: sample(0.8, [0.8, 0.8, 0.8]),
      ceiling: sample(0.81, [0.79, 0.81, 0.83]),
    })
    expect(got).toMatchObject({ defined: true, low: 0, high: 0 })
    expect(got.defined && got.warning).toBe(
      'The gap (1.0 %, standard error 2.0 %) may be none: the ratio has no bounds (Fieller). ' +
        'The interval leaves out the 33.3 % of the resamples in which the ceiling is not above the supervisor.',
    )
  })

  it('warns of a gap that is there, but too small for a ratio', () => {
    // 2.2 standard errors from 0: the guard by two standard errors alone would have said nothing.
    const error = 0.01 / 2.2
    const spread = [-1, 0, 1].map((z) => z * error)
    const got = pgr({
      ...inputs,
      weak: sample(0.8, [0.8, 0.8, 0.8]),
      student: sample(
        0.81,
        spread.map((e) => 0.81 - e),
      ),
      ceiling: sample(
        0.81,
        spread.map((e) => 0.81 + e),
      ),
    })
    expect(got.defined && got.warning).toMatch(
      /^The gap \(1\.0 %, standard error 0\.5 %\) is too small for a ratio: it may be anything from/,
    )
  })

  it('is undefined where no resample has a gap', () => {
    const got = pgr({ ...inputs, weak: sample(0.8, [0.9]), student: sample(0.85, [0.8]), ceiling: sample(0.9, [0.8]) })
    expect(got).toMatchObject({ defined: false, reason: 'In no resample is the ceiling above the supervisor.' })
  })

  it('is the same of a metric of which less is better, told in its own words', () => {
    const turned = ({ value, all }: typeof inputs.weak) =>
      sample(
        1 - value,
        Array.from(all, (x) => 1 - x),
      )
    const { weak, student, ceiling } = inputs
    const metric = { better: 'less', unit: 'number' } as const
    const less = { ...inputs, metric, weak: turned(weak), student: turned(student), ceiling: turned(ceiling) }
    const [got, same] = [pgr(less), pgr(inputs)]
    expect(got.gap).toBeCloseTo(same.gap, 12)
    if (!got.defined || !same.defined) throw new Error('expected two PGR')
    for (const end of ['value', 'low', 'high'] as const) expect(got[end]).toBeCloseTo(same[end], 12)
    expect(pgr({ ...less, ceiling: sample(0.3, [0.3]) })).toMatchObject({
      reason: 'The ceiling (0.300) is not below the supervisor (0.200): there is no gap to recover.',
    })
  })

  it('warns where supervisor and student are one model', () => {
    const got = pgr({ ...inputs, sameModel: true })
    expect(got.defined && got.warning).toMatch(/^Supervisor and student are the same model/)
  })
})

describe('stops', () => {
  it('finds the last, the one nearest to the weak validation labels, and the oracle', () => {
    expect(stops(seedOf())).toEqual({ last: 2, 'weak-validation': 1, oracle: 1 })
  })

  it('takes the last of equals: a tie is no reason to stop', () => {
    const same = [p(0, 0), p(0, 0), p(0, 0)]
    expect(stops(seedOf({ studentValidation: same }))['weak-validation']).toBe(2)
    const student = [p(1, 1, 0, 0, 0, 1), p(0, 0, 1, 1, 1, 0), p(0, 0, 1, 1, 1, 0)]
    expect(stops(seedOf({ student })).oracle).toBe(2)
  })

  // A net before its first update says one class for all, and so, nearly, does many a supervisor.
  it('never stops at a net that is not trained, however well that agrees', () => {
    const untrained = seedOf({
      weakValidation: p(0.1, 0.2),
      studentValidation: [p(0, 0), p(0.9, 0.2), p(0.9, 0.8)],
      student: [p(0, 0, 1, 1, 1, 0), p(0, 0, 0, 0, 0, 0), p(1, 1, 0, 0, 0, 1)],
    })
    expect(stops(untrained)).toEqual({ last: 2, 'weak-validation': 1, oracle: 1 })
  })

  it.each([
    // A training of 10 epochs: from the first evaluation at which one epoch is over.
    [10, [0, 16, 33, 49, 313], 2],
    [2, [0, 13, 25, 38, 50], 2],
    // Of at most one epoch: from the first one after step 0.
    [1, [0, 10, 20, 30], 1],
    [0.1, [0, 3], 1],
    [3, [0], 0],
  ])('in %f epochs at steps %j from number %i on', (epochs, steps, first) => {
    expect(candidates({ epochs, steps })).toBe(first)
  })

  it.each([
    ['step-10', 1],
    // Of two as near the earlier; past the end the last.
    ['step-5', 0],
    ['step-6', 1],
    ['step-987654', 2],
    // Two epochs of ten steps.
    ['epoch-1', 1],
    ['epoch-1.6', 2],
    ['weak-validation', 1],
  ] as const)('at %s reads evaluation no. %i', (stop, evaluation) => {
    expect(evaluationAt(seedOf(), stop)).toBe(evaluation)
  })

  it('knows a place by its words alone', () => {
    for (const text of ['step-', 'step--1', 'epoch-1e3', 'epoch-.5', 'best', 'step-12345678901', 3])
      expect(stopSchema.safeParse(text).success).toBe(false)
  })

  it('does not look at ground truth for the stop by weak labels', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 6, maxLength: 6 }), (truth) => {
        expect(stops(seedOf({ truth }))['weak-validation']).toBe(1)
      }),
    )
  })
})

describe('cube', () => {
  it('names the cells weak, student, ceiling', () => {
    expect([cellOf(false, true, true), cellOf(true, false, false), cellOf(true, true, true)]).toEqual([
      '011',
      '100',
      '111',
    ])
  })

  it('counts the cells of the chosen stop', () => {
    expect(cellsOf(seedOf(), 'last')).toEqual(['111', '001', '111', '011', '000', '001'])
    const { counts, examples } = cube(seedOf(), 'last')
    expect(examples).toBe(6)
    expect(counts).toEqual({ '000': 1, '001': 2, '010': 0, '011': 1, '100': 0, '101': 0, '110': 0, '111': 2 })
    expect(cube(seedOf(), 'oracle').counts).toMatchObject({ '010': 1, '011': 3, '111': 2 })
  })

  it('says by the supervisor’s confidence which of its errors are repeated', () => {
    // Four errors, of .51, .55, .85 and .97, are one part.
    const [part, ...others] = cube(seedOf(), 'last').copiedByConfidence
    expect(others).toEqual([])
    expect(part).toMatchObject({ copied: { of: 4, share: 0.75 }, ceilingCopied: { of: 4, share: 0.25 } })
    // statsmodels.stats.proportion.proportion_confint(3, 4, method='wilson')
    expect([part!.copied.low, part!.copied.high]).toEqual([expect.closeTo(0.3006, 2), expect.closeTo(0.9544, 2)])
    expect([part!.low, part!.high]).toEqual([expect.closeTo(0.51, 6), expect.closeTo(0.97, 6)])
  })

  it('has them in tenths of their number, those of one confidence together', () => {
    // 60 errors: the surest 12 are equally sure; the student repeats the surer half.
    const sure = Array.from({ length: 60 }, (_, i) => (i < 48 ? 0.5 + (i + 1) / 128 : 0.9375))
    const seed = seedOf({
      truth: sure.map(() => 0),
      weak: p(...sure.toReversed()),
      ceiling: p(...sure.map(() => 0.25)),
      student: [p(...sure.map((_, i) => (i < 30 ? 0.75 : 0.25)))],
      steps: [0],
      epochs: 1,
      studentValidation: [p(0.9, 0.9)],
    })
    const parts = cube(seed, 'last').copiedByConfidence
    expect(parts.map(({ copied }) => copied.of)).toEqual([6, 6, 6, 6, 6, 6, 6, 6, 12])
    expect(parts.map(({ copied }) => copied.share)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1])
    expect(parts.map(({ low }) => low)).toEqual([0, 6, 12, 18, 24, 30, 36, 42, 48].map((i) => sure[i]))
    expect(parts.at(-1)).toMatchObject({ low: 0.9375, high: 0.9375, ceilingCopied: { share: 0 } })
  })

  it('counts every error of the supervisor once, with any number of classes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.infiniteStream(fc.nat(1000)),
        (k, n, stream) => {
          const next = () => stream.next().value as number
          const probabilities = () => {
            const rows = Array.from({ length: n }, () => Array.from({ length: k }, () => next() + 1))
            const shares = rows.flatMap((r) => r.slice(1).map((x) => x / r.reduce((a, b) => a + b)))
            return choices(k, Float32Array.from(shares))
          }
          const seed = seedOf({
            truth: Array.from({ length: n }, () => next() % k),
            weak: probabilities(),
            ceiling: probabilities(),
            epochs: 1,
            steps: [0],
            student: [probabilities()],
            studentValidation: [probabilities()],
            weakValidation: probabilities(),
          })
          const { counts, copiedByConfidence } = cube(seed, 'last')
          const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
          expect(sum(Object.values(counts))).toBe(n)
          const errors = counts['000'] + counts['001'] + counts['010'] + counts['011']
          expect(sum(copiedByConfidence.map((b) => b.copied.of))).toBe(errors)
        },
      ),
    )
  })
})
