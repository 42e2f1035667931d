// The arms of one task against the sizes of their models.
import { lineOptions, markerOf, NEAREST, tooltipLook, type ChartConfiguration, type Scale } from '../../lib/charting'
import { niceRange } from '../../lib/curves'
import { counted, hidden, OF_GAP, ranged, rangeText, told as toldColumn, unitIn, words } from '../../lib/columns'
import { basis, interval, parameters, share } from '../../lib/format'
import { CEILING, studentLook, WEAK, type Look } from '../../lib/roles'
import { tableOf, type Table } from '../../lib/tables'
import type { Arm, ArmResult, Estimate, MetricInfo } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'
import { boundsOf } from './arms-chart'

/** Whose size is on x: the student's, or the supervisor's where there is but one student. */
type Side = 'weak' | 'strong'
const titleOf = (arm: Arm, side: Side) => (side === 'weak' ? arm.weakTitle : arm.strongTitle)

/** One size on the axis. */
interface Tick {
  title: string
  x: number
  /** Its weights; '' where these are not on the axis. */
  size: string
}

/** One line: a supervisor (or student) and a method. */
export interface SizeSeries {
  label: string
  look: Look
  arms: ArmResult[]
}

/** Arms of one task, laid out by the sizes of their models. */
export interface Sizes {
  side: Side
  /** "weights" on a log axis where every size is known, else places in the list. */
  axis: string
  ticks: Tick[]
  series: SizeSeries[]
}

/** Null where the task has one supervisor and one student. */
export function sizesOf(results: readonly ArmResult[], task: string): Sizes | null {
  const arms = results.filter(({ arm, seedsDone }) => arm.task === task && seedsDone > 0)
  const titles = (side: Side) => [...new Set(arms.map(({ arm }) => titleOf(arm, side)))]
  const side: Side = titles('strong').length > 1 ? 'strong' : 'weak'
  const [along, others] = [titles(side), titles(side === 'strong' ? 'weak' : 'strong')]
  if (along.length < 2) return null
  const sizes = along.map((title) => {
    const { arm } = arms.find(({ arm }) => titleOf(arm, side) === title)!
    return arm.parameters?.[side] ?? null
  })
  const known = sizes.every((size) => size !== null && size > 0)
  const ticks = along.map((title, i) => {
    const size = sizes[i]!
    return known ? { title, x: Math.log10(size), size: parameters(size) } : { title, x: i + 1, size: '' }
  })
  // A method has its colour on every task; supervisors are told apart by dash and mark, by colour where there is one method.
  const methods = [...new Set(results.map(({ arm }) => arm.methodTitle))]
  const series = others.flatMap((other, hue) =>
    methods.flatMap((method, m): SizeSeries[] => {
      const own = arms.filter(
        ({ arm }) => arm.methodTitle === method && titleOf(arm, side === 'strong' ? 'weak' : 'strong') === other,
      )
      const { color } = studentLook(methods.length > 1 ? m : hue)
      const { dash, marker } = studentLook(others.length > 1 ? hue : m)
      const named = [others.length > 1 ? other : '', methods.length > 1 || others.length === 1 ? method : '']
      const label = named.filter(Boolean).join(' · ')
      const hollow = own.some(({ stop }) => stop === 'oracle')
      return own.length > 0 ? [{ label, look: { color, dash, marker, hollow }, arms: own }] : []
    }),
  )
  const who = side === 'strong' ? 'student' : 'supervisor'
  return { side, axis: known ? `weights of the ${who}, log` : `${who}, in the order of the list`, ticks, series }
}

/** Something of an arm with its interval. */
export interface Quantity {
  id: string
  title: string
  bounds: [number, number]
  /** '' of what has none. */
  unit: string
  of: (result: ArmResult) => Estimate | null | undefined
  /** Floors and ceilings stand beside the student in the same quantity, and its seeds one by one. */
  levels?: true
  /** Of shares: differences have a sign. */
  zero?: true
}

/** PGR may be anything; what lies further out is cut at the edge of the chart. */
const PGR_BOUNDS: [number, number] = [-1, 2]

