import { show } from '../../science/spec/problems'

/** A value of a column as a short text, exactly; '' for what is none: nothing, an object, a list, a NaN. */
export function plain(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  return typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value).trim()
    : ''
}

/** A value for a message. */
export const shown = (value: unknown): string =>
  typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
    ? String(value)
    : show(value ?? undefined)

/** A label as a class: `True` is `true` and `1.0` is `1`, as programs write the same value in several ways. */
export function labelOf(value: unknown): string {
  const text = plain(value)
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase()
  return /^-?\d+\.0+$/.test(text) ? text.replace(/\.0+$/, '').replace(/^-0+$/, '0') : text
}

/** What the words of a split column mean; `validation` rows may be trained on, as this lab makes its own. */
const SPLITS: Record<string, 'train' | 'test'> = {
  train: 'train',
  training: 'train',
  validation: 'train',
  valid: 'train',
  val: 'train',
  dev: 'train',
  development: 'train',
  test: 'test',
  testing: 'test',
}
export const SPLIT_WORDS = Object.keys(SPLITS)

/** Null for a value that is no split. */
export function splitOf(value: unknown): { split: 'train' | 'test'; word: string } | null {
  const word = plain(value).toLowerCase()
  return Object.hasOwn(SPLITS, word) ? { split: SPLITS[word]!, word } : null
}

export const isNumber = (label: string): boolean => label !== '' && Number.isFinite(Number(label))

/** Classes in an order that people expect: by number, else by letter (false before true). */
export function inClassOrder(labels: readonly string[]): string[] {
  const numbers = labels.every(isNumber)
  return [...labels].sort((a, b) => (numbers ? Number(a) - Number(b) : a < b ? -1 : 1))
}
