// Numbers as the product prints them: accuracies without their leading zero, a true minus, no-break spaces before units.
import type { MetricInfo } from './types'

const SPACE = '\u00a0'
const MINUS = '\u2212'
const NONE = '–'

const finite = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && Number.isFinite(value)

/** A share between 0 and 1 as `.879`, `1.000`, `−.042`; an en dash when there is none. */
export function share(value: number | null | undefined, digits = 3): string {
  if (!finite(value)) return NONE
  const text = Math.abs(value).toFixed(digits).replace(/^0\./, '.')
  return Number(text) === 0 || value >= 0 ? text : MINUS + text
}

/** `54 %`, rounded to whole percent unless `digits` says otherwise. */
export function percent(value: number | null | undefined, digits = 0): string {
  if (!finite(value)) return NONE
  const text = Math.abs(value * 100).toFixed(digits)
  return `${value < 0 && Number(text) !== 0 ? MINUS : ''}${text}${SPACE}%`
}

/** A difference of shares in percentage points: `10.5 points`. */
export function points(value: number | null | undefined): string {
  if (!finite(value)) return NONE
  const text = Math.abs(value * 100).toFixed(1)
  return `${value < 0 && Number(text) !== 0 ? MINUS : ''}${text}${SPACE}points`
}

/** A difference of a metric: in points where it is told in percent. */
export function difference({ unit }: Pick<MetricInfo, 'unit'>, value: number | null | undefined): string {
  return unit === 'percent' ? points(value) : share(value)
}

/** `.33 to .58`: a 95 % interval. */
export function interval(low: number, high: number, digits = 2): string {
  return `${share(low, digits)} to ${share(high, digits)}`
}

/** Stands before what is hardly a number. */
export const HEDGE = `≈${SPACE}`

/** A PGR, with a sign that it is hardly a number where it comes with a warning: `.54`, `≈ −1.00`. */
export function pgrText({ value, warning }: { value: number; warning: string | null }): string {
  return `${warning ? HEDGE : ''}${share(value, 2)}`
}

/** Half the width of a 95 % interval: `± .012`. */
export function plusMinus(low: number, high: number): string {
  return finite(low) && finite(high) ? `±${SPACE}${share((high - low) / 2)}` : ''
}

/** Grouped whole number: `1,000`. */
export function count(value: number | null | undefined): string {
  return finite(value) ? Math.round(value).toLocaleString('en-US') : NONE
}

/** `21 of 1,500`. */
export function outOf(done: number, total: number): string {
  return `${count(done)} of ${count(total)}`
}

/** `1 seed`, `3 seeds`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`
}

/** What an estimate rests on: `3 seeds × 1,000 examples`. */
export function basis(of: { seeds: number; examples: number }): string {
  return `${plural(of.seeds, 'seed')} × ${count(of.examples)} examples`
}

const FOUR = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 })

/** A quantity of any size to about four significant digits: losses, learning rates, probabilities off the unit scale. */
export function number(value: number | null | undefined): string {
  if (!finite(value)) return value === null || value === undefined ? NONE : String(value)
  if (value === 0) return '0'
  const size = Math.abs(value)
  const text = size >= 1e5 || size < 1e-3 ? size.toExponential(1) : FOUR.format(size)
  return (value < 0 ? MINUS : '') + text.replace('e-', `e${MINUS}`).replace('e+', 'e')
}

/** Energy, to as many digits as readings of power are worth: `0.74 Wh`. */
export const energy = (wattHours: number): string => `${TWO.format(wattHours)}${SPACE}Wh`
const TWO = new Intl.NumberFormat('en-US', { minimumSignificantDigits: 2, maximumSignificantDigits: 2 })

