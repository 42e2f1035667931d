import type { Moments } from '../backends'

/** Bytes of a number: weights and gradients are singles on every backend, also where products are in bf16. */
export const SINGLE = 4
/** Bytes of AdamW's two moments of a weight. */
const MOMENTS: Record<Moments, number> = { fp32: 8, bf16: 4 }

/** Bytes that a net holds while it learns, beside what passes through it. */
export interface NetState {
  weights: number
  gradients: number
  moments: number
}

/** @param weights how many there are @param learnt of them that get gradients */
export const stateOf = (weights: number, learnt: number, moments: Moments = 'fp32'): NetState => ({
  weights: SINGLE * weights,
  gradients: SINGLE * learnt,
  moments: MOMENTS[moments] * learnt,
})

export const sumOf = ({ weights, gradients, moments }: NetState): number => weights + gradients + moments
