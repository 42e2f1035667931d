import type { Param } from './spec/params'

/** In what a pretrained or a new language model multiplies; see `LearnerOptions`. */
export const PRECISION = {
  type: 'choice',
  default: 'fp32',
  label: 'Precision',
  help: 'With bf16 products are taken at half the width, weights and sums kept in single precision: faster where the processor or the card has it, refused where it has not. tf32 keeps three bits more of what is multiplied, and is for cards alone.',
  options: [
    { value: 'fp32', label: 'fp32' },
    { value: 'tf32', label: 'tf32' },
    { value: 'bf16', label: 'bf16' },
  ],
} as const satisfies Param

/** In what AdamW keeps its two moments; see `LearnerOptions`. */
export const MOMENTS = {
  type: 'choice',
  default: 'fp32',
  label: 'Moments',
  later: true,
  source: 'arXiv 1502.02551, 2010.06192',
  help: 'In bf16 both moments of AdamW take 4 instead of 8 bytes a weight, rounded up or down by chance, so that small changes are kept on average. The chance has a seed, and results repeat. For cards alone.',
  options: [
    { value: 'fp32', label: 'fp32' },
    { value: 'bf16', label: 'bf16' },
  ],
} as const satisfies Param
