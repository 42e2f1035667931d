import { SIZES } from '../../science/spec/spec'
import { SPLITS } from '../../science/stages'
import { MIN_PER_CHOICE } from '../../science/tasks'
import { foldText } from '../../science/tasks/twins'
import { inClassOrder, isNumber, shown } from './values'

/** Rows that a class has at least: enough for each of the four splits. */
export const LEAST_ROWS = SPLITS.length * MIN_PER_CHOICE
/** More classes than this, and the smallest split of a new experiment has no room for enough of each. */
export const MOST_CLASSES = Math.floor(Math.min(...SPLITS.map((split) => SIZES[split].default)) / MIN_PER_CHOICE)

/** Label values with how often each stands, most frequent first. */
export type Labels = readonly (readonly [label: string, n: number])[]

/**
 * The classes of a label column, in class order: the values that stand in enough rows to be one, or, where fewer than two
 * do, that stand as often as the second most frequent; the rest are taken for mistakes. None where that makes one class,
 * or too many, or leaves out half the rows: then it is no column of classes.
 */
export function guessClasses(labels: Labels): string[] {
  const least = Math.min(LEAST_ROWS, labels[1]?.[1] ?? LEAST_ROWS)
  const frequent = labels.filter(([, n]) => n >= least)
  const fits = frequent.length >= 2 && frequent.length <= MOST_CLASSES && 2 * rowsOf(frequent) > rowsOf(labels)
  return fits ? inClassOrder(frequent.map(([label]) => label)) : []
}

const rowsOf = (labels: Labels) => labels.reduce((sum, [, n]) => sum + n, 0)

/** Why a label column has no classes, and what to do about it. */
export function noClasses(labels: Labels): string {
  const wanted = `a task has 2 to ${MOST_CLASSES} classes of ${LEAST_ROWS} rows or more`
  if (labels.length === 1) return `Every row has the label ${shown(labels[0]![0])}; ${wanted}. ${OTHER}`
  return `The label column has ${labels.length.toLocaleString('en')} values; ${wanted}. ${adviceFor(labels)}`
}

const OTHER = 'Choose another column.'

function adviceFor(labels: Labels): string {
  if (labels.every(([label]) => isNumber(label)))
    return 'They are numbers. If they measure something, write ranges of it (low, middle, high) into a column of its own; if they are ids, choose another column.'
  if (labels.length > rowsOf(labels) / 2)
    return 'Most rows have a value of their own, as ids and texts do: choose another column.'
  return 'Join values that belong together, or choose another column.'
}

/** What stands for no label in many files. */
const NO_LABEL = /^(?:-1|nan|null|none|n\/?a|unknown|unlabell?ed|missing|\?|-)$/i

/** Why classes that were guessed may be none, which only their owner knows; null where they look like classes. */
export function classDoubt(classes: readonly string[]): { why: string; without: string[] | null } | null {
  // Of two values each is a class, whatever it is called.
  if (classes.length === 2) return null
  const empty = classes.find((name) => NO_LABEL.test(name))
  if (empty !== undefined)
    return {
      why: `The label ${shown(empty)} stands for rows without a label in many files.`,
      without: classes.filter((name) => name !== empty),
    }
  const folded = classes.map(foldText)
  const twin = classes.findIndex((_, i) => folded.indexOf(folded[i]!) < i)
  if (twin < 0) return null
  const first = classes[folded.indexOf(folded[twin]!)]!
  return {
    why: `The labels ${shown(first)} and ${shown(classes[twin])} differ in case or blanks alone.`,
    without: null,
  }
}
