import { halfAt, signed, UNEVEN, type BlockType } from './block'

const { fround } = Math

/** 256 values of 2 bits; every 16 have a scale and a minimum of 4 bits each. */
export const q2_k: BlockType = {
  name: 'Q2_K',
  bytes: 84,
  values: 256,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 84, o += 256) {
      const d = halfAt(blocks, at + 80)
      const dMinimum = halfAt(blocks, at + 82)
      for (let i = 0; i < 256; i++) {
        const both = blocks[at + (i >> 4)]!
        const value = twoBits(blocks, at + 16, i)
        out[o + i] = fround(fround(d * (both & 15)) * value) - fround(dMinimum * (both >> 4))
      }
    }
  },
}

/** 256 values of 3 bits around 4, the third bits apart; every 16 have a scale of 6 bits around 32. */
export const q3_k: BlockType = {
  name: 'Q3_K',
  bytes: 110,
  values: 256,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 110, o += 256) {
      const d = halfAt(blocks, at + 108)
      for (let i = 0; i < 256; i++) {
        const group = i >> 4
        const low = blocks[at + 96 + (group & 7)]! >> (group < 8 ? 0 : 4)
        const high = blocks[at + 104 + (group & 3)]! >> (2 * (group >> 2))
        const scale = ((low & 15) | ((high & 3) << 4)) - 32
        // The third bit says that 4 is not taken off.
        const third = (blocks[at + (i & 31)]! >> (i >> 5)) & 1
        out[o + i] = fround(d * scale) * (twoBits(blocks, at + 32, i) - (third ? 0 : 4))
      }
    }
  },
}

/** Of 256 values: 32 bytes hold the first 32 in their lowest bits, the next 32 in the bits above, and so on. */
function twoBits(blocks: Uint8Array, at: number, i: number): number {
  return (blocks[at + 32 * (i >> 7) + (i & 31)]! >> (2 * ((i >> 5) & 3))) & 3
}

/** 256 values in 8 groups of nibbles; the groups' scales and minima are 6 bits each, packed into 12 bytes. */
export const q4_k: BlockType = {
  name: 'Q4_K',
  bytes: 144,
  values: 256,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 144, o += 256) {
      for (let group = 0; group < 8; group++) {
        const { step, low, shift, from } = nibbles(blocks, at, group, at + 16)
        for (let i = 0; i < 32; i++) out[o + 32 * group + i] = fround(step * ((blocks[from + i]! >> shift) & 15)) - low
      }
    }
  },
}

/** 256 values as of Q4_K, with the fifth bits of all groups in 32 bytes. */
export const q5_k: BlockType = {
  name: 'Q5_K',
  bytes: 176,
  values: 256,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 176, o += 256) {
      for (let group = 0; group < 8; group++) {
        const { step, low, shift, from } = nibbles(blocks, at, group, at + 48)
        for (let i = 0; i < 32; i++) {
          const fifth = (blocks[at + 16 + i]! >> group) & 1
          out[o + 32 * group + i] = fround(step * (((blocks[from + i]! >> shift) & 15) | (fifth << 4))) - low
        }
      }
    }
  },
}

/** Of a group of a block at `at`: the step and the minimum of its values, and where its nibbles, from `values` on, lie. */
function nibbles(blocks: Uint8Array, at: number, group: number, values: number) {
  const { scale, minimum } = packed(blocks, at + 4, group)
  return {
    step: fround(halfAt(blocks, at) * scale),
    low: fround(halfAt(blocks, at + 2) * minimum),
    shift: group % 2 === 0 ? 0 : 4,
    from: values + 32 * (group >> 1),
  }
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
export const q6_k: BlockType = {
  name: 'Q6_K',
  bytes: 210,
  values: 256,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 210, o += 256) {
      const d = halfAt(blocks, at + 208)
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

/** 256 values: a scale, and for each 32 a scale of 6 bits around 32 and nibbles that stand for uneven values. */
export const iq4_xs: BlockType = {
  name: 'IQ4_XS',
  bytes: 136,
  values: 256,
  decode(blocks, out) {
    for (let at = 0, o = 0; o < out.length; at += 136, o += 256) {
      const d = halfAt(blocks, at)
      for (let group = 0; group < 8; group++) {
        const low = (blocks[at + 4 + (group >> 1)]! >> (4 * (group & 1))) & 15
        const high = (blocks[at + 2 + (group >> 2)]! >> (2 * (group & 3))) & 3
        const step = fround(d * ((low | (high << 4)) - 32))
        for (let i = 0; i < 32; i++) {
          const nibble = (blocks[at + 8 + 16 * group + (i & 15)]! >> (i < 16 ? 0 : 4)) & 15
          out[o + 32 * group + i] = step * UNEVEN[nibble]!
        }
      }
    }
  },
}
