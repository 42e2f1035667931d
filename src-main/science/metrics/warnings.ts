import type { Decision } from '../answers'
import { BAG_OF_WORDS } from '../levels'
import { clearlyAbove } from '../maths/statistics'
import { intervalOf, minus, type Sample } from './sample'

/**
 * A warning for a supervisor that says one class nearly always: its labels, and whoever agrees with them, teach that
 * class. The test split is balanced, so a fair model says every class about as often as another; 60 % of two classes, 40 %
 * of four are no judgement.
 * @param classes names in class order; none of texts, of which this cannot be said
 */
export function oneSided(
  supervisors: readonly { seed: number; decisions: ArrayLike<Decision> }[],
  classes: readonly string[],
): string[] {
  if (classes.length === 0) return []
  const found = supervisors.flatMap(({ seed, decisions }) => {
    const counts = classes.map((_, c) => Array.prototype.filter.call(decisions, (d) => d === c).length)
    const most = Math.max(...counts)
    const share = most / decisions.length
    return share > clearlyAbove(classes.length) ? [{ seed, share, name: classes[counts.indexOf(most)]! }] : []
  })
  if (found.length === 0) return []
  const parts = found.map(({ seed, share, name }) => `"${name}" for ${Math.round(100 * share)} % (seed ${seed})`)
  return [
    `The supervisor leans to one class: of a balanced test set it says ${parts.join(', ')}. Its labels teach that class.`,
  ]
}

/**
 * A warning for a supervisor that writes one and the same text for more than half of the rows, and so for more than twice as
 * many as it is right for. The text itself is not quoted: it may be one that stays home.
 */
export function oneText(
  supervisors: readonly { seed: number; decisions: ArrayLike<Decision>; truth: ArrayLike<Decision> }[],
): string[] {
  const found = supervisors.flatMap(({ seed, decisions, truth }) => {
    const counts = new Map<Decision, number>()
    for (let i = 0; i < decisions.length; i++)
      if (typeof decisions[i] === 'string') counts.set(decisions[i]!, (counts.get(decisions[i]!) ?? 0) + 1)
    const [text, most] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0])
    const fitting = Array.prototype.filter.call(truth, (right) => right === text).length
    const isOne = most > decisions.length / 2 && most > 2 * fitting
    return isOne ? [{ seed, share: most / decisions.length, right: fitting / decisions.length }] : []
  })
  if (found.length === 0) return []
  const percent = (share: number) => `${Math.round(100 * share)} %`
  const parts = found.map(
    ({ seed, share, right }) => `${percent(share)}, and is right for ${percent(right)} (seed ${seed})`,
  )
  return [
    `The supervisor writes one and the same text for so much of the test set: ${parts.join('; ')}. Its labels teach that text.`,
  ]
}

/**
 * A warning where the ceiling lies under what anybody would try first, a bag-of-words regression: what is called strong is
 * not, on these rows, or is not shown to be where the difference may be chance. No other level says so: a probe of the
 * student, or the student prompted, is the strong model itself.
 */
export function notStrong(ceiling: Sample, bagOfWords: Sample | undefined): string[] {
  const under = bagOfWords && minus(bagOfWords, ceiling)
  if (!under || !(under.value > 0)) return []
  const { low, high } = intervalOf(under)
  const [by, from, to] = [under.value, low, high].map((share) => (100 * share).toFixed(1).replace('-', '\u2212'))
  const so = low > 0 ? 'the strong model is not strong here' : 'nothing shows that the strong model is strong here'
  return [
    `The ceiling lies ${by} points (${from} to ${to}) under the reference, ${BAG_OF_WORDS} on the same rows: ${so}.`,
  ]
}
