import type { Decision } from '../answers'
import { contentKey } from '../maths/hash'
import type { Arm } from '../stages'
import type { Drawn } from './measures'
import type { Metrics } from './metric'
import { pgrRatio } from './pgr'
import { drawSaid, type AskedRows, type SaidBySeed } from './said'
import type { Contrast, Difference, MeasuredDifference } from './result'
import { intervalOf, minus, percentiles, reach, type Ratio } from './sample'
import { METRICS } from './variants'

/** An arm with what its models say of the test rows; all arms that are compared share these. */
export interface ReportedArm {
  arm: Arm
  seeds: SaidBySeed[]
  /** What was drawn of all its seeds, where that is known: it is drawn alike here, and drawing takes longest. */
  drawn?: Drawn
}

/** Choices of which two arms may differ in one, and what to call each. A model is another one where it is trained otherwise. */
const CHOICES = { method: 'methodTitle', weak: 'weakTitle', strong: 'strongTitle' } as const
type Choice = keyof typeof CHOICES

/**
 * The paired differences of all arms of one task that differ in one choice and have a seed in common. Both arms are drawn
 * alike (see `bootstrap`), so the replicates of a difference are differences of replicates.
 * @param truth of every test row
 * @param groups group of every test row
 */
export function contrasts(
  arms: readonly ReportedArm[],
  truth: ArrayLike<Decision>,
  groups: readonly string[],
  metrics: Metrics = METRICS,
): Contrast[] {
  const drawn = new Map<string, Drawn>()
  // An arm stands in many pairs, nearly always with all of its seeds.
  const ofSeeds = (of: ReportedArm, common: readonly number[]): Drawn => {
    const name = `${of.arm.id}/${common.join()}`
    const known = drawn.get(name) ?? drawnOver(of, common, { truth, groups }, metrics)
    drawn.set(name, known)
    return known
  }
  return arms.flatMap((against, i) =>
    arms.slice(i + 1).flatMap((one) => {
      const differ = differenceOf(one.arm, against.arm)
      const common = commonSeeds(one, against)
      if (!differ || common.length === 0) return []
      const [a, b] = [ofSeeds(one, common), ofSeeds(against, common)]
      const title = `${one.arm[CHOICES[differ]]} \u2212 ${against.arm[CHOICES[differ]]}`
      return [
        {
          ...{ arm: one.arm.id, against: against.arm.id, title, task: one.arm.task, differ },
          measures: differences(a, b, metrics, differ === 'method'),
          ...{ seeds: common.length, examples: groups.length },
        },
      ]
    }),
  )
}

/** Seeds that both arms have, in the order of the first. */
export const commonSeeds = (one: ReportedArm, other: ReportedArm): number[] =>
  one.seeds.map((s) => s.seed).filter((seed) => other.seeds.some((s) => s.seed === seed))

/** An arm drawn over some of its seeds. */
export function drawnOver(of: ReportedArm, seeds: readonly number[], rows: AskedRows, metrics: Metrics): Drawn {
  const isWhole = of.seeds.map((s) => s.seed).join() === seeds.join()
  const chosen = seeds.map((seed) => of.seeds.find((s) => s.seed === seed)!)
  return isWhole && of.drawn ? of.drawn : drawSaid(chosen, rows, metrics).drawn
}

/** The one choice in which two arms differ; null where they differ in several, or in the task. */
function differenceOf(a: Arm, b: Arm): Choice | null {
  if (a.task !== b.task) return null
  const choices = choicesApart(a, b)
  return choices.length === 1 ? choices[0]! : null
}

/** The choices in which two arms of one task differ. */
export const choicesApart = (a: Arm, b: Arm): Choice[] =>
  (Object.keys(CHOICES) as Choice[]).filter((c) => choiceOf(a, c) !== choiceOf(b, c))

function choiceOf(arm: Arm, choice: Choice): string {
  return contentKey([arm[choice], choice === 'method' ? null : (arm.optimisers?.[choice] ?? null)])
}

/** Of every metric that both have. @param ofPgr whether their gaps are of the same models */
export function differences(a: Drawn, b: Drawn, metrics: Metrics, ofPgr: boolean): Contrast['measures'] {
  const entries = Object.entries(a).flatMap(([id, one]): [string, MeasuredDifference][] => {
    const other = b[id]
    if (!other) return []
    const student = minus(one.student, other.student)
    const { better } = metrics[id]!
    const pgr = ofPgr ? pgrDifference(pgrRatio(one, better), pgrRatio(other, better)) : null
    return [[id, { student: { value: student.value, ...intervalOf(student) }, pgr }]]
  })
  return Object.fromEntries(entries)
}

/** The ratios' replicates are widened each by its own error: their difference by that of the difference. */
function pgrDifference(a: Ratio | null, b: Ratio | null): Difference | null {
  if (!a || !b) return null
  const reached = reach(minus(a.linear, b.linear))
  const [of, against] = [a.widened(reached), b.widened(reached)]
  return { value: a.value - b.value, ...percentiles(of.map((x, r) => x - against[r]!)) }
}
