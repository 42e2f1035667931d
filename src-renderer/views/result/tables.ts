// What is taken of the tables of a result. Pure.
import {
  amount,
  counted,
  foundColumns,
  hidden,
  levelText,
  OF_GAP,
  pgrColumn,
  ranged,
  signedText,
  told as toldColumn,
  unitIn,
  words,
  type ArmRow,
} from '../../lib/columns'
import { count, share } from '../../lib/format'
import { copiedAmong, ENTRIES, FATE_NAMES, MOVE_ROWS } from '../../lib/moves'
import { tableOf, type Table } from '../../lib/tables'
import type { Arm, ArmResult, Contrast, Estimate, MetricInfo, Move, Overall, Pgr, SeedLedger } from '../../lib/types'
import { told } from './compare'

type Title = (arm: Arm) => string

/** What names an arm in a column of its own. */
const armNames = (method: Title, taskTitle: (id: string) => string) => [
  words<{ arm: Arm }>('Arm', ({ arm }) => method(arm)),
  words<{ arm: Arm }>('Task', ({ arm }) => taskTitle(arm.task)),
  words<{ arm: Arm }>('Weak model', ({ arm }) => arm.weakTitle),
  words<{ arm: Arm }>('Student model', ({ arm }) => arm.strongTitle),
]

/** All arms of a result. @param lacking what stands where an arm has no result */
export function resultTable(
  arms: readonly ArmResult[],
  metric: MetricInfo,
  { method, taskTitle, lacking }: { method: Title; taskTitle: (id: string) => string; lacking: Title },
): Table {
  const rows = arms.map((result): ArmRow & { arm: Arm } => ({
    ...{ result, arm: result.arm, lacking: lacking(result.arm) },
  }))
  return tableOf(rows, [...armNames(method, taskTitle), ...foundColumns(metric)])
}

/** Paired differences, each with its interval. */
export function contrastsTable(
  contrasts: readonly Contrast[],
  metric: MetricInfo,
  armOf: (contrast: Contrast) => Arm,
  taskTitle: (id: string) => string,
): Table {
  const rows = contrasts.map((contrast) => ({ ...contrast, arm: armOf(contrast), of: contrast.measures[metric.id] }))
  return tableOf(rows, [
    ...armNames(() => '', taskTitle).slice(1),
    words('Difference, paired', ({ title }) => title),
    hidden('metric', () => metric.id),
    ranged('student', { of: ({ of }) => of?.student, unit: unitIn(metric), shown: signedText(3) }),
    ranged('PGR', { of: ({ of }) => of?.pgr, unit: OF_GAP, shown: signedText(2) }),
    counted('seeds', ({ seeds }) => seeds),
    counted('examples', ({ examples }) => examples),
  ])
}

/** PGR over arms, a method a line. */
export function overallTable(overall: readonly Overall[]): Table {
  return tableOf(overall, [
    words('PGR over arms', ({ method }) => method),
    hidden('metric', ({ metric }) => metric),
    ...(overall[0]?.pgr ?? []).map(({ convention }, i) =>
      amount<Overall>(convention, {
        ...{ of: ({ pgr }) => pgr[i]?.value, unit: OF_GAP, shown: (v) => share(v, 2), none: () => 'undefined' },
      }),
    ),
    counted('arms', ({ arms }) => arms),
    counted('undefined', ({ undefinedArms }) => undefinedArms),
  ])
}

/** A test set, and what is measured on it. */
export interface SetRow {
  id: string
  title: string
  rows: number
  groups: number
  measured: { weak: Estimate; student: Estimate; ceiling: Estimate; pgr: Pgr }
}

/** The three models on the task's own test rows and on sets from elsewhere. */
export function elsewhereTable(sets: readonly SetRow[], metric: MetricInfo, arm: string): Table {
  const level = (head: 'weak' | 'student' | 'ceiling') =>
    ranged<SetRow>(head, { of: ({ measured }) => measured[head], unit: unitIn(metric), shown: levelText })
  return tableOf(sets, [
    words('Test set', ({ title }) => title),
    hidden('arm', () => arm),
    hidden('metric', () => metric.id),
    ...(['weak', 'student', 'ceiling'] as const).map(level),
    pgrColumn(
      ({ measured }) => measured.pgr,
      () => '',
    ),
    counted('seeds', ({ measured }) => measured.weak.seeds),
    counted('examples', ({ rows }) => rows),
    hidden('groups', ({ groups }) => groups),
  ])
}

/** Moves that one column of the ledger counts. */
export const amountOf = ({ moves: of }: SeedLedger, moves: readonly Move[]): number =>
  moves.reduce((n, move) => n + of[move], 0)

/** What the one corrects, breaks and copies, seed by seed. */
export function ledgerTable(ledger: readonly SeedLedger[]): Table {
  const entry = (title: string, moves: readonly Move[]) => counted<SeedLedger>(title, (of) => amountOf(of, moves))
  return tableOf(ledger, [
    toldColumn(
      'Seed',
      ({ seed }) => seed,
      ({ seed }) => `seed ${seed}`,
    ),
    ...ENTRIES.flatMap(({ title, moves }) => {
      const copied = copiedAmong(moves)
      return [entry(title, moves), ...(copied.length > 0 ? [entry(`${title}, copied`, copied)] : [])]
    }),
    amount('McNemar p', { of: ({ p }) => p, unit: '', shown: told }),
  ])
}

/** What became of the examples of one seed: from the one in lines, to the other in columns. */
export function movesTable(
  of: SeedLedger,
  examples: number,
  { arm, against }: { arm: string; against: string },
): Table {
  type Row = (typeof MOVE_ROWS)[number]
  return tableOf(MOVE_ROWS, [
    words(against, ({ from }) => FATE_NAMES[from]),
    ...MOVE_ROWS.map(({ from: to }, i) =>
      amount<Row>(`${arm} ${FATE_NAMES[to]}`, {
        ...{ of: ({ moves }) => of.moves[moves[i]!.move], unit: '', shown: count },
      }),
    ),
    hidden('seed', () => of.seed),
    hidden('examples', () => examples),
  ])
}
