import { choices } from '../../../src-main/science/answers'
import type { ArmInputs, SeedPredictions } from '../../../src-main/science/metrics'
import { createRng } from '../../../src-main/science/maths/rng'
import { planExperiment } from '../../../src-main/science/plan/plan'
import { parseSpec } from '../../../src-main/science/spec/parse'
import type { Arm } from '../../../src-main/science/stages'

/** Arms of a planned experiment: one a method. */
export function planned(methods = ['naive', 'confidence']): Arm[] {
  const parsed = parseSpec({
    version: 1,
    name: 'Arms',
    tasks: ['spam'],
    weak: [{ model: 'words' }],
    strong: [{ model: 'vectors' }],
    methods: methods.map((method) => ({ method })),
    seeds: [0, 1, 2],
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const sources = { spam: { sha256: '0', title: 'Spam', classes: 2 } }
  return planExperiment(parsed.spec, { sources, checkpoints: {}, bundled: {}, backend: 'wasm' }).arms
}

interface World {
  rows: number
  classes?: number
  seeds?: number
  /** Chance of the student at each of its evaluations. */
  course?: number[]
  references?: boolean
}

/** What a model says whose decisions are right with a chance. */
function answer(rng: ReturnType<typeof createRng>, truth: readonly number[], classes: number, right: number) {
  const out = new Float32Array(truth.length * (classes - 1))
  for (const [i, t] of truth.entries()) {
    const says = rng.next() < right ? t : (t + 1 + rng.int(classes - 1)) % classes
    const shares = Array.from({ length: classes }, () => 0.05 + 0.4 * rng.next())
    shares[says] = Math.max(...shares) + rng.next()
    const sum = shares.reduce((a, b) => a + b, 0)
    for (let c = 1; c < classes; c++) out[i * (classes - 1) + c - 1] = shares[c]! / sum
  }
  return choices(classes, out)
}

/** Seeds of models with given chances to be right, on one shared test set. */
export function simulate({ rows, classes = 2, seeds = 3, course = [0.5, 0.8, 0.85], references }: World) {
  const truth = Array.from({ length: rows }, (_, i) => i % classes)
  return Array.from({ length: seeds }, (_, seed): SeedPredictions => {
    const rng = createRng(`simulated/${rows}/${classes}/${seed}`)
    const of = (right: number, labels: readonly number[] = truth) => answer(rng, labels, classes, right)
    const validation = truth.slice(0, 60)
    return {
      ...{ seed, truth, weak: of(0.72), ceiling: of(0.93), epochs: 2 },
      ...(references && { references: { 'bag of words': of(0.9) } }),
      steps: course.map((_, e) => e * 50),
      student: course.map((right) => of(right)),
      studentValidation: course.map((right) => of(right, validation)),
      weakValidation: of(0.72, validation),
    }
  })
}

const alone = (rows: number) => Array.from({ length: rows }, (_, i) => `row ${i}`)
const names = (classes: number) => Array.from({ length: classes }, (_, c) => `class ${c}`)

/** Arms of several shapes: single rows and groups, two classes and four, one seed and three, with references. */
export function cases(): { name: string; inputs: ArmInputs }[] {
  const [arm] = planned()
  const of = (name: string, world: World, more: Partial<ArmInputs> = {}) => ({
    name,
    inputs: {
      ...{ arm: arm!, stop: 'last' as const, redraw: 'halves' as const, classes: names(world.classes ?? 2) },
      ...{ groups: alone(world.rows), seeds: simulate(world), ...more },
    },
  })
  return [
    of('three seeds', { rows: 400, references: true }),
    of(
      'groups, stopped early',
      { rows: 300 },
      { groups: alone(300).map((_, i) => `${i % 46}`), stop: 'weak-validation' },
    ),
    of('one seed', { rows: 101, seeds: 1 }),
    of('four classes', { rows: 240, classes: 4 }),
    of('no gap', { rows: 60, course: [0.7, 0.71] }),
  ]
}

/** Two arms of one experiment, whose students differ. */
export function arms() {
  return planned().map((arm, i) => ({
    ...{ arm, groups: alone(300) },
    seeds: simulate({ rows: 300, course: [0.5, i === 0 ? 0.82 : 0.86] }),
  }))
}
