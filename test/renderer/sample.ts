import type {
  Arm,
  ArmResult,
  Cell,
  Comparison,
  Contrast,
  Cube,
  Estimate,
  ExampleHistory,
  ExampleRow,
  Said,
  ExperimentSpec,
  Fate,
  Measured,
  Move,
  Pgr,
  Preset,
  RunResult,
  SeedResult,
  Stop,
  TaskInfo,
} from '../../src-preload/contract'
import { describeCatalog } from '../../src-main/science/catalog'
import { choices } from '../../src-main/science/answers'
import { comparison, coversText, overall, type ComparedArm } from '../../src-main/science/metrics'
import { createRng } from '../../src-main/science/maths/rng'
import { wilson } from '../../src-main/science/maths/wilson'
import { LOOKS } from './sample-looks'
import type { PlanContext } from '../../src-main/science/plan/context'

// A small simulated world for component tests and for looking at screens: never shipped.

const task = (id: string, title: string, question: string, classes: [string, string], examples: number): TaskInfo => ({
  id,
  title,
  question,
  form: 'classes',
  classes,
  examples,
  rows: null,
  lengthAlone: 0.6,
  licence: 'CC BY 4.0',
  source: `https://example.org/${id}`,
  provenance: null,
  origin: 'bundled',
  sha256: `${id}`.padEnd(8, '0').repeat(8),
})
export const TASKS: TaskInfo[] = [
  task('spam', 'Spam', 'Is this message spam?', ['wanted', 'spam'], 3600),
  task('sotu', 'State of the Union', 'Was it said after 1945?', ['before 1945', 'after 1945'], 3200),
  task(
    'person-artifact',
    'Person or artifact',
    'Does the noun name a person or a thing made?',
    ['artifact', 'person'],
    4000,
  ),
  task('brown', 'Brown', 'Is the text informative or imaginative prose?', ['informative', 'imaginative'], 3000),
  task('foods', 'Food reviews', 'Is the review favourable?', ['unfavourable', 'favourable'], 4200),
  {
    ...task('reviews', 'Our reviews', 'Would they come again?', ['no', 'yes'], 812),
    origin: 'imported',
    licence: 'own',
  },
]

const base = (name: string, tasks: string[]): ExperimentSpec => ({
  version: 1,
  name,
  question: 'Does a supervisor that knows few words draw out what word vectors know?',
  tasks,
  weak: [{ model: 'words', words: 50 }],
  strong: [{ model: 'vectors', hidden: 32, tuneEmbeddings: false }],
  methods: [
    { method: 'naive' },
    { method: 'confidence', alphaMax: 0.5, warmup: 0.2, schedule: 'paper', threshold: 'weak-mean' },
  ],
  sizes: { weak: 1000, transfer: 1000, validation: 300, test: 1000 },
  optimiser: {},
  labels: 'soft',
  stop: 'last',
  metric: 'accuracy',
  evaluations: 20,
  splitSeed: 0,
  redraw: 'order',
  reference: false,
  elsewhere: true,
  probe: false,
  halves: 'any',
  control: false,
  measure: 'test',
  weights: 'keep',
  seeds: [0, 1, 2],
})
export const PRESETS: Preset[] = [
  {
    id: 'quickstart',
    title: 'Quick start',
    help: 'One task, one supervisor of 50 words, one student, two methods, three seeds. Under a minute on two cores.',
    checkpoints: [],
    ...{ gpu: false, origin: 'bundled' },
    spec: base('Quick start', ['person-artifact']),
  },
  {
    id: 'five-tasks',
    title: 'Five tasks',
    help: 'The same pair on all five bundled tasks: where does the student rise above its supervisor?',
    checkpoints: [],
    ...{ gpu: false, origin: 'bundled' },
    spec: base(
      'Five tasks',
      TASKS.slice(0, 5).map((t) => t.id),
    ),
  },
]

export const CONTEXT: PlanContext = {
  sources: Object.fromEntries(
    TASKS.map((t) => [t.id, { sha256: t.sha256, title: t.title, classes: t.classes.length }]),
  ),
  checkpoints: {},
  bundled: Object.fromEntries(TASKS.filter((t) => t.origin === 'bundled').map((t) => [t.id, t.sha256])),
  backend: 'wasm',
}

const PEOPLE = ['novelist', 'harpsichordist', 'steward', 'apprentice', 'umpire', 'cartographer', 'nephew', 'tailor']
const THINGS = ['harpsichord', 'galley', 'trellis', 'buckle', 'drawing room', 'fishing rod', 'sundial', 'violin']
const FRAMES = ['a {} seen at noon', 'the {} in the old ledger', 'one {} among many', 'the {} that everybody knew']
const N = 1000
const EVALUATIONS = 20
const STEPS = 310

