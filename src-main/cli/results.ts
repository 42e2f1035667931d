import type {
  ArmResult,
  Contrast,
  Difference,
  Looked,
  Measured,
  MetricInfo,
  RunResult,
  Stop,
  StopRule,
} from '../../src-preload/contract'
import { METRICS, overall, stopSchema } from '../science/metrics'
import { oneOf, show } from '../science/spec/problems'
import type { Flags, Option } from './context'
import { badArgument } from './errors'
import { columns, count, decimal, wrap } from './text'

/** What stands for results of a run that compares nothing. */
export const NO_RESULTS = { results: [], contrasts: [], overall: [], covers: '', looks: null }

const HEADER = ['method', 'weak', 'student', 'ceiling', 'PGR', 'agreement', 'copied', 'n']
const NUMBERS = [1, 2, 3, 4, 5, 6, 7]
const REPORTED: Record<StopRule, string> = {
  last: 'The student is reported at its last step.',
  'weak-validation': 'The student is reported where it agrees best with weak labels on validation examples.',
  oracle: 'The student is reported where it does best on ground truth: a bound, never the result.',
}
const STOPS = [...Object.keys(REPORTED), 'step-<n>', 'epoch-<n>']
/** Option of the commands that show results. */
export const METRIC: Option = {
  type: 'string',
  value: 'id | all',
  help: 'The metric to show (default: the one that the spec names).',
}

/** Option of the command that shows the results of a run that is there. */
export const STOP: Option = {
  type: 'string',
  value: STOPS.join(' | '),
  help: 'Where the student is reported (default: as the spec says); by ground truth it is a bound, never the result. At a step or epoch: the evaluation nearest to it.',
}

/** Where the student is to be reported. @param own as the spec says */
export function stopOf(flags: Flags, own: Stop): Stop {
  const { stop = own } = flags
  const found = stopSchema.safeParse(stop)
  if (found.success) return found.data
  throw badArgument('--stop', oneOf(STOPS, stop), show(stop))
}

/** Where the student of an arm is reported, in a sentence; at a place of choice with the evaluations that are used. */
function reportedAt({ stop, bySeed }: ArmResult): string {
  const told = REPORTED[stop as StopRule]
  if (told) return told
  const steps = [...new Set(bySeed.map(({ step }) => step))].sort((a, b) => a - b)
  const used = steps.length > 0 ? `, step ${steps.join(', ')}` : ''
  return `The student is reported at the evaluation nearest to ${stop.replace('-', ' ')}${used}.`
}

/** The metrics that are asked for. @param headline the one that the spec names */
export function metricsOf(flags: Flags, headline: string): MetricInfo[] {
  const { metric = headline } = flags
  if (metric === 'all') return Object.values(METRICS)
  const found = METRICS[String(metric)]
  if (found) return [found]
  throw badArgument('--metric', oneOf([...Object.keys(METRICS), 'all'], metric), show(metric))
}

function legend(metrics: readonly MetricInfo[], { measure }: ArmResult['arm']): string {
  const better = ({ short, better }: MetricInfo) => (better === 'less' ? [`Less ${short} is better.`] : [])
  return [
    `${listed(metrics)} on ground truth of ${measure === 'test' ? 'the test split' : 'DEVELOPMENT rows, not of the test split'}, means over seeds.`,
    ...metrics.flatMap(better),
    'PGR: share of the gap between weak and ceiling that the student recovers, with its 95 % interval. agreement: how often',
    'the student decides like its supervisor. copied: share of the supervisor’s errors that the student repeats. n: seeds ×',
    `${measure} examples.`,
  ].join(' ')
}

/** What the rows of test sets from elsewhere are, in a sentence; '' where there are none. */
function elsewhereNote(arms: readonly ArmResult[]): string {
  if (!arms.some(({ elsewhere }) => elsewhere)) return ''
  const stopped = arms.some(({ stop }) => stop !== 'last')
  return `Test sets from elsewhere ask the same of other texts; nobody is trained on them; a PGR with ? has a gap that may be none, or too small for a ratio.${stopped ? ' There the student is told at its LAST step, whatever rule stops it.' : ''} Their intervals cover chance between the rows (or groups of rows) of each set and between the seeds.`
}

