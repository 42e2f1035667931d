// What is wrong with a draft, in words: exactly, as the lab tells it, and for people, by the fields that they see.
import type { Problem } from './types'

/** The exact message: what the text has to be, and what it is. */
export const problemText = ({ expected, got }: Problem): string => `expected ${expected}, got ${got}`

/** What a list of a spec is a choice of, by its place. */
const CHOICES: readonly [RegExp, string][] = [
  [/^tasks$/, 'Choose a task.'],
  [/^weak$/, 'Add a supervisor.'],
  [/^strong$/, 'Add a student.'],
  [/^methods$/, 'Choose a method.'],
  [/^seeds$/, 'Give a seed.'],
  [/^prompting\.shots$/, 'Say how many examples a prompt has.'],
  [/^prompting\.labels$/, 'Choose by whom the examples of a prompt are labelled.'],
  [/^name$/, 'Give the experiment a name.'],
]
const NOUNS: readonly [RegExp, string][] = [
  [/^tasks/, 'task'],
  [/^weak/, 'supervisor'],
  [/^strong/, 'student'],
  [/^methods\[\d+\]\.\w+/, 'model'],
  [/^methods/, 'method'],
  [/^seeds/, 'seed'],
]
const of = (known: readonly [RegExp, string][], path: string) => known.find(([place]) => place.test(path))?.[1]

/** A range of seeds that was not taken as one. */
const RANGE = /^"(\d+)(?:-|–|\.\.)(\d+)"$/

/** What to do about a problem, to somebody who fills in a form. */
export function problemAdvice({ path, expected, got }: Problem): string {
  const choice = of(CHOICES, path)
  if (choice && (got === 'nothing' || /^at least 1 \w+$/.test(expected))) return choice
  const number = (pattern: RegExp) => pattern.exec(expected)?.[1]
  const few = /^at least (\d+) (entry|entries|character|characters)$/.exec(expected)
  if (few) return `Takes ${few[1]} ${few[2]} or more.`
  const long = /^at most (\d+) characters$/.exec(expected)
  if (long) return `Takes ${long[1]} characters at most.`
  const least = number(/^at least (\S+)$/)
  if (least !== undefined) return `Take ${least} or more; it is ${got}.`
  const over = number(/^more than (\S+)$/)
  if (over !== undefined) return `Take more than ${over}; it is ${got}.`
  const most = number(/^at most (\S+)$/)
  if (most !== undefined) return `Take ${most} or less; it is ${got}.`
  const [, first, last] = (/^seeds\b/.test(path) && RANGE.exec(got)) || []
  if (last !== undefined)
    return Number(last) < Number(first)
      ? `A range rises: ${last}-${first}, not ${first}-${last}.`
      : `A range has 1,000 seeds at most; ${first}-${last} has more.`
  if (expected === 'a number' || expected === 'a whole number') return `Type ${expected}; ${got} is none.`
  if (expected === 'an entry that is not there yet') return `This is ${placeText(got)} once more; change or remove one.`
  const meant = /^no such key(?:; did you mean "(.+)"\?)?/.exec(expected)
  if (meant) return `There is no field of this name${meant[1] ? `; "${meant[1]}" is one` : ''}. Remove it in the text.`
  if (expected.startsWith('one of ') && got === 'nothing') return `Choose a ${of(NOUNS, path) ?? 'value'}.`
  if (expected.startsWith('one of ')) return `There is no ${of(NOUNS, path) ?? 'value'} ${got}; choose one of the list.`
  return `Has to be ${expected}; it is ${got}.`
}

/** `the same as methods[0]` as "method 1". */
function placeText(got: string): string {
  const [, path = '', index] = /^the same as (.*)\[(\d+)\]$/.exec(got) ?? []
  return index === undefined ? got : `${of(NOUNS, path) ?? path} ${Number(index) + 1}`
}
