import { lineOptions, markerOf, NEAREST, tooltipLook, type ChartConfiguration } from '../../lib/charting'
import { foundColumns, levelText, ranged, unitIn, words, type ArmRow } from '../../lib/columns'
import { niceRange, type NiceRange } from '../../lib/curves'
import { interval, share } from '../../lib/format'
import { CEILING, WEAK, type Look } from '../../lib/roles'
import type { Lacking } from '../../lib/runs'
import { tableOf, type Table } from '../../lib/tables'
import type { Arm, ArmResult, Estimate, MetricInfo } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'

interface Dot {
  x: number
  y: number
  text: string
}
const GAP: Dot = { x: Number.NaN, y: Number.NaN, text: '' }
/** Seeds stand this far under their mean, in rows. */
const BELOW = 0.24
/** Half the height of the mark of a level beside the three roles, in rows. */
const LEVEL = 0.36

/** Height of a row in pixels: few arms get room, many stand close. */
export const rowHeight = (arms: number): number => Math.round(Math.min(90, Math.max(38, 240 / Math.max(1, arms))))

const told = (who: string, e: Estimate) =>
  `${who} ${share(e.value)}, ${interval(e.low, e.high, 3)}, ${e.seeds} seeds × ${e.examples}`

/** One role's means, intervals and seeds over the rows that have it. */
function role(name: string, rows: { row: number; of: Estimate; seeds: number[] }[]) {
  return {
    means: rows.map(({ row, of }): Dot => ({ x: of.value, y: row, text: told(name, of) })),
    intervals: rows.flatMap(({ row, of }): Dot[] => [
      { x: of.low, y: row, text: '' },
      { x: of.high, y: row, text: '' },
      GAP,
    ]),
    seeds: rows.flatMap(({ row, seeds }) =>
      seeds.map((x, i): Dot => ({ x, y: row + BELOW, text: `${name}, seed no. ${i + 1}: ${share(x)}` })),
    ),
  }
}

type Drawn = ReturnType<typeof role> & Look & { name: string }

interface Input {
  metric: MetricInfo
  arms: readonly ArmResult[]
  /** Parts of each arm's name: the last one, the method, on a line of its own. */
  labels: readonly (readonly string[])[]
  look: (arm: Arm) => Look
  selected: string
  onselect: (armId: string) => void
  palette: Palette
}

/** Weak, student and ceiling of every arm on one axis, that of the metric: marker = mean, bar = 95 % interval, small dots = seeds. */
export function armsChart(input: Input): ChartConfiguration<'line'> {
  const { metric, arms, labels, look, selected, onselect, palette: p } = input
  const measured = arms.map((arm) => arm.measures[metric.id])
  const pick = (key: 'weak' | 'student' | 'ceiling', only: (arm: ArmResult) => boolean = () => true) =>
    arms.flatMap((arm, row) => {
      const of = measured[row]
      return of && only(arm) ? [{ row, of: of[key], seeds: of.bySeed.map((s) => s[key]) }] : []
    })
  const looks = [...new Set(arms.map((arm) => look(arm.arm)))]
  const roles = [
    { name: 'weak supervisor', ...WEAK, ...role('weak', pick('weak')) },
    ...looks.map((own) => ({
      name: 'student',
      ...own,
      ...role(
        'student',
        pick('student', (arm) => look(arm.arm) === own),
      ),
    })),
    { name: 'ceiling', ...CEILING, ...role('ceiling', pick('ceiling')) },
  ]
  const levels = measured.flatMap((of, y) =>
    Object.entries(of?.references ?? {}).flatMap(([name, of]): Dot[] => {
      const text = told(`reference, ${name}`, of)
      return [{ x: of.value, y: y - LEVEL, text }, { x: of.value, y: y + LEVEL, text }, GAP]
    }),
  )
  const gaps = measured.flatMap((of, y): Dot[] =>
    of ? [{ x: of.weak.value, y, text: '' }, { x: of.ceiling.value, y, text: '' }, GAP] : [],
  )
  const row = arms.findIndex((arm) => arm.arm.id === selected)
  const xs = [...levels, ...roles.flatMap((r) => [...r.intervals, ...r.seeds])].map((d) => d.x)
  return {
    type: 'line',
    data: {
      datasets: [
        { ...LINE, order: 3, data: gaps, borderColor: p.line, borderWidth: 1 },
        { ...LINE, silent: false, order: 3, data: levels, borderColor: p.soft, borderWidth: 1.5, borderDash: [3, 3] },
        ...roles.flatMap((one) => datasetsOf(one, p)),
      ],
    },
    options: options({ metric, arms, labels, row, onselect, p, range: niceRange(xs, boundsOf(metric)) }),
  }
}

