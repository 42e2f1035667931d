import type { Alert } from './types'

/** What was noticed, in a word or two. */
export const ALERT_WORDS: Record<Alert['kind'], string> = {
  diverged: 'Diverged',
  plateau: 'Stands still',
  'fits-errors': 'Fits errors',
  held: 'Arm held',
}
