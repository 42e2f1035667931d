import { lineOptions, logAxis, markerOf, type ChartConfiguration } from '../../lib/charting'
import { amount, counted, told, words } from '../../lib/columns'
import { gapsOf, niceRange, pointsOf, type Point } from '../../lib/curves'
import { count, number, share, tickNumber } from '../../lib/format'
import { tableOf, type Table } from '../../lib/tables'
import type { CurveAxis, GroupCurve } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'
import { epochsOf, markedEpochs } from './epochs'
import type { Group } from './groups'
import type { Quantity } from './panels'
import { pointed, type Pointing } from './pointing'
import type { Stretch } from './zoom'

type LineDataset = ChartConfiguration<'line'>['data']['datasets'][number]

/** A group's curve in a panel. */
export interface Drawn {
  group: Group
  curve: GroupCurve
}
interface Options {
  quantity: Quantity
  axis: CurveAxis
  stretch: Stretch
  log: boolean
  /** The group that stands out; '' for none. */
  focus: string
  /** Values that the y axis holds, too: those of panels that share it. */
  beside?: readonly GroupCurve[]
  palette: Palette
  pointing: Pointing
  /** Room for labels at the ends of lines. */
  right?: number
  /** The y axis has room for lines after their first point alone: a start far off and wide bands may leave it. */
  close?: boolean
}

const FAINT = '40'
const BAND = '22'
/** Beside a group that stands out. */
const BACK = '38'
/** More lines than this would hide each other behind their bands and what was measured: then the one that stands out has them alone. */
export const MOST_BANDS = 6
/** More points than this are not marked one by one. */
const SPARSE = 40

/** Half of the largest mark. */
const MARK = 6
const COUNTED: readonly CurveAxis[] = ['step', 'labels']

const AXIS_FORMAT: Record<CurveAxis, (x: number) => string> = {
  ...{ step: count, epoch: number, labels: count },
  seconds: (x) => (x > 0 && x < 1 ? `${number(1000 * x)} ms` : `${number(x)} s`),
  flops: (x) => (x === 0 ? '0' : x.toExponential(2).replace('e+', 'e')),
}
/** A place on an axis, as it is told. */
export const placeText = (axis: CurveAxis, x: number): string => AXIS_FORMAT[axis](x)

/** Whether something of a line may stand behind it. */
const hasBehind = ({ group }: Drawn, all: readonly Drawn[], focus: string): boolean =>
  group.id === focus || (focus === '' && all.length <= MOST_BANDS)
const hasBand = (one: Drawn, all: readonly Drawn[], focus: string): boolean =>
  hasBehind(one, all, focus) && one.curve.low.some((low) => Number.isFinite(low))

/** Lines with their bands, and what they were before smoothing behind them. `focus`: the group that stands out. */
export function linesOf(drawn: readonly Drawn[], focus: string, p: Palette, end?: (d: Drawn) => string): LineDataset[] {
  return drawn.flatMap(({ group, curve }) => {
    const back = focus !== '' && group.id !== focus
    const color = p[group.look.color] + (back ? BACK : '')
    const single = curve.key !== ''
    const { pointStyle, ...turned } = markerOf(group.look, color, p.pane)
    const line: LineDataset = {
      ...{ label: group.label, data: points(curve, curve.value), borderColor: color, backgroundColor: color },
      ...{ borderDash: [...group.look.dash], borderWidth: single ? 1 : 1.75, borderJoinStyle: 'bevel', order: 1 },
      ...{ pointStyle, pointRotation: 'pointRotation' in turned ? turned.pointRotation : 0 },
      ...{ pointRadius: curve.split !== '' && curve.step.length < SPARSE && !back ? 2.5 : 0 },
      ...(end && { endLabel: end({ group, curve }) }),
    }
    const behind = [
      ...(hasBehind({ group, curve }, drawn, focus) ? ghostOf(curve, p[group.look.color]) : []),
      ...(hasBand({ group, curve }, drawn, focus) ? bandOf(curve, p[group.look.color]) : []),
    ]
    return [line, ...behind, ...marksOf(curve, p)]
  })
}

const points = ({ x }: GroupCurve, value: readonly number[]): Point[] => pointsOf({ step: x, value })

function ghostOf(curve: GroupCurve, color: string): LineDataset[] {
  if (!curve.raw) return []
  const line = {
    borderColor: color + FAINT,
    borderWidth: 1,
    borderJoinStyle: 'bevel' as const,
    pointRadius: 0,
    order: 3,
  }
  return [{ silent: true, data: points(curve, curve.raw), ...line }]
}

function bandOf(curve: GroupCurve, color: string): LineDataset[] {
  const edge = { silent: true, borderWidth: 0, pointRadius: 0, order: 4 }
  return [
    { ...edge, data: points(curve, curve.low), fill: false },
    { ...edge, data: points(curve, curve.high), fill: '-1', backgroundColor: color + BAND },
  ]
}

/** What is not a number has no height: it is marked where the neighbour before it stood. */
function marksOf({ x, value }: GroupCurve, p: Palette): LineDataset[] {
  const data = gapsOf({ step: x, value })
  if (data.length === 0) return []
  const mark = { pointStyle: 'crossRot' as const, pointRadius: 5, borderColor: p.warn, borderWidth: 2 }
  return [{ label: 'not a number', silent: true, showLine: false, data, order: 0, ...mark }]
}

