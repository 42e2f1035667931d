/** Rows by their groups. */
export interface Numbered {
  /** Number of the group of every row. */
  of: Int32Array
  /** How many groups there are. */
  count: number
}

/** Number of the group of every row, from 0 on in order of first appearance. */
export function numbered(groups: readonly string[]): Numbered {
  const numbers = new Map<string, number>()
  const of = Int32Array.from(groups, (group) => {
    const number = numbers.get(group) ?? numbers.size
    numbers.set(group, number)
    return number
  })
  return { of, count: numbers.size }
}