interface World {
  truth: Uint8Array
  text: string[]
  weak: Float64Array
  ceiling: Float64Array
  /** By evaluation. */
  student: Float64Array[]
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x))
const worlds = new Map<string, World>()

/** One seed of one arm: the student first learns the task, then its supervisor's mistakes. */
function world(arm: Arm, seed: number): World {
  const id = `${arm.id}/${seed}`
  const known = worlds.get(id)
  if (known) return known
  const rng = createRng(`${arm.task}/${seed}`)
  const skill = { spam: 1.25, sotu: 1, 'person-artifact': 1.1, brown: 0.9, foods: 0.45 }[arm.task] ?? 0.9
  const copies = arm.method.method === 'naive' ? 0.55 : 0.38
  const made: World = {
    truth: new Uint8Array(N),
    text: [],
    weak: new Float64Array(N),
    ceiling: new Float64Array(N),
    student: Array.from({ length: EVALUATIONS }, () => new Float64Array(N)),
  }
  for (let i = 0; i < N; i++) {
    const truth = rng.int(2)
    const sign = truth ? 1 : -1
    const nouns = truth ? PEOPLE : THINGS
    made.truth[i] = truth
    made.text.push(FRAMES[rng.int(FRAMES.length)]!.replace('{}', `${nouns[rng.int(nouns.length)]!} no. ${i}`))
    const [misled, hard] = [rng.normal() * 1.2, rng.normal() * 1.25]
    const weak = sign * 1.1 * skill + misled
    const ceiling = sign * 1.9 * skill + hard
    made.weak[i] = logistic(weak * 1.4)
    made.ceiling[i] = logistic(ceiling * 1.8)
    for (let e = 0; e < EVALUATIONS; e++) {
      const learnt = 1 - Math.exp(-e / 2)
      const imitation = copies * (0.6 + 0.6 * (e / EVALUATIONS))
      const own = sign * 1.75 * skill + hard * 0.8 + misled * (0.3 + imitation)
      made.student[e]![i] = logistic(learnt * own * 1.3 + rng.normal() * 0.35)
    }
  }
  worlds.set(id, made)
  return made
}

const right = (p: number, truth: number) => p > 0.5 === (truth === 1)
const accuracy = (p: Float64Array, truth: Uint8Array) => p.reduce((n, v, i) => n + Number(right(v, truth[i]!)), 0) / N
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length

function agreement(w: World, p: Float64Array, on: 'all' | 'right' | 'wrong'): number {
  let n = 0
  let same = 0
  for (let i = 0; i < N; i++) {
    if (on !== 'all' && right(w.weak[i]!, w.truth[i]!) !== (on === 'right')) continue
    n++
    if (p[i]! > 0.5 === w.weak[i]! > 0.5) same++
  }
  return same / n
}

function estimate(values: number[]): Estimate {
  const m = mean(values)
  const sd = Math.sqrt(mean(values.map((v) => (v - m) ** 2)) / values.length + (m * (1 - m)) / N / values.length)
  return { value: m, low: m - 1.96 * sd, high: m + 1.96 * sd, seeds: values.length, examples: N }
}

/** Evaluation that a stop rule takes: the weak labels' favourite, the truth's favourite, or the last. */
function evaluationOf(w: World, stop: Stop): number {
  if (stop === 'last') return EVALUATIONS - 1
  if (stop.startsWith('step-')) return Math.round((Number(stop.slice(5)) / STEPS) * (EVALUATIONS - 1))
  const scores = w.student.map((p) => (stop === 'oracle' ? accuracy(p, w.truth) : agreement(w, p, 'all')))
  return scores.indexOf(Math.max(...scores))
}
export const stepOf = (evaluation: number): number => Math.round((evaluation / (EVALUATIONS - 1)) * STEPS)

function seedResult(arm: Arm, seed: number, stop: Stop): SeedResult {
  const w = world(arm, seed)
  const at = evaluationOf(w, stop)
  const p = w.student[at]!
  return {
    seed,
    agreement: agreement(w, p, 'all'),
    agreementWeakRight: agreement(w, p, 'right'),
    agreementWeakWrong: agreement(w, p, 'wrong'),
    ceilingAgreementWeakWrong: agreement(w, w.ceiling, 'wrong'),
    step: stepOf(at),
  }
}

function pgrOf(arm: Arm, value: number, gap: number, seeds: number): Pgr {
  const told = { seeds, examples: N, convention: 'ratio of means over seeds, bootstrap over examples within seeds' }
  if (arm.task !== 'foods')
    return { defined: true, value, low: value - 0.12, high: value + 0.11, gap, warning: null, ...told }
  return { defined: false, reason: 'The ceiling does not exceed the supervisor.', gap: -0.004, ...told }
}

