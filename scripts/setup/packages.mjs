// node_modules as the lock file says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { modules, notes, npm, readJson, root, SetupError, sha256, tail, timed } from './common.mjs'

/** Whether npm's own record of what it installed agrees with the lock file, e.g. after an `npm install` by hand. */
function agrees() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {}
  const there = readJson(join(modules, '.package-lock.json'))?.packages
  if (!there) return false
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || there[path]?.version === entry.version,
  )
}

export async function packages() {
  const key = sha256(readFileSync(join(root, 'package-lock.json')))
  if (notes.get('packages') === key) return
  if (!agrees()) {
    const result = await timed('packages', 'npm ci (takes a minute or so)', () =>
      npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']),
    )
    if (!result.ok)
      throw new SetupError(
        'The packages could not be installed.',
        tail(result.output),
        'Check that the npm registry answers (`npm ping`), then run the command again.',
      )
  }
  notes.set('packages', key)
}
