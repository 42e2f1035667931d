import type { StopRule } from './types'

interface Stop {
  /** Its marker, in charts and in words. */
  mark: string
  name: string
  title: string
  /** What a choice of it does. */
  help: string
  note: string
}

/** The words for where training may stop. The oracle is hollow: it knows ground truth and is never the result. */
export const STOPS: Record<StopRule, Stop> = {
  last: { mark: '●', name: 'last', title: 'last step', help: 'The last step of the training', note: '' },
  'weak-validation': {
    mark: '◆',
    name: 'weak validation',
    title: 'best on weak validation labels',
    help: 'Best agreement with held-out weak labels',
    note: '',
  },
  oracle: {
    mark: '○',
    name: 'oracle',
    title: 'ground-truth oracle',
    help: 'Best on ground truth: never the result',
    note: 'never the result',
  },
}

export const STOP_RULES = Object.keys(STOPS) as StopRule[]

/** The rule that an address names; undefined where it names none. */
export function stopNamed(text: string | undefined): StopRule | undefined {
  return STOP_RULES.find((rule) => rule === text)
}
