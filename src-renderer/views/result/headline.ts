import { percent, points, sentence } from '../../lib/format'
import type { Arm, ArmResult, Pgr, RunState } from '../../lib/types'

type Defined = Pgr & { defined: true }
interface Told {
  method: string
  pgr: Defined
}

const range = (pgr: Defined): string => `${percent(pgr.low).replace(/\s*%$/, '')} to ${percent(pgr.high)}`

function single({ method, pgr }: Told): string {
  const who = sentence(`${method} student`)
  if (pgr.value < 0) return `${who} ends below its supervisor: ${percent(pgr.value)} of the gap, ${range(pgr)}`
  const clear = pgr.low <= 0 ? '; the interval holds 0, so nothing is shown yet' : ''
  const above = pgr.value > 1 ? ', more than its ceiling' : ''
  return `${who} closes ${percent(pgr.value)} of the gap${above}, ${range(pgr)}${clear}`
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** What a run found, in one sentence made from its numbers; partial and undefined results are told as such. */
export function headline(arms: readonly ArmResult[]): string {
  const begun = arms.filter((arm) => arm.pgr !== null)
  if (begun.length === 0) return 'No seed is finished yet'
  const name = methodNames(arms.map((arm) => arm.arm))
  const told = begun.flatMap(({ arm, pgr }): Told[] => (pgr?.defined ? [{ method: name(arm), pgr }] : []))
  if (told.length === 0) {
    return begun.length === 1
      ? 'PGR is undefined: the ceiling is not above its supervisor'
      : `PGR is undefined in all ${begun.length} arms: no ceiling is above its supervisor`
  }
  if (told.length === 1) return single(told[0]!)
  const methods = [...new Set(told.map(({ method }) => method))]
  const perMethod = methods.map((title) => ({ title, all: told.filter(({ method }) => method === title) }))
  if (perMethod.every(({ all }) => all.length === 1)) {
    const parts = perMethod.map(({ title, all }, i) => {
      const { pgr } = all[0]!
      return `${title}${i ? '' : ' closes'} ${percent(pgr.value)}${i ? '' : ' of the gap'} (${range(pgr)})`
    })
    return sentence(parts.join(', '))
  }
  const pairs = Math.max(...perMethod.map(({ all }) => all.length))
  const parts = perMethod.map(({ title, all }, i) => {
    const value = percent(median(all.map(({ pgr }) => pgr.value)))
    return i ? `${title} ${value}` : `${title} closes ${value} of the gap at the median of ${pairs} pairs`
  })
  return sentence(parts.join(', '))
}

/** What the curves of an arm show about stopping, as a sentence. */
export function trainingTitle({ stops, training }: ArmResult): string {
  if (!stops || !training) return 'No training curve yet'
  const tax = stops.oracle.student - stops.last.student
  const first = training.weakErrors[Math.min(2, training.weakErrors.length - 1)] ?? 0
  const copied = (training.weakErrors[training.weakErrors.length - 1] ?? 0) - first
  if (tax >= 0.005 && copied > 0.01) {
    return `The student learns the task first, then its supervisor's mistakes: stopping well would save ${points(tax)}`
  }
  if (tax >= 0.005) return `The best evaluation lies ${points(tax)} above the last one`
  return `Training to the end costs nothing here: the best evaluation is ${points(Math.max(0, tax))} above the last`
}

const ENDED: Record<Exclude<RunState, 'running' | 'queued'>, string> = {
  done: 'is done',
  failed: 'failed',
  cancelled: 'was cancelled',
  interrupted: 'was interrupted',
}

/** What is missing of a result; '' when it is whole. */
export function missing(arms: readonly ArmResult[], state: RunState): string {
  const open = arms.filter((arm) => arm.seedsDone < arm.arm.seeds.length)
  if (open.length === 0) return ''
  const seeds = open.reduce((n, arm) => n + arm.arm.seeds.length - arm.seedsDone, 0)
  const all = arms.reduce((n, arm) => n + arm.arm.seeds.length, 0)
  const lack = `${seeds} of ${all} seeds are missing, in ${open.length} of ${arms.length} arms`
  const going = state === 'running' || state === 'queued'
  return going ? `Partial: ${lack}. The numbers will move.` : `This run ${ENDED[state]}: ${lack}.`
}

/** Names of methods: the id alone where it tells them apart, else with the parameters that differ. */
export function methodNames(arms: readonly Arm[]): (arm: Arm) => string {
  const titles = new Map<string, Set<string>>()
  for (const { method, methodTitle } of arms) {
    titles.set(method.method, (titles.get(method.method) ?? new Set<string>()).add(methodTitle))
  }
  return ({ method, methodTitle }) => (titles.get(method.method)?.size === 1 ? method.method : methodTitle)
}

/** Short names of arms: in parts: what they share is left out, the method always said. */
export function armLabels(arms: readonly Arm[], taskTitle: (id: string) => string): string[][] {
  const varies = (of: (arm: Arm) => string) => new Set(arms.map(of)).size > 1
  const parts: ((arm: Arm) => string)[] = []
  if (varies((arm) => arm.task)) parts.push((arm) => taskTitle(arm.task))
  if (varies((arm) => arm.weakTitle)) parts.push((arm) => arm.weakTitle)
  if (varies((arm) => arm.strongTitle)) parts.push((arm) => arm.strongTitle)
  const method = methodNames(arms)
  return arms.map((arm) => [...parts.map((part) => part(arm)), method(arm)])
}
