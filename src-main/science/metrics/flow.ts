import { decisions, type Answers, type Decision } from '../answers'

/**
 * How answers go up a ladder: of every example whether supervisor, each rung and student are right (1) or wrong (0), one
 * digit each, e.g. `011`.
 */
export function pathsOf(climb: readonly Answers[], truth: ArrayLike<Decision>): string[] {
  const said = climb.map((answers) => decisions(answers))
  return Array.from(truth, (right, i) => said.map((says) => (says[i] === right ? '1' : '0')).join(''))
}

/** How many examples take each path; the most frequent first, of equals the smaller. */
export function countPaths(paths: readonly string[]): { path: string; n: number }[] {
  const counts = new Map<string, number>()
  for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1)
  return [...counts].map(([path, n]) => ({ path, n })).sort((a, b) => b.n - a.n || (a.path < b.path ? -1 : 1))
}
