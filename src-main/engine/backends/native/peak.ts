import type { Precision } from '../../../science/backends'
import type { CudaDevice } from '../../../../src-native/model'

type Rates = Record<Precision, number>

/**
 * Dense operations of one multiprocessor in a clock, a multiplication and an addition counted as two, sums in single precision,
 * by compute capability (NVIDIA's white papers of each architecture: A100 312 TFLOP/s of bf16, RTX 4090 165, H100 SXM 989,
 * B200 2,250, RTX 5090 210).
 */
const RATES: Readonly<Record<string, Rates>> = {
  '8.0': { fp32: 128, tf32: 1024, bf16: 2048 },
  '8.6': { fp32: 256, tf32: 512, bf16: 1024 },
  '8.9': { fp32: 256, tf32: 512, bf16: 1024 },
  '9.0': { fp32: 256, tf32: 2048, bf16: 4096 },
  '10.0': { fp32: 256, tf32: 4096, bf16: 8192 },
  '12.0': { fp32: 256, tf32: 512, bf16: 1024 },
}
/** Cards for games sum products of tf32 and bf16 in single precision at half of that. */
const HALVED = /geforce/i
const MEGA = 1e6

/**
 * The most operations a second that a card's matrix products reach, by its multiprocessors at its highest clock.
 * @returns null of a card that is not known
 */
export function peakOf({ name, compute, multiprocessors, megahertz }: CudaDevice, precision: Precision): number | null {
  const rate = RATES[compute]?.[precision]
  if (rate === undefined || multiprocessors === 0 || megahertz === 0) return null
  const isHalved = precision !== 'fp32' && HALVED.test(name) && ['8.6', '8.9', '12.0'].includes(compute)
  return (rate / (isHalved ? 2 : 1)) * multiprocessors * megahertz * MEGA
}
