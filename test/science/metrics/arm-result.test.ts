import { describe, expect, it } from 'vitest'
import { choices, type Answers } from '../../../src-main/science/answers'
import { armResult, type ArmResult, type SeedPredictions } from '../../../src-main/science/metrics'
import { parseSpec } from '../../../src-main/science/spec/parse'
import { planExperiment } from '../../../src-main/science/plan/plan'
import { createRng } from '../../../src-main/science/maths/rng'
import { mean } from '../../../src-main/science/maths/statistics'
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

/** What a model says of two classes that gives the second one these probabilities; and those of what it says. */
const said = (probabilities: Iterable<number>) => choices(2, Float32Array.from(probabilities))
const spoken = (answers: Answers) => (answers.kind === 'choice' ? answers.probabilities : new Float32Array())

/** Predictions of models with given chances to be right, on one shared test set; a student that forgets at the end. */
function simulate(seeds: number, n: number, chances = { weak: 0.75, student: 0.85, ceiling: 0.92 }): SeedPredictions[] {
  const truth = Array.from({ length: n }, (_, i) => i % 2)
  return Array.from({ length: seeds }, (_, seed) => {
    const rng = createRng(`simulate/${seed}`)
    const model = (right: number, labels = truth) =>
      said(
        labels.map((t) => {
          const sure = 0.5 + rng.next() / 2
          return (rng.next() < right ? t : 1 - t) === 1 ? sure : 1 - sure
        }),
      )
    const validation = truth.slice(0, 200)
    return {
      seed,
      truth,
      weak: model(chances.weak),
      ceiling: model(chances.ceiling),
      epochs: 2,
      steps: [0, 50, 100],
      student: [model(0.5), model(chances.student + 0.03), model(chances.student)],
      studentValidation: [model(0.5, validation), model(0.9, validation), model(0.8, validation)],
      weakValidation: model(1, validation),
    }
  })
}
const seeds = simulate(3, 1000)
const alone = (n: number) => Array.from({ length: n }, (_, i) => `row ${i}`)
const common = { arm, classes: ['ham', 'spam'], groups: alone(1000), redraw: 'order' as const }

/** Accuracy of an arm. */
const of = (result: ArmResult) => result.measures['accuracy']!

