import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { choices, type Answers } from '../../../src-main/science/answers'
import {
  confidentJoint,
  countPaths,
  dynamicsOf,
  exampleRows,
  facetsOf,
  fitting,
  pathsOf,
  type SeedPredictions,
} from '../../../src-main/science/metrics'

/** See looks.py. */
interface Case {
  name: string
  classes: number
  truth: number[]
  weak: number[]
  student: number[][]
  confidence: number[]
  variability: number[]
  correctness: number[]
  thresholds: number[]
  joint: number[][]
}
const CASES = JSON.parse(readFileSync(join(import.meta.dirname, 'reference/looks.json'), 'utf8')) as Case[]

/** With an evaluation at step 0 before the others, which is no part of the dynamics. */
function seedOf({ classes, truth, weak, student }: Case): SeedPredictions {
  const of = (probabilities: readonly number[]): Answers => choices(classes, Float32Array.from(probabilities))
  const course = [of(weak), ...student.map(of)]
  return {
    ...{ seed: 0, truth, weak: of(weak), ceiling: course.at(-1)!, epochs: 1 },
    ...{ steps: course.map((_, e) => 10 * e), student: course, studentValidation: course, weakValidation: of(weak) },
  }
}
const examples = (truth: readonly number[]) =>
  truth.map((label, id) => ({ id, text: `t${id}`, label, group: `g${id}` }))

describe.each(CASES)('$name', (known) => {
  const seed = seedOf(known)
  const rows = exampleRows(seed, 'last', examples(known.truth))

  it('are learnt as numpy says', () => {
    for (const [i, { confidence, variability, correctness }] of dynamicsOf(seed)!.entries()) {
      expect(confidence).toBeCloseTo(known.confidence[i]!, 9)
      expect(variability).toBeCloseTo(known.variability[i]!, 9)
      expect(correctness).toBeCloseTo(known.correctness[i]!, 9)
    }
  })

  it('have the confident joint that numpy has, whose cells open their examples', () => {
    const joint = confidentJoint(seed.weak, seed.student.at(-1)!, known.truth)!
    expect(joint.cells.map((row) => row.map(({ n }) => n))).toEqual(known.joint)
    for (const [c, threshold] of joint.thresholds.entries()) expect(threshold).toBeCloseTo(known.thresholds[c]!, 9)
    expect(joint.unheld + known.joint.flat().reduce((a, b) => a + b, 0)).toBe(known.truth.length)
    for (const [label, row] of joint.cells.entries())
      for (const [held, cell] of row.entries()) {
        const opened = rows.filter(fitting({ cells: [], search: '', weakSays: label, held }))
        expect(opened).toHaveLength(cell.n)
        expect(opened.filter(({ weak }) => !weak.right)).toHaveLength(cell.labelWrong)
        expect(opened.filter(({ truth }) => truth === held)).toHaveLength(cell.heldRight)
      }
  })

  it('are chosen by ranges of both', () => {
    const asked = { variability: [0.1, 0.3] as [number, number], trueConfidence: [0, 0.5] as [number, number] }
    const within = known.truth.filter((_, i) => {
      const [v, c] = [known.variability[i]!, known.confidence[i]!]
      return v >= 0.1 && v <= 0.3 && c <= 0.5
    })
    expect(rows.filter(fitting({ cells: [], search: '', ...asked }))).toHaveLength(within.length)
    expect(within.length).toBeGreaterThan(0)
  })

  it('are drawn, all of them where they are few', () => {
    const { map, flow } = facetsOf(seed, 'last', 'last', rows)
    expect([map!.index.length, map!.evaluations, flow]).toEqual([rows.length, known.student.length, null])
  })
})

it('texts have no dynamics and no joint', () => {
  const said: Answers = { kind: 'text', texts: ['a'], likelihood: Float32Array.of(-1) }
  const seed = { ...seedOf(CASES[0]!), truth: ['a'], weak: said, ceiling: said, student: [said], steps: [10] }
  expect([dynamicsOf(seed), confidentJoint(said, said, ['a'])]).toEqual([null, null])
})

it('answers go up a ladder on paths that add up', () => {
  const of = (...p: number[]) => choices(2, Float32Array.from(p))
  const climb = [of(0.9, 0.9, 0.1), of(0.9, 0.1, 0.1), of(0.9, 0.9, 0.1)]
  expect(pathsOf(climb, [1, 1, 1])).toEqual(['111', '101', '000'])
  expect(countPaths(['000', '111', '111', '101'])).toEqual([
    { path: '111', n: 2 },
    { path: '000', n: 1 },
    { path: '101', n: 1 },
  ])
})
