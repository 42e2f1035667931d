import type { DataConfig, Split } from '../stages'
import type { TaskRow } from './task'

/**
 * Which rows a split may have: with `easy-to-hard` (after arXiv 2312.09390, appendix C) the supervisor's half those that are at
 * most as difficult as the median row of the task, all other splits those that are more so.
 * @throws Error where a row says no difficulty, or all are alike
 */
export function rowsFor(
  rows: readonly TaskRow[],
  { task, halves }: Pick<DataConfig, 'task' | 'halves'>,
): (row: number, split: Split) => boolean {
  if (halves === undefined) return () => true
  const difficulty = rows.map((row) => ('difficulty' in row ? row.difficulty : undefined))
  const known = difficulty.flatMap((of) => of ?? []).sort((a, b) => a - b)
  const without = rows.length - known.length
  if (without > 0) throw new Error(`${task}: expected a difficulty of every row, got ${without} rows without`)
  const median = known[(known.length - 1) >> 1]!
  if (!(known.at(-1)! > median)) throw new Error(`${task}: expected rows harder than the median, got none`)
  return (row, split) => (split === 'weak') === difficulty[row]! <= median
}
