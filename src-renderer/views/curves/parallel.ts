// Arms as lines over what was chosen for them and what came of it. Pure.
import { counted, hidden, OF_GAP, told, words } from '../../lib/columns'
import { niceRange } from '../../lib/curves'
import { count, number, pgrText, share } from '../../lib/format'
import { tableOf, type Table } from '../../lib/tables'
import type { Arm, ArmFigures, MetricInfo, RunDetail } from '../../lib/types'

/** An arm of a run. */
export interface Line {
  id: string
  run: RunDetail
  arm: Arm
  /** None before the first seed, and while what was found is sealed. */
  figures: ArmFigures | undefined
}
type Value = number | string | null

export interface Axis {
  id: string
  /** Of what it is, and what of it: "student", "words"; the second may be ''. */
  title: readonly [string, string]
  /** Whether it came out, and was not chosen. */
  found: boolean
  /** From 0 at its foot to 1; `NONE` of a line that has nothing there. */
  place: (line: Line) => number
  text: (line: Line) => string
  /** What it has there. */
  value: (line: Line) => Value
  scale: Numbers | Names
  /** Whether some line has nothing there. */
  none: boolean
  ticks: readonly { place: number; text: string }[]
}
/** Numbers along an axis. A PGR further out than it reaches is held at its end. */
interface Numbers {
  kind: 'numbers'
  /** The place of a number. */
  at: (value: number) => number
  valueAt: (place: number) => number
  held: (value: number) => number
  /** A round number beside one. */
  rounded: (value: number, up: boolean) => number
  /** A number as the end of a stretch. */
  end: (value: number) => string
}
/** Names along an axis, from its top. */
interface Names {
  kind: 'names'
  names: readonly string[]
  at: (name: string) => number
}

/** Below the foot of an axis: where a line stands that has nothing there. */
export const NONE = -0.12
export const NONE_TEXT = 'none'
/** More values than this are a scale, and fewer stand by themselves. */
const FEW = 6
/** A PGR further out stands at the end of its axis: of a small gap it would squeeze all others. */
const PGR_ENDS = [-1, 2] as const
/** What spans more than this is drawn by powers. */
const WIDE = 50

export const linesOf = (runs: readonly RunDetail[]): Line[] =>
  runs.flatMap((run) =>
    run.arms.map((arm) => ({
      ...{ id: `${run.id} ${arm.id}`, run, arm },
      figures: run.figures.find((one) => one.arm === arm.id && one.metric !== ''),
    })),
  )

/** Of choices, told by their titles. */
const NAMES: readonly string[] = ['model', 'method']

interface Source extends Pick<Axis, 'id' | 'title'> {
  of: (line: Line) => Value
}

/** What was chosen for each line, by the places where a spec has it. */
function chosen(lines: readonly Line[], taskTitle: (id: string) => string): Source[] {
  const fields = (id: string, title: string, of: (line: Line) => object | null | undefined): Source[] => {
    const names = [...new Set(lines.flatMap((line) => Object.keys(of(line) ?? {})))].filter(
      (name) => !NAMES.includes(name),
    )
    const sources = names.map((name): Source => ({
      ...{ id: `${id}.${name}`, title: [title, name] },
      of: (line) => valueOf((of(line) as Record<string, unknown> | null | undefined)?.[name]),
    }))
    // One value and none says which kind it is, as the name does.
    return sources.filter(({ of }) => new Set(lines.map(of).filter((value) => value !== null)).size > 1)
  }
  /** The name after the parameters that all have, or before those that some lack. */
  const named = (source: Source, params: Source[]): Source[] => {
    const whole = params.filter(({ of }) => lines.every((line) => of(line) !== null))
    return [...whole, source, ...params.filter((one) => !whole.includes(one))]
  }
  const model = (id: 'weak' | 'strong', title: string) =>
    named({ id, title: [title, ''], of: ({ arm }) => (id === 'weak' ? arm.weakTitle : arm.strongTitle) }, [
      ...fields(id, title, ({ arm }) => arm[id]),
      ...fields(`${id}.optimiser`, title, ({ arm }) => arm.optimisers?.[id]),
    ])
  return [
    { id: 'task', title: ['task', ''], of: ({ arm }) => taskTitle(arm.task) },
    ...fields('sizes', 'rows', ({ run }) => run.spec?.sizes),
    ...model('weak', 'supervisor'),
    ...model('strong', 'student'),
    ...named(
      { id: 'method', title: ['method', ''], of: ({ arm }) => arm.methodTitle },
      fields('method', 'method', ({ arm }) => arm.method),
    ),
    { id: 'measure', title: ['measured on', ''], of: ({ arm }) => arm.measure },
    { id: 'run', title: ['run', ''], of: ({ run }) => run.name },
  ]
}

