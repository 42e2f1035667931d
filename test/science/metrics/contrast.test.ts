import { describe, expect, it } from 'vitest'
import { choices, type Decision } from '../../../src-main/science/answers'
import {
  armResult,
  contrasts,
  coversText,
  drawnResult,
  halves,
  type ReportedArm,
} from '../../../src-main/science/metrics'
import { flagsAt, stoppedByTheOtherHalf } from '../../../src-main/science/metrics/stopping'
import type { ArmResult, Contrast, Covers } from '../../../src-main/science/metrics/result'
import { parseSpec } from '../../../src-main/science/spec/parse'
import { planExperiment } from '../../../src-main/science/plan/plan'
import { createRng } from '../../../src-main/science/maths/rng'
import type { Arm } from '../../../src-main/science/stages'
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
const asP = (d: ArrayLike<Decision>) => choices(2, Float32Array.from(d as ArrayLike<number>))
interface Decided {
  arm: Arm
  seeds: { seed: number; weak: number[]; student: number[]; ceiling: number[] }[]
}
const reported = ({ arm, seeds }: Decided): ReportedArm => ({
  arm,
  seeds: seeds.map(({ seed, weak, student, ceiling }) => ({
    ...{ seed, weak: asP(weak), student: asP(student), ceiling: asP(ceiling) },
  })),
})
const contrastsOf = (arms: Decided[]) => contrasts(arms.map(reported), truth, alone)
const naive: Decided = { arm: armOf('spam', 20, 'naive'), seeds: base }
const confidence: Decided = {
  arm: armOf('spam', 20, 'confidence'),
  // Better on every twelfth row or so, else the same student.
  seeds: base.map((s) => ({ ...s, student: s.student.map((d, i) => (i % 12 === 0 ? truth[i]! : d)) })),
}

/** In accuracy. */
const of = (contrast: Contrast) => contrast.measures['accuracy']!

describe('contrasts', () => {
  const [contrast, ...more] = contrastsOf([naive, confidence])
  const accuracyOf = (arm: Decided) => arm.seeds.map((s) => mean(truth.map((t, i) => (s.student[i] === t ? 1 : 0))))

  it('needs not be drawn again of an arm whose result was drawn, and reads it', () => {
    const known = ({ arm, seeds }: Decided): ReportedArm => {
      const of = reported({ arm, seeds })
      const said = of.seeds.map((seed) => ({
        ...{ seed: seed.seed, truth, weak: seed.weak, ceiling: seed.ceiling, epochs: 1, steps: [1] },
        ...{ student: [seed.student], weakValidation: seed.weak, studentValidation: [seed.student] },
      }))
      const inputs = { arm, stop: 'last', classes: ['no', 'yes'], groups: alone, redraw: 'order', seeds: said } as const
      return { ...of, drawn: drawnResult(inputs).drawn }
    }
    const arms = [naive, confidence].map(known)
    expect(contrasts(arms, truth, alone)).toEqual(contrastsOf([naive, confidence]))
    const swapped = arms.map((arm, i) => ({ ...arm, drawn: arms[1 - i]!.drawn! }))
    expect(of(contrasts(swapped, truth, alone)[0]!).student.value).toBeCloseTo(-of(contrast!).student.value, 12)
  })

  it('is between methods only where the models are trained alike', () => {
    const trainedFor = (epochs: number, of: Decided): Decided => {
      const { weak, strong } = of.arm.optimisers!
      const arm = { ...of.arm, id: `${of.arm.id} ${epochs}`, strongTitle: `vectors 32, epochs ${epochs}` }
      return { ...of, arm: { ...arm, optimisers: { weak, strong: { ...strong, epochs } } } }
    }
    const arms = [2, 10].flatMap((epochs) => [naive, confidence].map((arm) => trainedFor(epochs, arm)))
    const told = contrastsOf(arms).map(({ differ, title }) => `${differ}: ${title}`)
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
    expect(of(contrast!).student.value).toBeCloseTo(mean(accuracyOf(confidence)) - mean(accuracyOf(naive)), 12)
  })

  it('has the standard error of a paired difference, far less than that of two means', () => {
    const { low, high } = of(contrast!).student
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
    const [ofA, ofB, pgr] = [a.measures['accuracy']!, b.measures['accuracy']!, of(contrast!).pgr!]
    expect(ofB.student.low).toBeLessThan(ofA.student.high)
    if (!ofA.pgr.defined || !ofB.pgr.defined) throw new Error('expected two PGR')
    expect(pgr.value).toBeCloseTo(ofB.pgr.value - ofA.pgr.value, 12)
    expect(pgr.low).toBeGreaterThan(0)
    expect(pgr.high - pgr.low).toBeLessThan(ofB.pgr.high - ofB.pgr.low)
  })

  it('is over the seeds that both have', () => {
    const [partial] = contrastsOf([naive, { ...confidence, seeds: confidence.seeds.slice(1) }])
    expect(partial!.seeds).toBe(2)
    const last = (arm: Decided) => mean(accuracyOf(arm).slice(1))
    expect(of(partial!).student.value).toBeCloseTo(last(confidence) - last(naive), 12)
    expect(
      contrastsOf([
        { ...naive, seeds: base.slice(0, 1) },
        { ...confidence, seeds: [] },
      ]),
    ).toEqual([])
  })

  it('compares arms that differ in one choice, and no PGR of different gaps', () => {
    const other: Decided = { arm: armOf('spam', 40, 'naive'), seeds: base }
    const found = contrastsOf([naive, confidence, other])
    expect(found.map(({ differ }) => differ)).toEqual(['method', 'weak'])
    expect(found[1]).toMatchObject({
      title: 'words 40 \u2212 words 20',
      measures: { accuracy: { pgr: null, student: { value: 0, low: 0, high: 0 } } },
    })
    const elsewhere: Decided = { arm: armOf('brown', 20, 'confidence'), seeds: base }
    expect(contrastsOf([naive, elsewhere])).toEqual([])
  })

  it('has no PGR where one of the two has none', () => {
    const flat = { ...confidence, seeds: confidence.seeds.map((s) => ({ ...s, ceiling: s.weak })) }
    expect(of(contrastsOf([naive, flat])[0]!).pgr).toBeNull()
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
    const stopped = stoppedByTheOtherHalf(right, groups, 0)
    expect([...stopped]).toEqual([...half].map((side) => 2 - side))
    expect([...flagsAt(right, stopped)]).toEqual([0, 0, 0, 0, 0, 0])
    // From the last one on there is no choice.
    expect(flagsAt(right, stoppedByTheOtherHalf(right, groups, 2))).toEqual(right[2])
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
