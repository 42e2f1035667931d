/** Conversions between singles and the 16-bit floating-point formats of checkpoints. */

const pun = new DataView(new ArrayBuffer(4))

/** IEEE 754 binary16 of a single, rounded to nearest, ties to even. */
export function halfOf(x: number): number {
  pun.setFloat32(0, x)
  const bits = pun.getUint32(0)
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00 // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00 // rounds to 65536 or more: infinity
  if (magnitude < 0x38800000) return sign | roundEven(Math.abs(x) * 2 ** 24) // subnormal: multiples of 2^-24
  return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x38000000) >>> 13)
}

function roundEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

/** The value of an IEEE 754 binary16. */
export function floatOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

let table: Float32Array | undefined

/** The values of all 65,536 halves: a look-up is several times faster than `floatOf`. */
export function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, half) => floatOf(half))
  return table
}
