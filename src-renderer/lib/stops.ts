import { count } from './format'
import type { ArmResult, Measured, Stop, StopRule } from './types'

interface StopWords {
  /** Its marker, in charts and in words. */
  mark: string
  name: string
  title: string
  /** What a choice of it does. */
  help: string
  note: string
}

/** The words for where training may stop. The oracle is hollow: it knows ground truth and is never the result. */
export const STOPS: Record<StopRule, StopWords> = {
  last: { mark: '●', name: 'last', title: 'last step', help: 'The last step of the training', note: '' },
  'weak-validation': {
    mark: '◆',
    name: 'weak validation',
    title: 'best on weak validation labels',
    help: 'Best agreement with held-out weak labels, of the evaluations from the first whole epoch on',
    note: '',
  },
  oracle: {
    mark: '○',
    name: 'oracle',
    title: 'ground-truth oracle',
    help: 'Best on ground truth of the test rows, of the evaluations from the first whole epoch on: an upper bound of stopping there, never the result',
    note: 'an upper bound chosen on test rows',
  },
}

export const STOP_RULES = Object.keys(STOPS) as StopRule[]

const isRule = (stop: Stop): stop is StopRule => Object.hasOwn(STOPS, stop)
const PLACE = /^(step|epoch)-\d{1,9}(\.\d{1,3})?$/
const isPlace = (text: string): text is Exclude<Stop, StopRule> => PLACE.test(text)

/** Where an address says that students are read; undefined where it says nothing that is known. */
export function stopNamed(text: string | undefined): Stop | undefined {
  return STOP_RULES.find((rule) => rule === text) ?? (text !== undefined && isPlace(text) ? text : undefined)
}

/** "step 1,200", "epoch 2"; of a rule its words. */
export function stopTitle(stop: Stop): string {
  if (isRule(stop)) return STOPS[stop].title
  const [unit, amount] = stop.split('-')
  return `${unit} ${unit === 'step' ? count(Number(amount)) : amount}`
}

export const stopMark = (stop: Stop): string => (isRule(stop) ? STOPS[stop].mark : '▲')

/** Where a student may be read on its course: by the three rules, and at the place that was asked for. */
export interface StopPoint {
  stop: Stop
  /** The evaluation; of several seeds the median. */
  step: number
}

/** @returns none before the first seed */
export function stopPoints({ stop, stops, bySeed }: Pick<ArmResult, 'stop' | 'stops' | 'bySeed'>): StopPoint[] {
  if (!stops) return []
  const rules = STOP_RULES.map((rule): StopPoint => ({ stop: rule, step: stops[rule] }))
  const steps = bySeed.map(({ step }) => step).sort((a, b) => a - b)
  return isRule(stop) ? rules : [...rules, { stop, step: steps[(steps.length - 1) >> 1]! }]
}

/** The student's metric at one of them. */
export const valueAt = ({ stops, student }: Pick<Measured, 'stops' | 'student'>, { stop }: StopPoint): number =>
  isRule(stop) ? stops[stop] : student.value

type Placed = Pick<ArmResult, 'arm' | 'training'>

/** The steps and whole epochs that a place can be chosen by, ascending: every step is one that some arm was evaluated at. */
export function placesOf(arms: readonly Placed[]): { steps: Stop[]; epochs: Stop[] } {
  const steps = [...new Set(arms.flatMap(({ training }) => training?.step ?? []))].sort((a, b) => a - b)
  const epochs = Math.max(0, ...arms.map(({ arm }) => Math.floor(arm.optimisers?.strong.epochs ?? 0)))
  return {
    steps: steps.map((step): Stop => `step-${step}`),
    epochs: Array.from({ length: epochs }, (_, i): Stop => `epoch-${i + 1}`),
  }
}

/** What is to be known of where students are read: which evaluations are used, and what they were chosen on; '' of a rule that needs no word. */
export function readText(stop: Stop, arms: readonly Pick<ArmResult, 'bySeed'>[]): string {
  if (stop === 'oracle')
    return 'The evaluation is chosen by ground truth of the very test rows, which a real supervisor would not have: an upper bound, never the result.'
  if (isRule(stop)) return ''
  const used = [...new Set(arms.flatMap(({ bySeed }) => bySeed.map(({ step }) => step)))].sort((a, b) => a - b)
  const [first, last] = [used[0], used.at(-1)]
  const chosen = 'A place that is chosen by a look at test rows is chosen on them.'
  if (first === undefined || last === undefined) return chosen
  if (`step-${first}` === stop && first === last) return `Students are read at step ${count(first)}. ${chosen}`
  const steps = first === last ? `step ${count(first)}` : `steps ${count(first)} to ${count(last)}`
  return `Students are read at the evaluation nearest to ${stopTitle(stop)}: ${steps}. ${chosen}`
}
