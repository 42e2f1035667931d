/** How far a stage was at a time, in ms of the clock that nobody sets. */
export interface Mark {
  at: number
  done: number
}

/** Over how long the pace is measured, and how many marks that may take, at ten a second. */
const SPAN_MS = 10_000

/** Adds a mark and lets go of those that are too old. What was stopped and began anew counts from there. */
export function marked(marks: readonly Mark[], mark: Mark): Mark[] {
  const last = marks[marks.length - 1]
  const known = last && last.done > mark.done ? [] : marks
  return [...known.filter(({ at }) => mark.at - at <= SPAN_MS), mark]
}

/** Units a second over the marks; null before a second of them. */
export function paceOf(marks: readonly Mark[]): number | null {
  const [first, last] = [marks[0], marks[marks.length - 1]]
  if (!first || !last || last.at - first.at < 1000) return null
  return ((last.done - first.done) / (last.at - first.at)) * 1000
}
