/**
 * Two-sided p of the exact sign test: the chance that of `more + fewer` fair tosses as many or more fall to one side as did.
 * Of paired answers that are right or wrong this is McNemar's exact test (McNemar 1947, Psychometrika 12), over the pairs
 * that differ. 1 where there are none.
 */
export function signTest(more: number, fewer: number): number {
  const [n, least] = [more + fewer, Math.min(more, fewer)]
  // In logs: a half to the power of some thousand is no double any more.
  let log = -n * Math.LN2
  for (let i = 1; i <= least; i++) log += Math.log((n - least + i) / i)
  let [term, sum] = [1, 1]
  for (let i = least; i > 0; i--) {
    term *= i / (n - i + 1)
    sum += term
  }
  return Math.min(1, 2 * sum * Math.exp(log))
}
