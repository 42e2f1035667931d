import { describe, expect, it } from 'vitest'
import {
  bootstrap,
  errorOf,
  fieller,
  intervalOf,
  minus,
  type Flags,
  type Sample,
} from '../../../src-main/science/metrics'
import { resample } from '../../../src-main/science/metrics/draws'
import { ratio, reach } from '../../../src-main/science/metrics/sample'
import { createRng, type Rng } from '../../../src-main/science/maths/rng'
import { deviation, mean } from '../../../src-main/science/maths/statistics'

type Roles = Flags<'weak' | 'student' | 'ceiling'>

interface World {
  seeds: number
  rows: number
  /** Rows that share a part of their difficulty; 1 for none. */
  perGroup?: number
  /** Standard deviation of what a seed, and a group, adds to the log odds of being right. */
  ofSeeds?: number
  ofGroups?: number
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x))
const LEVEL = { weak: 1.2, student: 1.8, ceiling: 2.4 }

/** Outcomes on one test split: how hard a row, its group, and a seed's luck are, each normal on the log odds. */
function world(rng: Rng, { seeds, rows, perGroup = 1, ofSeeds = 0, ofGroups = 0 }: World) {
  const ofGroup = Array.from({ length: Math.ceil(rows / perGroup) }, () => ofGroups * rng.normal())
  const groups = Array.from({ length: rows }, (_, i) => `${Math.floor(i / perGroup)}`)
  const hard = groups.map((group) => 1.5 * rng.normal() + ofGroup[Number(group)]!)
  const judge = (level: number) => {
    const luck = ofSeeds * rng.normal()
    return Uint8Array.from(hard, (h) => (rng.next() < logistic(level + h + luck) ? 1 : 0))
  }
  const outcomes = Array.from({ length: seeds }, (): Roles => ({
    weak: judge(LEVEL.weak),
    student: judge(LEVEL.student),
    ceiling: judge(LEVEL.ceiling),
  }))
  return { outcomes, groups }
}

/** Accuracy on all possible rows by all possible seeds: the mean of the logistic over normal log odds. */
function expected(level: number, { ofSeeds = 0, ofGroups = 0 }: World): number {
  const spread = Math.hypot(1.5, ofSeeds, ofGroups)
  const [ends, pieces] = [8, 4000]
  let [sum, weight] = [0, 0]
  for (let i = 0; i <= pieces; i++) {
    const z = -ends + (2 * ends * i) / pieces
    const density = Math.exp((-z * z) / 2)
    sum += density * logistic(level + spread * z)
    weight += density
  }
  return sum / weight
}

/** In how many of 200 worlds the interval of the student holds what it should. */
function held(of: World, use: { groups: boolean }, worlds = 200): number {
  const rng = createRng(`coverage ${JSON.stringify(of)}`)
  const truth = expected(LEVEL.student, of)
  let covered = 0
  for (let i = 0; i < worlds; i++) {
    const { outcomes, groups } = world(rng, of)
    const asked = bootstrap(outcomes, use.groups ? groups : undefined, { resamples: 300, seed: i })
    const { low, high } = intervalOf(asked('student'))
    if (low <= truth && truth <= high) covered++
  }
  return covered / worlds
}

