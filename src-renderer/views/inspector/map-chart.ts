import { tooltipLook, type ChartConfiguration } from '../../lib/charting'
import { share } from '../../lib/format'
import type { ExampleFilter, Facets } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'

/** Room around the plot in pixels: what pulls over it must know where it is. */
export const MAP_EDGES = { left: 34, right: 8, top: 8, bottom: 22 }
/** Of numbers from 0 to 1 the standard deviation is at most a half. */
const WIDEST = 0.5

/** A part of the plot, in shares of it from its upper left corner. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** The box between two places. */
export function pulled([x, y]: readonly [number, number], [toX, toY]: readonly [number, number]): Box {
  return { left: Math.min(x, toX), top: Math.min(y, toY), width: Math.abs(x - toX), height: Math.abs(y - toY) }
}

const rounded = (value: number) => Math.round(value * 1000) / 1000

/** The ranges that a box stands for. */
export function valueAt({ left, top, width, height }: Box) {
  return {
    variability: [rounded(left * WIDEST), rounded((left + width) * WIDEST)] as [number, number],
    confidence: [rounded(1 - top - height), rounded(1 - top)] as [number, number],
  }
}

/** The box of what is chosen; null where neither is. */
export function boxOf({ variability, trueConfidence }: ExampleFilter): Box | null {
  if (!variability && !trueConfidence) return null
  const [left, right] = (variability ?? [0, WIDEST]).map((end) => Math.min(1, end / WIDEST)) as [number, number]
  const [low, high] = trueConfidence ?? [0, 1]
  return { left, top: 1 - high, width: right - left, height: high - low }
}

const BANDS = [
  { title: 'right at less than a third', style: 'triangle', rotation: 180, color: 'copied', to: 1 / 3 },
  { title: 'right at less than two thirds', style: 'circle', rotation: 0, color: 'soft', to: 2 / 3 },
  { title: 'right at two thirds or more', style: 'triangle', rotation: 0, color: 'corrected', to: Infinity },
] as const

/** Mean confidence in the right answer against its variability; the mark says at how many evaluations it was right. */
export function mapChart(map: NonNullable<Facets['map']>, p: Palette): ChartConfiguration<'line'> {
  const bandOf = (correctness: number) => BANDS.find(({ to }) => correctness < to)
  const axis = { border: { color: p.line }, grid: { color: p.line, drawTicks: false } }
  return {
    type: 'line',
    data: {
      datasets: BANDS.map((band) => ({
        label: band.title,
        data: map.index.flatMap((_, i) =>
          bandOf(map.correctness[i]!) === band ? [{ x: map.variability[i]!, y: map.confidence[i]! }] : [],
        ),
        ...{ showLine: false, pointStyle: band.style, rotation: band.rotation, pointRadius: 2.5, borderWidth: 0 },
        ...{ pointBackgroundColor: `${p[band.color]}99`, pointBorderWidth: 0 },
      })),
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      layout: { autoPadding: false, padding: { top: MAP_EDGES.top, right: MAP_EDGES.right } },
      scales: {
        x: {
          ...{ type: 'linear', min: 0, max: WIDEST, ...axis },
          ticks: { color: p.soft, stepSize: 0.25, padding: 4, callback: (v) => share(Number(v), 2) },
          afterFit: (scale) => void (scale.height = MAP_EDGES.bottom),
        },
        y: {
          ...{ min: 0, max: 1, ...axis },
          ticks: { color: p.soft, stepSize: 0.5, padding: 6, callback: (v) => share(Number(v), 2) },
          afterFit: (scale) => void (scale.width = MAP_EDGES.left),
        },
      },
      plugins: { tooltip: { ...tooltipLook(p), enabled: false } },
    },
  }
}
