// Students against their ceilings: on the diagonal a student is as good as with ground truth.
import { lineOptions, markerOf, NEAREST, tooltipLook, type ChartConfiguration } from '../../lib/charting'
import { amount, hidden, ranged, rangeText, unitIn, words, type Ends } from '../../lib/columns'
import { niceRange } from '../../lib/curves'
import { basis, count, interval, share } from '../../lib/format'
import { CEILING, studentLook, WEAK, type Look } from '../../lib/roles'
import { tableOf, type Table } from '../../lib/tables'
import type { Arm, ArmResult, Estimate, Measured, MetricInfo } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'
import { boundsOf } from '../result/arms-chart'
import type { PaperFigure } from './paper'

type Dataset = ChartConfiguration<'line'>['data']['datasets'][number]
interface Dot {
  x: number
  y: number
  text: string
}
const GAP: Dot = { x: NaN, y: NaN, text: '' }

/** The students of one supervisor by one method. */
export interface Series {
  label: string
  look: Look
  arms: readonly { result: ArmResult; measured: Measured }[]
}

/** By supervisor and method: a method has its colour, a supervisor its dash and mark; where there is one of either, the other has all. */
export function seriesOf(results: readonly ArmResult[], metric: string, look: (arm: Arm) => Look): Series[] {
  const known = results.flatMap((result) => {
    const measured = result.measures[metric]
    return measured ? [{ result, measured }] : []
  })
  const titles = (of: (arm: Arm) => string) => [...new Set(known.map(({ result }) => of(result.arm)))]
  const [weak, methods] = [titles(({ weakTitle }) => weakTitle), titles(({ methodTitle }) => methodTitle)]
  return weak.flatMap((supervisor, hue) =>
    methods.flatMap((method): Series[] => {
      const arms = known.filter(({ result: { arm } }) => arm.weakTitle === supervisor && arm.methodTitle === method)
      const [first] = arms
      if (!first) return []
      const own = look(first.result.arm)
      const { color, dash, marker } = studentLook(hue)
      const named = [weak.length > 1 ? supervisor : '', methods.length > 1 || weak.length === 1 ? method : '']
      return [
        {
          label: named.filter(Boolean).join(' · '),
          look:
            methods.length > 1 ? { ...own, ...(weak.length > 1 && { dash, marker }) } : { ...own, color, dash, marker },
          arms: arms.toSorted((a, b) => a.measured.ceiling.value - b.measured.ceiling.value),
        },
      ]
    }),
  )
}

interface Input {
  series: readonly Series[]
  metric: MetricInfo
  paper: PaperFigure | null
  palette: Palette
  onopen: (armId: string) => void
}

/** Accuracy (or another metric) of students over that of their ceilings; the diagonal is ground truth. */
export function againstCeiling({ series, metric, paper, palette: p, onopen }: Input): ChartConfiguration<'line'> {
  const arms = series.flatMap((one) => one.arms)
  const ends = arms.flatMap(({ measured: { weak, student, ceiling } }) => [
    ...[weak.value, student.low, student.high, ceiling.low, ceiling.high],
  ])
  const told = paper?.lines.flatMap(({ points }) => points) ?? []
  const range = niceRange([...ends, ...told.flatMap(({ student, ceiling }) => [student, ceiling])], boundsOf(metric))
  const format = (v: number) => share(v, Math.max(2, range.digits))
  const base = lineOptions(
    p,
    { ...range, title: `${metric.short} of the ceiling`, format },
    { ...range, title: `${metric.short} of the student`, format },
    14,
  )
  return {
    type: 'line',
    data: {
      datasets: [
        ...series.flatMap((one) => drawn(one, p)),
        ...series.map((one) => floorOf(one, p)),
        diagonal(range.min, range.max, p),
        ...(paper ? paperLines(paper, p) : []),
      ],
    },
    options: {
      ...base,
      // Intervals are not in order along x, so Chart.js must parse them to know.
      parsing: { xAxisKey: 'x', yAxisKey: 'y' },
      normalized: false,
      interaction: NEAREST,
      onClick: (_event, items, chart) => {
        const id = items.map(
          ({ datasetIndex, index }) => (chart.data.datasets[datasetIndex]?.data[index] as { arm?: string }).arm,
        )[0]
        if (id) onopen(id)
      },
      plugins: {
        tooltip: { ...tooltipLook(p), callbacks: { title: () => '', label: (item) => (item.raw as Dot).text } },
      },
    },
  }
}