const valueOf = (value: unknown): Value =>
  typeof value === 'number' || typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? null
      : JSON.stringify(value)

/** How lines fall apart by a choice: two choices that part them alike are told once. */
const partition = (lines: readonly Line[], of: Source['of']): string => {
  const seen = new Map<Value, number>()
  return lines
    .map((line) => {
      const value = of(line)
      if (!seen.has(value)) seen.set(value, seen.size)
      return seen.get(value)
    })
    .join()
}

/** An axis for everything that differs in what was chosen, and for what was found. */
export function axesOf(
  lines: readonly Line[],
  metrics: readonly MetricInfo[],
  taskTitle: (id: string) => string,
): Axis[] {
  const parted = new Set([partition(lines, () => null)])
  const differing = chosen(lines, taskTitle).filter(({ of }) => {
    const parts = partition(lines, of)
    return !parted.has(parts) && parted.add(parts)
  })
  const metric = lines.find(({ figures }) => figures)?.figures?.metric ?? ''
  const name = metrics.find(({ id }) => id === metric)?.short ?? metric
  const results = (['floor', 'student', 'ceiling'] as const).map((key) => ({
    ...{ id: `found.${key}`, title: [key === 'floor' ? 'supervisor' : key, name] as const },
    of: ({ figures }: Line) => (figures?.metric === metric ? figures[key] : null),
  }))
  const pgr: Source = {
    id: 'pgr',
    title: ['PGR', ''],
    of: ({ figures }) => (figures?.metric === metric ? figures.pgr : null),
  }
  // One scale for all three: they are read against each other.
  const scale = lines.flatMap((line) => results.map(({ of }) => of(line)))
  return [
    ...differing.map((source) => axis(source, lines, lines.map(source.of), false)),
    ...results.map((source) => axis(source, lines, scale, true)),
    { ...axis(pgr, lines, lines.map(pgr.of), true, PGR_ENDS), text: ({ figures }) => pgrWords(figures, metric) },
  ]
}

const pgrWords = (figures: Line['figures'], metric: string): string =>
  figures?.metric === metric && figures.pgr !== null
    ? pgrText({ value: figures.pgr, warning: figures.warning })
    : NONE_TEXT

const within = (value: number, [low, high]: readonly [number, number]) => Math.min(high, Math.max(low, value))

/** @param values that the axis holds */
function axis(
  { id, title, of }: Source,
  lines: readonly Line[],
  values: readonly Value[],
  found: boolean,
  ends: readonly [number, number] = [-Infinity, Infinity],
): Axis {
  const known = [...new Set(values)].filter((value) => value !== null)
  const numbers = known.filter((value) => typeof value === 'number').sort((a, b) => a - b)
  const { scale, ticks, format } =
    numbers.length === known.length && numbers.length > 0 ? measured(numbers, found, ends) : listed(known.map(String))
  const none = lines.some((line) => of(line) === null)
  const text = (line: Line) => {
    const value = of(line)
    return value === null ? NONE_TEXT : format(value)
  }
  const place = (line: Line) => {
    const value = of(line)
    if (value === null) return NONE
    return within(scale.kind === 'numbers' ? scale.at(Number(value)) : scale.at(String(value)), [0, 1])
  }
  const all = [...(none ? [{ place: NONE, text: NONE_TEXT }] : []), ...ticks]
  return { id, title, found, place, text, value: of, scale, none, ticks: all }
}

