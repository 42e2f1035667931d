// Columns of tables that are taken: how each kind of thing is read, and what of it programs get. Pure.
import { count, interval, percent, pgrText, plusMinus, share } from './format'
import type { Column, Value } from './tables'
import type { ArmResult, MetricInfo, Pgr } from './types'

const NONE = '–'

/** Words, the same for both. */
export const words = <R>(head: string, of: (row: R) => string): Column<R> => ({
  shown: { head, of },
  values: [{ head, of }],
})

/** What only programs get: ids, and what stands elsewhere on the screen. */
export const hidden = <R>(head: string, of: (row: R) => Value): Column<R> => ({ shown: null, values: [{ head, of }] })

/** A value that is read in other words than it has. */
export const told = <R>(head: string, of: (row: R) => Value, shown: (row: R) => string): Column<R> => ({
  shown: { head, of: shown },
  values: [{ head, of }],
})

type Some<T> = T | null | undefined
interface Read<R, T> {
  of: (row: R) => Some<T>
  /** Stands in a column of its own; '' for what has none. */
  unit: string
  shown: (value: T, row: R) => string
  /** What is read where there is no value. */
  none?: (row: R) => string
}

const shownOf = <R, T>(head: string, { of, shown, none = () => NONE }: Omit<Read<R, T>, 'unit'>) => ({
  head,
  of: (row: R) => {
    const value = of(row)
    return value === null || value === undefined ? none(row) : shown(value, row)
  },
})
const unitOf = <R, T>(head: string, { of, unit }: Pick<Read<R, T>, 'of' | 'unit'>) =>
  unit ? [{ head: `${head} unit`, of: (row: R) => ((of(row) ?? null) === null ? null : unit) }] : []

/** A number and its unit. */
export const amount = <R>(head: string, read: Read<R, number>): Column<R> => ({
  shown: shownOf(head, read),
  values: [{ head, of: read.of }, ...unitOf(head, read)],
})

/** Something that is counted. */
export const counted = <R>(head: string, of: (row: R) => Some<number>): Column<R> =>
  amount(head, { of, unit: '', shown: count })

/** A number and the ends of an interval; what has none has `NaN` for them. */
export interface Ends {
  value: number
  low: number
  high: number
}

const endsOf = <R>(head: string, { of, unit }: Pick<Read<R, Ends>, 'of' | 'unit'>, covers: string) => [
  { head, of: (row: R) => of(row)?.value },
  { head: `${head} ${covers} low`, of: (row: R) => of(row)?.low },
  { head: `${head} ${covers} high`, of: (row: R) => of(row)?.high },
  ...unitOf(head, { of, unit }),
]

/** A number with the ends of its interval, 95 % unless it is another. */
export const ranged = <R>(head: string, read: Read<R, Ends>, covers = '95 %'): Column<R> => ({
  shown: shownOf(head, read),
  values: endsOf(head, read, covers),
})

/** A metric's unit; '' of one that has none. */
export const unitIn = ({ id, unit }: Pick<MetricInfo, 'id' | 'unit'>): string =>
  unit === 'percent' ? 'share' : id === 'logloss' ? 'nats' : ''

/** A level as tables have it: `.612 ± .022`. */
export const levelText = ({ value, low, high }: Ends): string => `${share(value)} ${plusMinus(low, high)}`
/** A level with the ends of its interval: `.612 (.590 to .634)`. */
export const rangeText = ({ value, low, high }: Ends): string => `${share(value)} (${interval(low, high, 3)})`
/** A difference with its interval: `+.021 (−.004 to +.046)`. */
export const signedText =
  (digits: number) =>
  ({ value, low, high }: Ends): string => {
    const signed = (of: number) => `${of > 0 ? '+' : ''}${share(of, digits)}`
    return `${signed(value)} (${signed(low)} to ${signed(high)})`
  }

/** What a PGR is a share of. */
export const OF_GAP = 'share of the gap'

/** A PGR, or why there is none. @param lacking what is read where nothing is known yet */
export function pgrColumn<R>(of: (row: R) => Pgr | undefined, lacking: (row: R) => string): Column<R> {
  const defined = (row: R) => {
    const pgr = of(row)
    return pgr?.defined ? pgr : null
  }
  const note = (row: R) => {
    const pgr = of(row)
    return pgr ? (pgr.defined ? pgr.warning : pgr.reason) : lacking(row)
  }
  return {
    shown: shownOf('PGR', {
      of: defined,
      shown: (pgr) => `${pgrText(pgr)} (${interval(pgr.low, pgr.high)})`,
      none: (row) => (of(row) ? 'undefined' : lacking(row)),
    }),
    values: [...endsOf('PGR', { of: defined, unit: OF_GAP }, '95 %'), { head: 'PGR note', of: note }],
  }
}

/** An arm with what stands for a result where it has none. */
export interface ArmRow {
  result: ArmResult
  lacking: string
}

/** What is found of an arm in a metric, as every table of arms has it. */
export function foundColumns(metric: MetricInfo): Column<ArmRow>[] {
  const measured = ({ result }: ArmRow) => result.measures[metric.id]
  const level = (head: 'weak' | 'student' | 'ceiling'): Column<ArmRow> =>
    ranged(head, {
      ...{ of: (row) => measured(row)?.[head], unit: unitIn(metric), shown: levelText },
      none: ({ lacking }) => lacking,
    })
  return [
    hidden('metric', () => metric.id),
    level('weak'),
    level('student'),
    level('ceiling'),
    pgrColumn(
      (row) => measured(row)?.pgr,
      ({ lacking }) => lacking,
    ),
    ranged('copies', {
      ...{
        of: ({ result }) => result.agreementWeakWrong,
        unit: 'share of weak errors',
        shown: ({ value }) => percent(value),
      },
    }),
    told(
      'seeds',
      ({ result }) => result.seedsDone,
      ({ result: { seedsDone, arm } }) =>
        seedsDone < arm.seeds.length ? `${seedsDone} of ${arm.seeds.length}` : count(seedsDone),
    ),
    hidden('seeds asked', ({ result }) => result.arm.seeds.length),
    counted('examples', (row) => measured(row)?.student.examples),
  ]
}
