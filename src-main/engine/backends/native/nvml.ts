import type { NativeAddon, NvmlAnswer } from '../../../../src-native/model'
import { LOST, memoryText, NONE, reasonsOf, RESET, type Card, type Cards } from '../../../data/machine/cards'
import { addonMissing, loadAddon } from './addon'
import { isDeviceFailure } from './failures'

/** The driver's own library, as its loader finds it; of `W2S_NVML` where that names another. */
const nvmlLibrary = () => process.env['W2S_NVML'] ?? 'libnvidia-ml.so.1'

/** What its known numbers mean, of all cards and of one. */
const FAILURES: Readonly<Record<number, string>> = {
  4: NONE.forbidden,
  9: NONE.notRunning,
  15: NONE.lost,
  18: NONE.mismatch,
}
const TROUBLES: Readonly<Record<number, string>> = { 15: LOST, 16: RESET }

const PERCENT = 0.01

/** What NVML told, in the form that nvidia-smi's answers have, too. */
export function cardsOf({ driver, cards, users }: NvmlAnswer): Cards {
  const found = cards.map(({ busy, total, used, slowed, trouble, ...told }): Card => ({
    ...{ ...told, driver },
    ...{ busy: busy === null ? null : busy * PERCENT, memoryBytes: total, usedBytes: used },
    slowedBy: slowed === null ? null : reasonsOf(BigInt(slowed)),
    trouble: TROUBLES[trouble] ?? memoryText(told.memoryErrors),
  }))
  return { cards: found, users, why: found.length > 0 ? '' : NONE.noCard }
}

/** Why NVML told nothing, in a sentence. */
function whyNot(error: unknown): string {
  const { message } = error as Error
  if (!isDeviceFailure(error)) return `NVML cannot be opened: ${message}.`
  return (error.code === 'W2S_FAULT' && FAILURES[error.number]) || `NVML failed: ${message}.`
}

/**
 * The cards as NVML tells of them, over the addon.
 * @throws Error saying why it does not
 */
export async function askNvml(): Promise<Cards> {
  if (process.platform !== 'linux') throw new Error('NVML is asked on Linux only for now.')
  let addon: NativeAddon
  try {
    addon = loadAddon()
  } catch (cause) {
    throw new Error(addonMissing() || (cause as Error).message, { cause })
  }
  try {
    return cardsOf(await addon.nvml(nvmlLibrary()))
  } catch (cause) {
    throw new Error(whyNot(cause), { cause })
  }
}
