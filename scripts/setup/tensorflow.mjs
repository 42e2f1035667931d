// libtensorflow for the tests, which exercise both backends for real. The app itself installs it only when asked to,
// and links it again by itself after `npm ci`.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cache, root, run, say, tail, timed } from './common.mjs'

function isInstalled() {
  try {
    const files = readdirSync(join(cache, 'tensorflow'), { recursive: true })
    return files.some((name) => /(^|[\\/])tfjs_binding-[^\\/]*\.node$/.test(name))
  } catch {
    return false
  }
}

/** Installs the CPU build. A machine that cannot have it still runs every other test. */
export async function tensorflow() {
  if (process.platform !== 'linux' || process.arch !== 'x64' || isInstalled()) return
  const cli = join(root, 'out', 'main', 'cli.js')
  const result = await timed(
    'tensorflow',
    'installing libtensorflow (CPU build, 274 MB to download, 815 MB on disk)',
    () => run(process.execPath, [cli, 'doctor', '--install', 'tensorflow'], { timeoutMs: 20 * 60_000 }),
  )
  if (!result.ok) say('tensorflow', `not installed, so its tests are skipped: ${tail(result.output, 3)}`)
}
