import { describe, expect, it } from 'vitest'
import { armResult, bootstrap, interval, type SeedPredictions } from '../../../src-main/science/metrics'
import type { SeedOutcomes } from '../../../src-main/science/metrics/bootstrap'
import { parseSpec } from '../../../src-main/science/parse'
import { planExperiment } from '../../../src-main/science/plan'
import { createRng } from '../../../src-main/science/rng'
import { deviation, mean } from '../../../src-main/science/statistics'
import type { Arm } from '../../../src-main/science/stages'

function armOf(models: { weak: object; strong: object }): Arm {
  const parsed = parseSpec({
    version: 1,
    name: 'Arm',
    tasks: ['spam'],
    weak: [models.weak],
    strong: [models.strong],
    methods: [{ method: 'naive' }],
    seeds: [0, 1, 2],
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const sources = { spam: { sha256: '0', title: 'Spam', classes: 2 } }
  return planExperiment(parsed.spec, { sources, checkpoints: {}, bundled: {}, backend: 'wasm' }).arms[0]!
}
const arm = armOf({ weak: { model: 'words' }, strong: { model: 'vectors' } })

/** Predictions of models with given chances to be right, on one shared test set; a student that forgets at the end. */
function simulate(seeds: number, n: number, chances = { weak: 0.75, student: 0.85, ceiling: 0.92 }): SeedPredictions[] {
  const truth = Array.from({ length: n }, (_, i) => i % 2)
  return Array.from({ length: seeds }, (_, seed) => {
    const rng = createRng(`simulate/${seed}`)
    const model = (right: number, labels = truth) =>
      Float32Array.from(labels, (t) => {
        const sure = 0.5 + rng.next() / 2
        return (rng.next() < right ? t : 1 - t) === 1 ? sure : 1 - sure
      })
    const validation = truth.slice(0, 200)
    return {
      seed,
      truth,
      weak: model(chances.weak),
      ceiling: model(chances.ceiling),
      steps: [0, 50, 100],
      student: [model(0.5), model(chances.student + 0.03), model(chances.student)],
      studentValidation: [model(0.5, validation), model(0.9, validation), model(0.8, validation)],
      weakValidation: model(1, validation),
    }
  })
}
const seeds = simulate(3, 1000)

describe('armResult', () => {
  const result = armResult({ arm, stop: 'last', classes: 2, seeds })

  it('reports means over the seeds, inside their intervals', () => {
    expect(result).toMatchObject({ arm, stop: 'last', seedsDone: 3 })
    for (const q of ['weak', 'student', 'ceiling', 'agreement', 'agreementWeakRight', 'agreementWeakWrong'] as const) {
      const estimate = result[q]!
      expect(estimate.value).toBeCloseTo(mean(result.bySeed.map((s) => s[q]!)), 12)
      expect(estimate.low).toBeLessThan(estimate.value)
      expect(estimate.high).toBeGreaterThan(estimate.value)
      expect(estimate.seeds).toBe(3)
    }
    expect(result.weak!.examples).toBe(1000)
    expect(result.agreementWeakWrong!.examples).toBe(Math.round(1000 * (1 - result.weak!.value)))
    expect(result.agreementWeakRight!.examples + result.agreementWeakWrong!.examples).toBe(1000)
  })

  it('takes PGR as the ratio of the means, and of each seed on its own', () => {
    const [weak, student, ceiling] = [result.weak!, result.student!, result.ceiling!].map((e) => e.value) as [
      number,
      number,
      number,
    ]
    const { pgr } = result
    if (!pgr?.defined) throw new Error('expected a PGR')
    expect(pgr.value).toBeCloseTo((student - weak) / (ceiling - weak), 12)
    expect(pgr.low).toBeLessThan(pgr.value)
    expect(pgr.high).toBeGreaterThan(pgr.value)
    expect(pgr.high - pgr.low).toBeLessThan(0.6)
    for (const s of result.bySeed) expect(s.pgr).toBeCloseTo((s.student - s.weak) / (s.ceiling - s.weak), 12)
  })

  it('draws the course of the training, its last point being the result', () => {
    const training = result.training!
    expect(training.step).toEqual([0, 50, 100])
    expect(training.truth.at(-1)).toBeCloseTo(result.student!.value, 12)
    expect(training.weakLabels.at(-1)).toBeCloseTo(result.agreement!.value, 12)
    expect(training.weakErrors.at(-1)).toBeCloseTo(result.agreementWeakWrong!.value, 12)
    training.truth.forEach((t, e) => {
      expect(training.truthLow[e]).toBeLessThanOrEqual(t)
      expect(training.truthHigh[e]).toBeGreaterThanOrEqual(t)
    })
  })

  it('finds all three stops and reports the one asked for', () => {
    expect(result.stops).toMatchObject({ last: { step: 100 }, 'weak-validation': { step: 50 }, oracle: { step: 50 } })
    expect(result.stops!.oracle.student).toBeGreaterThan(result.stops!.last.student)
    const early = armResult({ arm, stop: 'weak-validation', classes: 2, seeds })
    expect(early.bySeed.map((s) => s.step)).toEqual([50, 50, 50])
    expect(early.student!.value).toBe(result.stops!['weak-validation'].student)
    expect(early.weak).toEqual(result.weak)
  })

  it('gives PGR 0 where the student is its supervisor', () => {
    const copies = seeds.map((s) => ({ ...s, student: s.student.map(() => s.weak) }))
    const copied = armResult({ arm, stop: 'last', classes: 2, seeds: copies })
    expect(copied.pgr).toMatchObject({ defined: true, value: 0, low: 0, high: 0 })
    expect(copied.agreement).toMatchObject({ value: 1, low: 1, high: 1 })
  })

  it('has no agreement on errors where the supervisor makes none', () => {
    const perfect = seeds.map((s) => ({ ...s, weak: Float32Array.from(s.truth as number[]) }))
    const got = armResult({ arm, stop: 'last', classes: 2, seeds: perfect })
    expect(got).toMatchObject({ agreementWeakWrong: null, pgr: { defined: false } })
    expect(got.bySeed[0]).toMatchObject({ pgr: null, agreementWeakWrong: null, ceilingAgreementWeakWrong: null })
    expect(got.training!.weakErrors).toEqual([0, 0, 0])
  })

  it('is the same every time, and plain data', () => {
    expect(armResult({ arm, stop: 'last', classes: 2, seeds })).toEqual(result)
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  it('has nothing to say before the first seed', () => {
    expect(armResult({ arm, stop: 'last', classes: 2, seeds: [] })).toMatchObject({
      seedsDone: 0,
      pgr: null,
      bySeed: [],
    })
  })

  it('warns where supervisor and student are the same model', () => {
    const twin = armOf({ weak: { model: 'vectors' }, strong: { model: 'vectors' } })
    const { pgr } = armResult({ arm: twin, stop: 'last', classes: 2, seeds })
    expect(pgr?.defined && pgr.warning).toContain('the same model')
  })
})

describe('bootstrap', () => {
  /** Outcomes on one test set: how hard an example is, is common to the seeds. */
  function outcomes(rng: ReturnType<typeof createRng>, seedCount: number, n: number): SeedOutcomes[] {
    const hard = Array.from({ length: n }, () => rng.next() < 0.25)
    const judge = () => Uint8Array.from(hard, (h) => (rng.next() < (h ? 0.1 : 0.95) ? 1 : 0))
    return Array.from({ length: seedCount }, () => ({
      weak: judge(),
      student: judge(),
      ceiling: judge(),
      agree: judge(),
    }))
  }
  const expected = 0.25 * 0.1 + 0.75 * 0.95

  it('covers the accuracy on all possible examples, which the seeds of one test set cannot average away', () => {
    const rng = createRng('coverage')
    let covered = 0
    for (let world = 0; world < 200; world++) {
      const { low, high } = interval(bootstrap(outcomes(rng, 3, 150), { resamples: 200, seed: world }).student)
      if (low <= expected && expected <= high) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(180)
    expect(covered).toBeLessThanOrEqual(199)
  })

  it('has the standard error of the binomial for one seed', () => {
    const [one] = outcomes(createRng('one'), 1, 400)
    const share = mean(one!.weak)
    const error = deviation(bootstrap([one!], { resamples: 4000 }).weak)
    expect(error / Math.sqrt((share * (1 - share)) / 400)).toBeCloseTo(1, 1)
  })

  it('draws seeds too: where only they differ, their spread is the interval', () => {
    const all = (right: number): SeedOutcomes => {
      const flags = new Uint8Array(50).fill(right)
      return { weak: flags, student: flags, ceiling: flags, agree: flags }
    }
    expect(interval(bootstrap([all(0), all(1), all(1)]).student)).toEqual({ low: 0, high: 1 })
    expect(interval(bootstrap([all(1), all(1), all(1)]).student)).toEqual({ low: 1, high: 1 })
  })

  it('keeps the models paired: equal models have no difference in any resample', () => {
    const worlds = outcomes(createRng('paired'), 3, 100).map((s) => ({ ...s, ceiling: s.weak }))
    const { weak, ceiling } = bootstrap(worlds)
    expect(ceiling).toEqual(weak)
  })

  it('refuses seeds of different test sets', () => {
    const [a] = outcomes(createRng('a'), 1, 10)
    const [b] = outcomes(createRng('b'), 1, 11)
    expect(() => bootstrap([a!, b!])).toThrow('expected 10 examples, got 11')
  })
})
