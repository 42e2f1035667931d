import { z } from 'zod'
import type { Span } from '../pattern'

/** What becomes of the matches that a text is cut at. */
export const behaviorSchema = z.enum(['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'])
export type Behavior = z.infer<typeof behaviorSchema>

/** Start and end of a piece, and whether it is a match. */
type Part = [start: number, end: number, isMatch: boolean]

/**
 * Cuts a text at matches.
 * @param invert what lies between the matches is taken for them, and they for what lies between
 * @returns the pieces in their order, none of them empty
 */
export function cut(text: string, matches: readonly Span[], behavior: Behavior, invert = false): string[] {
  const parts = partsOf(text, matches, invert)
  const pieces: string[] = []
  for (const [start, end, isRemoved] of JOINS[behavior](parts))
    if (!isRemoved && end > start) pieces.push(text.slice(start, end))
  return pieces
}

function partsOf(text: string, matches: readonly Span[], invert: boolean): Part[] {
  const parts: Part[] = []
  let last = 0
  for (const [start, end] of matches) {
    if (last !== start) parts.push([last, start, invert])
    parts.push([start, end, !invert])
    last = end
  }
  if (last !== text.length) parts.push([last, text.length, invert])
  return parts
}

/** For each behaviour the parts that are left, marked where they are to be removed. */
const JOINS: Readonly<Record<Behavior, (parts: Part[]) => Part[]>> = {
  Removed: (parts) => parts,
  Isolated: (parts) => parts.map(([start, end]) => [start, end, false]),
  Contiguous: (parts) => joined(parts, (isMatch, last) => isMatch === last),
  MergedWithPrevious: (parts) => joined(parts, (isMatch, last) => isMatch && !last),
  MergedWithNext: (parts) => joined(parts.reverse(), (isMatch, last) => isMatch && !last).reverse(),
}

/** Joins each part with its forerunner where `joins` says so, given whether it and the part before it are matches. */
function joined(parts: Part[], joins: (isMatch: boolean, last: boolean) => boolean): Part[] {
  const made: Part[] = []
  let last = false
  for (const [start, end, isMatch] of parts) {
    const before = made.at(-1)
    if (before && joins(isMatch, last))
      made[made.length - 1] = [Math.min(before[0], start), Math.max(before[1], end), false]
    else made.push([start, end, false])
    last = isMatch
  }
  return made
}