function listed(metrics: readonly MetricInfo[]): string {
  const [first, ...others] = metrics
  return [first!.title, ...others.map(({ short }) => short)].join(', ')
}

type Shown = Omit<RunResult, 'runId' | 'overall' | 'looks'> & Partial<Looked>

/**
 * The result tables of a run, one a metric: one row an arm, grouped by what the arms of a group have in common; below it
 * the paired differences of arms, and what the numbers mean.
 */
export function resultTable({ arms, contrasts, covers, looks }: Shown, metrics: MetricInfo[], width: number): string[] {
  if (!arms.some((arm) => arm.seedsDone > 0)) return ['No arm has a result yet.']
  const told = metrics.filter(({ id }) => arms.some(({ measures }) => measures[id]))
  if (told.length === 0) return [`No arm tells ${metrics.map(({ short }) => short).join(', ')}: its answers have none.`]
  const notes: string[] = []
  const note = (text: string) => {
    if (!notes.includes(text)) notes.push(text)
    return `[${notes.indexOf(text) + 1}]`
  }
  const tables = told.flatMap((metric, i) => [
    ...(told.length > 1 ? [...(i > 0 ? [''] : []), metric.title] : []),
    ...tableOf(arms, metric, note),
    ...elsewhereLines(arms, metric),
    ...differences(arms, contrasts, metric),
    ...overallLines(arms, metric),
  ])
  const rules = [...new Set(arms.map(reportedAt))]
  const marked = notes.map((text, i) => `[${i + 1}] ${text}`)
  const texts = [
    [...rules, legend(told, arms[0]!.arm)].join(' '),
    elsewhereNote(arms),
    covers,
    ...marked,
    looks?.text ?? '',
  ].filter(Boolean)
  return [...tables, '', ...texts.flatMap((text) => wrap(text, width))]
}

function tableOf(arms: readonly ArmResult[], { id }: MetricInfo, note: (text: string) => string): string[] {
  const rows = columns([HEADER, ...arms.map((result) => row(result, result.measures[id], note))], { right: NUMBERS })
  const lines: string[] = []
  let group = ''
  for (const [i, result] of arms.entries()) {
    const next = groupOf(result.arm)
    if (next !== group) lines.push(...(i > 0 ? [''] : []), next, `  ${rows[0]!}`)
    group = next
    lines.push(`  ${rows[i + 1]!}`)
    const last = i + 1 === arms.length || groupOf(arms[i + 1]!.arm) !== group
    if (last) lines.push(...referenceLines(result.measures[id]))
  }
  return lines
}

const groupOf = ({ task, weakTitle, strongTitle }: ArmResult['arm']) => `${task} · ${weakTitle} → ${strongTitle}`

/** The levels beside the three models: the arms of a group share them. */
const referenceLines = (measured: Measured | undefined): string[] =>
  Object.entries(measured?.references ?? {}).map(
    ([name, { value, low, high }]) => `  reference, ${name}: ${decimal(value)} (${decimal(low)} to ${decimal(high)})`,
  )