describe('bootstrap', () => {
  it.each<[string, World]>([
    ['rows alone', { seeds: 3, rows: 150 }],
    ['one seed', { seeds: 1, rows: 150 }],
    ['groups', { seeds: 3, rows: 300, perGroup: 10, ofGroups: 0.8 }],
    ['few groups', { seeds: 3, rows: 300, perGroup: 30, ofGroups: 0.8 }],
    ['seeds that differ', { seeds: 3, rows: 300, ofSeeds: 0.4 }],
    ['seeds that differ much', { seeds: 3, rows: 300, ofSeeds: 1 }],
    ['two seeds', { seeds: 2, rows: 300, ofSeeds: 0.4 }],
    ['five seeds and groups', { seeds: 5, rows: 300, perGroup: 10, ofGroups: 0.8, ofSeeds: 0.4 }],
  ])('holds the accuracy on all possible rows by all possible seeds: %s', (_name, of) => {
    const share = held(of, { groups: (of.perGroup ?? 1) > 1 })
    expect(share).toBeGreaterThanOrEqual(0.9)
  })

  it('would not, if rows of one group were taken as independent', () => {
    const of = { seeds: 3, rows: 300, perGroup: 30, ofGroups: 1 }
    expect(held(of, { groups: false }, 100)).toBeLessThan(0.75)
  })

  it('has the standard error of the binomial for one seed', () => {
    const { outcomes } = world(createRng('one'), { seeds: 1, rows: 400 })
    const share = mean(outcomes[0]!.weak)
    const error = deviation(bootstrap(outcomes)('weak').all)
    expect(error / Math.sqrt((share * (1 - share)) / 400)).toBeCloseTo(1, 1)
  })

  it('has the standard error of a mean over clusters of one size', () => {
    const { outcomes, groups } = world(createRng('many'), { seeds: 1, rows: 600, perGroup: 12, ofGroups: 1 })
    const means = Array.from({ length: 50 }, (_, g) => mean(outcomes[0]!.weak.subarray(12 * g, 12 * (g + 1))))
    expect(errorOf(bootstrap(outcomes, groups)('weak')) / (deviation(means) / Math.sqrt(50))).toBeCloseTo(1, 1)
  })

  it('has the standard error of a mean over seeds where only they differ', () => {
    const all = (right: number) => Uint8Array.from({ length: 50 }, (_, i) => (i < right ? 1 : 0))
    // The rows are one group: nothing but seeds can vary.
    const asked = bootstrap(
      [30, 35, 46].map((right) => ({ student: all(right) })),
      Array.from({ length: 50 }, () => 'one'),
    )
    const sample = asked('student')
    const error = deviation([0.6, 0.7, 0.92]) / Math.sqrt(3)
    expect(errorOf(sample)).toBeCloseTo(error, 12)
    expect(deviation(sample.all) / error).toBeCloseTo(1, 1)
    // Student's t with 2 degrees of freedom.
    const { low, high } = intervalOf(sample)
    expect((high - low) / 2 / error).toBeCloseTo(4.303, 0)
    expect(reach(sample)).toBeCloseTo(4.302653, 4)
  })

  it('keeps the models paired: equal models have no difference in any resample', () => {
    const { outcomes } = world(createRng('paired'), { seeds: 3, rows: 100, ofSeeds: 0.5 })
    const asked = bootstrap(outcomes.map((s) => ({ ...s, ceiling: s.weak })))
    expect([...minus(asked('ceiling'), asked('weak')).all].every((x) => x === 0)).toBe(true)
  })

  it('draws the same for the same seed, and alike for arms over the same groups and seeds', () => {
    const { outcomes, groups } = world(createRng('alike'), { seeds: 3, rows: 120, perGroup: 4 })
    const students = outcomes.map(({ student }) => ({ student, other: student }))
    expect(bootstrap(outcomes, groups)('student')).toEqual(bootstrap(outcomes, groups)('student'))
    const [a, b] = [bootstrap(outcomes, groups)('student'), bootstrap(students, groups)('other')]
    expect(b.all).toEqual(a.all)
    expect(bootstrap(outcomes, groups, { seed: 1 })('student').all).not.toEqual(a.all)
  })

  it('counts shares of shares, and leaves seeds out that have none', () => {
    const seeds = [
      { copied: Uint8Array.of(1, 0, 0, 0), wrong: Uint8Array.of(1, 1, 0, 0) },
      { copied: Uint8Array.of(0, 0, 0, 0), wrong: Uint8Array.of(0, 0, 0, 0) },
    ]
    const sample = bootstrap(seeds)('copied', 'wrong')
    expect(sample.bySeed).toEqual([0.5, NaN])
    expect(sample.value).toBe(0.5)
    const none = bootstrap([seeds[1]!, seeds[1]!])('copied', 'wrong')
    expect(none.all.every(Number.isNaN)).toBe(true)
  })

  it('refuses seeds of different test splits', () => {
    const of = (rows: number) => ({ right: new Uint8Array(rows) })
    expect(() => bootstrap([of(10), of(11)])).toThrow('expected 10 rows, got 11')
    expect(() => bootstrap([of(10)], ['a'])).toThrow('expected 10 rows, got 1')
  })
})

