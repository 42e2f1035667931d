import { isSameModel } from './arm-result'
import { choicesApart, commonSeeds, differences, drawnOver, type ReportedArm } from './contrast'
import { coversText } from './covers'
import { numbered } from './groups'
import { ledgerOf } from './ledger'
import { within } from './measures'
import type { Metrics, MetricVariant } from './metric'
import { pgr, pgrOf, type Compared } from './pgr'
import type { ComparedStudent, Comparison, Redraw, Stop } from './result'
import type { AskedRows } from './said'
import { METRICS } from './variants'

/** One of the two arms, with what its seeds draw anew. */
export type ComparedArm = ReportedArm & { redraw: Redraw }

/**
 * Two arms of one task on the same test rows, whatever they differ in. A difference of PGR is told where both are shares
 * of the gap between the same two models; McNemar's test seed by seed, since the seeds share their rows and p of several
 * do not add up.
 * @param rows the test rows of both
 * @throws RangeError where they have no seed in common
 */
export function comparison(
  { arm, against, stop }: { arm: ComparedArm; against: ComparedArm; stop: Stop },
  rows: AskedRows,
  metrics: Metrics = METRICS,
): Comparison {
  const seeds = commonSeeds(arm, against)
  if (seeds.length === 0) throw new RangeError('expected a seed that both arms have')
  const [ofArm, ofAgainst] = [drawnOver(arm, seeds, rows, metrics), drawnOver(against, seeds, rows, metrics)]
  const differ = choicesApart(arm.arm, against.arm)
  const sameGap = differ.every((choice) => choice === 'method')
  const n = { seeds: seeds.length, examples: rows.groups.length }
  const groups = numbered(rows.groups).count
  const measures = Object.entries(differences(ofArm, ofAgainst, metrics, sameGap)).map(([id, difference]) => {
    const metric = metrics[id]!
    const [one, other] = [ofArm[id]!, ofAgainst[id]!]
    const of = {
      arm: studentOf(one, metric, { ...n, sameModel: isSameModel(arm.arm) }),
      against: studentOf(other, metric, { ...n, sameModel: isSameModel(against.arm) }),
    }
    return [id, { ...difference, of, bySeed: bySeed(seeds, one, other, metric, sameGap) }] as const
  })
  const having = (of: ReportedArm, seed: number) => of.seeds.find((s) => s.seed === seed)!
  const only = (of: ReportedArm) => of.seeds.map(({ seed }) => seed).filter((seed) => !seeds.includes(seed))
  const covered = [arm, against].map((of) => ({
    ...{ arm: of.arm, covers: { redraw: of.redraw, seeds: n.seeds, groups, rows: n.examples } },
  }))
  return {
    ...{ arm: arm.arm, against: against.arm, stop, differ, covers: coversText(covered) },
    measures: Object.fromEntries(measures),
    ...{ seeds, only: { arm: only(arm), against: only(against) }, examples: n.examples, groups },
    ledger: seeds.map((seed) => ledgerOf(having(against, seed), having(arm, seed), rows.truth)),
  }
}

function studentOf(
  compared: Compared,
  metric: MetricVariant,
  about: { seeds: number; examples: number; sameModel: boolean },
): ComparedStudent {
  const { student } = compared
  const { seeds, examples } = about
  return {
    student: { value: student.value, ...within(metric.range, student), seeds, examples },
    pgr: pgr({ ...compared, ...about, metric }),
  }
}

function bySeed(
  seeds: readonly number[],
  one: Compared,
  other: Compared,
  { better }: MetricVariant,
  sameGap: boolean,
): Comparison['measures'][string]['bySeed'] {
  const pgrAt = ({ weak, student, ceiling }: Compared, s: number) =>
    pgrOf(weak.bySeed[s]!, student.bySeed[s]!, ceiling.bySeed[s]!, better)
  return seeds.map((seed, s) => {
    const [a, b] = sameGap ? [pgrAt(one, s), pgrAt(other, s)] : [null, null]
    const student = one.student.bySeed[s]! - other.student.bySeed[s]!
    return { seed, student, pgr: a === null || b === null ? null : a - b }
  })
}