/** What the models make of test sets from elsewhere, one row a set and arm; the student at its last step there. */
function elsewhereLines(arms: readonly ArmResult[], { id }: MetricInfo): string[] {
  const several = new Set(arms.map(({ arm }) => groupOf(arm))).size > 1
  const rows = arms.flatMap(({ arm, elsewhere = [] }) =>
    elsewhere.flatMap((set) => {
      const measured = set.measures[id]
      if (!measured) return []
      const { weak, student, ceiling, pgr } = measured
      const values = [weak, student, ceiling].map(({ value }) => decimal(value))
      const of = several ? `${groupOf(arm)} · ${arm.methodTitle}` : arm.methodTitle
      const n = `${weak.seeds} × ${set.rows.toLocaleString('en')}`
      // Of so many ratios each doubt in words would bury the numbers.
      const cell = pgr.defined ? pgrCell(pgr, () => '?') : 'undefined'
      return [[set.id, of, ...values, cell, n]]
    }),
  )
  if (rows.length === 0 || rows.length > MOST_ROWS) return []
  const head = ['test set from elsewhere', 'method', 'weak', 'student', 'ceiling', 'PGR', 'n']
  const told = [...rows].sort(([a = ''], [b = '']) => (a < b ? -1 : Number(a > b)))
  return ['', ...columns([head, ...told], { right: [2, 3, 4, 5, 6] }).map((line) => `  ${line}`)]
}

/** Beyond this, a table of differences, or of sets from elsewhere, is for programs. */
const MOST_ROWS = 40

/** The paired differences between methods, or none; those between models are for programs. */
function differences(arms: ArmResult[], contrasts: Contrast[], { id }: MetricInfo): string[] {
  const shown = contrasts.filter(({ differ, measures }) => differ === 'method' && measures[id])
  if (shown.length === 0 || shown.length > MOST_ROWS) return []
  const several = new Set(arms.map(({ arm }) => groupOf(arm))).size > 1
  const rows = shown.map(({ title, measures, arm }) => {
    const { student, pgr } = measures[id]!
    const of = several ? `${groupOf(arms.find((result) => result.arm.id === arm)!.arm)} · ${title}` : title
    return [of, signed(student, 3), pgr ? signed(pgr, 2) : '-']
  })
  const head = ['difference, paired', 'student', 'PGR']
  return ['', ...columns([head, ...rows], { right: [1, 2] }).map((line) => `  ${line}`)]
}

/** PGR over the arms of a method, by each convention under its name. */
function overallLines(arms: readonly ArmResult[], { id }: MetricInfo): string[] {
  const shown = overall(arms).filter(({ metric }) => metric === id)
  if (shown.length === 0) return []
  const rows = shown.map((of) => [
    of.method,
    ...of.pgr.map(({ value }) => decimal(value, 2)),
    of.undefinedArms > 0 ? `${of.arms}, ${of.undefinedArms} undefined` : String(of.arms),
  ])
  const head = ['PGR over arms', ...shown[0]!.pgr.map(({ convention }) => convention), 'arms']
  return ['', ...columns([head, ...rows], { right: [1, 2, 3, 4] }).map((line) => `  ${line}`)]
}

/** A difference with its interval. */
export const signed = ({ value, low, high }: Difference, digits: number) =>
  `${value > 0 ? '+' : ''}${decimal(value, digits)} (${decimal(low, digits)} to ${decimal(high, digits)})`

function row(result: ArmResult, measured: Measured | undefined, note: (text: string) => string): string[] {
  const { arm, agreement, agreementWeakWrong, seedsDone } = result
  const asked = arm.seeds.length
  const seeds = seedsDone === asked ? String(asked) : `${seedsDone} of ${asked}`
  return [
    [arm.methodTitle, ...result.warnings.map(note)].join(' '),
    decimal(measured?.weak.value),
    decimal(measured?.student.value),
    decimal(measured?.ceiling.value),
    pgrCell(measured?.pgr, note),
    decimal(agreement?.value),
    decimal(agreementWeakWrong?.value),
    agreement ? `${seeds} × ${agreement.examples.toLocaleString('en')}` : count(0, 'seed'),
  ]
}

/** A PGR with its interval and, by `note`, what to know of it. */
export function pgrCell(pgr: Measured['pgr'] | undefined, note: (text: string) => string): string {
  if (!pgr) return '-'
  if (!pgr.defined) return `undefined ${note(pgr.reason)}`
  const interval = `${decimal(pgr.value, 2)} (${decimal(pgr.low, 2)} to ${decimal(pgr.high, 2)})`
  return pgr.warning ? `${interval} ${note(pgr.warning)}` : interval
}
