import { halfTable } from '../half'

/**
 * How a GGUF tensor type lays values into blocks (ggml's quantisations, as llama.cpp's `ggml-quants.c` defines them).
 * `decode` turns whole blocks into as many values; arithmetic is rounded to singles step by step, as the reference does.
 */
export interface BlockType {
  name: string
  bytes: number
  values: number
  decode(blocks: Uint8Array, out: Float32Array): void
}

/** The binary16 at a byte. */
export function halfAt(bytes: Uint8Array, at: number): number {
  return halfTable()[bytes[at]! | (bytes[at + 1]! << 8)]!
}

/** A byte as a number from -128. */
export function signed(byte: number): number {
  return (byte << 24) >> 24
}

/** The values that IQ4's nibbles stand for: finer near zero, where most weights are. */
export const UNEVEN = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)