/** Between which an axis of a metric ends. */
export const boundsOf = ({ range: [least, most] }: MetricInfo): [number, number] => [least, most ?? Infinity]

const LINE = { showLine: true, pointRadius: 0, silent: true }

/** One role of every arm: intervals, seeds, and means above them. */
function datasetsOf({ name, means, intervals, seeds, ...look }: Drawn, p: Palette) {
  const ink = p[look.color]
  return [
    { ...LINE, order: 2, data: intervals, borderColor: ink, borderWidth: 2 },
    { data: seeds, order: 1, showLine: false, pointRadius: 2.2, backgroundColor: `${ink}99`, borderWidth: 0 },
    { label: name, data: means, showLine: false, ...markerOf(look, ink, p.pane) },
  ]
}

/** Letters of a line. */
const MOST = 34
const clip = (text: string) => (text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text)

/**
 * A label of one line, or of two. The method, which comes last, has one of its own where all else fits on the other; else that
 * is what comes first, above all a task, which is the longest.
 */
export function tickLabel(parts: readonly string[]): string | string[] {
  if (parts.length < 2) return clip(parts[0] ?? '')
  const others = parts.slice(0, -1).join(' · ')
  const at = others.length > MOST ? 1 : -1
  return [clip(parts.slice(0, at).join(' · ')), clip(parts.slice(at).join(' · '))]
}

/** Charts on the same rows must not make room of their own accord, or the rows would part. */
export const ROW_LAYOUT = { autoPadding: false, padding: { top: 4, right: 14, bottom: 0, left: 8 } }

/** The vertical axis of charts with a row an arm, the first on top. */
export function rowAxis(arms: number) {
  const rows = Array.from({ length: arms }, (_, value) => ({ value }))
  return {
    afterBuildTicks: (axis: { ticks: { value: number }[] }) => void (axis.ticks = rows),
    type: 'linear' as const,
    reverse: true,
    min: -0.55,
    max: arms - 0.4,
    border: { display: false },
    grid: { display: false },
  }
}

interface OptionsInput {
  metric: MetricInfo
  arms: readonly ArmResult[]
  labels: readonly (readonly string[])[]
  row: number
  onselect: (armId: string) => void
  p: Palette
  range: NiceRange
}

function options(input: OptionsInput): ChartConfiguration<'line'>['options'] {
  const { metric, arms, labels, row, onselect, p, range } = input
  const base = lineOptions(
    p,
    { ...range, title: `${metric.short} on ground truth`, format: (v) => share(v, Math.max(2, range.digits)) },
    {},
    14,
  )
  return {
    ...base,
    layout: ROW_LAYOUT,
    // Gaps and seeds are not in order along x, so Chart.js must parse them to know.
    parsing: { xAxisKey: 'x', yAxisKey: 'y' },
    normalized: false,
    interaction: NEAREST,
    onClick: (event, _items, chart) => {
      const at = Math.round(chart.scales['y']?.getValueForPixel(event.y ?? -1) ?? -1)
      const arm = arms[at]
      if (arm) onselect(arm.arm.id)
    },
    scales: {
      x: { ...base.scales?.['x'], grid: { color: p.line, drawTicks: false } },
      y: {
        ...rowAxis(arms.length),
        ticks: {
          color: p.ink,
          autoSkip: false,
          font: { size: 12 },
          callback: (value) => tickLabel(labels[Number(value)] ?? []),
        },
      },
    },
    plugins: {
      tooltip: { ...tooltipLook(p), callbacks: { title: () => '', label: (item) => (item.raw as Dot).text } },
      annotation: {
        annotations:
          row < 0 || arms.length < 2
            ? {}
            : {
                selected: {
                  type: 'box',
                  yMin: row - 0.5,
                  yMax: row + 0.5,
                  backgroundColor: `${p.student}14`,
                  borderWidth: 0,
                  drawTime: 'beforeDatasetsDraw',
                },
              },
      },
    },
  }
}

/** The plotted numbers, and what else is found of each arm. @param labels parts of the arms' names */
export function armsTable(
  arms: readonly ArmResult[],
  labels: readonly (readonly string[])[],
  metric: MetricInfo,
  lacking: (arm: Arm) => Lacking,
): Table {
  const levels = [...new Set(arms.flatMap((arm) => Object.keys(arm.measures[metric.id]?.references ?? {})))]
  const rows = arms.map((result, i) => ({
    ...{ result, lacking: lacking(result.arm).word, label: (labels[i] ?? []).join(' · ') },
  }))
  return tableOf(rows, [
    words('arm', ({ label }) => label),
    ...foundColumns(metric),
    ...levels.map((name) =>
      ranged<ArmRow>(name, {
        ...{ of: ({ result }) => result.measures[metric.id]?.references[name], unit: unitIn(metric) },
        shown: levelText,
      }),
    ),
  ])
}