/** Between which everything lies that is drawn within the stretch, bands and ghosts with it; `least` of what is above 0. */
function heights(curves: readonly GroupCurve[], { from, to }: Stretch): { seen: number[]; least: number } {
  let [low, high, least] = [Infinity, -Infinity, Infinity]
  for (const { x, raw, ...curve } of curves) {
    for (const column of [curve.value, curve.low, curve.high, ...(raw ? [raw] : [])]) {
      for (let i = 0; i < x.length; i++) {
        const value = column[i]!
        if (x[i]! < from || x[i]! > to || !Number.isFinite(value)) continue
        low = Math.min(low, value)
        high = Math.max(high, value)
        if (value > 0) least = Math.min(least, value)
      }
    }
  }
  return { seen: low <= high ? [low, high] : [], least }
}

/** What of a curve the axis has room for. */
function shownOf({ curve }: Drawn, close: boolean, band: boolean): GroupCurve {
  if (band && !close) return curve
  const value = close && curve.step.length > 2 ? curve.value.map((v, i) => (i === 0 ? NaN : v)) : curve.value
  return { ...curve, value, low: value, high: value }
}

/** A panel: one quantity of many groups. `datasets` are those of `linesOf`; nothing of them goes by where one looks. */
export function panelChart(
  drawn: readonly Drawn[],
  datasets: LineDataset[],
  { quantity, axis, stretch, log, focus, beside = [], palette: p, pointing, right, close = false }: Options,
): ChartConfiguration<'line'> {
  const curves = drawn.map((one) => shownOf(one, close, hasBand(one, drawn, focus)))
  const { seen, least } = heights([...curves, ...beside], stretch)
  const range = niceRange(seen, quantity.bounds, 5)
  const isShare = quantity.bounds[1] === 1
  const tick = (v: number) =>
    isShare ? share(v, Math.max(2, range.digits)) : log ? number(v) : tickNumber(v, range.digits)
  const options = lineOptions(
    p,
    { min: stretch.from, max: stretch.to, format: AXIS_FORMAT[axis], whole: COUNTED.includes(axis) },
    { ...range, format: quantity.format, tick },
    right,
  )
  return {
    type: 'line',
    data: { datasets },
    options: {
      ...options,
      clip: clipOf(curves, stretch),
      // The words at the crosshair and the table beside say it.
      events: ['click'],
      scales: {
        x: roundTicks(options.scales?.['x'], axis),
        y: options.scales?.['y'],
        ...(log && { y: logAxis(options.scales?.['y'], [least, seen[1] ?? 1], tick) }),
      },
      plugins: {
        ...options.plugins,
        tooltip: { enabled: false },
        ...pointed(pointing),
        ...(axis === 'step' && markedEpochs({ places: epochsOf(curves, stretch)?.places ?? [], color: p.edge })),
      },
    },
  }
}

/** How far beyond the axes is drawn: markers at the ends of lines are whole, and lines that go on stop there. */
function clipOf(curves: readonly GroupCurve[], { from, to }: Stretch) {
  const left = curves.every(({ x }) => x.length === 0 || x[0]! >= from)
  const right = curves.every(({ x }) => x.length === 0 || x.at(-1)! <= to)
  return { left: left ? MARK : 0, right: right ? MARK : 0, top: MARK, bottom: MARK }
}

/**
 * Ticks on round numbers alone: an end of a stretch may be anything, and would push its neighbour away.
 */
function roundTicks(scale: object | undefined, axis: CurveAxis) {
  const { ticks, ...rest } = (scale ?? {}) as { ticks?: object }
  const callback = (value: string | number, _: number, all: readonly { value: number }[]) =>
    tickText(Number(value), all, AXIS_FORMAT[axis])
  return {
    ...rest,
    ticks: { ...ticks, includeBounds: false, callback },
  }
}

/** A tick as its axis says it, with more decimals where it would be taken for its neighbour. */
export function tickText(value: number, all: readonly { value: number }[], format: (x: number) => string): string {
  const texts = all.map((tick) => format(tick.value))
  if (new Set(texts).size === texts.length) return format(value)
  const apart = Math.abs(all[1]!.value - all[0]!.value)
  return value.toFixed(Math.max(0, Math.ceil(-Math.log10(apart) - 1e-9)))
}

/** How many points a log axis leaves out. */
export const offLog = (curves: readonly GroupCurve[]): number =>
  curves.reduce((sum, { value }) => sum + value.filter((v) => v <= 0).length, 0)

/** The plotted numbers, with the ends of their bands. */
export function panelTable(drawn: readonly Drawn[], axis: CurveAxis, { format, unit }: Quantity): Table {
  const rows = () => drawn.flatMap(({ group, curve }) => curve.x.map((x, i) => ({ group, curve, x, i })))
  type Row = ReturnType<typeof rows>[number]
  const end = (head: 'low' | 'high') =>
    amount<Row>(`band ${head}`, {
      of: ({ curve, i }) => (Number.isFinite(curve[head][i]) ? curve[head][i] : null),
      ...{ unit: '', shown: format, none: () => '' },
    })
  return tableOf(rows, [
    words('of', ({ group }) => group.label),
    told(
      axis,
      ({ x }) => x,
      ({ x }) => (axis === 'seconds' ? number(x) : placeText(axis, x)),
    ),
    amount('value', { of: ({ curve, i }) => curve.value[i], unit, shown: format }),
    end('low'),
    end('high'),
    counted('n', ({ curve, i }) => curve.n[i]),
  ])
}
