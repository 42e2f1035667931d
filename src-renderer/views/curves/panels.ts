import { number, share } from '../../lib/format'
import {
  ACCURACY,
  AGREEMENT,
  AGREEMENT_WEAK_WRONG,
  ALPHA,
  BITS_PER_BYTE,
  LEARNING_RATE,
  LOSS,
  THRESHOLD,
} from '../../lib/metrics'
import type { GroupCurve, Split } from '../../lib/types'
import { curveId } from '../../state/live'

/** A quantity over training, as it is drawn. */
export interface Quantity {
  id: string
  name: string
  split: Split | ''
  title: string
  note: string
  /** One word or two, for the choice of panels. */
  short: string
  format: (value: number) => string
  bounds: readonly [number, number]
  /** '' of what has none. */
  unit: string
}

const UNIT = [0, 1] as const
const OPEN = [0, Infinity] as const
const quantity = (name: string, split: Split | '', rest: Omit<Quantity, 'id' | 'name' | 'split'>): Quantity => ({
  ...{ id: curveId(name, split), name, split },
  ...rest,
})
const sharesOf = (name: string, split: Split, title: string, short: string) =>
  quantity(name, split, { title, note: split, short, format: (v) => share(v), bounds: UNIT, unit: 'share' })

/** All that the engine measures over a training; those of the batch at every step, the others at every evaluation. */
export const QUANTITIES: readonly Quantity[] = [
  sharesOf(ACCURACY, 'test', 'Ground truth accuracy', 'accuracy'),
  sharesOf(AGREEMENT, 'test', 'Agreement with weak labels', 'agreement'),
  sharesOf(AGREEMENT_WEAK_WRONG, 'test', 'Agreement on weak errors', 'on weak errors'),
  quantity(LOSS, '', {
    title: 'Loss',
    note: 'training batch, nats',
    short: 'loss',
    format: number,
    bounds: OPEN,
    unit: 'nats',
  }),
  sharesOf(ACCURACY, 'validation', 'Accuracy, validation', 'accuracy, validation'),
  sharesOf(AGREEMENT, 'validation', 'Agreement, validation', 'agreement, validation'),
  quantity(ALPHA, '', { title: 'Alpha', note: 'schedule', short: 'alpha', format: number, bounds: UNIT, unit: '' }),
  quantity(THRESHOLD, '', {
    ...{
      title: 'Threshold',
      note: 'of hardening, on class 0',
      short: 'threshold',
      format: number,
      bounds: UNIT,
      unit: '',
    },
  }),
  quantity(LEARNING_RATE, '', {
    title: 'Learning rate',
    note: 'schedule',
    short: 'lr',
    format: number,
    bounds: OPEN,
    unit: '',
  }),
  quantity(BITS_PER_BYTE, '', {
    ...{
      title: 'Bits per byte',
      note: 'held-out texts',
      short: 'bits per byte',
      format: number,
      bounds: OPEN,
      unit: 'bits',
    },
  }),
]

/**
 * A curve whose intervals end where its quantity does: of a mean that can be nowhere else they cover as much. `cut` says
 * whether one went further.
 */
export function possible(curve: GroupCurve): { curve: GroupCurve; cut: boolean } {
  const [least, most] = QUANTITIES.find(({ id }) => id === curveId(curve.name, curve.split))!.bounds
  if (!curve.low.some((v) => v < least) && !curve.high.some((v) => v > most)) return { curve, cut: false }
  const low = curve.low.map((v) => Math.max(v, least))
  return { curve: { ...curve, low, high: curve.high.map((v) => Math.min(v, most)) }, cut: true }
}

const USUAL = [AGREEMENT, AGREEMENT_WEAK_WRONG, ACCURACY].map((name) => curveId(name, 'test'))

/** The panels that are shown unless the address names others; of language models loss and bits per byte. */
export const usualPanels = (language: boolean): readonly string[] =>
  language ? [curveId(LOSS, ''), curveId(BITS_PER_BYTE, '')] : [...USUAL, curveId(LOSS, '')]
