// A decision rule and what it came to, in words.
import { interval, plural, share, when } from '../../lib/format'
import { STOPS } from '../../lib/stops'
import type { MetricInfo, Rule, RuleSet, SeedOutlook, Verdict } from '../../lib/types'

/** "PGR (accuracy) of confidence on Spam lies above .20, its whole 95 % interval, with 5 seeds or more, at the last step". */
export function ruleText(rule: Rule, metrics: readonly MetricInfo[], taskTitle: (id: string) => string): string {
  const metric = metrics.find(({ id }) => id === rule.metric)?.title ?? rule.metric
  const what = rule.quantity === 'pgr' ? `PGR (${metric.toLowerCase()})` : `${metric} of the student`
  const about = [
    rule.method && `by ${rule.method}`,
    rule.weak && `from ${rule.weak}`,
    rule.strong && `to ${rule.strong}`,
    rule.task && `on ${taskTitle(rule.task)}`,
  ].filter(Boolean)
  const whom = about.length > 0 ? ` ${about.join(' ')}` : ' of every arm'
  const value = share(rule.value, 2)
  return `the whole 95 % interval of ${what}${whom} lies ${rule.side} ${value}, with ${plural(rule.seeds, 'seed')} or more, at the ${STOPS[rule.stop].title}`
}

/** When the rule that holds was set, beside the results: `marked` where it was not before them. */
export function setText(rules: readonly RuleSet[], now: number): { text: string; marked: boolean } {
  const last = rules.at(-1)
  if (!last) return { text: '', marked: false }
  const at = when(last.setAt, now)
  const { students } = last
  if (students === 0) return { text: `Set ${at}, before the first student was finished.`, marked: false }
  const did = rules.length > 1 ? 'Changed' : 'Set'
  return { text: `${did} ${at}, after ${plural(students, 'student was', 'students were')} finished.`, marked: true }
}

export const OUTCOMES: Record<Verdict['outcome'], { word: string; color: string }> = {
  met: { word: 'Met', color: 'ok' },
  'not met': { word: 'Not met', color: 'warn' },
  undecided: { word: 'Cannot be decided', color: 'soft' },
}

/** What one arm says, with its numbers: ".26 [.02 to .49], n 3: .20 lies within". */
export function armText({ value, side }: Rule, { found, reason, outcome, within }: Verdict['arms'][number]): string {
  const told = found ? `${share(found.value, 2)} [${interval(found.low, found.high)}], n ${found.seeds}` : ''
  if (reason) return [told, reason].filter(Boolean).join('; ')
  if (outcome === 'met') return told
  const where = within ? `${share(value, 2)} lies within` : `all of it is ${side === 'above' ? 'below' : 'above'}`
  return `${told}: ${where}`
}

/**
 * How wide the interval of PGR will be where it is widest among arms that are planned, and whether the rule could be
 * decided by it were PGR again what it was in the past. Null where nothing is known of any.
 */
export function predicted(
  { value }: Rule,
  outlooks: readonly SeedOutlook[],
): { text: string; undecided: boolean } | null {
  const known = outlooks.flatMap(({ arm, seeds, past, halfWidth: half, next }) =>
    past && past.pgr !== null && half !== null ? [{ arm, seeds, past, pgr: past.pgr, half, next }] : [],
  )
  const [widest] = known.sort((a, b) => b.half - a.half)
  if (!widest) return null
  const { arm, seeds, past, pgr, half, next } = widest
  const undecided = Math.abs(pgr - value) <= half
  const width = (of: number) => `±\u00a0${share(of, 2)}`
  const text = [
    `Predicted: ${plural(seeds, 'seed')} give PGR ${width(half)}, the widest of ${plural(outlooks.length, 'planned arm')} (${arm}), by ${plural(past.seeds, 'seed')} of “${past.run}”.`,
    undecided
      ? `Around the ${share(pgr, 2)} of then it would hold ${share(value, 2)} and exclude neither outcome.`
      : `Around the ${share(pgr, 2)} of then it would not hold ${share(value, 2)}.`,
    undecided && next?.seeds ? `${width(next.halfWidth)} needs ${plural(next.seeds, 'seed')}.` : '',
  ]
  return { text: text.filter(Boolean).join(' '), undecided }
}
