import { labelOf } from './values'
import { RIGHTS, type Right } from './types'

/** The options of a row with what says which is right. */
export interface Marked {
  options: readonly string[]
  /** Names of their columns; of a list none. */
  columns: readonly string[]
  /** As the file has it; '' where no column says it. */
  label: string
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const WAYS: Record<Right, (row: Marked) => number> = {
  first: () => 0,
  text: ({ options, label }) => options.findIndex((option) => option.trim() === label),
  letter: ({ label }) => (label.length === 1 ? LETTERS.indexOf(label.toLowerCase()) : -1),
  'from 0': ({ label }) => whole(label),
  'from 1': ({ label }) => whole(label) - 1,
  column: ({ columns, label }) => columns.findIndex((name) => name.toLowerCase() === label.toLowerCase()),
}
const whole = (label: string) => (/^\d{1,3}$/.test(label) ? Number(label) : -1)

/** Index of the right option; -1 where the row does not say it in this way. */
export function rightOf(row: Marked, way: Right): number {
  const found = WAYS[way]({ ...row, label: labelOf(row.label) })
  return found >= 0 && found < row.options.length ? found : -1
}

/** What the rows of a file say in each way of which option is right. */
export function createMarks() {
  const marks = new Map(RIGHTS.map((way) => [way, [] as number[]]))
  const labels: string[] = []
  return {
    add(row: Marked): void {
      for (const [way, found] of marks) found.push(rightOf(row, way))
      labels.push(row.label)
    },
    at: (way: Right): readonly number[] => marks.get(way)!,
    /** What the row says, for a message. */
    label: (row: number): string => labels[row]!,
    /** The ways that fit every row, but for "first", which fits any; one of those that say the same. */
    fitting(): Right[] {
      const fit = RIGHTS.filter((way) => way !== 'first' && !marks.get(way)!.includes(-1))
      const said = fit.map((way) => marks.get(way)!.join())
      return fit.filter((_, i) => said.indexOf(said[i]!) === i)
    },
  }
}
