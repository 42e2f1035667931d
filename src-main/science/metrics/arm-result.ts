import { contentKey } from '../hash'
import { median, mean } from '../statistics'
import type { Arm } from '../stages'
import { accuracy } from './accuracy'
import { agreement } from './agreement'
import { bootstrap, interval, QUANTITIES, type Quantity, type Replicates, type SeedOutcomes } from './bootstrap'
import { pgr, pgrOf } from './pgr'
import { decide, type SeedPredictions } from './predictions'
import type { ArmResult, Estimate, SeedResult, StopRule } from './result'
import { stops } from './stops'

export interface ArmInputs {
  arm: Arm
  /** The rule whose evaluation is reported. */
  stop: StopRule
  /** Number of classes of the task. */
  classes: number
  /** Seeds whose four stages are done, in the order of the arm. */
  seeds: SeedPredictions[]
}

/** One seed with its decisions made and its stops found. */
interface Judged {
  input: SeedPredictions
  weak: Uint8Array
  ceiling: Uint8Array
  /** Student's test decisions at every evaluation. */
  student: Uint8Array[]
  stops: Record<StopRule, number>
  result: SeedResult
}

/**
 * Everything that is reported of an arm, from stored predictions alone: estimates with intervals, PGR, the seeds one by
 * one, the student's course over its training and the three stop rules. Supervisor and ceiling are taken at their last
 * step, the student where the stop rule says.
 */
export function armResult({ arm, stop, classes, seeds }: ArmInputs): ArmResult {
  const base = { arm, stop, seedsDone: seeds.length }
  if (seeds.length === 0) return { ...base, ...NOTHING }
  const judged = seeds.map((seed) => judge(seed, stop, classes))
  const replicates = bootstrap(judged.map((j) => outcomes(j, stop)))
  const estimates = Object.fromEntries(QUANTITIES.map((q) => [q, estimate(q, judged, replicates)])) as Record<
    Quantity,
    Estimate | null
  >
  const bySeed = judged.map((j) => j.result)
  return {
    ...base,
    ...estimates,
    pgr: pgr({
      weak: mean(bySeed.map((s) => s.weak)),
      student: mean(bySeed.map((s) => s.student)),
      ceiling: mean(bySeed.map((s) => s.ceiling)),
      replicates,
      seeds: seeds.length,
      examples: seeds[0]!.truth.length,
      sameModel: contentKey(arm.weak) === contentKey(arm.strong),
    }),
    bySeed,
    training: trainingOf(judged),
    stops: stopsOf(judged),
  }
}

const NOTHING = {
  weak: null,
  student: null,
  ceiling: null,
  agreement: null,
  agreementWeakRight: null,
  agreementWeakWrong: null,
  pgr: null,
  bySeed: [],
  training: null,
  stops: null,
}

function judge(input: SeedPredictions, stop: StopRule, classes: number): Judged {
  const weak = decide(input.weak, classes)
  const ceiling = decide(input.ceiling, classes)
  const student = input.student.map((p) => decide(p, classes))
  const at = stops(input, classes)
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

function outcomes({ input, weak, ceiling, student, stops }: Judged, stop: StopRule): SeedOutcomes {
  const reported = student[stops[stop]]!
  const equal = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Uint8Array.from({ length: a.length }, (_, i) => (a[i] === b[i] ? 1 : 0))
  return {
    weak: equal(weak, input.truth),
    student: equal(reported, input.truth),
    ceiling: equal(ceiling, input.truth),
    agree: equal(reported, weak),
  }
}

/** Mean over the seeds that have the quantity; null when none has. */
function estimate(quantity: Quantity, judged: Judged[], replicates: Replicates): Estimate | null {
  const having = judged.filter((j) => j.result[quantity] !== null)
  if (having.length === 0) return null
  return {
    value: mean(having.map((j) => j.result[quantity]!)),
    ...interval(replicates[quantity]),
    seeds: having.length,
    examples: Math.round(mean(having.map((j) => examplesOf(quantity, j)))),
  }
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
