import type { Decision } from '../answers'
import { contentKey } from '../maths/hash'
import type { Arm } from '../stages'
import { bootstrap } from './bootstrap'
import { outcomesOf, type Decisions } from './outcomes'
import { pgrRatio, type Accuracies } from './pgr'
import type { Contrast, Difference } from './result'
import { intervalOf, minus, percentiles, reach, type Ratio } from './sample'

/** An arm with what its models decide on the test rows; all arms that are compared share these. */
export interface ReportedArm {
  arm: Arm
  seeds: (Decisions & { seed: number })[]
}

/** Choices of which two arms may differ in one, and what to call each. A model is another one where it is trained otherwise. */
const CHOICES = { method: 'methodTitle', weak: 'weakTitle', strong: 'strongTitle' } as const
type Choice = keyof typeof CHOICES

/**
 * The paired differences of all arms of one task that differ in one choice and have a seed in common. Both arms are drawn
 * alike (see `bootstrap`), so the replicates of a difference are differences of replicates.
 * @param truth class of every test row
 * @param groups group of every test row
 */
export function contrasts(
  arms: readonly ReportedArm[],
  truth: ArrayLike<Decision>,
  groups: readonly string[],
): Contrast[] {
  const drawn = new Map<string, Accuracies>()
  // An arm stands in many pairs, nearly always with all of its seeds.
  const accuraciesOf = ({ arm, seeds }: ReportedArm): Accuracies => {
    const name = `${arm.id}/${seeds.map((s) => s.seed).join()}`
    const known = drawn.get(name) ?? draw(seeds, truth, groups)
    drawn.set(name, known)
    return known
  }
  return arms.flatMap((against, i) =>
    arms.slice(i + 1).flatMap((one) => {
      const differ = differenceOf(one.arm, against.arm)
      const common = one.seeds.map((s) => s.seed).filter((seed) => against.seeds.some((s) => s.seed === seed))
      if (!differ || common.length === 0) return []
      const [a, b] = [one, against].map((of) =>
        accuraciesOf({ ...of, seeds: common.map((seed) => of.seeds.find((s) => s.seed === seed)!) }),
      ) as [Accuracies, Accuracies]
      const title = `${one.arm[CHOICES[differ]]} \u2212 ${against.arm[CHOICES[differ]]}`
      return [
        {
          ...{ arm: one.arm.id, against: against.arm.id, title, task: one.arm.task, differ },
          student: studentDifference(a, b),
          pgr: differ === 'method' ? pgrDifference(pgrRatio(a), pgrRatio(b)) : null,
          ...{ seeds: common.length, examples: groups.length },
        },
      ]
    }),
  )
}

/** The one choice in which two arms differ; null where they differ in several, or in the task. */
function differenceOf(a: Arm, b: Arm): Choice | null {
  if (a.task !== b.task) return null
  const choices = (Object.keys(CHOICES) as Choice[]).filter((c) => choiceOf(a, c) !== choiceOf(b, c))
  return choices.length === 1 ? choices[0]! : null
}

function choiceOf(arm: Arm, choice: Choice): string {
  return contentKey([arm[choice], choice === 'method' ? null : (arm.optimisers?.[choice] ?? null)])
}

function draw(seeds: readonly Decisions[], truth: ArrayLike<Decision>, groups: readonly string[]): Accuracies {
  const asked = bootstrap(
    seeds.map((seed) => {
      const { weak, student, ceiling } = outcomesOf(seed, truth)
      return { weak, student, ceiling }
    }),
    groups,
  )
  return { weak: asked('weak'), student: asked('student'), ceiling: asked('ceiling') }
}

function studentDifference(a: Accuracies, b: Accuracies): Difference {
  const student = minus(a.student, b.student)
  return { value: student.value, ...intervalOf(student) }
}

/** The ratios' replicates are widened each by its own error: their difference by that of the difference. */
function pgrDifference(a: Ratio | null, b: Ratio | null): Difference | null {
  if (!a || !b) return null
  const reached = reach(minus(a.linear, b.linear))
  const [of, against] = [a.widened(reached), b.widened(reached)]
  return { value: a.value - b.value, ...percentiles(of.map((x, r) => x - against[r]!)) }
}
