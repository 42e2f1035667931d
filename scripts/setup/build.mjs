// The build in out/, made again when anything that goes into it has changed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exists, modules, root, run, SetupError, sha256, tail, timed, writeWhole } from './common.mjs'

const FOLDERS = ['src-main', 'src-preload', 'src-renderer']
const FILES = ['package.json', 'package-lock.json', 'electron.vite.config.ts', 'svelte.config.js', 'tsconfig.base.json']
const stamp = join(root, 'out', 'inputs.sha256')

function inputs() {
  const walked = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  const paths = [...walked.sort(), ...FILES.map((name) => join(root, name))]
  return sha256(...paths.flatMap((path) => [path.slice(root.length), '\0', readFileSync(path), '\0']))
}

export async function build() {
  const key = inputs()
  if (exists(stamp) && readFileSync(stamp, 'utf8') === key) return
  const result = await timed('build', 'electron-vite build', () =>
    run(process.execPath, [join(modules, 'electron-vite', 'bin', 'electron-vite.js'), 'build'], {
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    }),
  )
  if (!result.ok)
    throw new SetupError(
      'The app could not be built.',
      tail(result.output, 20),
      'Mend the source that is named above, then run the command again.',
    )
  writeWhole(stamp, key)
}