/** What is drawn over sizes: how good the students are, whom they follow, and what their training past the best costs. */
export function quantities(metric: MetricInfo): Record<'good' | 'agreement' | 'entropy' | 'stops', Quantity[]> {
  const shares: [number, number] = [0, 1]
  return {
    good: [
      {
        ...{
          id: 'metric',
          title: `${metric.title} on ground truth`,
          bounds: boundsOf(metric),
          unit: unitIn(metric),
          levels: true,
        },
        of: ({ measures }) => measures[metric.id]?.student,
      },
      {
        ...{ id: 'pgr', title: 'PGR', bounds: PGR_BOUNDS, unit: OF_GAP, zero: true },
        of({ measures }) {
          const pgr = measures[metric.id]?.pgr
          return pgr?.defined ? pgr : null
        },
      },
    ],
    agreement: [
      {
        id: 'agreement',
        title: 'Agreement with the supervisor',
        bounds: shares,
        unit: 'share',
        of: (r) => r.agreement,
      },
      { id: 'right', title: '… where it is right', bounds: shares, unit: 'share', of: (r) => r.agreementWeakRight },
      { id: 'wrong', title: '… where it is wrong', bounds: shares, unit: 'share', of: (r) => r.agreementWeakWrong },
    ],
    entropy: (
      [
        ['all', 'Cross-entropy to the supervisor'],
        ['weakRight', '… where it is right'],
        ['weakWrong', '… where it is wrong'],
      ] as const
    ).map(([id, title]) => ({ id, title, bounds: [0, Infinity], unit: 'nats', of: (r) => r.crossEntropy?.[id] })),
    stops: [
      {
        id: 'saving',
        title: 'Over-fitting: best step over the last',
        bounds: [-1, 1],
        unit: unitIn(metric),
        zero: true,
        of: (r) => r.saving,
      },
      {
        ...{ id: 'tax', title: 'Best step over the weak labels’ stop', bounds: [-1, 1] as [number, number] },
        ...{ unit: 'share', zero: true as const },
        of: (r) => r.tax,
      },
    ],
  }
}

/** Those of them that some arm has. */
export const toldIn = (all: readonly Quantity[], { series }: Sizes): Quantity[] =>
  all.filter(({ of }) => series.some(({ arms }) => arms.some((arm) => of(arm))))

interface Dot {
  x: number
  y: number
  text: string
}
const GAP: Dot = { x: NaN, y: NaN, text: '' }
/** Distance of the lines' points at one size, as a share of the axis, so that intervals stand side by side. */
const APART = 0.014

/** One quantity against the sizes, a line a supervisor and method, with 95 % intervals. */
export function sizesChart(
  sizes: Sizes,
  quantity: Quantity,
  metric: MetricInfo,
  p: Palette,
): ChartConfiguration<'line'> {
  const { ticks, series, side, axis } = sizes
  const xs = ticks.map(({ x }) => x)
  const [first, last] = [Math.min(...xs), Math.max(...xs)]
  const room = (last - first) * 0.12
  const step = (last - first + 2 * room) * APART
  const at = ({ arm }: ArmResult) => ticks.find(({ title }) => title === titleOf(arm, side))!.x
  const moved = (i: number) => (i - (series.length - 1) / 2) * step
  const lines = series.map((one, i) => {
    const points = one.arms.flatMap((result) => {
      const of = quantity.of(result)
      return of ? [{ x: at(result) + moved(i), of, text: `${one.label} ${told(of)}` }] : []
    })
    return { ...one, points: points.sort((a, b) => a.x - b.x) }
  })
  const nudged = (arm: ArmResult, i: number) => at(arm) + moved(i) + step / 3
  const { ceilings, floors, dots } = quantity.levels ? levelsOf(sizes, metric, at, nudged) : NO_LEVELS
  const ends = [
    ...[...lines.flatMap(({ points }) => points), ...ceilings].flatMap(({ of }) => [of.low, of.high]),
    ...[...floors, ...dots].flat().map(({ y }) => y),
  ]
  const cut = ends.map((y) => Math.min(quantity.bounds[1], Math.max(quantity.bounds[0], y)))
  const range = niceRange(quantity.zero ? [0, ...cut] : cut, quantity.bounds, 6)
  const base = lineOptions(
    p,
    { min: first - room, max: last + room, title: axis },
    { ...range, format: (v) => share(v, Math.max(2, range.digits)) },
    10,
  )
  return {
    type: 'line',
    data: {
      datasets: [
        ...lines.flatMap(({ points, look }) => drawn(points, look, quantity.bounds, p)),
        ...(ceilings.length > 0 ? drawn(ceilings, CEILING, quantity.bounds, p) : []),
        ...floors.map((data) => levelLine(data, p)),
        ...dots.map((data, i) => seedDots(data, series[i]!.look, p)),
      ],
    },
    options: {
      ...base,
      // Intervals are not in order along x, so Chart.js must parse them to know.
      parsing: { xAxisKey: 'x', yAxisKey: 'y' },
      normalized: false,
      interaction: NEAREST,
      scales: {
        ...base.scales,
        x: { ...base.scales?.['x'], ...tickedAt(ticks, p) },
      },
      plugins: {
        tooltip: { ...tooltipLook(p), callbacks: { title: () => '', label: (item) => (item.raw as Dot).text } },
      },
    },
  }
}

/** An axis with its ticks at the models, and nowhere else. */
const tickedAt = (ticks: readonly Tick[], p: Palette) => ({
  afterBuildTicks: (scale: Scale) =>
    void (scale.ticks = [...ticks].sort((a, b) => a.x - b.x).map(({ x: value }) => ({ value }))),
  ticks: {
    color: p.soft,
    maxRotation: 40,
    callback(value: string | number) {
      const tick = ticks.find(({ x }) => x === Number(value))
      return tick ? [tick.title, tick.size].filter(Boolean) : ''
    },
  },
})

