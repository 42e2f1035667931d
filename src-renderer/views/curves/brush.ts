// What axes let through, in values: a brush stays what it is when its axis gets another length, range or order. Pure.
import { list } from '../../lib/format'
import { NONE, NONE_TEXT, type Axis, type Line } from './parallel'

/**
 * Numbers from one end to the other (null: however far), and with `none` lines that have nothing there; or names, null
 * among them for lines that have nothing there.
 */
export type Brush = { from: number | null; to: number | null; none: boolean } | { names: readonly (string | null)[] }
/** By the ids of axes. */
export type Brushes = ReadonlyMap<string, Brush>
/** A stretch of an axis, by places. */
export interface Span {
  low: number
  high: number
}

const CLOSE = 1e-9

function passes(brush: Brush, { scale }: Axis, value: number | string | null): boolean {
  if ('names' in brush) return brush.names.includes(value === null ? null : String(value))
  if (value === null) return brush.none
  if (typeof value !== 'number') return false
  // What stands at the end of its axis goes by where it stands.
  const held = scale.kind === 'numbers' ? scale.held(value) : value
  const slack = CLOSE * Math.max(1, Math.abs(held))
  return (brush.from === null || held >= brush.from - slack) && (brush.to === null || held <= brush.to + slack)
}

/** Whether all brushes let a line through. */
export const isThrough = (line: Line, axes: readonly Axis[], brushes: Brushes): boolean =>
  axes.every((axis) => {
    const brush = brushes.get(axis.id)
    return !brush || passes(brush, axis, axis.value(line))
  })

/** Where a brush is on its axis, from foot to top: names that stand apart by now have a stretch each. */
export function spansOf(brush: Brush, { scale, none }: Axis): Span[] {
  if (scale.kind === 'numbers' && !('names' in brush)) {
    const low = brush.from === null ? (brush.none ? NONE : 0) : scale.at(brush.from)
    return [{ low: within(low), high: within(brush.to === null ? 1 : scale.at(brush.to)) }]
  }
  const held = 'names' in brush ? brush.names : brush.none ? [null] : []
  const all = scale.kind === 'names' ? scale.names.toReversed() : []
  const spans: Span[] = []
  let open = false
  for (const name of [...(none ? [null] : []), ...all]) {
    const on = held.includes(name)
    const place = name === null || scale.kind === 'numbers' ? NONE : scale.at(name)
    if (on && open) spans.at(-1)!.high = place
    else if (on) spans.push({ low: place, high: place })
    open = on
  }
  return spans
}
const within = (place: number) => Math.min(1, Math.max(NONE, place))

/** From where to where a brush reaches: without one, from the lowest place where a line may be. */
export function reachOf(brush: Brush | undefined, axis: Axis): Span {
  const spans = brush ? spansOf(brush, axis) : []
  return spans.length > 0 ? { low: spans[0]!.low, high: spans.at(-1)!.high } : { low: axis.none ? NONE : 0, high: 1 }
}

/**
 * The brush of a stretch; null where it lets all through, or nothing.
 * @param rough by a pointer, which is as exact as pixels: numbers become round ones that hold the stretch
 */
export function brushOf({ scale, none }: Axis, { low, high }: Span, rough: boolean): Brush | null {
  const withNone = none && low <= NONE + CLOSE
  if (scale.kind === 'names') {
    const names = scale.names.filter((name) => scale.at(name) >= low - CLOSE && scale.at(name) <= high + CLOSE)
    if (names.length === scale.names.length && (withNone || !none)) return null
    return names.length > 0 || withNone ? { names: [...(withNone ? [null] : []), ...names] } : null
  }
  if (high < 0) return withNone ? { names: [null] } : null
  const end = (place: number, up: boolean) => {
    const value = scale.valueAt(place)
    return rough ? scale.rounded(value, up) : Number(value.toPrecision(12))
  }
  const from = low <= CLOSE ? null : end(low, false)
  const to = high >= 1 - CLOSE ? null : end(high, true)
  return from === null && to === null && (withNone || !none) ? null : { from, to, none: withNone }
}

/** What a brush lets through, in words: `.42 to .61`. */
export function brushText(brush: Brush, { scale }: Axis): string {
  if ('names' in brush) return list(brush.names.map((name) => name ?? NONE_TEXT))
  const told = (value: number) => (scale.kind === 'numbers' ? scale.end(value) : String(value))
  const { from, to, none } = brush
  const numbers =
    from !== null && to !== null
      ? `${told(from)} to ${told(to)}`
      : from !== null
        ? `from ${told(from)} on`
        : to !== null
          ? `up to ${told(to)}`
          : 'any number'
  return none ? `${numbers}, or none` : numbers
}

/** What stands at a place of an axis, in words. */
export function placeText({ scale }: Axis, place: number): string {
  if (place < 0) return NONE_TEXT
  // Of a result that no arm has yet nothing stands on its axis.
  if (scale.kind !== 'numbers' && scale.names.length === 0) return ''
  if (scale.kind === 'numbers') return scale.end(scale.valueAt(place))
  const near = (name: string) => Math.abs(scale.at(name) - place)
  return scale.names.reduce((a, b) => (near(b) < near(a) ? b : a))
}

/** One brush set anew, or taken away (null). */
export const brushed = (brushes: Brushes, id: string, brush: Brush | null): Brushes =>
  new Map([...[...brushes].filter(([name]) => name !== id), ...(brush ? [[id, brush] as const] : [])])

/** Brushes as an address has them; '' for none. */
export const brushesToText = (brushes: Brushes): string =>
  brushes.size > 0 ? JSON.stringify(Object.fromEntries(brushes)) : ''

/** Brushes that an address has; what is none is dropped. */
export function brushesOf(text: string): Brushes {
  try {
    const found: unknown = JSON.parse(text || '{}')
    const entries = typeof found === 'object' && found !== null ? Object.entries(found) : []
    return new Map(entries.filter((one): one is [string, Brush] => isBrush(one[1])))
  } catch {
    return new Map()
  }
}

function isBrush(of: unknown): of is Brush {
  if (typeof of !== 'object' || of === null) return false
  if ('names' in of) return Array.isArray(of.names) && of.names.every((n) => n === null || typeof n === 'string')
  const isEnd = (end: unknown) => end === null || (typeof end === 'number' && Number.isFinite(end))
  return 'from' in of && 'to' in of && isEnd(of.from) && isEnd(of.to) && 'none' in of && typeof of.none === 'boolean'
}
