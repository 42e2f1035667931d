import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../../data/folder'
import { cacheFolder } from '../tensorflow/paths'

const folder = () => path.join(cacheFolder(), 'native')
const hashOf = (depends: readonly string[]) => createHash('sha256').update(JSON.stringify(depends)).digest('hex')
const fileOf = (what: string, depends: readonly string[]) =>
  path.join(folder(), `${what}-${hashOf(depends).slice(0, 16)}.json`)

/** What was kept of this, where it still holds: all that it depends on is the same. */
export async function readKept<T>(what: string, depends: readonly string[]): Promise<T | null> {
  try {
    const kept = JSON.parse(await readFile(fileOf(what, depends), 'utf8')) as { depends: string[]; found: T }
    return hashOf(kept.depends) === hashOf(depends) ? kept.found : null
  } catch {
    return null
  }
}

/** Keeps what was found out of this machine in the cache folder; where nothing can be kept it is found out again. */
export async function keep(what: string, depends: readonly string[], found: unknown): Promise<void> {
  const file = fileOf(what, depends)
  const own = `${file}.${randomUUID()}`
  try {
    makeFolder(folder())
    await writeFile(own, JSON.stringify({ depends, found }))
    await rename(own, file)
  } catch {
    await rm(own, { force: true }).catch(() => undefined)
  }
}

/** Drops all that was kept under this name; done when it returns, as the process may be about to end. */
export function forgetKept(what: string): void {
  if (!existsSync(folder())) return
  for (const name of readdirSync(folder()))
    if (name.startsWith(`${what}-`)) rmSync(path.join(folder(), name), { force: true })
}
