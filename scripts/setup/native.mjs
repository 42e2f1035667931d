// The native engine, src-native/build/w2s.node: compiled where there is a compiler and its sources have changed, taken from
// the cache where this machine has compiled them before. Without it the app computes on its other backends.
import { copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build, endedBy, failureOf, findCompiler, sourcesHash } from '../../src-native/build.mjs'
import { findNvcc } from '../../src-native/nvcc.mjs'
import { cache, exists, root, say, sha256, tail, timed, writeWhole } from './common.mjs'
import { makeFolder } from './folder.mjs'

const read = (path) => (exists(path) ? readFileSync(path, 'utf8') : '')

/** The C library that a binary is linked with, e.g. "glibc 2.36". */
function libc() {
  if (process.platform !== 'linux') return process.platform
  const { glibcVersionRuntime } = process.report.getReport().header
  return glibcVersionRuntime ? `glibc ${glibcVersionRuntime}` : 'musl'
}

/** A new file and a rename: a process that has the old one loaded keeps it. */
function copyWhole(from, to) {
  makeFolder(dirname(to))
  copyFileSync(from, `${to}.${process.pid}`)
  renameSync(`${to}.${process.pid}`, to)
}

/**
 * Puts the addon in place, or leaves `why-not.txt` there, which the app tells.
 * @param {object} parts by default this clone's own
 */
export async function native({
  folder = join(root, 'src-native'),
  kept = join(cache, 'native'),
  compile = build,
  compilerHere = findCompiler,
  sources = sourcesHash(),
} = {}) {
  const at = (name) => join(folder, 'build', name)
  const key = `${sources} ${process.platform} ${process.arch}`
  if (exists(at('w2s.node')) && read(at('w2s.key')) === key) return
  const place = () => {
    for (const name of ['why-not.txt', 'tried.key']) rmSync(at(name), { force: true })
    writeWhole(at('w2s.key'), key)
  }

  // A package that comes with the addon says which sources it is made of.
  const carried = join(folder, 'prebuilt', `${process.platform}-${process.arch}`)
  if (read(join(carried, 'sources.sha256')).trim() === sources) {
    copyWhole(join(carried, 'w2s.node'), at('w2s.node'))
    return place()
  }
  const compiler = process.platform === 'win32' ? null : await compilerHere()
  const tried = `${key} ${compiler?.version ?? 'no compiler'}`
  if (read(at('tried.key')) === tried) return
  const inCache = join(kept, sha256(tried, libc()).slice(0, 32), 'w2s.node')
  try {
    if (!compiler) throw new Error('no C++ compiler was found')
    if (!exists(inCache)) {
      const made = await timed('native', 'compiling the native engine (once a machine, about half a minute)', compile)
      copyWhole(made, inCache)
    }
    copyWhole(inCache, at('w2s.node'))
    place()
  } catch (error) {
    const why = compiler ? `${compiler.name} failed: ${tail(failureOf(error))}` : error.message
    say('native', `not built, so the app computes with its other backends, more slowly: ${why}`)
    // What is there was made of other sources.
    rmSync(at('w2s.node'), { force: true })
    writeWhole(at('why-not.txt'), why)
    // A signal says nothing of the sources: the next set-up tries again.
    if (!endedBy(error)) writeWhole(at('tried.key'), tried)
  }
}

/** With an NVIDIA driver at work, how the library for its cards is built: not here, for that takes minutes. */
export async function cardHint({ folder = join(root, 'src-native'), driver = '/proc/driver/nvidia/version' } = {}) {
  if (!exists(driver) || exists(join(folder, 'build', 'w2s-cuda.so'))) return
  const fetching = (await findNvcc()) ? '' : ' --fetch'
  say(
    'native',
    `for the NVIDIA card: \`node src-native/build.mjs --cuda${fetching}\` builds its library, in some minutes`,
  )
}
