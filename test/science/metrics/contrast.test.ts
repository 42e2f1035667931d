import { describe, expect, it } from 'vitest'
import { choices, type Decision } from '../../../src-main/science/answers'
import { armResult, contrasts, coversText, halves, type ReportedArm } from '../../../src-main/science/metrics'
import { stoppedByTheOtherHalf } from '../../../src-main/science/metrics/stopping'
import type { ArmResult, Covers } from '../../../src-main/science/metrics/result'
import { parseSpec } from '../../../src-main/science/spec/parse'
import { planExperiment } from '../../../src-main/science/plan/plan'
import { createRng } from '../../../src-main/science/maths/rng'
import { deviation, mean } from '../../../src-main/science/maths/statistics'

const N = 1000
const truth = Array.from({ length: N }, (_, i) => i % 2)
const alone = truth.map((_, i) => `row ${i}`)
const planned = (() => {
  const parsed = parseSpec({
    version: 1,
    name: 'Arms',
    tasks: ['spam', 'brown'],
    weak: [
      { model: 'words', words: 20 },
      { model: 'words', words: 40 },
    ],
    strong: [{ model: 'vectors' }],
    methods: [{ method: 'naive' }, { method: 'confidence' }],
    seeds: [0, 1, 2],
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const source = (title: string) => ({ sha256: '0', title, classes: 2 })
  const sources = { spam: source('Spam'), brown: source('Brown') }
  return planExperiment(parsed.spec, { sources, checkpoints: {}, bundled: {}, backend: 'wasm' }).arms
})()
const armOf = (task: string, words: number, method: string) =>
  planned.find((arm) => arm.task === task && arm.weak['words'] === words && arm.method.method === method)!

const rng = createRng('contrast')
/** Decisions that are right with a chance, or, on some rows, those of another model. */
const judge = (right: number, like?: ArrayLike<number>) =>
  truth.map((t, i) => (like && rng.next() < 0.9 ? like[i]! : rng.next() < right ? t : 1 - t))

const base = [0, 1, 2].map((seed) => {
  const weak = judge(0.75)
  return { seed, weak, student: judge(0.85, judge(0.85)), ceiling: judge(0.95) }
})
const naive: ReportedArm = { arm: armOf('spam', 20, 'naive'), seeds: base }
const confidence: ReportedArm = {
  arm: armOf('spam', 20, 'confidence'),
  // Better on every twelfth row or so, else the same student.
  seeds: base.map((s) => ({ ...s, student: s.student.map((d, i) => (i % 12 === 0 ? truth[i]! : d)) })),
}

describe('contrasts', () => {
  const [contrast, ...more] = contrasts([naive, confidence], truth, alone)
  const accuracyOf = (arm: ReportedArm) => arm.seeds.map((s) => mean(truth.map((t, i) => (s.student[i] === t ? 1 : 0))))

  it('is between methods only where the models are trained alike', () => {
    const trainedFor = (epochs: number, of: ReportedArm): ReportedArm => {
      const { weak, strong } = of.arm.optimisers!
      const arm = { ...of.arm, id: `${of.arm.id} ${epochs}`, strongTitle: `vectors 32, epochs ${epochs}` }
      return { ...of, arm: { ...arm, optimisers: { weak, strong: { ...strong, epochs } } } }
    }
    const arms = [2, 10].flatMap((epochs) => [naive, confidence].map((arm) => trainedFor(epochs, arm)))
    const told = contrasts(arms, truth, alone).map(({ differ, title }) => `${differ}: ${title}`)
    expect(told.toSorted()).toEqual([
      ...Array<string>(2).fill('method: confidence \u2212 naive'),
      ...Array<string>(2).fill('strong: vectors 32, epochs 10 \u2212 vectors 32, epochs 2'),
    ])
  })

  it('is the difference of the means over seeds, and says of what', () => {
    expect(more).toEqual([])
    expect(contrast).toMatchObject({
      ...{ arm: confidence.arm.id, against: naive.arm.id, task: 'spam', differ: 'method', seeds: 3, examples: N },
      title: `${confidence.arm.methodTitle} \u2212 naive`,
    })
    expect(contrast!.student.value).toBeCloseTo(mean(accuracyOf(confidence)) - mean(accuracyOf(naive)), 12)
  })

  it('has the standard error of a paired difference, far less than that of two means', () => {
    const { low, high } = contrast!.student
    // Of every row the mean over seeds of the difference: their standard error, and what the seeds differ by.
    const rows = truth.map((t, i) =>
      mean(base.map((s, k) => Number(confidence.seeds[k]!.student[i] === t) - Number(s.student[i] === t))),
    )
    const bySeed = accuracyOf(confidence).map((a, k) => a - accuracyOf(naive)[k]!)
    const error = Math.hypot(deviation(rows) / Math.sqrt(N), deviation(bySeed) / Math.sqrt(3))
    expect((high - low) / 2 / error).toBeGreaterThan(1.9)
    expect((high - low) / 2 / error).toBeLessThan(4.4)
    expect(low).toBeGreaterThan(0)
    const classes = ['a', 'b']
    const asP = (d: ArrayLike<Decision>) => choices(2, Float32Array.from(d as ArrayLike<number>))
    const [a, b] = [naive, confidence].map(({ arm, seeds }) =>
      armResult({
        ...{ arm, stop: 'last', classes, groups: alone, redraw: 'order' },
        seeds: seeds.map((s) => ({
          ...{ seed: s.seed, truth, weak: asP(s.weak), ceiling: asP(s.ceiling), epochs: 1, steps: [0, 9] },
          student: [asP(s.student), asP(s.student)],
          studentValidation: [asP([0]), asP([0])],
          weakValidation: asP([0]),
        })),
      }),
    ) as [ArmResult, ArmResult]
    // The intervals of the two arms overlap all the same.
    expect(b.student!.low).toBeLessThan(a.student!.high)
    if (!a.pgr?.defined || !b.pgr?.defined) throw new Error('expected two PGR')
    expect(contrast!.pgr!.value).toBeCloseTo(b.pgr.value - a.pgr.value, 12)
    expect(contrast!.pgr!.low).toBeGreaterThan(0)
    expect(contrast!.pgr!.high - contrast!.pgr!.low).toBeLessThan(b.pgr.high - b.pgr.low)
  })

  it('is over the seeds that both have', () => {
    const [partial] = contrasts([naive, { ...confidence, seeds: confidence.seeds.slice(1) }], truth, alone)
    expect(partial!.seeds).toBe(2)
    const of = (arm: ReportedArm) => mean(accuracyOf(arm).slice(1))
    expect(partial!.student.value).toBeCloseTo(of(confidence) - of(naive), 12)
    expect(
      contrasts(
        [
          { ...naive, seeds: base.slice(0, 1) },
          { ...confidence, seeds: [] },
        ],
        truth,
        alone,
      ),
    ).toEqual([])
  })

  it('compares arms that differ in one choice, and no PGR of different gaps', () => {
    const other: ReportedArm = { arm: armOf('spam', 40, 'naive'), seeds: base }
    const found = contrasts([naive, confidence, other], truth, alone)
    expect(found.map(({ differ }) => differ)).toEqual(['method', 'weak'])
    expect(found[1]).toMatchObject({
      title: 'words 40 \u2212 words 20',
      pgr: null,
      student: { value: 0, low: 0, high: 0 },
    })
    const elsewhere: ReportedArm = { arm: armOf('brown', 20, 'confidence'), seeds: base }
    expect(contrasts([naive, elsewhere], truth, alone)).toEqual([])
  })

  it('has no PGR where one of the two has none', () => {
    const flat = { ...confidence, seeds: confidence.seeds.map((s) => ({ ...s, ceiling: s.weak })) }
    expect(contrasts([naive, flat], truth, alone)[0]).toMatchObject({ pgr: null })
  })
})

describe('halves', () => {
  it('keep groups together and are about as large', () => {
    const groups = truth.map((_, i) => `address ${Math.floor(Math.sqrt(i))}`)
    const half = halves(groups)
    const sides = new Map<string, number>()
    groups.forEach((group, i) => {
      expect(sides.get(group) ?? half[i]).toBe(half[i])
      sides.set(group, half[i]!)
    })
    expect(Math.abs(mean(half) - 0.5)).toBeLessThan(0.05)
    expect(halves(groups)).toEqual(half)
  })

  it('are judged where the other one stops', () => {
    const groups = ['a', 'b', 'c', 'd', 'e', 'f']
    const half = halves(groups)
    const rightOn = (side: number) => half.map((h) => (h === side ? 1 : 0))
    // Number 1 is best on half 0 and number 2 on half 1, so each half is judged by what is best on the other: wrong.
    const right = [new Uint8Array(6), rightOn(0), rightOn(1)]
    expect([...stoppedByTheOtherHalf(right, groups, 0)]).toEqual([0, 0, 0, 0, 0, 0])
    // From the last one on there is no choice.
    expect(stoppedByTheOtherHalf(right, groups, 2)).toEqual(right[2])
  })
})

describe('coversText', () => {
  const arm = armOf('spam', 20, 'naive')
  const covers: Covers = { redraw: 'halves', seeds: 3, groups: 1000, rows: 1000 }
  const of = (over: Partial<Covers> = {}, task = 'spam') => ({
    arm: { ...arm, task },
    covers: { ...covers, ...over },
  })

  it('says what is drawn anew and what is not', () => {
    expect(coversText([of()])).toBe(
      '95 % intervals cover chance between the rows of one fixed test split and between 3 seeds, each of which draws its weak and its transfer half anew.',
    )
    expect(coversText([of({ redraw: 'order', groups: 46 })])).toBe(
      '95 % intervals cover chance between the 46 groups of rows of one fixed test split and between 3 seeds in the order of training alone: the halves are one draw, and others may give other numbers.',
    )
    expect(coversText([of(), of({ groups: 46 }, 'sotu'), of({ groups: 45 }, 'brown')])).toContain(
      'chance between the groups of rows (46 in sotu, 45 in brown; elsewhere single rows) of one fixed test split',
    )
  })

  it('never says that few seeds tell what they do not', () => {
    expect(coversText([of({ seeds: 1 })])).toMatch(
      /test split, not chance between trainings: that takes more than one seed\.$/,
    )
    expect(coversText([of({ seeds: 2 })])).toMatch(/Two seeds tell little of it, and one nothing\.$/)
    expect(coversText([of(), of({ seeds: 1 })])).toContain('between 1 to 3 seeds')
  })

  it('names development rows, and says nothing before the first seed', () => {
    expect(coversText([{ ...of(), arm: { ...arm, measure: 'development' } }])).toContain(
      'one fixed set of development rows',
    )
    expect(coversText([{ arm, covers: null }])).toBe('')
  })
})
