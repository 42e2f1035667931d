import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** A stream of random numbers; the same seed gives the same stream on every machine. */
export interface Rng {
  /** Uniform in [0, 1), in steps of 2^-32. */
  next(): number
  /** Uniform integer in [0, n). */
  int(n: number): number
  /** Fills an array with what as many calls of `int` would give, several times as fast. */
  ints(n: number, out: Int32Array): void
  /** Standard normal. */
  normal(): number
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[]
}

/** xoshiro128** (Blackman & Vigna 2018), its state hashed from the seed so that near seeds give unrelated streams. */
export function createRng(seed: number | string): Rng {
  const state = new DataView(sha256(utf8ToBytes(`${typeof seed}:${seed}`)).buffer)
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => state.getInt32(at, true)) as [number, number, number, number]

  function next(): number {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return (scrambled >>> 0) / 2 ** 32
  }
  const int = (n: number) => Math.floor(next() * n)
  function ints(n: number, out: Int32Array): void {
    // The steps of `next` again, on variables that stay in registers.
    let [w, x, y, z] = [a, b, c, d]
    for (let i = 0; i < out.length; i++) {
      const scrambled = Math.imul(rotate(Math.imul(x, 5), 7), 9)
      const shifted = x << 9
      y ^= w
      z ^= x
      x ^= y
      w ^= z
      y ^= shifted
      z = rotate(z, 11)
      out[i] = Math.floor(((scrambled >>> 0) / 2 ** 32) * n)
    }
    ;[a, b, c, d] = [w, x, y, z]
  }
  return {
    next,
    int,
    ints,
    // Box-Muller; 1 - u is in (0, 1], so that the logarithm is finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle(items) {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) {
        const j = int(i + 1)
        ;[out[i], out[j]] = [out[j]!, out[i]!]
      }
      return out
    },
  }
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by))
}
