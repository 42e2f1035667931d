import { apart, gapNames, methodNames } from '../../lib/arms'
import { difference, percent, plural, points, sentence } from '../../lib/format'
import type { Arm, ArmResult, Estimate, MetricInfo, Pgr, RunState } from '../../lib/types'

type Defined = Pgr & { defined: true }
interface Told {
  arm: Arm
  method: string
  /** Which gap, where the run has several: see `gapNames`. */
  of: string
  pgr: Defined
}

const range = (pgr: Defined): string => `${percent(pgr.low).replace(/\s*%$/, '')} to ${percent(pgr.high)}`

function single({ method, of, pgr }: Told): string {
  const who = sentence(`${method} student`)
  if (pgr.value < 0) return `${who} ends below its supervisor: ${percent(pgr.value)} of the gap${of}, ${range(pgr)}`
  const clear = pgr.low <= 0 ? '; the interval holds 0, so nothing is shown yet' : ''
  const above = pgr.value > 1 ? ', more than its ceiling' : ''
  return `${who} closes ${percent(pgr.value)} of the gap${of}${above}, ${range(pgr)}${clear}`
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Methods beside each other, over the gaps that all of them have: numbers of different gaps do not compare. */
function compared(told: readonly Told[]): string {
  const methods = [...new Set(told.map(({ method }) => method))]
  const has = (method: string, of: string) => told.some((one) => one.method === method && one.of === of)
  const shared = told.filter(({ of }) => methods.every((method) => has(method, of)))
  const apart = shared.length === 0
  const parts = methods.map((method, i) => {
    const all = (apart ? told : shared).filter((one) => one.method === method)
    const value = percent(median(all.map(({ pgr }) => pgr.value)))
    const where = all.length === 1 ? all[0]!.of : ` at the median of ${all.length} pairs`
    const sure = all.length === 1 ? ` (${range(all[0]!.pgr)})` : ''
    return `${method}${i ? '' : ' closes'} ${value}${i ? '' : ' of the gap'}${i === 0 || apart ? where : ''}${sure}`
  })
  return sentence(parts.join(apart ? '; ' : ', '))
}

/** Why none of the arms says anything: their PGR all come with a warning. */
function unsure(told: readonly Told[], metric: MetricInfo): string {
  const same = told.every(({ arm }) => arm.weakTitle === arm.strongTitle)
  const why = same
    ? 'Supervisor and student are the same model, so their gap says nothing'
    : 'The gap is too small to say anything'
  const gaps = told.map(({ pgr }) => pgr.gap)
  const [low, high] = [difference(metric, Math.min(...gaps)), difference(metric, Math.max(...gaps))]
  if (new Set(told.map(({ of }) => of)).size === 1) return `${why}: ${high}${told[0]!.of}`
  return `${why}: ${low === high ? high : `${low.replace(/\s*points$/, '')} to ${high}`} in ${told.length} arms`
}

/**
 * What a run found, in one sentence made from its numbers; partial and undefined results are told as such. An arm whose
 * PGR comes with a warning is no finding. A student that is trained in several ways is told of by each: a median over
 * them would say nothing of any.
 * @param metric the one that the gap is of, which goes without saying of accuracy
 */
export function headline(arms: readonly ArmResult[], taskTitle: (id: string) => string, metric: MetricInfo): string {
  const trainings = trainingsOf(arms.map(({ arm }) => arm))
  if (trainings.length < 2) return told(arms, taskTitle, metric)
  return trainings
    .map(({ title, has }) => {
      const found = told(
        arms.filter(({ arm }) => has(arm)),
        taskTitle,
        metric,
      )
      return `${sentence(title)}: ${found.charAt(0).toLowerCase()}${found.slice(1)}`
    })
    .join('. ')
}

/** The ways in which one student is trained, by what tells them apart; none where students differ in more. */
function trainingsOf(arms: readonly Arm[]): { title: string; has: (arm: Arm) => boolean }[] {
  const students = new Set(arms.map(({ strong }) => JSON.stringify(strong)))
  if (students.size !== 1) return []
  const short = apart(arms, (arm) => arm.strongTitle)
  return [...new Set(arms.map(short))].map((title) => ({ title, has: (arm) => short(arm) === title }))
}

function told(arms: readonly ArmResult[], taskTitle: (id: string) => string, metric: MetricInfo): string {
  const begun = arms.flatMap(({ arm, measures }) => {
    const measured = measures[metric.id]
    return measured ? [{ arm, pgr: measured.pgr }] : []
  })
  if (begun.length === 0) return 'No seed is finished yet'
  const every = arms.map(({ arm }) => arm)
  const [name, of] = [methodNames(every), gapNames(every, taskTitle)]
  const inMetric = metric.id === 'accuracy' ? '' : ` in ${metric.short}`
  const findings = begun.flatMap(({ arm, pgr }): Told[] =>
    pgr.defined ? [{ arm, method: name(arm), of: inMetric + of(arm), pgr }] : [],
  )
  const side = metric.better === 'more' ? 'above' : 'below'
  if (findings.length === 0) {
    return begun.length === 1
      ? `PGR${inMetric} is undefined: the ceiling is not ${side} its supervisor`
      : `PGR${inMetric} is undefined in all ${begun.length} arms: no ceiling is ${side} its supervisor`
  }
  const sure = findings.filter(({ pgr }) => !pgr.warning)
  const found = sure.length === 0 ? unsure(findings, metric) : sure.length === 1 ? single(sure[0]!) : compared(sure)
  const left = sure.length === 0 ? 0 : findings.length - sure.length
  const without = begun.length - findings.length
  return [
    found,
    ...(left > 0 ? [`${plural(left, 'arm')} left out, whose gap says nothing`] : []),
    ...(without > 0 ? [`undefined in ${without} of ${begun.length} arms`] : []),
  ].join('; ')
}

/**
 * What the curves of an arm show about stopping, as a sentence; that stopping helps only where its interval says so.
 * Stops go by accuracy: of another metric the sentence says what is drawn.
 */
export function trainingTitle({ saving, training }: ArmResult, { id, title }: MetricInfo): string {
  if (!saving || !training) return 'No training curve yet'
  if (id !== 'accuracy') return `${title} of the student over its training`
  const first = training.weakErrors[Math.min(2, training.weakErrors.length - 1)] ?? 0
  const copied = (training.weakErrors[training.weakErrors.length - 1] ?? 0) - first
  const told = `${points(saving.value)} (${pointsRange(saving)})`
  if (saving.low <= 0) return `Nothing shows that the student should stop before its last step: measured is ${told}`
  return copied > 0.01
    ? `The student learns the task first, then its supervisor's mistakes: stopping well would save ${told}`
    : `Stopping well would save ${told}`
}

const pointsRange = ({ low, high }: Pick<Estimate, 'low' | 'high'>) =>
  [low, high].map((end) => points(end).replace(/\s*points$/, '')).join(' to ')

const ENDED: Record<Exclude<RunState, 'running' | 'queued'>, string> = {
  done: 'is done',
  failed: 'failed',
  cancelled: 'was cancelled',
  interrupted: 'was interrupted',
}

/** What is missing of a result; '' when it is whole. */
export function missing(arms: readonly ArmResult[], state: RunState): string {
  const open = arms.filter((arm) => arm.seedsDone < arm.arm.seeds.length)
  if (open.length === 0) return ''
  const seeds = open.reduce((n, arm) => n + arm.arm.seeds.length - arm.seedsDone, 0)
  const all = arms.reduce((n, arm) => n + arm.arm.seeds.length, 0)
  const lack = `${seeds} of ${all} seeds are missing, in ${open.length} of ${arms.length} arms`
  const going = state === 'running' || state === 'queued'
  return going ? `Partial: ${lack}. The numbers will move.` : `This run ${ENDED[state]}: ${lack}.`
}
