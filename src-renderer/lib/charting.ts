import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  Interaction,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type InteractionItem,
  type InteractionModeFunction,
  type Plugin,
  type Scale,
} from 'chart.js'
import { getRelativePosition } from 'chart.js/helpers'
import annotation from 'chartjs-plugin-annotation'
import type { Palette } from '../state/theme.svelte'
import type { Look, Shape } from './roles'

declare module 'chart.js' {
  interface LineControllerDatasetOptions {
    /** Written at the end of the line, in its colour. */
    endLabel?: string
    /** Left out of the tooltip: bands and helper lines. */
    silent?: boolean
  }
  interface InteractionModeMap {
    told: InteractionModeFunction
  }
}

export const FONT = "'Inter Variable', system-ui, sans-serif"
const LABEL_GAP = 15

/** Pushes label heights apart so that none covers another, keeping their order, within [top, bottom]. Pure. */
export function spread(heights: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = heights.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y)
  const placed = order.map(({ y }) => y)
  for (let k = 0; k < placed.length; k++) {
    placed[k] = Math.max(placed[k]!, k === 0 ? top : placed[k - 1]! + gap)
  }
  for (let k = placed.length - 1; k >= 0; k--) {
    placed[k] = Math.min(placed[k]!, k === placed.length - 1 ? bottom : placed[k + 1]! - gap)
  }
  const out = new Array<number>(heights.length)
  order.forEach(({ i }, k) => (out[i] = placed[k]!))
  return out
}

/** Names lines at their right end instead of in a legend; needs room in `layout.padding.right`. */
const endLabels: Plugin<'line'> = {
  id: 'endLabels',
  afterDatasetsDraw(chart) {
    const { ctx, data, chartArea } = chart
    const named = data.datasets.flatMap((dataset, i) => {
      const text = dataset.endLabel
      const last = chart.getDatasetMeta(i).data.findLast((point) => Number.isFinite(point.y))
      return text && last ? [{ text, y: last.y, color: dataset.borderColor as string }] : []
    })
    const at = spread(
      named.map((label) => label.y),
      LABEL_GAP,
      chartArea.top,
      chartArea.bottom,
    )
    ctx.save()
    ctx.font = `500 11px ${FONT}`
    ctx.textBaseline = 'middle'
    named.forEach((label, i) => {
      ctx.fillStyle = label.color
      ctx.fillText(label.text, chartArea.right + 8, at[i]!)
    })
    ctx.restore()
  },
}

const isSilent = (dataset: object | undefined) =>
  dataset !== undefined && 'silent' in dataset && dataset.silent === true

/**
 * The points that the tooltip tells of: those nearest to the pointer (along x alone where `axis` is 'x'), however far,
 * of everything but bands and helper lines.
 */
const told: InteractionModeFunction = (chart, event, { axis }) => {
  const at = getRelativePosition(event, chart)
  let nearest: InteractionItem[] = []
  let least = Infinity
  for (const { index: datasetIndex, data } of chart.getSortedVisibleDatasetMetas()) {
    if (isSilent(chart.data.datasets[datasetIndex])) continue
    for (const [index, element] of data.entries()) {
      const distance = axis === 'x' ? Math.abs(element.x - at.x) : Math.hypot(element.x - at.x, element.y - at.y)
      if (!(distance <= least)) continue
      if (distance < least) nearest = []
      least = distance
      nearest.push({ element, datasetIndex, index })
    }
  }
  return nearest
}
Interaction.modes.told = told
/** The same for charts of points that are in no order along x. */
export const NEAREST = { mode: 'told', axis: 'xy', intersect: false } as const

Chart.register(
  LineController,
  LineElement,
  PointElement,
  BarController,
  BarElement,
  LinearScale,
  LogarithmicScale,
  CategoryScale,
  Filler,
  Tooltip,
  annotation,
  endLabels,
)
Chart.defaults.animation = false
Chart.defaults.font.family = FONT
Chart.defaults.font.size = 11

