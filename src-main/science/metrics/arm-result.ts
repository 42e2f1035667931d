import { decisions, type Decision } from '../answers'
import { contentKey } from '../maths/hash'
import { median, mean } from '../maths/statistics'
import type { Arm } from '../stages'
import { accuracy } from './accuracy'
import { agreement } from './agreement'
import { bootstrap } from './bootstrap'
import { numbered } from './groups'
import { outcomesOf, QUANTITIES, sampleOf, type Outcome, type Quantity } from './outcomes'
import { pgr, pgrOf } from './pgr'
import type { SeedPredictions } from './predictions'
import type { ArmResult, Estimate, Redraw, SeedResult, StopRule } from './result'
import { intervalOf, minus, type Sample } from './sample'
import { stoppedByTheOtherHalf } from './stopping'
import { candidates, stops } from './stops'
import { notStrong, oneSided } from './warnings'

export interface ArmInputs {
  arm: Arm
  /** The rule whose evaluation is reported. */
  stop: StopRule
  /** Names of the task's classes. */
  classes: readonly string[]
  /** Group of every test row; rows that stand alone have names of their own. */
  groups: readonly string[]
  /** What the seeds of the arm draw anew. */
  redraw: Redraw
  /** Seeds whose four stages are done, in the order of the arm. */
  seeds: SeedPredictions[]
}

/** One seed with its decisions made and its stops found. */
interface Judged {
  input: SeedPredictions
  weak: ArrayLike<Decision>
  ceiling: ArrayLike<Decision>
  /** Student's test decisions at every evaluation. */
  student: ArrayLike<Decision>[]
  stops: Record<StopRule, number>
  result: SeedResult
}

/**
 * Everything that is reported of an arm, from stored predictions alone: estimates with intervals, PGR, the seeds one by
 * one, the student's course over its training and the three stop rules. Supervisor and ceiling are taken at their last
 * step, the student where the stop rule says.
 */
export function armResult(inputs: ArmInputs): ArmResult {
  const { arm, stop, classes, groups, redraw, seeds } = inputs
  const base = { arm, stop, seedsDone: seeds.length }
  if (seeds.length === 0) return { ...base, ...NOTHING }
  const judged = seeds.map((seed) => judge(seed, stop))
  const drawn = bootstrap(
    judged.map((j) => flagsOf(j, inputs)),
    groups,
  )
  const [weak, student, ceiling] = (['weak', 'student', 'ceiling'] as const).map((q) => sampleOf(drawn, q)) as [
    Sample,
    Sample,
    Sample,
  ]
  const n = { seeds: seeds.length, examples: groups.length }
  const estimates = Object.fromEntries(
    (Object.keys(QUANTITIES) as Quantity[]).map((q) => [q, estimate(q, judged, sampleOf(drawn, q))]),
  ) as Record<Quantity, Estimate | null>
  const saved = minus(drawn('stopped'), drawn('last'))
  const references = Object.fromEntries(referencesOf(seeds).map((name) => [name, drawn(REFERENCE + name)]))
  return {
    ...base,
    covers: { redraw, seeds: n.seeds, groups: numbered(groups).count, rows: n.examples },
    ...estimates,
    pgr: pgr({ weak, student, ceiling, ...n, sameModel: isSameModel(arm) }),
    references: Object.fromEntries(
      Object.entries(references).map(([name, sample]) => [
        name,
        { value: sample.value, ...shareInterval(sample), ...n },
      ]),
    ),
    saving: { value: saved.value, ...intervalOf(saved), ...n },
    warnings: [
      ...oneSided(
        judged.map((j) => ({ seed: j.input.seed, decisions: j.weak })),
        classes,
      ),
      ...notStrong(ceiling, references),
    ],
    bySeed: judged.map((j) => j.result),
    training: trainingOf(judged),
    stops: stopsOf(judged),
  }
}

/** Whether supervisor and student are one model, trained alike: nothing but data and chance sets them apart. */
function isSameModel({ weak, strong, optimisers }: Arm): boolean {
  return contentKey([weak, optimisers?.weak ?? null]) === contentKey([strong, optimisers?.strong ?? null])
}

const NOTHING = {
  covers: null,
  weak: null,
  student: null,
  ceiling: null,
  agreement: null,
  agreementWeakRight: null,
  agreementWeakWrong: null,
  pgr: null,
  references: {},
  saving: null,
  warnings: [],
  bySeed: [],
  training: null,
  stops: null,
}

