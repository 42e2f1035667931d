import { lineOptions, markerOf, NEAREST, tooltipLook, type ChartConfiguration } from '../../lib/charting'
import { ranged, words } from '../../lib/columns'
import { niceRange } from '../../lib/curves'
import type { Look } from '../../lib/roles'
import { tableOf, type Table } from '../../lib/tables'
import type { Difference } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'

interface Dot {
  x: number
  y: number
  text: string
}

interface Input {
  of: Difference
  /** Difference of each seed that has one. */
  seeds: readonly { seed: number; value: number }[]
  title: string
  /** A difference as it is written. */
  format: (value: number) => string
  look: Look
  palette: Palette
}

/** Seeds stand this far under their mean. */
const BELOW = 0.3

/** One difference with its 95 % interval on an axis that holds 0, and the differences of the seeds under it. */
export function differenceChart({ of, seeds, title, format, look, palette: p }: Input): ChartConfiguration<'line'> {
  const { min, max, step } = niceRange([0, of.low, of.high, ...seeds.map(({ value }) => value)], [-Infinity, Infinity])
  const ink = p[look.color]
  const dot = (x: number, y: number, text: string): Dot => ({ x, y, text })
  const text = `${format(of.value)}, ${format(of.low)} to ${format(of.high)}`
  const base = lineOptions(p, { min, max, step, title, format }, {}, 14)
  return {
    type: 'line',
    data: {
      datasets: [
        {
          data: [dot(of.low, 0, text), dot(of.high, 0, text)],
          ...{ order: 2, pointRadius: 0, borderColor: ink, borderWidth: 3 },
        },
        {
          data: seeds.map(({ seed, value }) => dot(value, BELOW, `seed ${seed}: ${format(value)}`)),
          ...{ order: 1, showLine: false, pointRadius: 2.5, backgroundColor: `${ink}99`, borderWidth: 0 },
        },
        { data: [dot(of.value, 0, text)], ...markerOf(look, ink, p.pane), pointRadius: 6 },
      ],
    },
    options: {
      ...base,
      layout: { autoPadding: false, padding: { top: 2, right: 14, bottom: 0, left: 14 } },
      // Seeds are in no order along x, so Chart.js must parse them to know.
      parsing: { xAxisKey: 'x', yAxisKey: 'y' },
      normalized: false,
      interaction: NEAREST,
      scales: {
        x: {
          ...base.scales?.['x'],
          grid: { color: ({ tick }) => (tick?.value === 0 ? p.soft : p.line), drawTicks: false },
        },
        y: { type: 'linear', display: false, reverse: true, min: -0.6, max: 0.7 },
      },
      plugins: {
        tooltip: { ...tooltipLook(p), callbacks: { title: () => '', label: (item) => (item.raw as Dot).text } },
      },
    },
  }
}

/** The plotted numbers: of all seeds with its interval, then seed by seed. @param unit '' of what has none */
export function differenceTable(
  of: Difference,
  seeds: readonly { seed: number; value: number }[],
  format: (value: number) => string,
  unit: string,
): Table {
  const range = ({ low, high }: Difference) => (Number.isNaN(low) ? '' : ` (${format(low)} to ${format(high)})`)
  const single = seeds.map(({ seed, value }) => ({ name: String(seed), value, low: NaN, high: NaN }))
  return tableOf(
    [{ name: 'all seeds', ...of }, ...single],
    [
      words('seed', ({ name }) => name),
      ranged('difference', { of: (row) => row, unit, shown: (row) => `${format(row.value)}${range(row)}` }),
    ],
  )
}