const NOTHING = {
  ...{ covers: null, measures: {}, agreement: null, agreementWeakRight: null, agreementWeakWrong: null, saving: null },
  ...{ warnings: [], bySeed: [], training: null, stops: null },
}

/** Accuracy of an arm over the first `done` of its seeds. */
function accuracyOf(arm: Arm, stop: Stop, done: number): Measured {
  const bySeed = arm.seeds.slice(0, done).map(({ seed }) => {
    const w = world(arm, seed)
    const all = [w.weak, w.student[evaluationOf(w, stop)]!, w.ceiling].map((x) => accuracy(x, w.truth))
    const [weak, student, ceiling] = all as [number, number, number]
    return { seed, weak, student, ceiling, pgr: ceiling > weak ? (student - weak) / (ceiling - weak) : null }
  })
  const over = (role: 'weak' | 'student' | 'ceiling') => estimate(bySeed.map((s) => s[role]))
  const [weak, student, ceiling] = [over('weak'), over('student'), over('ceiling')]
  const gap = ceiling.value - weak.value
  const ws = bySeed.map((s) => world(arm, s.seed))
  const course = curveOf(ws, (w, p) => accuracy(p, w.truth))
  const at = (rule: Stop) => course[evaluationOver(ws, rule)]!
  return {
    ...{ weak, student, ceiling, references: {}, bySeed },
    pgr: pgrOf(arm, (student.value - weak.value) / gap, gap, done),
    training: { mean: course, low: course.map((v) => v - 0.012), high: course.map((v) => v + 0.012) },
    stops: { last: at('last'), 'weak-validation': at('weak-validation'), oracle: at('oracle') },
  }
}

const curveOf = (ws: World[], of: (w: World, p: Float64Array) => number) =>
  Array.from({ length: EVALUATIONS }, (_, e) => mean(ws.map((w) => of(w, w.student[e]!))))
const evaluationOver = (ws: World[], rule: Stop) => Math.round(mean(ws.map((w) => evaluationOf(w, rule))))

/** An arm's result over the first `done` of its seeds. */
export function armResult(arm: Arm, stop: Stop, done = arm.seeds.length): ArmResult {
  const bySeed = arm.seeds.slice(0, done).map((s) => seedResult(arm, s.seed, stop))
  if (bySeed.length === 0) return { arm, stop, seedsDone: 0, ...NOTHING }
  const over = (pick: (s: SeedResult) => number) => estimate(bySeed.map(pick))
  const ws = bySeed.map((s) => world(arm, s.seed))
  const at = (rule: Stop) => stepOf(evaluationOver(ws, rule))
  return {
    arm,
    stop,
    covers: { redraw: 'order', seeds: done, groups: N, rows: N },
    seedsDone: done,
    measures: { accuracy: accuracyOf(arm, stop, done) },
    agreement: over((s) => s.agreement),
    agreementWeakRight: over((s) => s.agreementWeakRight ?? 0),
    agreementWeakWrong: over((s) => s.agreementWeakWrong ?? 0),
    saving: { value: 0.013, low: 0.004, high: 0.022, seeds: done, examples: N },
    copying: { value: 0.031, low: 0.012, high: 0.05, seeds: done, examples: 200 },
    warnings: [],
    bySeed,
    training: {
      step: Array.from({ length: EVALUATIONS }, (_, e) => stepOf(e)),
      weakLabels: curveOf(ws, (w, p) => agreement(w, p, 'all')),
      weakErrors: curveOf(ws, (w, p) => agreement(w, p, 'wrong')),
    },
    stops: { last: at('last'), 'weak-validation': at('weak-validation'), oracle: at('oracle') },
  }
}

/** Accuracy, as the catalogue tells of it. */
export const ACCURACY = describeCatalog().metrics[0]!
export const accuracyIn = (result: ArmResult): Measured => result.measures['accuracy']!
/** A result with something of its accuracy changed. */
export const withAccuracy = (result: ArmResult, change: Partial<Measured>): ArmResult => ({
  ...result,
  measures: { ...result.measures, accuracy: { ...accuracyIn(result), ...change } },
})

const difference = (one: ArmResult, other: ArmResult) => accuracyIn(one).student.value - accuracyIn(other).student.value