/** A sample of which only the moments matter: rows that do not vary, seeds with a given mean and deviation. */
const ofSeeds = (bySeed: number[]): Sample => ({
  value: mean(bySeed),
  bySeed,
  rows: Float64Array.from([0, 0]),
  all: Float64Array.from([mean(bySeed)]),
  groups: 46,
})

describe('reach', () => {
  it('has the degrees of freedom of Welch and Satterthwaite', () => {
    // Variances of the mean: 0.0004 over 46 groups, 0.0009 over 3 seeds; scipy: 4.1365 degrees, t = 2.74068.
    const e = Math.sqrt(0.0004 * (45 / 46))
    const s = Math.sqrt(0.0027)
    const sample = { ...ofSeeds([-s, 0, s]), rows: Float64Array.from([-e, 0, e]) }
    expect(errorOf(sample)).toBeCloseTo(Math.sqrt(0.0013), 12)
    expect(reach(sample)).toBeCloseTo(2.74068, 4)
  })

  it('is that of a normal where nothing varies', () => {
    expect(reach(ofSeeds([1, 1, 1]))).toBeCloseTo(1.959964, 6)
  })
})

describe('fieller', () => {
  // By root finding on the pivot |n − ρ d| = t · √(v_nn − 2 ρ v_nd + ρ² v_dd), with scipy.
  it.each([
    [{ n: 0.06, d: 0.1, vnn: 0.0004, vdd: 0.0003, vnd: 0.00015 }, 2.2, 0.1857013319, 1.0482715272],
    [{ n: -0.02, d: 0.13, vnn: 0.0001, vdd: 0.0002, vnd: -0.00005 }, 1.96, -0.295206867, -0.0033262059],
    [{ n: 0.1, d: 0.1, vnn: 0.0009, vdd: 0.0009, vnd: 0.0008 }, 3, 0.3912124315, 2.5561559895],
    [{ n: 0.03, d: 0.05, vnn: 0.0004, vdd: 0.0005, vnd: 0.0002 }, 1.96, -0.3783847086, 2.9049040456],
  ])('of %j at %f is %f to %f', (moments, t, low, high) => {
    const set = fieller(moments, t)!
    expect(set.low).toBeCloseTo(low, 8)
    expect(set.high).toBeCloseTo(high, 8)
  })

  it('is unbounded where the denominator may be 0', () => {
    expect(fieller({ n: 0.03, d: 0.05, vnn: 0.0004, vdd: 0.0007, vnd: 0.0002 }, 1.96)).toBeNull()
  })

  it('is close to the bootstrap of a ratio over a gap that is sure', () => {
    const { outcomes } = world(createRng('ratio'), { seeds: 5, rows: 4000, ofSeeds: 0.1 })
    const asked = bootstrap(outcomes)
    const found = ratio(minus(asked('student'), asked('weak')), minus(asked('ceiling'), asked('weak')))
    const sorted = found.widened(reach(found.linear)).toSorted()
    expect(sorted[250]! / found.fieller!.low).toBeCloseTo(1, 1)
    expect(sorted[9750]! / found.fieller!.high).toBeCloseTo(1, 1)
  })
})

describe('resamples', () => {
  const seen = (groups: number, resamples: number, seed = 0) => {
    const out: number[][] = []
    resample(groups, resamples, seed, (times) => out.push([...times]))
    return out
  }

  it('are as many draws as there are groups, the same for whoever asks', () => {
    const first = seen(50, 20)
    for (const times of first) expect(times.reduce((sum, n) => sum + n, 0)).toBe(50)
    seen(50, 20, 1)
    expect(seen(50, 20)).toEqual(first)
    expect(seen(50, 10)).toEqual(first.slice(0, 10))
    expect(seen(50, 20, 1)).not.toEqual(first)
  })

  it('are those of a plain loop, also where there are too many to be kept', () => {
    const groups = 3_000_000
    const rng = createRng('bootstrap/0')
    const plain = Array.from({ length: 12 }, () => {
      const times = new Uint8Array(groups)
      for (let g = 0; g < groups; g++) times[rng.int(groups)]!++
      return times
    })
    let same = 0
    resample(groups, 12, 0, (times, r) => (same += Buffer.compare(times, plain[r]!) === 0 ? 1 : 0))
    expect(same).toBe(12)
  })
})
