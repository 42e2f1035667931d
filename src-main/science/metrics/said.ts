import type { Answers, Decision } from '../answers'
import { bootstrap } from './bootstrap'
import { drawnOf, statisticsOf, tell, type Drawn, type ToldMetric } from './measures'
import type { Metrics } from './metric'

/** What a seed's three models say of a set of rows, each once: the student where it is reported. */
export interface SaidBySeed {
  seed: number
  weak: Answers
  student: Answers
  ceiling: Answers
}

/** Rows that models are asked about: what is right, and the group of each. */
export interface AskedRows {
  truth: ArrayLike<Decision>
  groups: readonly string[]
}

/** Draws what was said once of a set of rows; see `bootstrap`. */
export function drawSaid(
  seeds: readonly SaidBySeed[],
  { truth, groups }: AskedRows,
  metrics: Metrics,
): { told: ToldMetric[]; drawn: Drawn } {
  const said = seeds.map(({ weak, student, ceiling }) => ({ truth, weak, student: [student], ceiling }))
  const told = tell(metrics, said, [])
  const asked = bootstrap(
    said.map((_, s) => statisticsOf(told, s, 0)),
    groups,
  )
  return { told, drawn: drawnOf(told, asked) }
}
