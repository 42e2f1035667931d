import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Isa, NativeAddon } from '../../../../src-native/model'
import { cacheFolder } from '../../tensorflow/paths'
import { chooseIsa } from './kernels'

const load = createRequire(import.meta.url)

/** Where a C++ compiler comes from, by platform. */
const COMPILERS: Partial<Record<NodeJS.Platform, string>> = {
  linux: '`sudo apt-get install g++` (Debian, Ubuntu; elsewhere the package of that name)',
  darwin: '`xcode-select --install`',
}

/** The folder of the app: the nearest one around this code that has a package.json. */
export function appFolder(): string {
  let folder = import.meta.dirname
  while (!existsSync(path.join(folder, 'package.json'))) {
    const above = path.dirname(folder)
    if (above === folder)
      throw new Error(`${import.meta.dirname}: expected a package.json in a folder around it, got none`)
    folder = above
  }
  return folder
}

/** What set-up leaves beside the app: the addon that it compiled, or the reason why it could not. */
export const builtFolder = () => path.join(appFolder(), 'src-native', 'build')

/** The compiled addon, else one that the package carries for this platform; null when there is neither. */
export function addonFile(): string | null {
  const carried = path.join(appFolder(), 'src-native', 'prebuilt', `${process.platform}-${process.arch}`, 'w2s.node')
  return [path.join(builtFolder(), 'w2s.node'), carried].find((file) => existsSync(file)) ?? null
}

/**
 * Why there is no addon to be tried, with the command that mends it.
 * @returns '' when there is one
 */
export function addonMissing(): string {
  if (addonFile()) return ''
  const compiler = COMPILERS[process.platform]
  if (!compiler) return `The native engine is compiled on Linux and macOS only for now; this is ${process.platform}.`
  const file = path.join(builtFolder(), 'why-not.txt')
  const why = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'set-up has not run'
  return `The native engine is not built: ${why}. With a C++20 compiler, which ${compiler} installs, \`npm run setup\` builds it.`
}

/** Loads the addon. @throws Error saying why there is none or why it does not load; its own crash takes the process */
export function loadAddon(): NativeAddon {
  const file = addonFile()
  if (!file) throw new Error(addonMissing())
  try {
    return load(file) as NativeAddon
  } catch (cause) {
    const why = (cause as Error).message
    const folders = `${path.dirname(file)} and ${path.join(cacheFolder(), 'native')}`
    throw new Error(
      `The native engine does not load here: ${why}. Delete ${folders}, and \`npm run setup\` builds it anew.`,
      { cause },
    )
  }
}

const KERNELS: Record<Isa, string> = {
  avx512: 'AVX-512',
  avx512vl: 'AVX-512, 256 bits',
  avx2: 'AVX2',
  baseline: 'baseline',
}

/** E.g. "CPU (AVX-512, 2 threads)": the kernels that were chosen, and the cores that this process may use. */
export function deviceOf(isa: Isa, threads: number): string {
  return `CPU (${KERNELS[isa]}, ${threads} thread${threads === 1 ? '' : 's'})`
}

/** The kernels that the addon runs here, see `chooseIsa`. */
export function isaOf(addon: NativeAddon): Isa {
  const build = createHash('sha256').update(readFileSync(addonFile()!)).digest('hex')
  return chooseIsa(addon, path.join(cacheFolder(), 'native'), build)
}