function judge(input: SeedPredictions, stop: StopRule): Judged {
  const weak = decisions(input.weak)
  const ceiling = decisions(input.ceiling)
  const student = input.student.map((answers) => decisions(answers))
  const at = stops(input)
  const reported = student[at[stop]]!
  const [ofStudent, ofCeiling] = [reported, ceiling].map((d) => agreement(d, weak, input.truth))
  const [w, s, c] = [weak, reported, ceiling].map((d) => accuracy(d, input.truth)) as [number, number, number]
  const result: SeedResult = {
    seed: input.seed,
    weak: w,
    student: s,
    ceiling: c,
    pgr: pgrOf(w, s, c),
    agreement: ofStudent!.all,
    agreementWeakRight: ofStudent!.weakRight,
    agreementWeakWrong: ofStudent!.weakWrong,
    ceilingAgreementWeakWrong: ofCeiling!.weakWrong,
    step: input.steps[at[stop]]!,
  }
  return { input, weak, ceiling, student, stops: at, result }
}

/** What is drawn of a seed: its outcomes where the student is reported, at its last step, and where ground truth stops it. */
function flagsOf(judged: Judged, { stop, groups, seeds }: Pick<ArmInputs, 'stop' | 'groups' | 'seeds'>) {
  const { input, weak, ceiling, student, stops } = judged
  const right = (said: ArrayLike<Decision>) => Uint8Array.from(said, (d, i) => (d === input.truth[i] ? 1 : 0))
  const everywhere = student.map(right)
  const references = referencesOf(seeds).map((name) => {
    return [REFERENCE + name, right(decisions(input.references![name]!))] as const
  })
  const flags: Record<Outcome | 'stopped' | 'last', Uint8Array> & Record<string, Uint8Array> = {
    ...outcomesOf({ weak, student: student[stops[stop]]!, ceiling }, input.truth),
    stopped: stoppedByTheOtherHalf(everywhere, groups, candidates(input)),
    last: everywhere.at(-1)!,
    ...Object.fromEntries(references),
  }
  return flags
}

/** Mean over the seeds that have the quantity, a share; null when none has. */
function estimate(quantity: Quantity, judged: Judged[], sample: Sample): Estimate | null {
  const having = judged.filter((j) => j.result[quantity] !== null)
  if (having.length === 0) return null
  return {
    value: sample.value,
    ...shareInterval(sample),
    seeds: having.length,
    examples: Math.round(mean(having.map((j) => examplesOf(quantity, j)))),
  }
}

/** The interval of a share, which cannot leave 0 to 1. */
function shareInterval(sample: Sample): { low: number; high: number } {
  const { low, high } = intervalOf(sample)
  return { low: Math.max(0, low), high: Math.min(1, high) }
}

/** Before the name of a reference's flag, so that it is none of the others. */
const REFERENCE = 'reference '

/** Names of the references that all seeds have: where some are still to come there is no mean yet. */
function referencesOf(seeds: readonly SeedPredictions[]): string[] {
  return Object.keys(seeds[0]?.references ?? {}).filter((name) => seeds.every((seed) => seed.references?.[name]))
}

/** How many test examples of a seed the quantity is about. */
function examplesOf(quantity: Quantity, { input, result }: Judged): number {
  const all = input.truth.length
  if (quantity === 'agreementWeakRight') return Math.round(result.weak * all)
  return quantity === 'agreementWeakWrong' ? Math.round((1 - result.weak) * all) : all
}

/** The student over its training; null when the seeds were not evaluated at the same steps. */
function trainingOf(judged: Judged[]): ArmResult['training'] {
  const step = judged[0]!.input.steps
  if (judged.some((j) => j.input.steps.join() !== step.join())) return null
  const truth = step.map((_, e) => judged.map((j) => accuracy(j.student[e]!, j.input.truth)))
  const weak = step.map((_, e) => judged.map((j) => agreement(j.student[e]!, j.weak, j.input.truth)))
  return {
    step,
    truth: truth.map((seeds) => mean(seeds)),
    truthLow: truth.map((seeds) => Math.min(...seeds)),
    truthHigh: truth.map((seeds) => Math.max(...seeds)),
    weakLabels: weak.map((seeds) => mean(seeds.map((a) => a.all))),
    weakErrors: weak.map((seeds) => mean(seeds.map((a) => a.weakWrong ?? 0))),
  }
}

function stopsOf(judged: Judged[]): ArmResult['stops'] {
  const of = (rule: StopRule) => ({
    step: median(judged.map((j) => j.input.steps[j.stops[rule]]!)),
    student: mean(judged.map((j) => accuracy(j.student[j.stops[rule]]!, j.input.truth))),
  })
  return { last: of('last'), 'weak-validation': of('weak-validation'), oracle: of('oracle') }
}
