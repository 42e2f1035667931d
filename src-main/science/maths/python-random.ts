/** The part of Python's `random.Random` that published data sets were drawn by, number for number. */
export interface PythonRandom {
  /** Uniform in [0, 1), with 53 bits. */
  random(): number
  /** Uniform integer in [0, n), as `randrange`, `choice` and `shuffle` draw it. */
  below(n: number): number
  /** One of several. */
  choice<T>(items: readonly T[]): T
  /** A shuffled copy, as `shuffle` leaves a list. */
  shuffled<T>(items: readonly T[]): T[]
}

const [N, M] = [624, 397]

/**
 * MT19937 (Matsumoto and Nishimura 1998), seeded by a whole number as Python's `Random(seed)` is.
 * @param seed 0 to 2^32 - 1
 */
export function createPythonRandom(seed: number): PythonRandom {
  const state = seeded(seed)
  let at = N

  function word(): number {
    if (at === N) {
      twist(state)
      at = 0
    }
    let y = state[at++]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
  function random(): number {
    const [high, low] = [word() >>> 5, word() >>> 6]
    return (high * 2 ** 26 + low) / 2 ** 53
  }
  function below(n: number): number {
    // As many bits as n has; what is too large is drawn again.
    const shift = Math.clz32(n)
    for (;;) {
      const drawn = word() >>> shift
      if (drawn < n) return drawn
    }
  }
  return {
    random,
    below,
    choice: (items) => items[below(items.length)]!,
    shuffled(items) {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1)
        ;[out[i], out[j]] = [out[j]!, out[i]!]
      }
      return out
    },
  }
}

/** `init_by_array` with the seed as its one word. */
function seeded(seed: number): Uint32Array {
  const state = new Uint32Array(N)
  state[0] = 19_650_218
  for (let i = 1; i < N; i++) state[i] = Math.imul(1_812_433_253, mixed(state, i - 1)) + i
  let i = 1
  const next = () => {
    if (++i < N) return
    state[0] = state[N - 1]!
    i = 1
  }
  for (let k = 0; k < N; k++) {
    state[i] = (state[i]! ^ Math.imul(mixed(state, i - 1), 1_664_525)) + seed
    next()
  }
  for (let k = 1; k < N; k++) {
    state[i] = (state[i]! ^ Math.imul(mixed(state, i - 1), 1_566_083_941)) - i
    next()
  }
  state[0] = 0x80000000
  return state
}

const mixed = (state: Uint32Array, i: number) => state[i]! ^ (state[i]! >>> 30)

function twist(state: Uint32Array): void {
  for (let k = 0; k < N; k++) {
    const y = (state[k]! & 0x80000000) | (state[(k + 1) % N]! & 0x7fffffff)
    state[k] = state[(k + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
  }
}
