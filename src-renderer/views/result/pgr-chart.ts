import { lineOptions, tooltipLook, type ChartConfiguration } from '../../lib/charting'
import { interval, share } from '../../lib/format'
import type { Look } from '../../lib/roles'
import type { Arm, ArmResult } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'
import { MARKERS, ROW_LAYOUT, rowAxis, tickLabel } from './arms-chart'

interface Dot {
  x: number
  y: number
  text: string
}

/** PGR of every arm with its interval, on the rows of the accuracy chart beside it; 0 is the supervisor, 1 the ceiling. */
export function pgrChart(
  arms: readonly ArmResult[],
  labels: readonly (readonly string[])[],
  look: (arm: Arm) => Look,
  p: Palette,
): ChartConfiguration<'line'> {
  const rows = arms.flatMap(({ arm, pgr }, y) => (pgr?.defined ? [{ arm, pgr, y }] : []))
  const quarter = (value: number, round: (x: number) => number) => round(value * 4) / 4
  const min = Math.min(0, ...rows.map(({ pgr }) => quarter(Math.max(pgr.low, -1), Math.floor)))
  const max = Math.max(1, ...rows.map(({ pgr }) => quarter(Math.min(pgr.high, 2), Math.ceil)))
  const base = lineOptions(p, { min, max, title: 'PGR', step: 0.5, format: (v) => share(v, 1) }, {}, 14)
  return {
    type: 'line',
    data: {
      datasets: rows.flatMap(({ arm, pgr, y }) => {
        const color = look(arm).color
        const text = `PGR ${share(pgr.value, 2)}, ${interval(pgr.low, pgr.high)}, ${pgr.seeds} seeds × ${pgr.examples}`
        const ends = [pgr.low, pgr.high].map((x): Dot => ({ x, y, text }))
        return [
          { data: ends, order: 2, pointRadius: 0, borderColor: p[color], borderWidth: 2 },
          {
            data: [{ x: pgr.value, y, text } satisfies Dot],
            pointStyle: MARKERS[color as keyof typeof MARKERS],
            pointRadius: 5,
            backgroundColor: p[color],
            borderColor: p.pane,
            borderWidth: 1,
          },
        ]
      }),
    },
    options: {
      ...base,
      layout: ROW_LAYOUT,
      interaction: { mode: 'nearest', intersect: true },
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
        annotation: { annotations: undefinedMarks(arms, (min + max) / 2, p) },
      },
    },
  }
}

const HALVES = [-1, -0.5, 0, 0.5, 1, 1.5, 2]
/** The supervisor stands at 0, the ceiling at 1. */
const isEnd = (value: number | undefined) => value === 0 || value === 1

function undefinedMarks(arms: readonly ArmResult[], x: number, p: Palette) {
  return arms.flatMap(({ pgr }, y) =>
    pgr && !pgr.defined
      ? [{ type: 'label' as const, xValue: x, yValue: y, content: 'undefined', color: p.warn, font: { size: 11 } }]
      : [],
  )
}
