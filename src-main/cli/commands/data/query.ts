import { ENCODINGS, MOST_CLASSES, RIGHTS } from '../../../data/datasets'
import type { DatasetQuery } from '../../../data/datasets/types'
import { oneOf, show } from '../../../science/spec/problems'
import type { Flags } from '../../context'
import { badArgument } from '../../errors'
import { pathOf } from '../../paths'

/** What the options of few values take. */
export const CHOICES = {
  encoding: ENCODINGS,
  header: ['yes', 'no'],
  quotes: ['yes', 'no'],
  twins: ['together', 'apart'],
  form: ['classes', 'options', 'text'],
  right: RIGHTS,
} as const

/** What the options say of a file; what they do not say is left to be guessed. @throws LabError naming the option */
export function queryOf(file: string, flags: Flags, cwd: string): DatasetQuery {
  const encoding = choice('encoding', flags)
  const [header, quotes, twins] = [choice('header', flags), choice('quotes', flags), choice('twins', flags)]
  return {
    path: pathOf('<file>', file, cwd),
    form: choice('form', flags),
    options: optionsIn(flags),
    right: choice('right', flags),
    target: textOf('target', flags),
    text: textOf('text', flags),
    label: textOf('label', flags),
    split: columnOf('split', flags),
    group: columnOf('group', flags),
    encoding,
    header: header && header === 'yes',
    quotes: quotes && quotes === 'yes',
    twins: twins && twins === 'together',
    classes: classesOf(flags),
    template: textOf('template', flags),
    games: gamesOf(flags, cwd),
    first: firstOf(flags),
  }
}

function gamesOf(flags: Flags, cwd: string): string | undefined {
  const games = textOf('games', flags)
  return games === undefined ? undefined : pathOf('--games', games, cwd)
}

/** How many rows of every split are read. */
function firstOf(flags: Flags): number | undefined {
  const text = textOf('first', flags)
  if (text !== undefined && !/^[1-9]\d{0,8}$/.test(text)) throw badArgument('--first', 'a number of rows', show(text))
  return text === undefined ? undefined : Number(text)
}

/** The columns of options: one that holds lists, or one for each. */
function optionsIn(flags: Flags): string[] | undefined {
  const all = textOf('options', flags)
  const columns = all === undefined ? undefined : listOf(all)
  if (columns === null || columns?.includes(''))
    throw badArgument('--options', 'columns with commas between them or as a JSON list', show(all))
  return columns
}

/** The labels that are classes, class 0 first: all in one option, or two in one of each. */
function classesOf(flags: Flags): string[] | undefined {
  const [all, ...pair] = ['classes', 'class0', 'class1'].map((name) => textOf(name, flags))
  const [class0, class1] = pair
  if (all === undefined && class0 === undefined && class1 === undefined) return undefined
  if (all !== undefined && (class0 !== undefined || class1 !== undefined))
    throw badArgument('--classes', 'to stand without --class0 and --class1', show(all))
  if (all === undefined && (class0 === undefined || class1 === undefined))
    throw badArgument(class0 === undefined ? '--class0' : '--class1', 'to be said with the other one', 'nothing')
  const classes = all === undefined ? [class0!, class1!] : listOf(all)
  if (!classes || classes.length < 2 || classes.length > MOST_CLASSES || new Set(classes).size < classes.length)
    throw badArgument(
      all === undefined ? '--class1' : '--classes',
      `2 to ${MOST_CLASSES} different labels, with commas between them or as a JSON list`,
      show(all ?? class1),
    )
  return classes
}

/** Labels with commas between, or a JSON list of them; null for another kind of JSON. */
function listOf(text: string): string[] | null {
  if (!text.startsWith('[')) return text.split(',').map((label) => label.trim())
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) && list.every((label) => typeof label === 'string') ? list : null
  } catch {
    return null
  }
}

/** The value of an option; undefined where it was not given. */
export function textOf(name: string, flags: Flags): string | undefined {
  const value = flags[name]
  if (value === '') throw badArgument(`--${name}`, 'a text', show(value))
  return typeof value === 'string' ? value : undefined
}

/** A column, null for none, undefined where nothing is said. */
function columnOf(role: 'split' | 'group', flags: Flags): string | null | undefined {
  const column = textOf(role, flags)
  if (!flags[`no-${role}`]) return column
  if (column !== undefined) throw badArgument(`--no-${role}`, `to stand without --${role}`, show(column))
  return null
}

function choice<K extends keyof typeof CHOICES>(name: K, flags: Flags): (typeof CHOICES)[K][number] | undefined {
  const value = flags[name]
  if (value === undefined) return undefined
  const options: readonly (typeof CHOICES)[K][number][] = CHOICES[name]
  const found = options.find((one) => one === value)
  if (found === undefined) throw badArgument(`--${name}`, oneOf(options, value), show(value))
  return found
}
