/** Number of the group of every row, from 0 on in order of first appearance. */
export function numbered(groups: readonly string[]): { of: Int32Array; count: number } {
  const numbers = new Map<string, number>()
  const of = Int32Array.from(groups, (group) => {
    const number = numbers.get(group) ?? numbers.size
    numbers.set(group, number)
    return number
  })
  return { of, count: numbers.size }
}
