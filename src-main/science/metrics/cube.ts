import { confidence, decisions, leastConfidence, optionsIn } from '../answers'
import type { SeedPredictions } from './predictions'
import type { Cell, Cube, StopRule } from './result'
import { stops } from './stops'

const CELLS: readonly Cell[] = ['000', '001', '010', '011', '100', '101', '110', '111']
/** Width of the bins of the supervisor's confidence. */
const BIN = 0.1

/** The cell of one example. */
export function cellOf(weakRight: boolean, studentRight: boolean, ceilingRight: boolean): Cell {
  return CELLS[(weakRight ? 4 : 0) + (studentRight ? 2 : 0) + (ceilingRight ? 1 : 0)]!
}

/** Cell of every test example of one seed, with the student at the evaluation of a stop rule. */
export function cellsOf(seed: SeedPredictions, stop: StopRule): Cell[] {
  const { weak, student, ceiling } = decided(seed, stop)
  return Array.from(seed.truth, (t, i) => cellOf(weak[i] === t, student[i] === t, ceiling[i] === t))
}

/** Counts over the cells, and what becomes of the supervisor's errors by its confidence in them. */
export function cube(seed: SeedPredictions, stop: StopRule): Cube {
  const counts = Object.fromEntries(CELLS.map((cell) => [cell, 0])) as Record<Cell, number>
  for (const cell of cellsOf(seed, stop)) counts[cell]++
  return { choices: optionsIn(seed.weak), counts, examples: seed.truth.length, copiedByConfidence: copied(seed, stop) }
}

function decided(seed: SeedPredictions, stop: StopRule) {
  const student = seed.student[stops(seed)[stop]]!
  return { weak: decisions(seed.weak), student: decisions(student), ceiling: decisions(seed.ceiling) }
}

function copied(seed: SeedPredictions, stop: StopRule): Cube['copiedByConfidence'] {
  const { weak, student, ceiling } = decided(seed, stop)
  const sure = confidence(seed.weak)
  // The bins start on a whole tenth.
  const first = Math.floor(10 * leastConfidence(seed.weak)) / 10
  const bins = Array.from({ length: Math.round((1 - first) / BIN) }, () => ({ n: 0, copied: 0, ceilingCopied: 0 }))
  for (let i = 0; i < weak.length; i++) {
    if (weak[i] === seed.truth[i]) continue
    const bin = bins[Math.min(bins.length - 1, Math.floor((sure[i]! - first) / BIN))]!
    bin.n++
    if (student[i] === weak[i]) bin.copied++
    if (ceiling[i] === weak[i]) bin.ceilingCopied++
  }
  return bins.flatMap(({ n, copied, ceilingCopied }, i) => {
    const [low, high] = [i, i + 1].map((edge) => Math.round((first + edge * BIN) * 10) / 10) as [number, number]
    return n > 0 ? [{ low, high, n, copied: copied / n, ceilingCopied: ceilingCopied / n }] : []
  })
}