type LineOptions = NonNullable<ChartConfiguration<'line'>['options']>

interface Axis {
  min?: number
  max?: number
  title?: string
  format?: (value: number) => string
  /** How ticks are written (default: `format`). */
  tick?: (value: number) => string
  /** Distance of the ticks. */
  step?: number
  /** What is counted has no tick between two numbers. */
  whole?: boolean
}

/** Options that every line chart here shares: columns as they are, faint grid, no legend, tooltip over all lines. */
export function lineOptions(p: Palette, x: Axis, y: Axis, right = 8): LineOptions {
  const axis = ({ min, max, title = '', format, tick = format, step, whole }: Axis, grid: boolean) => ({
    type: 'linear' as const,
    min,
    max,
    border: { display: false },
    grid: { color: p.line, drawTicks: false, display: grid },
    title: { display: title !== '', text: title, color: p.faint, padding: 2 },
    ticks: {
      color: p.soft,
      padding: 6,
      maxRotation: 0,
      maxTicksLimit: step ? 12 : 8,
      stepSize: step,
      ...(whole && { precision: 0 }),
      callback: (value: string | number) => (tick ? tick(Number(value)) : String(value)),
    },
  })
  return {
    responsive: true,
    maintainAspectRatio: false,
    parsing: false,
    normalized: true,
    // A point or a thick line at the end of an axis is drawn whole.
    clip: 6,
    layout: { padding: { right, top: 4 } },
    interaction: { mode: 'told', intersect: false, axis: 'x' },
    scales: { x: axis(x, false), y: axis(y, true) },
    elements: { point: { radius: 0, hitRadius: 0 }, line: { borderWidth: 2, borderJoinStyle: 'round' } },
    plugins: {
      tooltip: {
        ...tooltipLook(p),
        callbacks: {
          title: (items) =>
            items[0] ? `${x.title ?? ''} ${x.format?.(items[0].parsed.x ?? 0) ?? items[0].parsed.x}` : '',
          label: (item) => `${item.dataset.label ?? ''}  ${y.format?.(item.parsed.y ?? NaN) ?? item.parsed.y}`,
        },
      },
    },
  }
}

interface Bars {
  /** What is below the axis of bins; none is written where it is left out. */
  x?: { title: string }
  y: { max?: number; step?: number; whole?: boolean; format: (value: number) => string }
  /** What the tooltip says of a bin, and of a bar of it. */
  bin: (index: number) => string
  bar: (dataset: string, index: number, value: number) => string
}

/**
 * Options that every chart of bars here shares: bins without a grid, one tooltip for all bars of a bin, which leaves out
 * those that float (pairs: the ends of intervals).
 */
export function barOptions(p: Palette, { x, y, bin, bar }: Bars): NonNullable<ChartConfiguration<'bar'>['options']> {
  return {
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: 'index', intersect: false },
    scales: {
      x: {
        grid: { display: false },
        border: { color: p.line },
        title: { display: Boolean(x?.title), text: x?.title ?? '', color: p.faint, padding: 2 },
        ticks: { display: x !== undefined, color: p.soft, maxRotation: 0, autoSkipPadding: 12 },
      },
      y: {
        ...{ min: 0, max: y.max, border: { display: false }, grid: { color: p.line, drawTicks: false } },
        ticks: {
          ...{ color: p.soft, padding: 6, maxTicksLimit: 5, stepSize: y.step, callback: (v) => y.format(Number(v)) },
          ...(y.whole && { precision: 0 }),
        },
      },
    },
    plugins: {
      tooltip: {
        ...tooltipLook(p),
        filter: ({ raw }) => typeof raw === 'number',
        callbacks: {
          title: ([item]) => (item ? bin(item.dataIndex) : ''),
          label: ({ dataset, dataIndex, raw }) => bar(dataset.label ?? '', dataIndex, Number(raw)),
        },
      },
    },
  }
}

/** Of a panel's height. */
const MOST_LOG_TICKS = 6

