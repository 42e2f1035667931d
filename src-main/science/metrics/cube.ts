import { confidence, decisions, optionsIn, type Decision } from '../answers'
import { wilson } from '../maths/wilson'
import type { SeedPredictions } from './predictions'
import type { Cell, Cube, Stop } from './result'
import { evaluationAt } from './stops'

const CELLS: readonly Cell[] = ['000', '001', '010', '011', '100', '101', '110', '111']
/** Tenths of the supervisor's errors; fewer parts where they would hold less than so many errors. */
const PARTS = 10
const LEAST = 5

/** The cell of one example. */
export function cellOf(weakRight: boolean, studentRight: boolean, ceilingRight: boolean): Cell {
  return CELLS[(weakRight ? 4 : 0) + (studentRight ? 2 : 0) + (ceilingRight ? 1 : 0)]!
}

/** Cell of every test example of one seed, with the student as it stands there. */
export function cellsOf(seed: SeedPredictions, at: Stop): Cell[] {
  const { weak, student, ceiling } = decided(seed, at)
  return Array.from(seed.truth, (t, i) => cellOf(weak[i] === t, student[i] === t, ceiling[i] === t))
}

/** Counts over the cells, and what becomes of the supervisor's errors by its confidence in them. */
export function cube(seed: SeedPredictions, at: Stop): Cube {
  const counts = Object.fromEntries(CELLS.map((cell) => [cell, 0])) as Record<Cell, number>
  for (const cell of cellsOf(seed, at)) counts[cell]++
  return { choices: optionsIn(seed.weak), counts, examples: seed.truth.length, copiedByConfidence: copied(seed, at) }
}

function decided(seed: SeedPredictions, at: Stop) {
  const student = seed.student[evaluationAt(seed, at)]!
  return { weak: decisions(seed.weak), student: decisions(student), ceiling: decisions(seed.ceiling) }
}

/** The supervisor's errors by its confidence in them, in as many parts as equal in number as those of one confidence allow. */
function copied(seed: SeedPredictions, at: Stop): Cube['copiedByConfidence'] {
  const { weak, student, ceiling } = decided(seed, at)
  const sure = confidence(seed.weak)
  const errors = Array.from(seed.truth, (_, i) => i)
    .filter((i) => weak[i] !== seed.truth[i])
    .sort((a, b) => sure[a]! - sure[b]!)
  const count = Math.min(PARTS, Math.max(1, Math.floor(errors.length / LEAST)))
  const parts: number[][] = Array.from({ length: count }, () => [])
  let part = 0
  for (const [rank, i] of errors.entries()) {
    if (rank === 0 || sure[i] !== sure[errors[rank - 1]!]) part = Math.floor((rank * count) / errors.length)
    parts[part]!.push(i)
  }
  const shareOf = (of: readonly number[], says: ArrayLike<Decision>) =>
    wilson(of.filter((i) => says[i] === weak[i]).length / of.length, of.length)
  return parts
    .filter(({ length }) => length > 0)
    .map((of) => ({
      ...{ low: sure[of[0]!]!, high: sure[of.at(-1)!]! },
      ...{ copied: shareOf(of, student), ceilingCopied: shareOf(of, ceiling) },
    }))
}
