// An Electron runtime at node_modules/electron/dist: the official one first, else the fallback.
import { lstatSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { cache, exists, installedVersion, modules, readJson, run, say, tail, timed, writeWhole } from './common.mjs'
import { fallbackRuntime } from './electron-fallback.mjs'

const home = join(modules, 'electron')
const dist = join(home, 'dist')
const DAY = 86_400_000

/** The folder of the runtime in use; a folder of the user's own wins, as it does for the `electron` package. */
export const distFolder = () => process.env.ELECTRON_OVERRIDE_DIST_PATH || dist

const read = (path) => (exists(path) ? readFileSync(path, 'utf8').trim() : '')

/** Path of the Electron executable; '' while there is none. */
export function electronBinary() {
  const path = join(distFolder(), read(join(home, 'path.txt')) || 'electron')
  return exists(path) ? path : ''
}

/** Version of the runtime in use, e.g. "45.4.1"; '' while there is none. */
export const electronVersion = () => (electronBinary() ? read(join(distFolder(), 'version')).replace(/^v/, '') : '')

/** Whether the host of Electron's downloads answers; a proxy or mirror of the user's is trusted to. */
async function reachable() {
  const { ELECTRON_MIRROR, HTTPS_PROXY, https_proxy, ELECTRON_GET_USE_PROXY } = process.env
  if (ELECTRON_MIRROR || HTTPS_PROXY || https_proxy || ELECTRON_GET_USE_PROXY) return ''
  try {
    await fetch('https://github.com/electron/electron/releases', { method: 'HEAD', signal: AbortSignal.timeout(5000) })
    return ''
  } catch (error) {
    return `github.com does not answer (${error.cause?.code ?? error.name})`
  }
}

/** Downloads what the `electron` package names, by the package's own installer. Returns why that failed, '' if it did not. */
async function downloadOfficial(version) {
  const wall = await reachable()
  if (wall) return wall
  if (lstatSync(dist, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(dist)
  const result = await timed('electron', `downloading Electron ${version} (about 120 MB)`, () =>
    run(process.execPath, [join(home, 'install.js')], { timeoutMs: 20 * 60_000 }),
  )
  if (result.ok && electronVersion() === version) return ''
  rmSync(dist, { recursive: true, force: true })
  rmSync(join(home, 'path.txt'), { force: true })
  return tail(result.output, 6) || 'the download took longer than 20 minutes'
}

function link(runtime) {
  rmSync(dist, { recursive: true, force: true })
  symlinkSync(runtime, dist, 'dir')
  writeWhole(join(home, 'path.txt'), 'electron')
}

/**
 * Makes sure of an Electron runtime. A wall in front of the official one is remembered for a day, so that it costs
 * its seconds once; after that day the official one is tried again and replaces the fallback.
 */
export async function electron() {
  const version = installedVersion('electron')
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH || electronVersion() === version) return
  const memory = join(cache, 'electron-unreachable.json')
  const last = readJson(memory)
  const fresh = last?.version === version && Date.now() - last.at < DAY
  if (fresh && electronBinary()) return
  const why = fresh ? last.why : await downloadOfficial(version)
  if (why === '') return rmSync(memory, { force: true })
  if (!fresh) writeWhole(memory, JSON.stringify({ version, at: Date.now(), why }))
  say('electron', `the official Electron ${version} cannot be had: ${why.split('\n')[0]}`)
  link(await fallbackRuntime(why))
  say('electron', `fallback runtime, Electron ${electronVersion()}, not for daily use`)
}
