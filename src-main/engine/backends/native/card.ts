import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { NativeAddon } from '../../../../src-native/model'
import type { CardReport, ProductsReport } from '../../protocol'
import { cacheFolder } from '../../tensorflow/paths'
import { addonFile, appFolder, builtFolder } from './addon'
import { isDeviceFailure, mendOf, testFailureText, versionOf } from './failures'

/** The library for NVIDIA cards: of `W2S_CUDA`, else the one that was built here, else one that the package carries. */
export function cardLibrary(): string | null {
  const carried = path.join(appFolder(), 'src-native', 'prebuilt', `${process.platform}-${process.arch}`, 'w2s-cuda.so')
  const given = process.env['W2S_CUDA']
  const files = given ? [given] : [path.join(builtFolder(), 'w2s-cuda.so'), carried]
  return files.find((file) => existsSync(file)) ?? null
}

/** Whether an NVIDIA driver is at work, whatever can be done with it. */
const hasDriver = () => existsSync('/proc/driver/nvidia/version')

/** Whether there is anything to be tried, or to be said. */
export const expectsCard = (): boolean => cardLibrary() !== null || hasDriver()

/**
 * Why a card need not be tried, with the command that mends it.
 * @returns '' where it may work
 */
export function cardMissing(): string {
  if (process.platform !== 'linux') return `NVIDIA cards are used on Linux only for now; this is ${process.platform}.`
  if (cardLibrary()) return ''
  const given = process.env['W2S_CUDA']
  if (given)
    return `There is no ${given}, which W2S_CUDA names as the library for NVIDIA cards. Without W2S_CUDA the one that was built is taken.`
  const builds =
    '`node src-native/build.mjs --cuda --fetch` builds it, by nvcc, which it fetches (101 MB) where there is none'
  return `The library for NVIDIA cards is not built: ${builds}.${hasDriver() ? '' : ' No NVIDIA driver is at work either.'}`
}

/** A card, or its driver, that cannot be used; with what is known of it. */
export class CardError extends Error {
  constructor(
    message: string,
    readonly card: CardReport,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * What there is. Only in a process that may hang: a broken driver answers nothing, and some end the process.
 * @throws CardError with the command that mends it where there is no card that can be used
 */
export function readCard(addon: NativeAddon, library: string): CardReport {
  const driver = addon.cudaDriver(library)
  const report = { driver: driver.version, cuda: versionOf(driver.cuda), runtime: versionOf(driver.runtime) }
  try {
    // The first computes in this process; whether it does so rightly is seen later.
    const devices = addon.cudaDevices(library).map(({ uuid, name, compute, memory, free }, i) => ({
      uuid,
      name,
      compute,
      memory,
      free,
      why: i === 0 ? '' : null,
    }))
    const products = productsOf(addon, library, { ...report, devices })
    return { ...report, devices, products, files: openedFiles(), table: null, watch: null }
  } catch (error) {
    if (!isDeviceFailure(error)) throw error
    throw new CardError(
      mendOf(error, driver),
      { ...report, devices: [], products: null, files: openedFiles(), table: null, watch: null },
      {
        cause: error,
      },
    )
  }
}

/** What a self-test on a card threw, as it is told. */
export function testError(error: unknown, card: CardReport): unknown {
  const text = testFailureText(error)
  return text === null ? error : new CardError(text, card, { cause: error })
}

type Machine = Pick<CardReport, 'driver' | 'cuda' | 'devices'>

/** A card, its driver and the library. */
function machineOf({ driver, cuda, devices: [first] }: Machine, library: string): string[] {
  return [driver, cuda, first!.uuid, first!.name, first!.compute, String(first!.memory), hashOf(library)]
}

/** What the numbers that a card gives depend on: its driver, itself, both halves of the engine, and what makes products. */
export function cardIdentity(card: CardReport, library: string): string[] {
  const { version = '', choices = '' } = card.products ?? {}
  return [...machineOf(card, library), hashOf(addonFile()!), version, choices]
}

/** The file that keeps which products cuBLASLt makes, for its version on this card: what is measured elsewhere says nothing here. */
export function productsFile(card: Machine, library: string, version: string): string {
  const depends = createHash('sha256').update(JSON.stringify([...machineOf(card, library), version]))
  return path.join(cacheFolder(), 'native', `products-${depends.digest('hex').slice(0, 16)}`)
}

function productsOf(addon: NativeAddon, library: string, card: Machine): ProductsReport {
  const found = addon.cudaProducts(library, '')
  if (!found.version) return { version: '', file: '', choices: '', why: found.why }
  // 130100 → "13.1.0".
  const version = [found.version / 10_000, (found.version / 100) % 100, found.version % 100].map(Math.floor).join('.')
  const { file, choices, why } = addon.cudaProducts(library, productsFile(card, library, version))
  return { version, file, choices, why }
}

export const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

/** Libraries of driver and engine that this process has open. */
function openedFiles(): string[] {
  if (!existsSync('/proc/self/maps')) return []
  const files = readFileSync('/proc/self/maps', 'utf8').matchAll(/\S+\/(?:libcuda|libcublas|libnvidia|w2s)[^/\s]*$/gm)
  return [...new Set([...files].map(([file]) => file))]
}
