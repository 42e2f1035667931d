/** What can be told of a text without reading it. */
export interface Counted {
  /** Characters of the text. */
  length: number
  /** 0 or 1. */
  label: number
}

/**
 * Accuracy of a rule that looks at the length of a text alone: longer than a threshold is one class, the rest the
 * other. The threshold and which is which are those that do best on `known`; both accuracies are the mean of the two
 * classes' own, so that ½ is chance whatever the classes' shares.
 * @returns the accuracy on `asked`; null where either list lacks a class
 */
export function lengthShortcut(known: readonly Counted[], asked: readonly Counted[]): number | null {
  const totals = countClasses(known)
  const askedTotals = countClasses(asked)
  if ([...totals, ...askedTotals].includes(0)) return null
  const sorted = [...known].sort((a, b) => a.length - b.length)
  const below = [0, 0] as [number, number]
  let best = { gain: 0, threshold: -1, sign: 1 }
  sorted.forEach(({ length, label }, i) => {
    below[label as 0 | 1]++
    if (sorted[i + 1]?.length === length) return
    const gain = below[0] / totals[0] - below[1] / totals[1]
    if (Math.abs(gain) > best.gain) best = { gain: Math.abs(gain), threshold: length, sign: Math.sign(gain) }
  })
  const short = countClasses(asked.filter(({ length }) => length <= best.threshold))
  return 0.5 + (best.sign * (short[0] / askedTotals[0] - short[1] / askedTotals[1])) / 2
}

function countClasses(texts: readonly Counted[]): [number, number] {
  const ones = texts.filter(({ label }) => label === 1).length
  return [texts.length - ones, ones]
}