/** The results of a run, the methods of each task compared. */
export function resultOf(runId: string, arms: ArmResult[]): RunResult {
  const pairs = arms.flatMap((one, i) => arms.slice(0, i).map((other) => ({ one, other })))
  return {
    ...{ runId, looks: LOOKS, covers: coversText(arms) },
    overall: overall(arms),
    arms,
    contrasts: pairs.flatMap(({ one, other }): Contrast[] =>
      one.arm.task === other.arm.task && one.seedsDone > 0 && other.seedsDone > 0
        ? [
            {
              ...{ arm: one.arm.id, against: other.arm.id, task: one.arm.task, differ: 'method' },
              title: `${one.arm.methodTitle} − ${other.arm.methodTitle}`,
              measures: {
                accuracy: { student: { value: difference(one, other), low: -0.004, high: 0.028 }, pgr: null },
              },
              ...{ seeds: one.seedsDone, examples: N },
            },
          ]
        : [],
    ),
  }
}

/** Two arms of a task on the test rows that they share, as the science compares them. */
export function comparisonOf(one: Arm, other: Arm, stop: Stop, done: number): Comparison {
  const truth = world(one, one.seeds[0]!.seed).truth
  // Every seed has a truth of its own in this world: turned to that of the first, it is right and wrong on the same rows.
  const turned = (w: World, p: Float64Array) => Float32Array.from(p, (v, i) => (w.truth[i] === truth[i] ? v : 1 - v))
  const of = (arm: Arm): ComparedArm => ({
    ...{ arm, redraw: 'order' },
    seeds: arm.seeds.slice(0, done).map(({ seed }) => {
      const w = world(arm, seed)
      const said = (p: Float64Array) => choices(2, turned(w, p))
      return { seed, weak: said(w.weak), student: said(w.student[evaluationOf(w, stop)]!), ceiling: said(w.ceiling) }
    }),
  })
  return comparison({ arm: of(one), against: of(other), stop }, { truth, groups: Array.from(truth, (_, i) => `${i}`) })
}

const fateOf = (p: number, weak: number, truth: number): Fate =>
  right(p, truth) ? 'right' : p > 0.5 === weak > 0.5 ? 'copied' : 'own'
const said = (p: number, truth: number): Said => {
  return { says: Number(p > 0.5), confidence: Math.max(p, 1 - p), right: right(p, truth) }
}

/** The rows of the inspector, in index order; beside the student that of another arm, where one is asked for. */
export function exampleRows(arm: Arm, seed: number, stop: Stop, against?: Arm): ExampleRow[] {
  const w = world(arm, seed)
  const student = w.student[evaluationOf(w, stop)]!
  const other = against && world(against, seed)
  return Array.from(w.truth, (truth, index) => {
    const [weak, mine, ceiling] = [w.weak[index]!, student[index]!, w.ceiling[index]!]
    const cell = [weak, mine, ceiling].map((p) => Number(right(p, truth))).join('') as Cell
    const beside = other && other.student[evaluationOf(other, stop)]![index]!
    return {
      ...{ index, text: w.text[index]!, group: 'wordnet', truth, cell },
      ...{ weak: said(weak, truth), student: said(mine, truth), ceiling: said(ceiling, truth) },
      ...(beside !== undefined && {
        against: {
          student: said(beside, truth),
          move: `${fateOf(beside, weak, truth)}-${fateOf(mine, weak, truth)}` satisfies Move,
        },
      }),
    }
  })
}
export function exampleHistory(arm: Arm, seed: number, index: number, against?: Arm): ExampleHistory {
  const w = world(arm, seed)
  const of = (made: World) => made.student.map((p) => p[index]!)
  const step = w.student.map((_, e) => stepOf(e))
  const [weak, truth] = [w.weak[index]!, w.truth[index]!]
  return {
    step,
    fate: of(w).map((p) => fateOf(p, weak, truth)),
    ...{ of: 1, probability: of(w), weak, ceiling: w.ceiling[index]! },
    ...(against && { against: { step, probability: of(world(against, seed)) } }),
  }
}

export function cubeOf(rows: ExampleRow[]): Cube {
  const counts = { '000': 0, '001': 0, '010': 0, '011': 0, '100': 0, '101': 0, '110': 0, '111': 0 }
  for (const row of rows) counts[row.cell]++
  const wrong = rows.filter((r) => r.cell.startsWith('0'))
  const sure = (r: ExampleRow) => r.weak.confidence
  const sorted = wrong.toSorted((a, b) => sure(a) - sure(b))
  const size = Math.ceil(sorted.length / 10)
  const copiedByConfidence = Array.from({ length: 10 }, (_, i) => sorted.slice(i * size, (i + 1) * size))
    .filter((bin) => bin.length > 0)
    .map((bin) => ({
      low: sure(bin[0]!),
      high: sure(bin.at(-1)!),
      copied: wilson(bin.filter((r) => r.cell[1] === '0').length / bin.length, bin.length),
      ceilingCopied: wilson(bin.filter((r) => r.cell[2] === '0').length / bin.length, bin.length),
    }))
  return { choices: 2, counts, examples: rows.length, copiedByConfidence }
}
