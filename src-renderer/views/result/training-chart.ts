import { lineOptions, type ChartConfiguration } from '../../lib/charting'
import { amount, counted, ranged, unitIn } from '../../lib/columns'
import { niceRange, pointsOf } from '../../lib/curves'
import { count, share } from '../../lib/format'
import { WEAK_ERRORS, WEAK_LABELS, type Look } from '../../lib/roles'
import { stopPoints, valueAt, type StopPoint } from '../../lib/stops'
import { tableOf, type Table } from '../../lib/tables'
import type { ArmResult, Measured, MetricInfo, Stop } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'
import { boundsOf } from './arms-chart'

const ROOM_FOR_LABELS = 168

type Course = NonNullable<Measured['training']>
type LineDataset = ChartConfiguration<'line'>['data']['datasets'][number]
const last = (values: readonly number[]) => values[values.length - 1]

/** Agreement with weak labels is a share of decisions: it shares an axis with a metric that is one, too. */
const beside = ({ training }: ArmResult, { unit }: MetricInfo) =>
  training && unit === 'percent' ? [training.weakLabels, training.weakErrors] : []

/** The student over training on ground truth and on weak labels, between floor and ceiling, with its stops. */
export function trainingChart(
  arm: ArmResult,
  look: Look,
  p: Palette,
  metric: MetricInfo,
): ChartConfiguration<'line'> | null {
  const measured = arm.measures[metric.id]
  const course = measured?.training
  if (!arm.training || !course || arm.training.step.length === 0) return null
  const { step } = arm.training
  const { weak, ceiling } = measured
  const shares = beside(arm, metric)
  const all = [course.mean, course.low, course.high, ...shares, weak.value, ceiling.value].flat()
  const range = niceRange(all, boundsOf(metric))
  const student = p[look.color]
  const stops = stopPoints(arm).map((point): StopMark => ({ ...point, x: point.step, y: valueAt(measured, point) }))
  const options = lineOptions(
    p,
    { min: step[0]!, max: last(step)!, title: 'step', format: count, whole: true },
    { ...range, format: (v) => share(v), tick: (v) => share(v, Math.max(2, range.digits)) },
    ROOM_FOR_LABELS,
  )
  return {
    type: 'line',
    options: {
      ...options,
      plugins: {
        ...options.plugins,
        annotation: { clip: false, annotations: stopMarks(stops, student, p) },
      },
    },
    data: {
      datasets: [...courseOf(course, step, student), ...besideOf(shares, step, p), ...levelsOf(measured, step, p)],
    },
  }
}

/** The student, in a band from the lowest to the highest seed. */
function courseOf(course: Course, step: readonly number[], color: string): LineDataset[] {
  const curve = (value: readonly number[]) => pointsOf({ step, value })
  const endLabel = `student ${share(last(course.mean))}`
  return [
    { label: 'student on ground truth', endLabel, data: curve(course.mean), borderColor: color, borderWidth: 2.25 },
    { silent: true, data: curve(course.low), borderWidth: 0, fill: false },
    { silent: true, data: curve(course.high), borderWidth: 0, fill: '-1', backgroundColor: `${color}24` },
  ]
}

/** What is told beside the metric: agreement with weak labels, and with the wrong ones. */
function besideOf(shares: readonly number[][], step: readonly number[], p: Palette): LineDataset[] {
  const names = [
    { label: 'agrees with weak labels', end: 'agrees with weak', look: WEAK_LABELS },
    { label: 'copies weak errors', end: 'copies weak errors', look: WEAK_ERRORS },
  ]
  return shares.map((value, i) => {
    const { label, end, look } = names[i]!
    return {
      ...{ label, endLabel: `${end} ${share(last(value))}`, data: pointsOf({ step, value }) },
      ...{ borderColor: p[look.color], borderDash: [...look.dash], borderWidth: 1.75 },
    }
  })
}

function levelsOf({ weak, ceiling }: Measured, step: readonly number[], p: Palette): LineDataset[] {
  const level = (label: string, y: number, borderColor: string) => ({
    ...{ label, endLabel: `${label} ${share(y)}`, borderColor, borderWidth: 1.5 },
    data: [
      { x: step[0]!, y },
      { x: last(step)!, y },
    ],
  })
  return [level('weak floor', weak.value, p.weak), level('ceiling', ceiling.value, p.ceiling)]
}

/** A stop where it stands on the axes. */
export interface StopMark extends StopPoint {
  x: number
  y: number
}

const SHAPES = {
  last: { pointStyle: 'circle', radius: 4 },
  'weak-validation': { pointStyle: 'rectRot', radius: 7 },
  oracle: { pointStyle: 'circle', radius: 7 },
  place: { pointStyle: 'triangle', radius: 6 },
} as const

/** The stops of a training, the oracle hollow. @param onopen a mark was clicked */
export function stopMarks(stops: readonly StopMark[], color: string, p: Palette, onopen?: (stop: Stop) => void) {
  const marks = stops.map(({ stop, x, y }) => {
    const hollow = stop === 'oracle'
    const mark = {
      type: 'point' as const,
      ...{
        xValue: x,
        yValue: y,
        backgroundColor: hollow ? 'transparent' : color,
        borderColor: hollow ? color : p.pane,
      },
      ...{ borderWidth: hollow ? 2 : 1.25, drawTime: 'afterDatasetsDraw' as const },
      ...(SHAPES[stop as keyof typeof SHAPES] ?? SHAPES.place),
      ...(onopen && { click: () => onopen(stop) }),
    }
    return [stop, mark] as const
  })
  return Object.fromEntries(marks)
}

/** The plotted numbers: the mean over seeds with the lowest and the highest of them, and what is told beside. */
export function trainingTable(arm: ArmResult, metric: MetricInfo): Table {
  const course = arm.measures[metric.id]?.training
  const shares = beside(arm, metric)
  const rows = arm.training && course ? arm.training.step.map((step, i) => ({ step, i })) : []
  return tableOf(rows, [
    counted('step', ({ step }) => step),
    ranged(
      'student on ground truth',
      {
        of: ({ i }) => course && { value: course.mean[i]!, low: course.low[i]!, high: course.high[i]! },
        ...{ unit: unitIn(metric), shown: ({ value }) => share(value) },
      },
      'seed',
    ),
    ...['agrees with weak labels', 'copies weak errors']
      .slice(0, shares.length)
      .map((name, column) =>
        amount<{ i: number }>(name, { of: ({ i }) => shares[column]![i], unit: 'share', shown: (v) => share(v) }),
      ),
    counted('seeds', () => arm.seedsDone),
  ])
}
