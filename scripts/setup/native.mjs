// The native engine: compiled once per sources, compiler and platform, kept outside the clone, put where the app looks.
// Without a compiler the app still works, on WebAssembly; the reason is left for the app to show.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cache, exists, root, say, sha256, tail, timed, writeWhole } from './common.mjs'

const folder = join(root, 'src-native')
const built = join(folder, 'build')
const addon = join(built, 'w2s.node')
const stamp = join(built, 'inputs.sha256')
const whyNot = join(built, 'why-not.txt')

/** Sources of the addon, without what it was compiled to. */
function sources() {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(built) && /\.(cpp|h|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .flatMap((path) => [path.slice(folder.length), '\0', readFileSync(path), '\0'])
}

export async function native() {
  if (exists(join(folder, 'prebuilt', `${process.platform}-${process.arch}`, 'w2s.node'))) return
  const key = sha256(...sources(), process.platform, process.arch)
  if (exists(stamp) && readFileSync(stamp, 'utf8') === key && exists(addon)) return
  const { build, findCompiler } = await import('../../src-native/build.mjs')
  const compiler = await findCompiler()
  if (!compiler) return leaveOut('no C++ compiler was found (looked for $CXX, c++, g++, clang++)')
  const kept = join(cache, 'native', `${sha256(key, compiler.version)}.node`)
  try {
    if (!exists(kept)) {
      await timed('native', 'compiling the native engine (once a version, about a minute)', () => build())
      mkdirSync(join(cache, 'native'), { recursive: true })
      putWhole(addon, kept)
    } else {
      mkdirSync(built, { recursive: true })
      putWhole(kept, addon)
    }
  } catch (error) {
    return leaveOut(`the compiler refused it: ${tail(String(error.stderr || error.message), 3)}`)
  }
  rmSync(whyNot, { force: true })
  writeWhole(stamp, key)
}

/** Copies beside and moves into place: nobody ever sees half an addon, and who has the old one open keeps it. */
function putWhole(from, to) {
  const partial = `${to}.${process.pid}.new`
  copyFileSync(from, partial)
  renameSync(partial, to)
}

function leaveOut(why) {
  mkdirSync(built, { recursive: true })
  rmSync(addon, { force: true })
  writeWhole(whyNot, why)
  say('native', `left out, the app runs on WebAssembly: ${why}`)
}