interface Levels {
  ceilings: Point[]
  floors: Dot[][]
  /** By series. */
  dots: Dot[][]
}
const NO_LEVELS: Levels = { ceilings: [], floors: [], dots: [] }

/** What stands beside the lines. @param nudged where the seeds of a series are drawn */
function levelsOf(
  sizes: Sizes,
  metric: MetricInfo,
  at: (result: ArmResult) => number,
  nudged: (result: ArmResult, series: number) => number,
): Levels {
  return {
    ceilings: sizes.side === 'strong' ? ceilingsOf(sizes, metric, at) : [],
    floors: floorsOf(sizes, metric, at),
    dots: sizes.series.map((one, i) => seedsOf(one, metric, (result) => nudged(result, i))),
  }
}

const told = (of: Estimate) => `${share(of.value)}, ${interval(of.low, of.high, 3)}, ${basis(of)}`

/** The ceilings of the students, one a size: each is the same whoever supervises. */
function ceilingsOf({ series }: Sizes, metric: MetricInfo, at: (result: ArmResult) => number) {
  const found = series.flatMap(({ arms }) => arms)
  const once = [...new Map(found.map((result) => [at(result), result])).entries()].sort(([a], [b]) => a - b)
  return once.flatMap(([x, { measures }]) => {
    const of = measures[metric.id]?.ceiling
    return of ? [{ x, of, text: `ceiling ${told(of)}` }] : []
  })
}

/** The supervisors: a level for each over its students, or one point a supervisor where these are on x. */
function floorsOf({ series, side }: Sizes, metric: MetricInfo, at: (result: ArmResult) => number): Dot[][] {
  const levels = new Map<string, Map<number, Dot>>()
  for (const result of series.flatMap(({ arms }) => arms)) {
    const of = result.measures[metric.id]?.weak
    if (!of) continue
    const name = side === 'strong' ? result.arm.weakTitle : ''
    const dots = levels.get(name) ?? new Map<number, Dot>()
    dots.set(at(result), { x: at(result), y: of.value, text: `weak supervisor ${result.arm.weakTitle} ${told(of)}` })
    levels.set(name, dots)
  }
  return [...levels.values()].map((dots) => [...dots.values()].sort((a, b) => a.x - b.x))
}

/** What every seed came to, beside the mean. */
const seedsOf = ({ arms }: SizeSeries, metric: MetricInfo, at: (result: ArmResult) => number): Dot[] =>
  arms.flatMap((result) =>
    (result.measures[metric.id]?.bySeed ?? []).map(({ student }) => ({ x: at(result), y: student, text: '' })),
  )

const levelLine = (data: Dot[], p: Palette) => ({
  ...{ data, order: 3, pointRadius: 0, borderColor: p[WEAK.color], borderWidth: 1.5, borderDash: [2, 3] },
})

const seedDots = (data: Dot[], { color }: Look, p: Palette) => ({
  ...{ silent: true, data, order: 2, showLine: false, pointRadius: 2, pointBorderWidth: 0 },
  backgroundColor: `${p[color]}a0`,
})

interface Point {
  x: number
  of: Estimate
  text: string
}

/** A line with its intervals and marks; what lies beyond the bounds is cut, a mark there left out with its line. */
function drawn(points: readonly Point[], look: Look, [least, most]: [number, number], p: Palette) {
  const ink = p[look.color]
  const within = (y: number) => Math.min(most, Math.max(least, y))
  const bars = points.flatMap(({ x, of }): Dot[] => [
    { x, y: within(of.low), text: '' },
    { x, y: within(of.high), text: '' },
    GAP,
  ])
  const data = points.map(({ x, of, text }): Dot => ({ x, y: of.value === within(of.value) ? of.value : NaN, text }))
  return [
    { silent: true, order: 2, data: bars, pointRadius: 0, borderColor: `${ink}b0`, borderWidth: 1.5 },
    { silent: true, order: 1, data, pointRadius: 0, borderColor: ink, borderWidth: 1.5, borderDash: [...look.dash] },
    { data, showLine: false, ...markerOf(look, ink, p.pane) },
  ]
}

/** The plotted numbers of one chart. */
export function sizesTable({ ticks, series, side }: Sizes, { of, unit }: Quantity): Table {
  const rows = series.flatMap(({ label, arms }) =>
    arms.map((result) => {
      const tick = ticks.find(({ title }) => title === titleOf(result.arm, side))!
      return { label, ...tick, weights: result.arm.parameters?.[side], found: of(result) }
    }),
  )
  return tableOf(rows, [
    words('line', ({ label }) => label),
    toldColumn(
      side === 'strong' ? 'student' : 'supervisor',
      ({ title }) => title,
      ({ title, size }) => (size ? `${title} (${size})` : title),
    ),
    hidden('weights', ({ weights }) => weights),
    ranged('value', { of: ({ found }) => found, unit, shown: rangeText, none: () => 'none' }),
    counted('seeds', ({ found }) => found?.seeds),
    counted('examples', ({ found }) => found?.examples),
  ])
}
