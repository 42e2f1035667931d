import { lineOptions, type ChartConfiguration } from '../../lib/charting'
import { niceRange, pointsOf } from '../../lib/curves'
import { count, share } from '../../lib/format'
import { WEAK_ERRORS, WEAK_LABELS, type Look } from '../../lib/roles'
import type { ArmResult, StopRule } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'

const ROOM_FOR_LABELS = 168

type Training = NonNullable<ArmResult['training']>
type LineDataset = ChartConfiguration<'line'>['data']['datasets'][number]
const last = (values: readonly number[]) => values[values.length - 1]

/** The student over training on ground truth and on weak labels, between floor and ceiling, with the three stops. */
export function trainingChart(arm: ArmResult, look: Look, p: Palette): ChartConfiguration<'line'> | null {
  const { training, weak, ceiling } = arm
  if (!training || training.step.length === 0) return null
  const { step } = training
  const all = [training.truth, training.truthLow, training.truthHigh, training.weakLabels, training.weakErrors].flat()
  const range = niceRange([...all, ...(weak ? [weak.value] : []), ...(ceiling ? [ceiling.value] : [])], [0, 1])
  const student = p[look.color]
  const options = lineOptions(
    p,
    { min: step[0]!, max: last(step)!, title: 'step', format: count },
    { ...range, format: (v) => share(v), tick: (v) => share(v, Math.max(2, range.digits)) },
    ROOM_FOR_LABELS,
  )
  return {
    type: 'line',
    options: {
      ...options,
      plugins: { ...options.plugins, annotation: { clip: false, annotations: stopMarks(arm, student, p) } },
    },
    data: { datasets: datasetsOf(arm, training, student, p) },
  }
}

function datasetsOf({ weak, ceiling }: ArmResult, training: Training, student: string, p: Palette): LineDataset[] {
  const { step } = training
  const curve = (value: readonly number[]) => pointsOf({ step, value })
  const level = (label: string, y: number, color: string) => ({
    label,
    endLabel: `${label} ${share(y)}`,
    data: [
      { x: step[0]!, y },
      { x: last(step)!, y },
    ],
    borderColor: color,
    borderWidth: 1.5,
  })
  return [
    {
      label: 'student on ground truth',
      endLabel: `student ${share(last(training.truth))}`,
      data: curve(training.truth),
      borderColor: student,
      borderWidth: 2.25,
    },
    { silent: true, data: curve(training.truthLow), borderWidth: 0, fill: false },
    { silent: true, data: curve(training.truthHigh), borderWidth: 0, fill: '-1', backgroundColor: `${student}24` },
    {
      label: 'agrees with weak labels',
      endLabel: `agrees with weak ${share(last(training.weakLabels))}`,
      data: curve(training.weakLabels),
      borderColor: p[WEAK_LABELS.color],
      borderDash: [...WEAK_LABELS.dash],
      borderWidth: 1.75,
    },
    {
      label: 'copies weak errors',
      endLabel: `copies weak errors ${share(last(training.weakErrors))}`,
      data: curve(training.weakErrors),
      borderColor: p[WEAK_ERRORS.color],
      borderDash: [...WEAK_ERRORS.dash],
      borderWidth: 1.75,
    },
    ...(weak ? [level('weak floor', weak.value, p.weak)] : []),
    ...(ceiling ? [level('ceiling', ceiling.value, p.ceiling)] : []),
  ]
}

function stopMarks({ stops }: ArmResult, color: string, p: Palette) {
  if (!stops) return {}
  const mark = (rule: StopRule, style: 'circle' | 'rectRot', hollow: boolean, radius: number) => ({
    type: 'point' as const,
    xValue: stops[rule].step,
    yValue: stops[rule].student,
    pointStyle: style,
    radius,
    backgroundColor: hollow ? 'transparent' : color,
    borderColor: hollow ? color : p.pane,
    borderWidth: hollow ? 2 : 1.25,
    drawTime: 'afterDatasetsDraw' as const,
  })
  return {
    weak: mark('weak-validation', 'rectRot', false, 7),
    last: mark('last', 'circle', false, 4),
    oracle: mark('oracle', 'circle', true, 7),
  }
}

/** The plotted numbers, for the table beside the chart. */
export function trainingTable({ training }: ArmResult): { head: string[]; rows: string[][] } {
  const head = ['step', 'student on ground truth', 'agrees with weak labels', 'copies weak errors']
  if (!training) return { head, rows: [] }
  const { step, truth, weakLabels, weakErrors } = training
  return {
    head,
    rows: step.map((s, i) => [count(s), share(truth[i]), share(weakLabels[i]), share(weakErrors[i])]),
  }
}
