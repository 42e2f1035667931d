// What a comparison of two arms says, in words.
import { modelIds } from '../../lib/arms'
import { difference, interval, list, pgrText, plural, sentence } from '../../lib/format'
import { counted, hidden, levelText, OF_GAP, ranged, signedText, unitIn, words } from '../../lib/columns'
import { tableOf, type Table } from '../../lib/tables'
import type { Comparison, Difference, MetricInfo } from '../../lib/types'
import { isShown, pointsRange } from './headline'

/** Ends of the interval of a difference, without a unit where its value has one. */
const rangeOf = (metric: MetricInfo, of: Difference) =>
  metric.unit === 'percent' ? pointsRange(of) : `${difference(metric, of.low)} to ${difference(metric, of.high)}`

/**
 * What two arms differ by in a metric, hedged by the interval of their difference. Of one seed the interval holds nothing
 * of chance between trainings, which is said too.
 */
export function comparedTitle(
  { measures, seeds, ...of }: Comparison,
  metric: MetricInfo,
  { arm, against }: { arm: string; against: string },
): string {
  const student = measures[metric.id]?.student
  if (!student) return `${metric.title} is not told of both`
  const [size, ends] = [difference(metric, Math.abs(student.value)), rangeOf(metric, student)]
  const where = student.value === 0 ? 'level with' : `${size} ${student.value > 0 ? 'above' : 'below'}`
  const inMetric = metric.id === 'accuracy' ? '' : `In ${metric.short}, `
  const who = sentence(arm, modelIds([of.arm, of.against]))
  const found = `${inMetric ? `${inMetric}${arm}` : who} is ${where} ${against} (${ends})`
  const hedge = isShown(student) ? '' : ': the interval holds 0, so no difference is shown'
  const one = seeds.length === 1 ? `${hedge ? ';' : ','} of one seed, so chance between trainings is not in it` : ''
  return found + hedge + one
}

/** Why there is no difference of PGR; '' where there is one. */
export function withoutPgr({ measures, differ }: Comparison, { id }: MetricInfo): string {
  const found = measures[id]
  if (!found || found.pgr) return ''
  const others = differ.filter((choice) => choice !== 'method')
  if (others.length > 0) {
    const who = others.map((choice) => (choice === 'weak' ? 'supervisors' : 'students'))
    return `Shares of different gaps do not compare: the ${list(who)} are other models, or trained otherwise.`
  }
  const undefinedOf = [found.of.arm, found.of.against].filter(({ pgr }) => !pgr.defined).length
  return `No difference of PGR: it is undefined in ${undefinedOf === 2 ? 'both' : 'one of the two'}.`
}

/** A line of the table of both: an arm, or what lies between them. */
interface Row {
  title: string
  student: Difference
  pgr: Difference | null
  /** As they are read. */
  text: string
  pgrText: string
  seeds: number
  examples: number
  note: string | null
}

/** Both arms and their paired difference in a metric and in PGR. */
export function bothTable(found: Comparison, metric: MetricInfo, titles: { arm: string; against: string }): Table {
  const measured = found.measures[metric.id]
  const sides = (['arm', 'against'] as const).flatMap((side): Row[] => {
    if (!measured) return []
    const { student, pgr } = measured.of[side]
    const { seeds, examples } = student
    const note = pgr.defined ? pgr.warning : pgr.reason
    const text = pgr.defined ? `${pgrText(pgr)} (${interval(pgr.low, pgr.high)})` : 'undefined'
    const of = { student, text: levelText(student), pgr: pgr.defined ? pgr : null, pgrText: text }
    return [{ title: titles[side], ...of, seeds, examples, note }]
  })
  const between: Row | undefined = measured && {
    ...{ title: 'difference, paired', student: measured.student, text: signedText(3)(measured.student) },
    ...{ pgr: measured.pgr, pgrText: measured.pgr ? signedText(2)(measured.pgr) : '–' },
    ...{ seeds: found.seeds.length, examples: found.examples, note: withoutPgr(found, metric) },
  }
  return tableOf(between ? [...sides, between] : [], [
    words('Arm', ({ title }) => title),
    ranged(metric.short, { of: ({ student }) => student, unit: unitIn(metric), shown: (_, { text }) => text }),
    ranged('PGR', {
      ...{ of: ({ pgr }) => pgr, unit: OF_GAP, shown: (_: Difference, row: Row) => row.pgrText },
      none: (row) => row.pgrText,
    }),
    counted('seeds', ({ seeds }) => seeds),
    counted('examples', ({ examples }) => examples),
    hidden('note', ({ note }) => note),
  ])
}

/** Seeds that are left out since only one arm has done them; '' where there are none. */
export function unpaired({ only }: Comparison, names: { arm: string; against: string }): string {
  const parts = (['arm', 'against'] as const).flatMap((side) =>
    only[side].length > 0
      ? [`${only[side].length > 1 ? 'seeds' : 'seed'} ${list(only[side].map(String))} of ${names[side]}`]
      : [],
  )
  return parts.length > 0 ? `Left out, as the other arm has not done them: ${parts.join('; ')}.` : ''
}

/** How McNemar's test is to be read beside the interval. */
export function mcnemarNote({ groups, examples }: Comparison): string {
  const test =
    'McNemar’s exact test, two-sided, is of one seed at a time and knows nothing of chance between trainings.'
  return groups < examples
    ? `${test} It takes examples as independent, and these come in ${plural(groups, 'group')}: go by the interval, which draws whole groups.`
    : `${test} Its p do not add up over seeds: the interval counts rows and seeds together.`
}

/** A p-value as it is told: `p = .031`, `p < .001`. */
export const told = (p: number): string => (p < 0.001 ? '< .001' : p.toFixed(3).replace(/^0/, ''))