/**
 * Round places between two ends of a logarithmic axis: every so many powers, some places within each, or even steps, as
 * many as stand apart where `most` have room at even distances. Pure.
 */
export function logTicks(min: number, max: number, most: number): number[] {
  const least = Math.floor(Math.log10(min))
  const powers = Array.from({ length: Math.ceil(Math.log10(max)) - least + 1 }, (_, i) => least + i)
  const byPowers = [8, 4, 2].map((every) =>
    powers.filter((power) => power % every === 0).map((power) => Number(`1e${power}`)),
  )
  const within = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]].map((places) =>
    powers.flatMap((power) => places.map((place) => Number(`${place}e${power}`))),
  )
  const size = 10 ** Math.floor(Math.log10((max - min) / most))
  const even = [1, 2, 5, 10, 20, 50].map((times) => {
    const first = Math.floor(min / (times * size))
    const steps = Math.ceil(max / (times * size)) - first + 1
    return Array.from({ length: steps }, (_, i) => Number(((first + i) * times * size).toPrecision(12)))
  })
  const apart = Math.log(max / min) / most
  return [...byPowers, ...within, ...even]
    .map((ticks) => ticks.filter((tick) => tick >= min && tick <= max))
    .filter((ticks) => ticks.every((tick, i) => i === 0 || Math.log(tick / ticks[i - 1]!) >= apart))
    .reduce((dense, ticks) => (ticks.length > dense.length ? ticks : dense), [])
}

/** The same axis by powers; what is not above 0 has no place on it. */
export function logAxis(
  linear: object | undefined,
  [min, max]: readonly [number, number],
  tick: (value: number) => string,
) {
  const { ticks, ...axis } = (linear ?? {}) as { ticks?: object }
  const shown = { callback: (value: string | number) => tick(Number(value)), stepSize: undefined, autoSkip: false }
  const ends = Number.isFinite(min) ? { min, max } : { min: undefined, max: undefined }
  const afterBuildTicks = (scale: Scale) => {
    scale.ticks = logTicks(scale.min, scale.max, MOST_LOG_TICKS).map((value) => ({ value }))
  }
  return { ...axis, ...ends, type: 'logarithmic' as const, ticks: { ...ticks, ...shown }, afterBuildTicks }
}

const STYLES = {
  rect: { pointStyle: 'rect' },
  rectRot: { pointStyle: 'rectRot' },
  circle: { pointStyle: 'circle' },
  triangle: { pointStyle: 'triangle' },
  down: { pointStyle: 'triangle', pointRotation: 180 },
  pill: { pointStyle: 'rectRounded' },
  cross: { pointStyle: 'crossRot' },
  plus: { pointStyle: 'cross' },
} as const satisfies Record<Shape, object>
/** They have no area: their strokes are all that is seen of them. */
const STROKES: readonly Shape[] = ['cross', 'plus']

/**
 * How Chart.js draws a marker: filled with a thin rim in the colour of the ground, or by strokes of its own colour; a
 * hollow one by its outline, or by thin strokes.
 */
export function markerOf({ marker, hollow = false }: Pick<Look, 'marker' | 'hollow'>, color: string, ground: string) {
  const strokes = STROKES.includes(marker)
  const rim =
    strokes || hollow
      ? { borderColor: color, borderWidth: hollow ? 1.5 : 2.5 }
      : { borderColor: ground, borderWidth: 1 }
  return { ...STYLES[marker], pointRadius: 5, backgroundColor: hollow && !strokes ? ground : color, ...rim }
}

/** Colours of the tooltip. */
export function tooltipLook(p: Palette) {
  return {
    backgroundColor: p.pane,
    borderColor: p.edge,
    borderWidth: 1,
    titleColor: p.soft,
    titleFont: { weight: 500 as const },
    bodyColor: p.ink,
    padding: 8,
    cornerRadius: 6,
    usePointStyle: true,
    boxPadding: 4,
    caretSize: 0,
  }
}

export { Chart, type ChartConfiguration, type Scale }
