import { lineOptions, tooltipLook, type ChartConfiguration } from '../../lib/charting'
import { niceRange } from '../../lib/curves'
import { interval, share } from '../../lib/format'
import type { Look } from '../../lib/roles'
import type { Arm, ArmResult } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'
import { MARKERS, ROW_LAYOUT, rowAxis } from './arms-chart'

interface Dot {
  x: number
  y: number
  text: string
}

/** PGR of every arm with its interval, on the rows of the accuracy chart beside it; 0 is the supervisor, 1 the ceiling. */
export function pgrChart(arms: readonly ArmResult[], look: (arm: Arm) => Look, p: Palette): ChartConfiguration<'line'> {
  const rows = arms.flatMap(({ arm, pgr }, y) => (pgr?.defined ? [{ arm, pgr, y }] : []))
  const { min, max } = niceRange([0, 1, ...rows.flatMap(({ pgr }) => [pgr.low, pgr.high])], [-1, 2], 3)
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
          grid: { color: (at) => (isEnd(at.tick?.value) ? p.edge : p.line), drawTicks: false },
        },
        y: { ...rowAxis(arms.length), display: false },
      },
      plugins: {
        tooltip: { ...tooltipLook(p), callbacks: { title: () => '', label: (item) => (item.raw as Dot).text } },
        annotation: { annotations: undefinedMarks(arms, (min + max) / 2, p) },
      },
    },
  }
}

/** The supervisor stands at 0, the ceiling at 1. */
const isEnd = (value: number | undefined) => value === 0 || value === 1

function undefinedMarks(arms: readonly ArmResult[], x: number, p: Palette) {
  return arms.flatMap(({ pgr }, y) =>
    pgr && !pgr.defined
      ? [{ type: 'label' as const, xValue: x, yValue: y, content: 'undefined', color: p.warn, font: { size: 11 } }]
      : [],
  )
}