const told = (who: string, of: Estimate) => `${who} ${share(of.value)}, ${interval(of.low, of.high, 3)}, ${basis(of)}`

function drawn({ label, look, arms }: Series, p: Palette): Dataset[] {
  const ink = p[look.color]
  const points = arms.map(({ result: { arm }, measured: { student, ceiling } }) => ({
    ...{ x: ceiling.value, y: student.value, arm: arm.id },
    text: `${label}, ${arm.strongTitle}: ${told('student', student)}; ${told('ceiling', ceiling)}`,
  }))
  const bars = arms.flatMap(({ measured: { student, ceiling } }): Dot[] => [
    ...[student.low, student.high].map((y) => ({ x: ceiling.value, y, text: '' })),
    GAP,
    ...[ceiling.low, ceiling.high].map((x) => ({ x, y: student.value, text: '' })),
    GAP,
  ])
  return [
    { silent: true, order: 3, data: bars, pointRadius: 0, borderColor: `${ink}70`, borderWidth: 1.25 },
    {
      silent: true,
      order: 2,
      data: points,
      pointRadius: 0,
      borderColor: ink,
      borderWidth: 1.75,
      borderDash: [...look.dash],
    },
    { label, order: 1, data: points, showLine: false, ...markerOf(look, ink, p.pane) },
  ]
}

/** How good the supervisor is, along its students. */
function floorOf({ arms }: Series, p: Palette): Dataset {
  const data = arms.map(({ result: { arm }, measured: { weak, ceiling } }) => ({
    ...{ x: ceiling.value, y: weak.value },
    text: told(`weak supervisor ${arm.weakTitle}`, weak),
  }))
  const { pointRadius, ...mark } = markerOf(WEAK, p[WEAK.color], p.pane)
  return {
    data,
    order: 4,
    ...mark,
    pointRadius: pointRadius * 0.6,
    borderColor: p.weak,
    borderWidth: 1.25,
    borderDash: [2, 3],
  }
}

const diagonal = (min: number, max: number, p: Palette): Dataset => ({
  ...{ silent: true, order: 5, pointRadius: 0, borderColor: p[CEILING.color], borderWidth: 1.5 },
  data: [min, max].map((at) => ({ x: at, y: at })),
})

/** Of the paper: thin, grey, without intervals, and no part of ours. */
const paperLines = ({ title, lines }: PaperFigure, p: Palette): Dataset[] =>
  lines.map(({ weak, points }) => ({
    ...{ label: title, order: 6, borderColor: p.faint, backgroundColor: p.faint, borderWidth: 1, pointRadius: 2 },
    data: points.map(({ ceiling: x, student: y }) => ({
      ...{ x, y, text: `${title}; supervisor of ${weak} of GPT-4’s compute: student ${share(y)}, ceiling ${share(x)}` },
    })),
  }))

/** The plotted numbers; the paper's are told as such, and have no intervals. */
export function againstTable(series: readonly Series[], paper: PaperFigure | null, metric: MetricInfo): Table {
  interface Row {
    line: string
    model: string
    measured: { [K in 'weak' | 'student' | 'ceiling']?: Ends }
    seeds: number | null
  }
  const ours = series.flatMap(({ label, arms }) =>
    arms.map(({ result: { arm }, measured }): Row => {
      return { line: label, model: arm.strongTitle, measured, seeds: measured.student.seeds }
    }),
  )
  const read = (value: number): Ends => ({ value, low: NaN, high: NaN })
  const theirs = (paper?.lines ?? []).flatMap(({ weak, points }) =>
    points.map(({ student, ceiling }): Row => {
      const measured = { student: read(student), ceiling: read(ceiling) }
      return { line: `${paper!.title}, ${weak}`, model: '', measured, seeds: null }
    }),
  )
  const level = (head: keyof Row['measured']) =>
    ranged<Row>(head, {
      ...{ of: ({ measured }) => measured[head], unit: unitIn(metric), none: () => '' },
      shown: (of) => (Number.isNaN(of.low) ? share(of.value) : rangeText(of)),
    })
  return tableOf(
    [...ours, ...theirs],
    [
      words('line', ({ line }) => line),
      words('student model', ({ model }) => model),
      hidden('metric', () => metric.id),
      level('weak'),
      level('student'),
      level('ceiling'),
      amount('seeds', { of: ({ seeds }) => seeds, unit: '', shown: count, none: () => '' }),
    ],
  )
}
