import { z } from 'zod'
import type { ArmResult } from '../metrics/result'

const title = z.string().max(300)

/**
 * What would answer a study's question, said before its results: the 95 % interval of `quantity` of every arm that it is
 * about lies wholly above (or below) a value. A text that is '' means any.
 */
export const ruleSchema = z.strictObject({
  quantity: z.enum(['pgr', 'student']),
  /** Id of the metric. */
  metric: z.string().min(1).max(100),
  stop: z.enum(['last', 'weak-validation']),
  task: title,
  weak: title,
  strong: title,
  method: title,
  side: z.enum(['above', 'below']),
  value: z.number().min(-1e6).max(1e6),
  /** Fewest seeds an arm that decides has. */
  seeds: z.int().min(1).max(1000),
})
export type Rule = z.infer<typeof ruleSchema>

/** What one arm says of a rule. */
export interface RuleArm {
  /** As in `StudyArm`. */
  id: string
  outcome: Outcome
  /** Why it cannot decide; '' where it does. */
  reason: string
  /** The quantity with its interval; null where it is not known. */
  found: { value: number; low: number; high: number; seeds: number } | null
  /** Whether the value of the rule lies within the interval. */
  within: boolean
}
export type Outcome = 'met' | 'not met' | 'undecided'
export interface Verdict {
  outcome: Outcome
  arms: RuleArm[]
}

/**
 * Holds a rule against arms: met where it is by every arm that it is about, not met as soon as it is not by one that is
 * complete, else undecided.
 * @param arms computed where the rule's stop is
 */
export function judge(rule: Rule, arms: readonly { id: string; result: ArmResult }[]): Verdict {
  const about = arms.filter(({ result }) => isAbout(rule, result))
  const judged = about.map(({ id, result }): RuleArm => ({ id, ...judgeArm(rule, result) }))
  const all = (outcome: Outcome) => judged.every((arm) => arm.outcome === outcome)
  if (judged.some(({ outcome }) => outcome === 'not met')) return { outcome: 'not met', arms: judged }
  return { outcome: judged.length > 0 && all('met') ? 'met' : 'undecided', arms: judged }
}

const same = (asked: string, title: string) => asked === '' || asked.trim().toLowerCase() === title.toLowerCase()

function isAbout(rule: Rule, { arm }: ArmResult): boolean {
  return (
    same(rule.task, arm.task) &&
    same(rule.weak, arm.weakTitle) &&
    same(rule.strong, arm.strongTitle) &&
    same(rule.method, arm.methodTitle)
  )
}

function judgeArm(rule: Rule, result: ArmResult): Omit<RuleArm, 'id'> {
  const undecided = (reason: string, found: RuleArm['found'] = null) => {
    return { outcome: 'undecided' as const, reason, found, within: found !== null && isWithin(rule.value, found) }
  }
  const { arm, seedsDone, measures } = result
  const measured = measures[rule.metric]
  if (seedsDone === 0) return undecided('no seed is finished')
  if (!measured) return undecided(`it has no ${rule.metric}`)
  const { pgr, student } = measured
  if (rule.quantity === 'pgr' && !pgr.defined) return undecided(`its PGR is undefined: ${pgr.reason}`)
  const { value, low, high, seeds } = rule.quantity === 'pgr' && pgr.defined ? pgr : student
  const found = { value, low, high, seeds }
  if (seedsDone < arm.seeds.length) return undecided(`${seedsDone} of ${arm.seeds.length} seeds are finished`, found)
  if (seedsDone < rule.seeds) return undecided(`it has ${seedsDone} of the ${rule.seeds} seeds that decide`, found)
  const met = rule.side === 'above' ? low > rule.value : high < rule.value
  return { outcome: met ? 'met' : 'not met', reason: '', found, within: isWithin(rule.value, found) }
}

const isWithin = (value: number, { low, high }: { low: number; high: number }) => low <= value && value <= high
