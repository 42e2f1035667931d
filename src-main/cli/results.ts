import type { ArmResult, Contrast, RunResult, StopRule } from '../../src-preload/contract'
import { columns, count, decimal, wrap } from './text'

const HEADER = ['method', 'weak', 'student', 'ceiling', 'PGR', 'agreement', 'copied', 'n']
const NUMBERS = [1, 2, 3, 4, 5, 6, 7]
const REPORTED: Record<StopRule, string> = {
  last: 'The student is reported at its last step.',
  'weak-validation': 'The student is reported where it agrees best with weak labels on validation examples.',
  oracle: 'The student is reported where it does best on ground truth: a bound, never the result.',
}
const legend = (measure: ArmResult['arm']['measure']) =>
  `Accuracies on ground truth of ${measure === 'test' ? 'the test split' : 'DEVELOPMENT rows, not of the test split'}, means over seeds. ` +
  'PGR: share of the gap between weak and ceiling that the student recovers, with its 95 % interval. agreement: how often ' +
  `the student decides like its supervisor. copied: share of the supervisor’s errors that the student repeats. n: seeds × ${measure} examples.`

/**
 * The result table of a run: one row an arm, grouped by what the arms of a group have in common; below it the paired
 * differences of arms, and what the numbers mean.
 */
export function resultTable({ arms, contrasts, covers }: Omit<RunResult, 'runId'>, width: number): string[] {
  if (!arms.some((arm) => arm.seedsDone > 0)) return ['No arm has a result yet.']
  const notes: string[] = []
  const note = (text: string) => {
    if (!notes.includes(text)) notes.push(text)
    return `[${notes.indexOf(text) + 1}]`
  }
  const rows = columns([HEADER, ...arms.map((result) => row(result, note))], { right: NUMBERS })
  const lines: string[] = []
  let group = ''
  for (const [i, result] of arms.entries()) {
    const { arm } = result
    const next = groupOf(arm)
    if (next !== group) lines.push(...(i > 0 ? [''] : []), next, `  ${rows[0]!}`)
    group = next
    lines.push(`  ${rows[i + 1]!}`)
    const last = i + 1 === arms.length || groupOf(arms[i + 1]!.arm) !== group
    if (last) lines.push(...referenceLines(result))
  }
  const rules = [...new Set(arms.map(({ stop }) => REPORTED[stop]))]
  const marked = notes.map((text, i) => `[${i + 1}] ${text}`)
  const texts = [[...rules, legend(arms[0]!.arm.measure)].join(' '), covers, ...marked].filter(Boolean)
  return [...lines, ...differences(arms, contrasts), '', ...texts.flatMap((text) => wrap(text, width))]
}

const groupOf = ({ task, weakTitle, strongTitle }: ArmResult['arm']) => `${task} · ${weakTitle} → ${strongTitle}`

/** What simpler models make of the ceiling's rows: the arms of a group share it. */
const referenceLines = ({ references }: ArmResult): string[] =>
  Object.entries(references).map(
    ([name, { value, low, high }]) => `  reference, ${name}: ${decimal(value)} (${decimal(low)} to ${decimal(high)})`,
  )

/** Beyond this, a table of differences is for programs. */
const MOST_DIFFERENCES = 40

/** The paired differences between methods, or none; those between models are for programs. */
function differences(arms: ArmResult[], contrasts: Contrast[]): string[] {
  const shown = contrasts.filter(({ differ }) => differ === 'method')
  if (shown.length === 0 || shown.length > MOST_DIFFERENCES) return []
  const several = new Set(arms.map(({ arm }) => groupOf(arm))).size > 1
  const rows = shown.map(({ title, student, pgr, arm }) => [
    several ? `${groupOf(arms.find((result) => result.arm.id === arm)!.arm)} · ${title}` : title,
    signed(student, 3),
    pgr ? signed(pgr, 2) : '-',
  ])
  const head = ['difference, paired', 'student', 'PGR']
  return ['', ...columns([head, ...rows], { right: [1, 2] }).map((line) => `  ${line}`)]
}

const signed = ({ value, low, high }: NonNullable<Contrast['pgr']>, digits: number) =>
  `${value > 0 ? '+' : ''}${decimal(value, digits)} (${decimal(low, digits)} to ${decimal(high, digits)})`

function row(result: ArmResult, note: (text: string) => string): string[] {
  const { arm, weak, student, ceiling, agreement, agreementWeakWrong, seedsDone } = result
  const asked = arm.seeds.length
  const seeds = seedsDone === asked ? String(asked) : `${seedsDone} of ${asked}`
  return [
    [arm.methodTitle, ...result.warnings.map(note)].join(' '),
    decimal(weak?.value),
    decimal(student?.value),
    decimal(ceiling?.value),
    pgrCell(result.pgr, note),
    decimal(agreement?.value),
    decimal(agreementWeakWrong?.value),
    student ? `${seeds} × ${student.examples.toLocaleString('en')}` : count(0, 'seed'),
  ]
}

function pgrCell(pgr: ArmResult['pgr'], note: (text: string) => string): string {
  if (!pgr) return '-'
  if (!pgr.defined) return `undefined ${note(pgr.reason)}`
  const interval = `${decimal(pgr.value, 2)} (${decimal(pgr.low, 2)} to ${decimal(pgr.high, 2)})`
  return pgr.warning ? `${interval} ${note(pgr.warning)}` : interval
}
