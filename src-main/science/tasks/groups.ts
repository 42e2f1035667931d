import { createDisjointSets } from '../maths/disjoint'

/**
 * The groups of rows when what is tied stays together: a group that shares a tie with another one is one with it, and
 * takes the name of the first.
 * @param groups of each row; undefined where it has none
 * @param ties for each kind of tie, the first row that a row is tied to, or its own number
 * @returns the group of each row; undefined for rows that stand alone
 */
export function joinGroups(
  groups: readonly (string | undefined)[],
  ties: readonly ArrayLike<number>[],
): (string | undefined)[] {
  const sets = createDisjointSets(groups.length)
  const firstOf = new Map<string, number>()
  groups.forEach((group, i) => {
    if (group !== undefined) sets.join(firstOf.get(group) ?? i, i)
    if (group !== undefined && !firstOf.has(group)) firstOf.set(group, i)
    for (const tie of ties) sets.join(tie[i]!, i)
  })
  const size = new Uint32Array(groups.length)
  const names: (string | undefined)[] = groups.map(() => undefined)
  groups.forEach((group, i) => {
    const root = sets.root(i)
    size[root]!++
    names[root] ??= group
  })
  return groups.map((_, i) => {
    const root = sets.root(i)
    return names[root] ?? (size[root]! > 1 ? freshName(`like row ${root + 1}`, firstOf) : undefined)
  })
}

function freshName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let fresh = name
  while (taken.has(fresh)) fresh += "'"
  return fresh
}
