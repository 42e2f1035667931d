import { numbered } from './groups'
import { measured } from './measures'
import type { Metrics } from './metric'
import type { SeedPredictions } from './predictions'
import type { Elsewhere, ElsewhereMeasured } from './result'
import { drawSaid, type AskedRows } from './said'

/** A test set from elsewhere. */
export interface ElsewhereSet extends AskedRows {
  id: string
}

/**
 * What is reported of the test sets from elsewhere that every seed was asked about. Rows are drawn there as they are among
 * the arm's own, and the seeds are weighted alike. The student is taken at its last step whatever rule stops it: nobody
 * asked it before.
 */
export function elsewhereOf(
  sets: readonly ElsewhereSet[],
  seeds: readonly SeedPredictions[],
  metrics: Metrics,
  sameModel: boolean,
): Elsewhere[] {
  return sets.flatMap((set): Elsewhere[] => {
    const said = seeds.flatMap(({ seed, elsewhere }) => (elsewhere?.[set.id] ? [{ seed, ...elsewhere[set.id]! }] : []))
    if (said.length < seeds.length) return []
    const { told, drawn } = drawSaid(said, set, metrics)
    const about = {
      numbers: said.map(({ seed }) => seed),
      examples: set.truth.length,
      references: {},
      sameModel,
      stops: said.map(() => ({ last: 0, 'weak-validation': 0, oracle: 0 })),
      inStep: false,
    }
    const measures = told.map((one): [string, ElsewhereMeasured] => {
      const { weak, student, ceiling, pgr, bySeed } = measured(one, drawn[one.metric.id]!, about)
      return [one.metric.id, { weak, student, ceiling, pgr, bySeed }]
    })
    const groups = numbered(set.groups).count
    return [{ id: set.id, rows: set.truth.length, groups, measures: Object.fromEntries(measures) }]
  })
}