describe('armResult', () => {
  const result = armResult({ ...common, stop: 'last', seeds })

  it('reports means over the seeds, inside their intervals', () => {
    expect(result).toMatchObject({ arm, stop: 'last', seedsDone: 3 })
    const { bySeed, weak, student, ceiling } = of(result)
    const { agreement, agreementWeakRight, agreementWeakWrong } = result
    const rows = bySeed.map((seed, i) => ({ ...seed, ...result.bySeed[i]! }))
    const estimates = { weak, student, ceiling, agreement, agreementWeakRight, agreementWeakWrong }
    for (const [q, told] of Object.entries(estimates)) {
      const estimate = told!
      expect(estimate.value).toBeCloseTo(mean(rows.map((s) => s[q as keyof typeof estimates]!)), 12)
      expect(estimate.low).toBeLessThan(estimate.value)
      expect(estimate.high).toBeGreaterThan(estimate.value)
      expect(estimate.seeds).toBe(3)
    }
    expect(weak.examples).toBe(1000)
    expect(result.agreementWeakWrong!.examples).toBe(Math.round(1000 * (1 - weak.value)))
    expect(result.agreementWeakRight!.examples + result.agreementWeakWrong!.examples).toBe(1000)
  })

  it('takes PGR as the ratio of the means, and of each seed on its own', () => {
    const [weak, student, ceiling] = [of(result).weak, of(result).student, of(result).ceiling].map((e) => e.value) as [
      number,
      number,
      number,
    ]
    const { pgr } = of(result)
    if (!pgr.defined) throw new Error('expected a PGR')
    expect(pgr.value).toBeCloseTo((student - weak) / (ceiling - weak), 12)
    expect(pgr.low).toBeLessThan(pgr.value)
    expect(pgr.high).toBeGreaterThan(pgr.value)
    expect(pgr.high - pgr.low).toBeLessThan(0.6)
    for (const s of of(result).bySeed) expect(s.pgr).toBeCloseTo((s.student - s.weak) / (s.ceiling - s.weak), 12)
  })

  it('draws the course of the training, its last point being the result', () => {
    const training = result.training!
    expect(training.step).toEqual([0, 50, 100])
    const course = of(result).training!
    expect(course.mean.at(-1)).toBeCloseTo(of(result).student.value, 12)
    expect(training.weakLabels.at(-1)).toBeCloseTo(result.agreement!.value, 12)
    expect(training.weakErrors.at(-1)).toBeCloseTo(result.agreementWeakWrong!.value, 12)
    course.mean.forEach((t, e) => {
      expect(course.low[e]).toBeLessThanOrEqual(t)
      expect(course.high[e]).toBeGreaterThanOrEqual(t)
    })
  })

  it('finds all three stops and reports the one asked for', () => {
    expect(result.stops).toEqual({ last: 100, 'weak-validation': 50, oracle: 50 })
    expect(of(result).stops.oracle).toBeGreaterThan(of(result).stops.last)
    const early = armResult({ ...common, stop: 'weak-validation', seeds })
    expect(early.bySeed.map((s) => s.step)).toEqual([50, 50, 50])
    expect(of(early).student.value).toBe(of(result).stops['weak-validation'])
    expect(of(early).weak).toEqual(of(result).weak)
  })

  it('gives PGR 0 where the student is its supervisor', () => {
    const copies = seeds.map((s) => ({ ...s, student: s.student.map(() => s.weak) }))
    const copied = armResult({ ...common, stop: 'last', seeds: copies })
    expect(of(copied).pgr).toMatchObject({ defined: true, value: 0, low: 0, high: 0 })
    expect(copied.agreement).toMatchObject({ value: 1, low: 1, high: 1 })
  })

  it('has no agreement on errors where the supervisor makes none', () => {
    const perfect = seeds.map((s) => ({ ...s, weak: said(s.truth as number[]) }))
    const got = armResult({ ...common, stop: 'last', seeds: perfect })
    expect(got).toMatchObject({ agreementWeakWrong: null, measures: { accuracy: { pgr: { defined: false } } } })
    expect(of(got).bySeed[0]!.pgr).toBeNull()
    expect(got.bySeed[0]).toMatchObject({ agreementWeakWrong: null, ceilingAgreementWeakWrong: null })
    expect(got.training!.weakErrors).toEqual([0, 0, 0])
  })

  it('is the same every time, and plain data', () => {
    expect(armResult({ ...common, stop: 'last', seeds })).toEqual(result)
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  it('has nothing to say before the first seed', () => {
    expect(armResult({ ...common, stop: 'last', seeds: [] })).toMatchObject({
      seedsDone: 0,
      measures: {},
      bySeed: [],
    })
  })

  it('warns where supervisor and student are the same model', () => {
    const twin = armOf({ weak: { model: 'vectors' }, strong: { model: 'vectors' } })
    const { pgr } = of(armResult({ ...common, arm: twin, stop: 'last', seeds }))
    expect(pgr.defined && pgr.warning).toContain('the same model')
  })

  it('says what its intervals cover', () => {
    expect(result.covers).toEqual({ redraw: 'order', seeds: 3, groups: 1000, rows: 1000 })
    const groups = alone(1000).map((_, i) => `address ${i % 46}`)
    const grouped = armResult({ ...common, stop: 'last', groups, redraw: 'halves', seeds })
    expect(grouped.covers).toEqual({ redraw: 'halves', seeds: 3, groups: 46, rows: 1000 })
    expect(of(grouped).student.value).toBe(of(result).student.value)
  })

  it('never lets an accuracy leave 0 to 1', () => {
    const [perfect, hopeless] = seeds
    const right = said(perfect!.truth as number[])
    const wrong = said(right.probabilities.map((t) => 1 - t))
    const far = [
      { ...perfect!, student: perfect!.student.map(() => right) },
      { ...hopeless!, student: hopeless!.student.map(() => wrong) },
    ]
    expect(of(armResult({ ...common, stop: 'last', seeds: far })).student).toMatchObject({
      value: 0.5,
      low: 0,
      high: 1,
    })
  })

  it('warns of a supervisor that says one class nearly always', () => {
    expect(result.warnings).toEqual([])
    const yes = seeds.map((s, i) => ({
      ...s,
      weak: i === 1 ? said(spoken(s.weak).map((p, r) => (r % 3 ? 0.9 : p))) : s.weak,
    }))
    const { warnings } = armResult({ ...common, stop: 'last', seeds: yes })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/leans to one class.*"spam" for 8\d % \(seed 1\)\./)
  })

  it('has the accuracy of references, and says where the ceiling lies under one', () => {
    expect(of(result).references).toEqual({})
    const flipped = (s: SeedPredictions, every: number) =>
      said(Array.from(s.truth as number[], (t, i) => (i % every === 0 ? 1 - t : t)))
    const flippedEvery = (every: number) =>
      armResult({
        ...{ ...common, stop: 'last' },
        seeds: seeds.map((s) => ({ ...s, references: { 'bag-of-words regression': flipped(s, every) } })),
      })
    const weaker = flippedEvery(5)
    expect(of(weaker).references['bag-of-words regression']).toMatchObject({ seeds: 3, examples: 1000 })
    expect(of(weaker).references['bag-of-words regression']!.value).toBeCloseTo(0.8, 12)
    expect(of(weaker).references['bag-of-words regression']!.low).toBeLessThan(0.8)
    expect(weaker.warnings).toEqual([])
    expect(of(weaker).pgr).toEqual(of(result).pgr)
    const stronger = flippedEvery(100)
    const by = (100 * (0.99 - of(result).ceiling.value)).toFixed(1)
    expect(stronger.warnings).toEqual([
      expect.stringMatching(
        new RegExp(
          `^The ceiling lies ${by} points \\(.* to .*\\) under the reference, bag-of-words regression on the same rows: the strong model is not`,
        ),
      ),
    ])
    // One that chance may have put above the ceiling: the first error of the ceiling's that it does not make.
    const above = (s: SeedPredictions) => {
      const says = Float32Array.from(spoken(s.ceiling))
      const wrong = says.findIndex((p, r) => p > 0.5 !== (s.truth[r] === 1))
      return said(says.fill(s.truth[wrong] as number, wrong, wrong + 1))
    }
    const hardly = seeds.map((s) => ({ ...s, references: { 'bag-of-words regression': above(s) } }))
    expect(armResult({ ...common, stop: 'last', seeds: hardly }).warnings).toEqual([
      expect.stringMatching(
        /lies 0\.1 points \(.* to .*\) under .*: nothing shows that the strong model is strong here\.$/,
      ),
    ])
    // No other level is a measure of strength: the untuned probe and the prompted model are the strong model itself.
    const probed = seeds.map((s) => ({ ...s, references: { 'untuned probe': flipped(s, 100) } }))
    expect(armResult({ ...common, stop: 'last', seeds: probed }).warnings).toEqual([])
    // One that not every seed has yet is no mean over seeds.
    const some = seeds.map((s, i) => (i === 1 ? s : { ...s, references: { 'bag-of-words regression': flipped(s, 5) } }))
    expect(of(armResult({ ...common, stop: 'last', seeds: some })).references).toEqual({})
  })

  it('tells what stopping would save only as far as the other half of the rows bears it out', () => {
    expect(result.saving!.value).toBeGreaterThan(0.01)
    expect(result.saving!.low).toBeGreaterThan(-0.02)
    // Twenty evaluations that differ by chance alone: the best of them flatters, the cross-fitted one does not.
    const rng = createRng('noise')
    const noise = seeds.map((s) => ({
      ...s,
      steps: Array.from({ length: 20 }, (_, i) => i * 10),
      student: Array.from({ length: 20 }, () => said((s.truth as number[]).map((t) => (rng.next() < 0.8 ? t : 1 - t)))),
      studentValidation: Array.from({ length: 20 }, () => s.weakValidation),
    }))
    const noisy = armResult({ ...common, stop: 'last', seeds: noise })
    const { saving } = noisy
    expect(of(noisy).stops.oracle - of(noisy).stops.last).toBeGreaterThan(0.015)
    expect(Math.abs(saving!.value)).toBeLessThan(0.012)
    expect(saving!.low).toBeLessThan(0)
    expect(saving!.high).toBeGreaterThan(0)
  })

  it('tells what weak labels cost as a stop: the cross-fitted oracle over where they stop', () => {
    const { bySeed } = of(armResult({ ...common, stop: 'weak-validation', seeds }))
    const [last, stopped] = [of(result).bySeed, bySeed].map((told) => mean(told.map(({ student }) => student)))
    expect(last).not.toBe(stopped)
    expect(result.tax!.value - result.saving!.value).toBeCloseTo(last! - stopped!, 12)
  })
})
