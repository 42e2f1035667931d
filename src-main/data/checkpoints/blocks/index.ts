import type { BlockType } from './block'
import { iq4_xs, q2_k, q3_k, q4_k, q5_k, q6_k } from './k'
import { iq4_nl, q4_0, q4_1, q5_0, q5_1, q8_0 } from './small'

/**
 * The quantised types that are read, by ggml's number. Rows that 256 does not divide (widths 576, 896, 960) fall back
 * from the K types to those of 32 values: files that are called by one type hold several.
 */
export const BLOCK_TYPES: Readonly<Record<number, BlockType>> = {
  2: q4_0,
  3: q4_1,
  6: q5_0,
  7: q5_1,
  8: q8_0,
  10: q2_k,
  11: q3_k,
  12: q4_k,
  13: q5_k,
  14: q6_k,
  20: iq4_nl,
  23: iq4_xs,
}

/** Types of ggml that are not read, by their names, for messages. */
const OTHERS: Readonly<Record<number, string>> = {
  ...{ 9: 'Q8_1', 15: 'Q8_K', 16: 'IQ2_XXS', 17: 'IQ2_XS', 18: 'IQ3_XXS', 19: 'IQ1_S', 21: 'IQ3_S', 22: 'IQ2_S' },
  ...{ 24: 'I8', 25: 'I16', 26: 'I32', 27: 'I64', 28: 'F64', 29: 'IQ1_M', 34: 'TQ1_0', 35: 'TQ2_0', 39: 'MXFP4' },
}

/** What ggml calls a type that is not read. */
export function typeName(type: number): string {
  return OTHERS[type] ?? `ggml type ${type}`
}
