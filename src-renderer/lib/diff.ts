// What of a draft differs from the spec that it came from, field by field.
import { isFields, pathText, seedsText, textOf, type Path } from './draft'

/** One field that differs: as it was and as it is, in words; '' where there is none. */
export interface Change {
  path: string
  before: string
  after: string
}

/** The fields in which two specs differ, in the order of the first, then those that only the second has. */
export function changesOf(before: unknown, after: unknown): Change[] {
  return [...differing(before, after, [])]
}

/** Whether two specs ask for the same, whatever they are called and whatever they are to find out. */
export function sameWork(before: unknown, after: unknown): boolean {
  return changesOf(before, after).every(({ path }) => path === 'name' || path === 'question')
}

function* differing(before: unknown, after: unknown, path: Path): Generator<Change> {
  if (JSON.stringify(before) === JSON.stringify(after)) return
  if (isFields(before) && isFields(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* differing(before[name], after[name], [...path, name])
  } else if (hasEntries(before) || hasEntries(after)) {
    yield* differingEntries(listOf(before), listOf(after), path)
  } else yield { path: pathText(path), before: wordsOf(before), after: wordsOf(after) }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const hasEntries = (value: unknown) => listOf(value).some(isFields)

/** Entries that begin or end both lists alike are the same ones; of those between, the first of both are, and so on. */
function* differingEntries(before: readonly unknown[], after: readonly unknown[], path: Path): Generator<Change> {
  const same = (i: number, j: number) => JSON.stringify(before[i]) === JSON.stringify(after[j])
  let start = 0
  while (start < before.length && start < after.length && same(start, start)) start++
  let end = 0
  const most = Math.min(before.length, after.length) - start
  while (end < most && same(before.length - 1 - end, after.length - 1 - end)) end++
  const middle = Math.max(before.length, after.length) - end
  for (let i = start; i < middle; i++) {
    const [was, is] = [i < before.length - end ? before[i] : undefined, i < after.length - end ? after[i] : undefined]
    yield* differing(was, is, [...path, i])
  }
}

/** A value as one reads it: seeds as ranges, an entry by its parts. */
function wordsOf(value: unknown): string {
  const items = listOf(value)
  if (items.length > 0)
    return items.every((item) => typeof item === 'number') ? seedsText(items) : items.map(textOf).join(', ')
  if (!isFields(value)) return textOf(value)
  return Object.entries(value)
    .map(([name, part]) => (isFields(part) ? `${name} (${wordsOf(part)})` : `${name} ${wordsOf(part)}`))
    .join(', ')
}
