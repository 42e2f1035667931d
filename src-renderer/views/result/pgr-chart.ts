import { lineOptions, markerOf, NEAREST, tooltipLook, type ChartConfiguration } from '../../lib/charting'
import { interval, pgrText, share } from '../../lib/format'
import type { Look } from '../../lib/roles'
import type { Arm, ArmResult, MetricInfo, Pgr } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'
import { ROW_LAYOUT, rowAxis, tickLabel } from './arms-chart'

type Defined = Pgr & { defined: true }
interface Ends {
  min: number
  max: number
}
interface Dot {
  x: number
  y: number
  text: string
}

/** Beyond these an interval is cut, its end an arrow: a PGR of a small gap would squeeze all others. */
const [LOWEST, HIGHEST] = [-1, 2]
const quarter = (value: number, round: (x: number) => number) => round(value * 4) / 4

/** An axis that holds all PGR, with room for the arrows where one is cut. */
function axisOf(pgrs: readonly Defined[]): Ends {
  const low = Math.min(0, ...pgrs.map((pgr) => pgr.low))
  const high = Math.max(1, ...pgrs.map((pgr) => pgr.high))
  return {
    min: low < LOWEST ? LOWEST - 0.25 : quarter(low, Math.floor),
    max: high > HIGHEST ? HIGHEST + 0.25 : quarter(high, Math.ceil),
  }
}

/** PGR of every arm with its interval, on the rows of the chart beside it; 0 is the supervisor, 1 the ceiling. */
export function pgrChart(
  arms: readonly ArmResult[],
  labels: readonly (readonly string[])[],
  look: (arm: Arm) => Look,
  p: Palette,
  { id }: MetricInfo,
): ChartConfiguration<'line'> {
  const pgrs = arms.map(({ measures }) => measures[id]?.pgr)
  const rows = arms.flatMap(({ arm }, y) => {
    const pgr = pgrs[y]
    return pgr?.defined ? [{ arm, pgr, y }] : []
  })
  const { min, max } = axisOf(rows.map(({ pgr }) => pgr))
  const base = lineOptions(p, { min, max, title: 'PGR', step: 0.5, format: (v) => share(v, 1) }, {}, 14)
  return {
    type: 'line',
    data: {
      datasets: rows.flatMap(({ arm, pgr, y }) => intervalOf(pgr, y, look(arm), { min, max }, p)),
    },
    options: {
      ...base,
      layout: ROW_LAYOUT,
      interaction: NEAREST,
      scales: {
        x: {
          ...base.scales?.['x'],
          afterBuildTicks: (axis) =>
            (axis.ticks = HALVES.filter((v) => v >= min && v <= max).map((value) => ({ value }))),
          grid: { color: (at) => (isEnd(at.tick?.value) ? p.edge : p.line), drawTicks: false },
        },
        // Empty labels as high as those at the left, so that the rows of both charts meet.
        y: {
          ...rowAxis(arms.length),
          ticks: {
            autoSkip: false,
            font: { size: 12 },
            callback: (v) => [tickLabel(labels[Number(v)] ?? [])].flat().map(() => ''),
          },
        },
      },
      plugins: {
        tooltip: { ...tooltipLook(p), callbacks: { title: () => '', label: (item) => (item.raw as Dot).text } },
        annotation: { annotations: undefinedMarks(pgrs, (min + max) / 2, p) },
      },
    },
  }
}

/** One arm's mean and interval; what lies outside of the axis is an arrow at its end. */
function intervalOf(pgr: Defined, y: number, look: Look, { min, max }: Ends, p: Palette) {
  // One that comes with a warning is drawn pale.
  const ink = pgr.warning ? `${p[look.color]}80` : p[look.color]
  const text = `PGR ${pgrText(pgr)}, ${interval(pgr.low, pgr.high)}, ${pgr.seeds} seeds × ${pgr.examples}`
  const dot = (x: number): Dot => ({ x, y, text })
  const mark = { pointRadius: 5, backgroundColor: ink, borderColor: p.pane, borderWidth: 1 }
  const arrow = (x: number, pointRotation: number) => ({
    ...mark,
    data: [dot(x)],
    pointStyle: 'triangle' as const,
    pointRotation,
  })
  const ends = [pgr.low, pgr.high].map((x) => Math.min(max, Math.max(min, x)))
  return [
    { data: ends.map(dot), order: 2, pointRadius: 0, borderColor: ink, borderWidth: 2 },
    ...(pgr.low < min ? [arrow(min, -90)] : []),
    ...(pgr.high > max ? [arrow(max, 90)] : []),
    ...(pgr.value < min || pgr.value > max ? [] : [{ data: [dot(pgr.value)], ...markerOf(look, ink, p.pane) }]),
  ]
}

const HALVES = [-1, -0.5, 0, 0.5, 1, 1.5, 2]
/** The supervisor stands at 0, the ceiling at 1. */
const isEnd = (value: number | undefined) => value === 0 || value === 1

function undefinedMarks(pgrs: readonly (Pgr | undefined)[], x: number, p: Palette) {
  return pgrs.flatMap((pgr, y) =>
    pgr && !pgr.defined
      ? [{ type: 'label' as const, xValue: x, yValue: y, content: 'undefined', color: p.warn, font: { size: 11 } }]
      : [],
  )
}
