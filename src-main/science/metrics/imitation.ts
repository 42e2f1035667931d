import { probability, type Answers, type Choices } from '../answers'
import type { Outcome } from './outcomes'
import { nats } from './nats'
import type { Statistic, Under } from './statistic'

/** Cross-entropies of the student to its supervisor that are drawn: over which rows each is a mean. */
export const CROSS_ENTROPIES = { all: null, weakRight: 'weakRight', weakWrong: 'weakWrong' } as const satisfies Record<
  string,
  Outcome | null
>
export type CrossEntropyName = keyof typeof CROSS_ENTROPIES

/** Name under which one is drawn. */
export const crossEntropyName = (of: CrossEntropyName) => `cross-entropy ${of}`

/**
 * How far the student's probabilities are from its supervisor's, of every row: −Σ_k w_k ln s_k in nats, with the
 * supervisor's probability w_k and the student's s_k of option k (arXiv 2312.09390 5.1.3 measures agreement so, too).
 */
export function crossEntropy(weak: Choices, student: Choices): Float64Array {
  const of = (i: number) => {
    let sum = 0
    for (let k = 0; k < weak.options; k++) sum += probability(weak, i, k) * nats(probability(student, i, k))
    return sum
  }
  return Float64Array.from({ length: weak.probabilities.length / (weak.options - 1) }, (_, i) => of(i))
}

/** What is drawn of one seed for them; nothing of texts, whose other answers have no probabilities. */
export function crossEntropiesOf(
  { weak, student }: Record<'weak' | 'student', Answers>,
  outcomes: Readonly<Record<Outcome, Uint8Array>>,
): Record<string, Statistic> {
  if (weak.kind === 'text' || student.kind === 'text') return {}
  const all = crossEntropy(weak, student)
  const among = Object.entries(CROSS_ENTROPIES).map(([name, outcome]): [string, Statistic] => [
    crossEntropyName(name as CrossEntropyName),
    outcome === null ? all : meanAmong(all, outcomes[outcome]),
  ])
  return Object.fromEntries(among)
}

/** The mean over the rows with a flag; NaN of none. */
function meanAmong(values: Float64Array, flag: Uint8Array): Under {
  const rows = Int32Array.from(values.keys()).filter((i) => flag[i] === 1)
  return (weights) => {
    let [sum, n] = [0, 0]
    for (const row of rows) {
      const weight = weights ? weights[row]! : 1
      sum += weight * values[row]!
      n += weight
    }
    return sum / n
  }
}
