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