/** Texts of a column of numbers: all with the decimals of the one that has most, `.9000` beside `.9213`. */
export function aligned(texts: readonly string[]): string[] {
  const decimalsOf = (text: string) => (PLAIN.test(text) ? (text.split('.')[1] ?? '').length : 0)
  const most = texts.reduce((all, text) => Math.max(all, decimalsOf(text)), 0)
  return texts.map((text) => {
    const lack = most - decimalsOf(text)
    if (lack === 0 || !PLAIN.test(text)) return text
    return `${text}${text.includes('.') ? '' : '.'}${'0'.repeat(lack)}`
  })
}
const PLAIN = /^\u2212?[\d,]*\.?\d*$/

/**
 * A value at a tick of an axis with so many decimals, which all ticks of the axis have: `0.70` beside `0.65`. Where that
 * would be zeros without end, as `number` has it.
 */
export function tickNumber(value: number, digits: number): string {
  const text = number(value)
  if (digits > 4 || text.includes('e') || !finite(value)) return text
  return (value < 0 ? MINUS : '') + Math.abs(value).toFixed(digits)
}

/** Size of a model in weights, as such sizes are spoken of: `17.2 M`, `135 M`, `1.71 B`. */
export function parameters(n: number): string {
  if (n < 1e6) return `${Number((n / 1e3).toPrecision(3))} k`
  return n < 1e9 ? `${Number((n / 1e6).toPrecision(3))} M` : `${Number((n / 1e9).toPrecision(3))} B`
}

/** Seconds in words: `8 s`, `3 min 40 s`, `1 h 20 min`. */
export function duration(seconds: number | null | undefined): string {
  if (!finite(seconds)) return NONE
  if (seconds < 1) return `under 1${SPACE}s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}${SPACE}s`
  if (whole < 3600) {
    const rest = whole % 60
    return `${Math.floor(whole / 60)}${SPACE}min${rest ? ` ${rest}${SPACE}s` : ''}`
  }
  const minutes = Math.round(whole / 60)
  const rest = minutes % 60
  return `${Math.floor(minutes / 60)}${SPACE}h${rest ? ` ${rest}${SPACE}min` : ''}`
}

/**
 * An estimate, with no more digits than it is worth: `about 20 s`, `about 38 min`, `about 1 h 20 min`.
 * @param rough whether nothing of the like was seen yet: `roughly 20 s`
 */
export function about(seconds: number, rough = false): string {
  const step = [
    [10, 1],
    [120, 5],
    [600, 30],
    [3600, 60],
  ].find(([most]) => seconds < most!)?.[1]
  return `${rough ? 'roughly' : 'about'} ${duration(seconds < 1 ? 1 : roundTo(seconds, step ?? 300))}`
}
const roundTo = (value: number, step: number) => Math.round(value / step) * step

/** Decimal bytes: `900 B`, `212 MB`, `1.3 GB`. */
export function bytes(value: number | null | undefined): string {
  if (!finite(value)) return NONE
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = value
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : Math.round(size)}${SPACE}${units[unit]}`
}

/** `14:52`, or `14:52:07` with seconds, in local time. */
export function clockTime(at: number, seconds = false): string {
  const date = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}${seconds ? `:${two(date.getSeconds())}` : ''}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The time alone today, else day and month too: `22 Nov 14:52`. */
export function when(at: number, now = Date.now()): string {
  const date = new Date(at)
  const today = new Date(now)
  if (date.toDateString() === today.toDateString()) return clockTime(at)
  const year = date.getFullYear() === today.getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${date.getDate()} ${MONTHS[date.getMonth()]}${year} ${clockTime(at)}`
}

/** First and last digits of a hash: `7c1e…04a9`. */
export function shortHash(hash: string): string {
  return hash.length > 12 ? `${hash.slice(0, 4)}…${hash.slice(-4)}` : hash
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`
}

/**
 * First letter upper case, for sentences made of parts; what begins with an id, such as `pocket-l`, is left as it is.
 * @param ids that look like words
 */
export function sentence(text: string, ids: readonly string[] = []): string {
  const isId = /^[a-z][a-z.]*[-_\d]/.test(text) || ids.includes(text.split(/[ ,:]/, 1)[0]!)
  return isId ? text : text.charAt(0).toUpperCase() + text.slice(1)
}
