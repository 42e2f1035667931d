import { halfTable } from './half'

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

const fround = Math.fround
const half = (bytes: Uint8Array, at: number) => halfTable()[bytes[at]! | (bytes[at + 1]! << 8)]!
const signed = (byte: number) => (byte << 24) >> 24

/** 32 values: a scale and signed bytes. */
const q8_0: BlockType = {
  name: 'Q8_0',
  bytes: 34,
  values: 32,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 34, o += 32) {
      const d = half(blocks, at)
      for (let i = 0; i < 32; i++) out[o + i] = d * signed(blocks[at + 2 + i]!)
    }
  },
}

/** 32 values: a scale and nibbles around 8; the low ones are the first 16 values. */
const q4_0: BlockType = {
  name: 'Q4_0',
  bytes: 18,
  values: 32,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 18, o += 32) {
      const d = half(blocks, at)
      for (let i = 0; i < 16; i++) {
        const byte = blocks[at + 2 + i]!
        out[o + i] = d * ((byte & 15) - 8)
        out[o + 16 + i] = d * ((byte >> 4) - 8)
      }
    }
  },
}

/** 32 values: a scale, a minimum and nibbles. */
const q4_1: BlockType = {
  name: 'Q4_1',
  bytes: 20,
  values: 32,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 20, o += 32) {
      const d = half(blocks, at)
      const minimum = half(blocks, at + 2)
      for (let i = 0; i < 16; i++) {
        const byte = blocks[at + 4 + i]!
        out[o + i] = fround(d * (byte & 15)) + minimum
        out[o + 16 + i] = fround(d * (byte >> 4)) + minimum
      }
    }
  },
}

/** 256 values in 8 groups of nibbles; the groups' scales and minima are 6 bits each, packed into 12 bytes. */
const q4_k: BlockType = {
  name: 'Q4_K',
  bytes: 144,
  values: 256,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 144, o += 256) {
      const d = half(blocks, at)
      const dMinimum = half(blocks, at + 2)
      for (let group = 0; group < 8; group++) {
        const { scale, minimum } = packed(blocks, at + 4, group)
        const step = fround(d * scale)
        const low = fround(dMinimum * minimum)
        const shift = group % 2 === 0 ? 0 : 4
        const from = at + 16 + 32 * (group >> 1)
        for (let i = 0; i < 32; i++) out[o + 32 * group + i] = fround(step * ((blocks[from + i]! >> shift) & 15)) - low
      }
    }
  },
}

function packed(bytes: Uint8Array, at: number, group: number): { scale: number; minimum: number } {
  if (group < 4) return { scale: bytes[at + group]! & 63, minimum: bytes[at + group + 4]! & 63 }
  const both = bytes[at + group + 4]!
  return {
    scale: (both & 15) | ((bytes[at + group - 4]! >> 6) << 4),
    minimum: (both >> 4) | ((bytes[at + group]! >> 6) << 4),
  }
}

/** 256 values of 6 bits around 32 (four in `ql`, two in `qh`), with a signed byte of scale for each 16. */
const q6_k: BlockType = {
  name: 'Q6_K',
  bytes: 210,
  values: 256,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 210, o += 256) {
      const d = half(blocks, at + 208)
      for (let i = 0; i < 256; i++) {
        const part = i >> 7
        const quarter = (i >> 5) & 3
        const l = i & 31
        const low = blocks[at + 64 * part + l + 32 * (quarter & 1)]! >> (quarter < 2 ? 0 : 4)
        const high = blocks[at + 128 + 32 * part + l]! >> (2 * quarter)
        const scale = signed(blocks[at + 192 + (i >> 4)]!)
        out[o + i] = fround(d * scale) * (((low & 15) | ((high & 3) << 4)) - 32)
      }
    }
  },
}

/** The quantised types that are read, by ggml's number. */
export const BLOCK_TYPES: Readonly<Record<number, BlockType>> = { 2: q4_0, 3: q4_1, 8: q8_0, 12: q4_k, 14: q6_k }