function measured(all: readonly number[], found: boolean, ends: readonly [number, number]) {
  const held = (value: number) => within(value, ends)
  const numbers = all.map(held)
  const [low, high] = [numbers[0]!, numbers.at(-1)!]
  const log = !found && low > 0 && high / low >= WIDE
  const few = !found && numbers.length <= FEW
  const range = few || log ? { min: low, max: high, step: 0, digits: 0 } : niceRange(numbers, ends, 4)
  const on = (value: number) => (log ? Math.log(value) : value)
  const length = on(range.max) - on(range.min)
  const at = (value: number) => (length === 0 ? 0.5 : (on(value) - on(range.min)) / length)
  const valueAt = (place: number) => {
    const value = on(range.min) + within(place, [0, 1]) * length
    return log ? Math.exp(value) : value
  }
  const shown = (value: Value) =>
    found ? share(Number(value)) : Number.isInteger(value) ? count(Number(value)) : number(Number(value))
  const even = Array.from({ length: range.step ? Math.round((range.max - range.min) / range.step) + 1 : 0 }, (_, i) =>
    Number((range.min + i * range.step).toPrecision(12)),
  )
  const places = few ? numbers : log ? [low, high] : even
  const tick = (value: number) => (found ? share(value, Math.max(1, range.digits)) : shown(value))
  // About as exact as a pixel: hundredths of a PGR, thousandths of what else was found, three digits of a choice.
  const digits = Number.isFinite(ends[0]) ? 2 : 3
  const whole = all.every((value) => Number.isInteger(value))
  const rounded = (value: number, up: boolean) => {
    const size = 10 ** (Math.floor(Math.log10(Math.abs(value) || 1)) - 2)
    const step = found ? 10 ** -digits : whole ? Math.max(1, size) : size
    return Number(((up ? Math.ceil : Math.floor)(Number((value / step).toPrecision(12))) * step).toPrecision(12))
  }
  const end = (value: number) => (found ? share(value, digits) : shown(value))
  const scale: Numbers = { kind: 'numbers', at, valueAt, held, rounded, end }
  return { scale, format: shown, ticks: places.map((value) => ({ place: at(value), text: tick(value) })) }
}

function listed(names: readonly string[]) {
  const at = (name: string) => (names.length < 2 ? 0.5 : 1 - names.indexOf(name) / (names.length - 1))
  const scale: Names = { kind: 'names', names, at }
  return { scale, format: String, ticks: names.map((name) => ({ place: at(name), text: name })) }
}

/** The next place of a line on an axis, up (1) or down (-1) from one; its end where there is none. */
export function stepped(lines: readonly Line[], { place }: Axis, from: number, by: 1 | -1): number {
  const places = [...new Set(lines.map(place))].sort((a, b) => a - b)
  const next = by > 0 ? places.find((one) => one > from + 1e-9) : places.findLast((one) => one < from - 1e-9)
  return next ?? (by > 0 ? 1 : NONE)
}

/** Axes in an order of their ids; those that it does not name stay where they are. */
export function ordered(axes: readonly Axis[], order: string): Axis[] {
  const ids = order.split(',')
  const named = axes.filter(({ id }) => ids.includes(id)).sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
  return axes.map((axis) => (ids.includes(axis.id) ? named.shift()! : axis))
}

/** The order of all axes with one of them so many places further to the right. */
export function moved(axes: readonly Axis[], id: string, by: number): string {
  const ids = axes.map((axis) => axis.id)
  const others = ids.filter((one) => one !== id)
  return others.toSpliced(Math.max(0, ids.indexOf(id) + by), 0, id).join()
}

/** All lines with all that is drawn. */
export function parallelTable(lines: readonly Line[], axes: readonly Axis[]): Table {
  return tableOf(lines, [
    words('arm', ({ arm }) => arm.title),
    hidden('run', ({ run }) => run.name),
    ...axes.map(({ title, value, text }) => told(title.filter(Boolean).join(' '), value, text)),
    {
      shown: { head: 'PGR 95 %', of: ({ figures: of }) => pgrEnds(of) },
      values: [
        { head: 'PGR 95 % low', of: ({ figures }) => figures?.low },
        { head: 'PGR 95 % high', of: ({ figures }) => figures?.high },
        { head: 'PGR unit', of: ({ figures }) => (figures?.pgr == null ? null : OF_GAP) },
        { head: 'PGR note', of: ({ figures }) => figures && (figures.reason || figures.warning) },
      ],
    },
    counted('seeds', ({ figures }) => figures?.seeds ?? 0),
  ])
}
const pgrEnds = (of: Line['figures']): string =>
  of?.low != null && of.high != null ? `${share(of.low)} to ${share(of.high)}` : (of?.reason ?? '')
