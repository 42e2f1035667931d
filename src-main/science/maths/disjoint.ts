/** Sets that grow together: `root` names the set of a member by its least member. */
export interface DisjointSets {
  root(member: number): number
  join(a: number, b: number): void
}

/** `size` members, each alone at first (union-find with halved paths; the least member is the root). */
export function createDisjointSets(size: number): DisjointSets {
  const parent = Uint32Array.from({ length: size }, (_, i) => i)
  function root(member: number): number {
    let at = member
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!
    return at
  }
  function join(a: number, b: number): void {
    const [one, other] = [root(a), root(b)]
    parent[Math.max(one, other)] = Math.min(one, other)
  }
  return { root, join }
}
