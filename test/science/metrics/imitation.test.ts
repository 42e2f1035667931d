import { describe, expect, it } from 'vitest'
import { choices } from '../../../src-main/science/answers'
import { armResult } from '../../../src-main/science/metrics'
import { crossEntropiesOf, crossEntropy, crossEntropyName } from '../../../src-main/science/metrics/imitation'
import { outcomesOf } from '../../../src-main/science/metrics/outcomes'
import { valueOf } from '../../../src-main/science/metrics/statistic'
import { mean } from '../../../src-main/science/maths/statistics'
import { planned, simulate } from './simulated'

const weak = choices(2, Float32Array.of(0.9, 0.8, 0.4, 0.3, 0.55))
const student = choices(2, Float32Array.of(0.7, 0.9, 0.6, 0.2, 0.45))

describe('cross-entropy of a student to its supervisor', () => {
  it('is the supervisor’s entropy and a divergence, that of a published reference vector (arXiv 2502.04313)', () => {
    const entropy = mean([0.9, 0.8, 0.4, 0.3, 0.55].map((p) => -(p * Math.log(p) + (1 - p) * Math.log(1 - p))))
    expect(mean(crossEntropy(weak, student))).toBeCloseTo(entropy + 0.0580104826, 6)
  })
  it('counts what the student calls impossible as 24 bits, of several options too', () => {
    const sure = choices(3, Float32Array.of(0, 1))
    const other = choices(3, Float32Array.of(1, 0))
    expect(crossEntropy(sure, other)[0]).toBeCloseTo(24 * Math.LN2, 9)
    expect(crossEntropy(sure, sure)[0]).toBeCloseTo(0, 12)
  })
  it('is a mean where the supervisor is right, and one where it is wrong, under weights too', () => {
    const outcomes = outcomesOf({ weak: [1, 1, 0, 0, 1], student: [1, 1, 1, 0, 0] }, [1, 1, 0, 1, 0])
    const told = crossEntropiesOf({ weak, student }, outcomes)
    const each = crossEntropy(weak, student)
    expect(valueOf(told[crossEntropyName('weakRight')]!)).toBeCloseTo(mean(each.slice(0, 3)), 12)
    const wrong = told[crossEntropyName('weakWrong')]!
    expect(valueOf(wrong)).toBeCloseTo(mean(each.slice(3)), 12)
    if (typeof wrong !== 'function') throw new Error('expected one of weights')
    expect(wrong(Float64Array.of(5, 0, 1, 3, 1))).toBeCloseTo((3 * each[3]! + each[4]!) / 4, 12)
    expect(wrong(Float64Array.of(1, 1, 1, 0, 0))).toBeNaN()
  })
  it('is told of an arm with its interval, and not of texts', () => {
    const seeds = simulate({ rows: 200 })
    const groups = Array.from({ length: 200 }, (_, i) => `${i}`)
    const common = { arm: planned()[0]!, stop: 'last' as const, classes: ['a', 'b'], groups, redraw: 'halves' as const }
    const { crossEntropy: told, agreementWeakWrong } = armResult({ ...common, seeds })
    const { weakWrong } = told!
    expect(weakWrong).toMatchObject({ seeds: 3, examples: agreementWeakWrong!.examples })
    expect(weakWrong!.low).toBeLessThan(weakWrong!.value)
    expect(weakWrong!.high).toBeGreaterThan(weakWrong!.value)
    const texts = (n: number) => Array.from({ length: n }, (_, i) => `${i % 3}`)
    const wrote = (n: number) => ({ kind: 'text' as const, texts: texts(n), likelihood: new Float32Array(n) })
    const written = seeds.map(({ steps, seed, epochs }) => ({
      ...{ seed, steps, epochs, truth: texts(200), weak: wrote(200), ceiling: wrote(200) },
      ...{ student: steps.map(() => wrote(200)), studentValidation: steps.map(() => wrote(60)) },
      weakValidation: wrote(60),
    }))
    expect(armResult({ ...common, classes: [], seeds: written })).not.toHaveProperty('crossEntropy')
  })
})
