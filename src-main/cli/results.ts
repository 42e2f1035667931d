import type { ArmResult } from '../../src-preload/contract'
import { columns, count, decimal, wrap } from './text'

const HEADER = ['method', 'weak', 'student', 'ceiling', 'PGR', 'agreement', 'copied', 'n']
const NUMBERS = [1, 2, 3, 4, 5, 6, 7]
const legend = (measure: ArmResult['arm']['measure']) =>
  `Accuracies on ground truth of ${measure === 'test' ? 'the test split' : 'DEVELOPMENT rows, not of the test split'}, means over seeds. ` +
  'PGR: share of the gap between weak and ceiling that the student recovers, with its 95 % interval. agreement: how often ' +
  `the student decides like its supervisor. copied: share of the supervisor’s errors that the student repeats. n: seeds × ${measure} examples.`

/** The result table of a run: one row an arm, grouped by what the arms of a group have in common. */
export function resultTable(arms: ArmResult[], width: number): string[] {
  if (!arms.some((arm) => arm.seedsDone > 0)) return ['No arm has a result yet.']
  const notes: string[] = []
  const note = (text: string) => {
    if (!notes.includes(text)) notes.push(text)
    return `[${notes.indexOf(text) + 1}]`
  }
  const rows = columns([HEADER, ...arms.map((result) => row(result, note))], { right: NUMBERS })
  const lines: string[] = []
  let group = ''
  for (const [i, { arm }] of arms.entries()) {
    const next = `${arm.task} · ${arm.weakTitle} → ${arm.strongTitle}`
    if (next !== group) lines.push(...(i > 0 ? [''] : []), next, `  ${rows[0]!}`)
    group = next
    lines.push(`  ${rows[i + 1]!}`)
  }
  const marked = notes.flatMap((text, i) => wrap(`[${i + 1}] ${text}`, width))
  return [...lines, '', ...wrap(legend(arms[0]!.arm.measure), width), ...marked]
}

function row(result: ArmResult, note: (text: string) => string): string[] {
  const { arm, weak, student, ceiling, agreement, agreementWeakWrong, seedsDone } = result
  const asked = arm.seeds.length
  const seeds = seedsDone === asked ? String(asked) : `${seedsDone} of ${asked}`
  return [
    arm.methodTitle,
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
