import { apart, gapNames, methodNames, modelIds } from '../../lib/arms'
import { difference, list, percent, plural, points, sentence, share } from '../../lib/format'
import type { Arm, ArmResult, Contrast, Difference, MetricInfo, Pgr, RunState } from '../../lib/types'

type Defined = Pgr & { defined: true }
interface Told {
  arm: Arm
  method: string
  /** Which gap, where the run has several: see `gapNames`. */
  of: string
  pgr: Defined
}

const range = ({ low, high }: Difference): string => `${percent(low).replace(/\s*%$/, '')} to ${percent(high)}`
/** Whether an interval leaves 0 out, so that there is a difference to tell of. */
export const isShown = ({ low, high }: Difference): boolean => low > 0 || high < 0

function single({ method, of, pgr }: Told): string {
  const who = sentence(`${method} student`)
  const told = `${percent(pgr.value)} of the gap${of}, ${range(pgr)}`
  if (!isShown(pgr)) return `${who} closes ${told}; the interval holds 0, so nothing is shown yet`
  if (pgr.value < 0) return `${who} ends below its supervisor: ${told}`
  const above = pgr.low > 1 ? ', more than its ceiling' : ''
  return `${who} closes ${percent(pgr.value)} of the gap${of}${above}, ${range(pgr)}`
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Methods beside each other, over the gaps that all of them have: numbers of different gaps do not compare. */
function compared(told: readonly Told[], contrasts: readonly Contrast[], metric: MetricInfo): string {
  const methods = [...new Set(told.map(({ method }) => method))]
  const has = (method: string, of: string) => told.some((one) => one.method === method && one.of === of)
  const shared = told.filter(({ of }) => methods.every((method) => has(method, of)))
  const apart = shared.length === 0
  const parts = methods.map((method, i) => {
    const all = (apart ? told : shared).filter((one) => one.method === method)
    const value = percent(median(all.map(({ pgr }) => pgr.value)))
    const where = all.length === 1 ? all[0]!.of : ` at the median of ${all.length} pairs`
    const above = all.filter(({ pgr }) => pgr.low > 0).length
    // A median has no interval here: how many of its parts are surely above 0 is what can be said.
    const sure = all.length === 1 ? ` (${range(all[0]!.pgr)})` : ` (${above} of ${all.length} intervals above 0)`
    return `${method}${i ? '' : ' closes'} ${value}${i ? '' : ' of the gap'}${i === 0 || apart ? where : ''}${sure}`
  })
  const paired = apart ? '' : pairedWith(methods, shared, contrasts, metric)
  return sentence(parts.join(apart ? '; ' : ', ')) + paired
}

/** Of PGR: what the arm of one method has over that of another on the same gap; null where that is not told. */
function overOn(one: Arm, other: Arm, contrasts: readonly Contrast[], { id }: MetricInfo): Difference | null {
  const pgrOf = (a: Arm, b: Arm) =>
    contrasts.find((of) => of.arm === a.id && of.against === b.id && of.differ === 'method')?.measures[id]?.pgr
  const found = pgrOf(one, other)
  if (found) return found
  const swapped = pgrOf(other, one)
  return swapped ? { value: -swapped.value, low: -swapped.high, high: -swapped.low } : null
}

/**
 * What paired differences show of the methods against the first of them: two intervals that overlap say nothing of a
 * difference. Over several gaps it is counted how often there is one; '' where none is told.
 */
function pairedWith(
  [first = '', ...others]: readonly string[],
  shared: readonly Told[],
  contrasts: readonly Contrast[],
  metric: MetricInfo,
): string {
  const armOf = (method: string, of: string) => shared.find((one) => one.method === method && one.of === of)!.arm
  const gaps = [...new Set(shared.map(({ of }) => of))]
  const all = others.flatMap((method) =>
    gaps.flatMap((of) => {
      const over = overOn(armOf(method, of), armOf(first, of), contrasts, metric)
      return over ? [{ method, over }] : []
    }),
  )
  if (all.length === 0) return ''
  const shown = all.filter(({ over }) => isShown(over))
  if (all.length === 1 && gaps.length === 1 && shown.length === 0)
    return `; paired, they differ by ${percent(all[0]!.over.value)} of it, ${range(all[0]!.over)}: the interval holds 0, so no difference is shown`
  if (shown.length === 0) return `; paired with ${first}, no difference is shown in any of ${all.length}`
  if (gaps.length === 1) {
    const told = shown.map(({ method, over }) => {
      return `${method} closes ${percent(Math.abs(over.value))} ${over.value > 0 ? 'more' : 'less'} (${range(over)})`
    })
    const rest = shown.length < all.length ? ', and no other difference is shown' : ''
    return `; paired with ${first}, ${list(told)}${rest}`
  }
  const above = shown.filter(({ over }) => over.value > 0).length
  const counts = [`${above} above`, `${shown.length - above} below`, `${all.length - shown.length} not told apart`]
  return `; paired with ${first}, ${list(counts)}`
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
export function headline(
  { arms, contrasts }: { arms: readonly ArmResult[]; contrasts: readonly Contrast[] },
  taskTitle: (id: string) => string,
  metric: MetricInfo,
): string {
  const about = { contrasts, taskTitle, metric }
  const trainings = trainingsOf(arms.map(({ arm }) => arm))
  if (trainings.length < 2) return told(arms, about)
  const ids = modelIds(arms.map(({ arm }) => arm))
  return trainings
    .map(({ title, has }) => {
      const found = told(
        arms.filter(({ arm }) => has(arm)),
        about,
      )
      return `${sentence(title, ids)}: ${found.charAt(0).toLowerCase()}${found.slice(1)}`
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

interface About {
  contrasts: readonly Contrast[]
  taskTitle: (id: string) => string
  metric: MetricInfo
}

function told(arms: readonly ArmResult[], { contrasts, taskTitle, metric }: About): string {
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
      : `PGR${inMetric} is undefined in ${begun.length === 2 ? 'both' : `all ${begun.length}`} arms: no ceiling is ${side} its supervisor`
  }
  const sure = findings.filter(({ pgr }) => !pgr.warning)
  const oneSeed = arms.every(({ seedsDone }) => seedsDone < 2)
  const found =
    sure.length === 0
      ? unsure(findings, metric)
      : sure.length === 1
        ? single(sure[0]!)
        : compared(sure, contrasts, metric)
  const left = sure.length === 0 ? 0 : findings.length - sure.length
  const without = begun.length - findings.length
  return [
    found,
    ...(left > 0 ? [`${plural(left, 'arm')} left out, whose gap says nothing`] : []),
    ...(oneSeed && sure.length > 0 ? ['of one seed, so chance between trainings is not in it'] : []),
    ...(without > 0 ? [`undefined in ${without} of ${begun.length} arms`] : []),
  ].join('; ')
}

/** "save 1.2 points (0.4 to 2.1)"; what is less than nothing is what it costs. */
const savedText = ({ value, low, high }: NonNullable<ArmResult['saving']>): string =>
  value < 0
    ? `cost ${points(-value)} (${pointsRange({ low: -high, high: -low })})`
    : `save ${points(value)} (${pointsRange({ low, high })})`

/**
 * What the curves of an arm show about stopping, as a sentence: that stopping helps, and that what comes after it is
 * learnt from mistakes, only where the interval of each says so. Stops go by accuracy: of another metric the sentence says
 * what is drawn.
 */
export function trainingTitle({ saving, copying, training }: ArmResult, { id, title }: MetricInfo): string {
  if (!saving || !training) return 'No training curve yet'
  if (id !== 'accuracy') return `${title} of the student over its training`
  const told = savedText(saving)
  if (saving.low <= 0) return `No evidence here that stopping early helps: it would ${told}`
  if (!copying || copying.low <= 0) return `Stopping well would ${told}`
  const more = `${points(copying.value)} (${pointsRange(copying)})`
  return `The student learns the task first, then its supervisor’s mistakes: stopping well would ${told}; past that it repeats ${more} more of the supervisor’s errors`
}

/**
 * How what stopping would save was measured, and why the cards of the stops say something else; '' where it is not known,
 * and of another metric than the one that stops go by.
 */
export function savingText({ saving, measures }: ArmResult, { id }: MetricInfo): string {
  const stops = measures[id]?.stops
  if (!saving || !stops || id !== 'accuracy') return ''
  const halves = `${share(stops.last + saving.value)} where ground truth of one half of the test rows stops it, measured on the other half, both ways`
  return `As measured, stopping would ${savedText(saving)}: from ${share(stops.last)} at the last step to ${halves}. The oracle’s ${share(stops.oracle)} is chosen on the rows that it is measured on, which flatters it.`
}

/** Ends of an interval in points, without the word. */
export const pointsRange = ({ low, high }: Pick<Difference, 'low' | 'high'>): string =>
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
  const lack = `${seeds} of ${all} seeds ${seeds === 1 ? 'is' : 'are'} missing${arms.length > 1 ? `, in ${open.length} of ${arms.length} arms` : ''}`
  const going = state === 'running' || state === 'queued'
  return going ? `Partial: ${lack}. The numbers will move.` : `This run ${ENDED[state]}: ${lack}.`
}
