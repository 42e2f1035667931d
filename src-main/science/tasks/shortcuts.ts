/** What can be told of a text without reading it. */
export interface Counted {
  /** Characters of the text. */
  length: number
  /** Index of the class. */
  label: number
}

/** A rule in pieces: texts of at least `from` characters are of class `label`, shorter ones as `shorter` says. */
interface Rule {
  from: number
  label: number
  shorter: Rule | null
}
/** Rules of equal worth differ by rounding alone. */
const ROUNDING = 1e-12

/**
 * Accuracy of a rule that looks at the length of a text alone: it cuts the lengths into as many ranges as there are
 * classes at most, and says one class of each. The rule is the one that does best on `known` (for two classes: one
 * threshold, and which side is which); both accuracies are the mean of the classes' own, so that 1 / classes is chance
 * whatever the classes' shares.
 * @returns the accuracy on `asked`; null where either list lacks a class
 */
export function lengthShortcut(known: readonly Counted[], asked: readonly Counted[], classes: number): number | null {
  const totals = countClasses(known, classes)
  const askedTotals = countClasses(asked, classes)
  if ([...totals, ...askedTotals].includes(0)) return null
  const rule = bestRule(known, totals)
  const right = countClasses(
    asked.filter(({ length, label }) => says(rule, length) === label),
    classes,
  )
  return right.reduce((sum, n, c) => sum + n / askedTotals[c]!, 0) / classes
}

/** What can be told of options without reading them. */
export interface CountedOptions {
  /** Characters of each. */
  lengths: readonly number[]
  /** Index of the right one. */
  label: number
}

/**
 * Accuracy on `asked` of a rule that looks at the lengths of the options alone: it says the longest one, or the shortest,
 * whichever does better on `known`; one of several as long is said by chance, which counts as its share.
 * @returns null where either list is empty
 */
export function longestShortcut(known: readonly CountedOptions[], asked: readonly CountedOptions[]): number | null {
  if (known.length === 0 || asked.length === 0) return null
  const shareRight = (rows: readonly CountedOptions[], best: (...lengths: number[]) => number) =>
    rows.reduce((sum, { lengths, label }) => {
      const said = lengths.filter((length) => length === best(...lengths)).length
      return sum + (lengths[label] === best(...lengths) ? 1 / said : 0)
    }, 0) / rows.length
  const rule = shareRight(known, Math.max) >= shareRight(known, Math.min) ? Math.max : Math.min
  return shareRight(asked, rule)
}

function says(rule: Rule, length: number): number {
  let piece = rule
  while (length < piece.from && piece.shorter) piece = piece.shorter
  return piece.label
}

/** Goes through the lengths upwards with the best rule for every number of ranges and class of the last of them. */
function bestRule(known: readonly Counted[], totals: readonly number[]): Rule {
  const start: { worth: number; rule: Rule }[] = totals.map((_, label) => ({
    worth: 0,
    rule: { from: 0, label, shorter: null },
  }))
  const best = totals.map((_, ranges) => (ranges === 0 ? start : start.map((one) => ({ ...one, worth: -Infinity }))))
  for (const [from, counts] of countLengths(known, totals.length)) {
    const gains = counts.map((n, c) => n / totals[c]!)
    // Most ranges first, so that what a new range follows on has not seen this length.
    for (let ranges = best.length - 1; ranges >= 0; ranges--) {
      const shorter = ranges > 0 ? best[ranges - 1]!.reduce((a, b) => (b.worth > a.worth + ROUNDING ? b : a)) : null
      best[ranges] = best[ranges]!.map((one, label) => {
        const cut = shorter !== null && shorter.worth > one.worth + ROUNDING
        const { worth, rule } = cut ? { ...shorter, rule: { from, label, shorter: shorter.rule } } : one
        return { worth: worth + gains[label]!, rule }
      })
    }
  }
  return best.flat().reduce((a, b) => (b.worth > a.worth + ROUNDING ? b : a)).rule
}

/** How many of each class are of each length, shortest first. */
function countLengths(texts: readonly Counted[], classes: number): [length: number, counts: number[]][] {
  const found = new Map<number, number[]>()
  for (const { length, label } of texts) {
    const counts = found.get(length) ?? countClasses([], classes)
    found.set(length, counts)
    counts[label]!++
  }
  return [...found].sort(([a], [b]) => a - b)
}

function countClasses(texts: readonly Counted[], classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0)
  for (const { label } of texts) counts[label]!++
  return counts
}
