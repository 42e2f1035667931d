import { decisions, type Decision } from '../answers'
import { BAG_OF_WORDS } from '../levels'
import { contentKey } from '../maths/hash'
import { median, mean } from '../maths/statistics'
import type { Arm } from '../stages'
import { accuracy as share, right } from './accuracy'
import { agreement } from './agreement'
import { bootstrap } from './bootstrap'
import { elsewhereOf, type ElsewhereSet } from './elsewhere'
import { numbered } from './groups'
import { drawnOf, measured, referencesOf, statisticsOf, tell, within, type Drawn, type ToldMetric } from './measures'
import type { Metrics } from './metric'
import { crossEntropiesOf, crossEntropyName, type CrossEntropyName } from './imitation'
import { AGREEMENTS, outcomesOf, type AgreementName, type Outcome } from './outcomes'
import type { SeedPredictions } from './predictions'
import type { ArmResult, Estimate, Redraw, SeedResult, Stop, StopRule } from './result'
import { intervalOf, minus, type Sample } from './sample'
import type { Statistic } from './statistic'
import { flagsAt, stoppedByTheOtherHalf } from './stopping'
import { candidates, evaluationAt, stops } from './stops'
import { METRICS } from './variants'
import { accuracy } from './variants/accuracy'
import { notStrong, oneSided, oneText } from './warnings'

export interface ArmInputs {
  arm: Arm
  /** Where the student is reported. */
  stop: Stop
  /** Names of the task's classes. */
  classes: readonly string[]
  /** Group of every test row; rows that stand alone have names of their own. */
  groups: readonly string[]
  /** What the seeds of the arm draw anew. */
  redraw: Redraw
  /** Seeds whose four stages are done, in the order of the arm. */
  seeds: SeedPredictions[]
  /** Test sets from elsewhere that the seeds may have been asked about. */
  elsewhere?: readonly ElsewhereSet[]
}

/** One seed with its decisions made and its stops found. */
interface Judged {
  input: SeedPredictions
  weak: ArrayLike<Decision>
  /** Student's test decisions at every evaluation. */
  student: ArrayLike<Decision>[]
  stops: Record<StopRule, number>
  /** Evaluation at which the student is reported. */
  at: number
  result: SeedResult
}

/**
 * Everything that is reported of an arm, from stored predictions alone: every metric with intervals and PGR, the seeds one
 * by one, the student's course over its training and the three stop rules. Supervisor and ceiling are taken at their last
 * step, the student where it is to be read. Rules and warnings go by accuracy, whatever else is measured.
 * @param metrics what is measured beside accuracy
 */
export function armResult(inputs: ArmInputs, metrics: Metrics = METRICS): ArmResult {
  return drawnResult(inputs, metrics).result
}

/** The same, and what was drawn for it of the three models, which serves comparisons with other arms as well. */
export function drawnResult(inputs: ArmInputs, metrics: Metrics = METRICS): { result: ArmResult; drawn: Drawn } {
  const { arm, stop, classes, groups, redraw, seeds } = inputs
  const base = { arm, stop, seedsDone: seeds.length }
  if (seeds.length === 0) return { result: { ...base, ...NOTHING }, drawn: {} }
  const judged = seeds.map((seed) => judge(seed, stop))
  const references = namesOf(seeds)
  const asking = { [accuracy.id]: accuracy, ...metrics }
  const told = tell(asking, seeds, references)
  const asked = bootstrap(
    judged.map((j, s) => ({ ...flagsOf(j, inputs), ...statisticsOf(told, s, j.at) })),
    groups,
  )
  const drawn = drawnOf(told, asked)
  const n = { seeds: seeds.length, examples: groups.length }
  const past = (name: string): Estimate => {
    const lost = minus(asked('stopped'), asked(name))
    return { value: lost.value, ...intervalOf(lost), ...n }
  }
  const elsewhere = elsewhereOf(inputs.elsewhere ?? [], seeds, asking, isSameModel(arm))
  const result = {
    ...base,
    covers: { redraw, seeds: n.seeds, groups: numbered(groups).count, rows: n.examples },
    measures: measuresOf(told, { drawn, asked }, judged, inputs),
    ...agreementsOf(judged, asked),
    ...crossEntropyIn(judged, asked),
    saving: past('last'),
    tax: past('stoppedByWeak'),
    copying: copyingOf(judged, asked),
    warnings: [
      ...oneSided(
        judged.map((j) => ({ seed: j.input.seed, decisions: j.weak })),
        classes,
      ),
      ...oneText(judged.map((j) => ({ seed: j.input.seed, decisions: j.weak, truth: j.input.truth }))),
      ...notStrong(drawn[accuracy.id]!.ceiling, referencesOf(accuracy, references, asked)[BAG_OF_WORDS]),
    ],
    bySeed: judged.map((j) => j.result),
    training: inStep(judged) ? trainingOf(judged) : null,
    stops: stopsOf(judged),
    ...(elsewhere.length > 0 && { elsewhere }),
  }
  return { result, drawn }
}

