import type { Tensor, TokenBatch } from './learner'

/** A sample of a tensor's entries, every `stride`-th, and the root of the sum of squares of all. */
export interface Stored {
  shape: number[]
  stride: number
  /** Little-endian float32, base64. */
  data: string
  norm: number
}

/** Uniform numbers in [-1, 1): FNV-1a of the name seeds mulberry32. The same as in test/golden/make.py. */
function mulberry32(name: string): () => number {
  let state = 0x811c9dc5
  for (const byte of Buffer.from(name)) state = Math.imul(state ^ byte, 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2147483648 - 1
  }
}

/** The weights that make.py gave the reference model: so cases need not store them. */
export function fill(name: string, shape: number[]): Tensor {
  const next = mulberry32(name)
  const table = /^(tokens|positions|types|embeddings)/.test(name)
  const isNorm = name.includes('orm') && name.endsWith('weight')
  const scale = shape.length === 2 ? (table ? 0.8 : Math.sqrt(3 / shape[0]!)) : 0.3
  const count = shape.reduce((product, side) => product * side, 1)
  const data = Float32Array.from({ length: count }, () => (isNorm ? 1 + 0.3 * next() : scale * next()))
  return { name, shape, data }
}

/** Little-endian float32, base64. */
export function floatsOf(data: string): Float32Array {
  const bytes = Buffer.from(data, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

/** The numbers of the sample. */
export const valuesOf = (stored: Stored): Float32Array => floatsOf(stored.data)

/** The tokens of each example. */
export function batchOf(lists: readonly (readonly number[])[]): TokenBatch {
  const offsets = new Int32Array(lists.length + 1)
  lists.forEach((list, i) => (offsets[i + 1] = offsets[i]! + list.length))
  return { n: lists.length, tokens: Int32Array.from(lists.flat()), offsets }
}

/** An error of something that is no number, or infinite, has no size. */
export const sizeOf = (error: number): number => (Number.isFinite(error) ? error : NaN)

/**
 * Largest absolute difference over the stored sample, as a share of the reference's largest entry, or that of the norms, as
 * a share of it; NaN where a number is none.
 */
export function deviation(got: Float32Array, reference: Stored): number {
  const expected = valuesOf(reference)
  const offs = Array.from(expected, (value, i) => Math.abs(got[i * reference.stride]! - value))
  const largest = Math.max(1e-12, ...Array.from(expected, Math.abs))
  const norm = Math.sqrt(got.reduce((sum, value) => sum + value * value, 0))
  return sizeOf(
    Math.max(Math.max(...offs) / largest, Math.abs(norm - reference.norm) / Math.max(reference.norm, 1e-12)),
  )
}
