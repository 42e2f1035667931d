import { lineOptions, type ChartConfiguration } from '../../lib/charting'
import { amount, hidden, told, words } from '../../lib/columns'
import { niceRange } from '../../lib/curves'
import { bytes, count, duration, number, percent } from '../../lib/format'
import { tableOf, type Table } from '../../lib/tables'
import type { UseCurve } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'

/** What stands in one chart, the engine's own first. */
const TOGETHER: readonly UseCurve['name'][][] = [
  ['cpu', 'cpuMachine'],
  ['tokens'],
  ['ofLimit'],
  ['memory'],
  ['memoryMachine'],
  ['gpu', 'gpuSlowed'],
  ['gpuMemory', 'gpuMemoryOthers'],
  ['gpuPower', 'gpuPowerShare'],
  ['gpuTemperature'],
  ['gpuClock', 'gpuMemoryClock'],
]

type Unit = UseCurve['unit']
const FORMATS: Record<Unit, (value: number) => string> = {
  share: (value) => percent(value),
  rate: (value) => `${count(Math.round(value))} a second`,
  bytes: (value) => bytes(value),
  watts: (value) => `${number(value)} W`,
  celsius: (value) => `${number(value)} °C`,
  megahertz: (value) => `${number(value)} MHz`,
}
/** Where an axis ends that says a part of a whole. */
const BOUNDS: Partial<Record<Unit, readonly [number, number]>> = { share: [0, 1] }
const OPEN = [0, Infinity] as const

/** A stretch of which less than this part was sampled stands apart from the one before. */
const SEEN = 0.5

/** Curves in the charts that hold them; none without a point. */
export const chartsOf = (curves: readonly UseCurve[]): UseCurve[][] =>
  TOGETHER.map((names) => names.flatMap((name) => curves.find((curve) => curve.name === name) ?? [])).filter(
    (together) => together.length > 0,
  )

/** What a curve says in a word: its latest value, and its ends. */
export function useText({ unit, mean, low, high }: UseCurve): string {
  const said = FORMATS[unit]
  const [least, most] = [Math.min(...low), Math.max(...high)]
  const ends = least === most ? '' : ` (${said(least)} to ${said(most)})`
  return `${said(mean.at(-1)!)}${ends}`
}

/** Points by time; a gap where some time was not sampled. */
function pointsOf({ at, seconds }: UseCurve, value: readonly number[]) {
  return at.flatMap((x, i) => {
    const gap = i > 0 && seconds[i]! < SEEN * (x - at[i - 1]!)
    return [...(gap ? [{ x: at[i - 1]!, y: Number.NaN }] : []), { x, y: value[i]! }]
  })
}

/** Means as lines, the span of each stretch behind them. */
export function useChart(curves: readonly UseCurve[], p: Palette): ChartConfiguration<'line'> {
  const { unit } = curves[0]!
  const format = FORMATS[unit]
  const bounds = BOUNDS[unit] ?? OPEN
  const range = niceRange([0, ...curves.flatMap(({ low, high }) => [...low, ...high])], bounds, 4)
  const end = Math.max(...curves.map(({ at }) => at.at(-1)!))
  return {
    type: 'line',
    options: lineOptions(p, { min: 0, max: end, format: (x) => (x === 0 ? '0' : duration(x)) }, { ...range, format }),
    data: {
      datasets: curves.flatMap((curve, i) => {
        const color = i === 0 ? p.student : p.faint
        const edge = { silent: true, borderWidth: 0, pointRadius: 0, order: 2 }
        const dash = i === 0 ? [] : [4, 3]
        const radius = curve.at.length < 30 ? 2 : 0
        return [
          {
            ...{ label: curve.title, data: pointsOf(curve, curve.mean), borderColor: color, backgroundColor: color },
            ...{ borderDash: dash, borderWidth: 1.5, pointRadius: radius, order: 1 },
          },
          { ...edge, data: pointsOf(curve, curve.low) },
          { ...edge, data: pointsOf(curve, curve.high), fill: '-1', backgroundColor: `${color}26` },
        ]
      }),
    },
  }
}

/** Every stretch of the curves of one chart: its mean, and the least and the most that was sampled in it. `card`: of its stage. */
export function useTable(curves: readonly UseCurve[], card: string): Table {
  const rows = () => curves.flatMap((curve) => curve.at.map((at, i) => ({ curve, at, i })))
  type Row = ReturnType<typeof rows>[number]
  const sampled = (head: 'mean' | 'low' | 'high') =>
    told<Row>(
      head,
      ({ curve, i }) => curve[head][i],
      ({ curve, i }) => FORMATS[curve.unit](curve[head][i]!),
    )
  return tableOf(rows, [
    words('of', ({ curve }) => curve.title),
    amount('until', { of: ({ at }) => at, unit: 's', shown: duration }),
    amount('sampled', { of: ({ curve, i }) => curve.seconds[i], unit: 's', shown: duration }),
    ...(['mean', 'low', 'high'] as const).map(sampled),
    hidden('unit', ({ curve }) => curve.unit),
    hidden('card', () => card),
  ])
}