const NOTHING = {
  covers: null,
  measures: {},
  agreement: null,
  agreementWeakRight: null,
  agreementWeakWrong: null,
  saving: null,
  warnings: [],
  bySeed: [],
  training: null,
  stops: null,
}

function measuresOf(
  told: readonly ToldMetric[],
  { drawn, asked }: { drawn: Drawn; asked: (name: string) => Sample },
  judged: readonly Judged[],
  { arm, groups, seeds }: ArmInputs,
): ArmResult['measures'] {
  const names = namesOf(seeds)
  const about = {
    numbers: seeds.map(({ seed }) => seed),
    examples: groups.length,
    sameModel: isSameModel(arm),
    stops: judged.map((j) => j.stops),
    inStep: inStep(judged),
  }
  const entries = told.map((one) => {
    const references = referencesOf(one.metric, names, asked)
    return [one.metric.id, measured(one, drawn[one.metric.id]!, { ...about, references })]
  })
  return Object.fromEntries(entries) as ArmResult['measures']
}

/** Whether supervisor and student are one model, trained alike: nothing but data and chance sets them apart. */
export function isSameModel({ weak, strong, optimisers }: Arm): boolean {
  return contentKey([weak, optimisers?.weak ?? null]) === contentKey([strong, optimisers?.strong ?? null])
}

/** Names of the references that all seeds have: where some are still to come there is no mean yet. */
function namesOf(seeds: readonly SeedPredictions[]): string[] {
  return Object.keys(seeds[0]?.references ?? {}).filter((name) => seeds.every((seed) => seed.references?.[name]))
}

function judge(input: SeedPredictions, stop: Stop): Judged {
  const weak = decisions(input.weak)
  const student = input.student.map((answers) => decisions(answers))
  const at = evaluationAt(input, stop)
  const ofStudent = agreement(student[at]!, weak, input.truth)
  const result: SeedResult = {
    seed: input.seed,
    step: input.steps[at]!,
    agreement: ofStudent.all,
    agreementWeakRight: ofStudent.weakRight,
    agreementWeakWrong: ofStudent.weakWrong,
    ceilingAgreementWeakWrong: agreement(decisions(input.ceiling), weak, input.truth).weakWrong,
  }
  return { input, weak, student, stops: stops(input), at, result }
}

/**
 * What is drawn of a seed beside its metrics: how it agrees, where it is right at its last step and where each rule stops
 * it, and which errors of its supervisor it repeats there.
 */
