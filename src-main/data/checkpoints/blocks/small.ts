import { halfAt, signed, UNEVEN, type BlockType } from './block'

const { fround } = Math

/** 32 values: a scale and signed bytes. */
export const q8_0: BlockType = {
  name: 'Q8_0',
  bytes: 34,
  values: 32,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 34, o += 32) {
      const d = halfAt(blocks, at)
      for (let i = 0; i < 32; i++) out[o + i] = d * signed(blocks[at + 2 + i]!)
    }
  },
}

/** 32 values: a scale and nibbles around 8; the low ones are the first 16 values. */
export const q4_0: BlockType = {
  name: 'Q4_0',
  bytes: 18,
  values: 32,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 18, o += 32) {
      const d = halfAt(blocks, at)
      for (let i = 0; i < 16; i++) {
        const byte = blocks[at + 2 + i]!
        out[o + i] = d * ((byte & 15) - 8)
        out[o + 16 + i] = d * ((byte >> 4) - 8)
      }
    }
  },
}

/** 32 values: a scale, a minimum and nibbles. */
export const q4_1: BlockType = {
  name: 'Q4_1',
  bytes: 20,
  values: 32,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 20, o += 32) {
      const d = halfAt(blocks, at)
      const minimum = halfAt(blocks, at + 2)
      for (let i = 0; i < 16; i++) {
        const byte = blocks[at + 4 + i]!
        out[o + i] = fround(d * (byte & 15)) + minimum
        out[o + 16 + i] = fround(d * (byte >> 4)) + minimum
      }
    }
  },
}

/** 32 values of 5 bits around 16: a scale, 32 fifth bits, nibbles. */
export const q5_0: BlockType = {
  name: 'Q5_0',
  bytes: 22,
  values: 32,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 22, o += 32) {
      const d = halfAt(blocks, at)
      for (let i = 0; i < 32; i++) out[o + i] = d * (fiveBits(blocks, at + 2, i) - 16)
    }
  },
}

/** 32 values of 5 bits: a scale, a minimum, 32 fifth bits, nibbles. */
export const q5_1: BlockType = {
  name: 'Q5_1',
  bytes: 24,
  values: 32,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 24, o += 32) {
      const d = halfAt(blocks, at)
      const minimum = halfAt(blocks, at + 2)
      for (let i = 0; i < 32; i++) out[o + i] = fround(d * fiveBits(blocks, at + 4, i)) + minimum
    }
  },
}

/** The fifth bits lie in 4 bytes before the nibbles, of which the low ones are the first 16 values. */
function fiveBits(blocks: Uint8Array, at: number, i: number): number {
  const fifth = (blocks[at + (i >> 3)]! >> (i & 7)) & 1
  const nibble = (blocks[at + 4 + (i & 15)]! >> (i < 16 ? 0 : 4)) & 15
  return nibble | (fifth << 4)
}

/** 32 values: a scale and nibbles that stand for uneven values. */
export const iq4_nl: BlockType = {
  name: 'IQ4_NL',
  bytes: 18,
  values: 32,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 18, o += 32) {
      const d = halfAt(blocks, at)
      for (let i = 0; i < 32; i++) {
        const nibble = (blocks[at + 2 + (i & 15)]! >> (i < 16 ? 0 : 4)) & 15
        out[o + i] = d * UNEVEN[nibble]!
      }
    }
  },
}