function flagsOf({ input, weak, student, stops, at }: Judged, { groups }: ArmInputs): Record<string, Statistic> {
  const everywhere = student.map((said) => right(said, input.truth))
  const stopped = stoppedByTheOtherHalf(everywhere, groups, candidates(input))
  const copied = student.map((said) => outcomesOf({ weak, student: said }, input.truth).agreeWrong)
  const outcomes = outcomesOf({ weak, student: student[at]! }, input.truth)
  return {
    ...outcomes,
    ...crossEntropiesOf({ weak: input.weak, student: input.student[at]! }, outcomes),
    stopped: flagsAt(everywhere, stopped),
    last: everywhere.at(-1)!,
    stoppedByWeak: everywhere[stops['weak-validation']]!,
    copiedStopped: flagsAt(copied, stopped),
    copiedLast: copied.at(-1)!,
  }
}

function agreementsOf(judged: readonly Judged[], drawn: (name: string, of?: string) => Sample) {
  const names = Object.keys(AGREEMENTS) as AgreementName[]
  const entries = names.map((name) => [
    name,
    estimate(name, judged, drawn(...(AGREEMENTS[name] as readonly [Outcome, Outcome?]))),
  ])
  return Object.fromEntries(entries) as Record<AgreementName, Estimate | null>
}

/** How much more of the supervisor's errors is repeated in the end than where ground truth would stop; null of no errors. */
function copyingOf(judged: readonly Judged[], drawn: (name: string, of?: Outcome) => Sample): Estimate | null {
  const [last, stopped] = [drawn('copiedLast', 'weakWrong'), drawn('copiedStopped', 'weakWrong')]
  return estimate('agreementWeakWrong', judged, minus(last, stopped), [-1, 1])
}

/** Cross-entropy to the supervisor over the rows that agreement is about; nothing of texts. */
function crossEntropyIn(judged: readonly Judged[], drawn: (name: string) => Sample): Pick<ArmResult, 'crossEntropy'> {
  if (judged.some(({ input }) => input.weak.kind === 'text')) return {}
  const of = (name: CrossEntropyName, quantity: AgreementName) =>
    estimate(quantity, judged, drawn(crossEntropyName(name)), [0, null])
  return {
    crossEntropy: {
      all: of('all', 'agreement'),
      weakRight: of('weakRight', 'agreementWeakRight'),
      weakWrong: of('weakWrong', 'agreementWeakWrong'),
    },
  }
}

/** Mean over the seeds that have the quantity, a share unless it has another range; null when none has. */
function estimate(
  quantity: AgreementName,
  judged: readonly Judged[],
  sample: Sample,
  range: readonly [number, number | null] = [0, 1],
): Estimate | null {
  const having = judged.filter((j) => j.result[quantity] !== null)
  if (having.length === 0) return null
  return {
    value: sample.value,
    ...within(range, sample),
    seeds: having.length,
    examples: Math.round(mean(having.map((j) => examplesOf(quantity, j)))),
  }
}

/** How many test examples of a seed the quantity is about. */
function examplesOf(quantity: AgreementName, { input, weak }: Judged): number {
  const all = input.truth.length
  if (quantity === 'agreement') return all
  const good = share(weak, input.truth)
  return Math.round((quantity === 'agreementWeakRight' ? good : 1 - good) * all)
}

/** Whether the seeds were all evaluated at the same steps. */
function inStep([first, ...others]: readonly Judged[]): boolean {
  return others.every((j) => j.input.steps.join() === first!.input.steps.join())
}

/** The student beside its supervisor over its training. */
function trainingOf(judged: readonly Judged[]): NonNullable<ArmResult['training']> {
  const step = judged[0]!.input.steps
  const weak = step.map((_, e) => judged.map((j) => agreement(j.student[e]!, j.weak, j.input.truth)))
  return {
    step,
    weakLabels: weak.map((seeds) => mean(seeds.map((a) => a.all))),
    weakErrors: weak.map((seeds) => mean(seeds.map((a) => a.weakWrong ?? 0))),
  }
}

function stopsOf(judged: readonly Judged[]): NonNullable<ArmResult['stops']> {
  const at = (rule: StopRule) => median(judged.map((j) => j.input.steps[j.stops[rule]]!))
  return { last: at('last'), 'weak-validation': at('weak-validation'), oracle: at('oracle') }
}
