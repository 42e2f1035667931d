import type { Stats } from 'node:fs'
import { link, lstat, open, readdir, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { isAlive } from '../data/alive'
import { syncFolder } from '../data/durable'
import type { Problem } from '../science/spec/problems'
import { ownerOf } from './read'

/** A bundle may not be written there. What is there is as it was. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
  constructor(readonly problem: Problem) {
    super(`${problem.path}: expected ${problem.expected}, got ${problem.got}`)
  }
}

export interface TargetRules {
  /** The run that is exported: its own older bundle may be replaced. Null where it has no id yet. */
  runId: string | null
  /** The user says so: any plain file may be replaced, and whatever its name ends in. */
  force?: boolean
  /** Folders in which nothing is written, with those in them in which it is all the same. */
  reserved?: { folder: string; but?: string }[]
}

/** A place that a bundle may be put to. */
export interface Target {
  path: string
  /** What is there and may be replaced; null where nothing is. */
  present: Stats | null
}

/**
 * Where a bundle goes, once it is sure that nothing is lost by it: there is nothing yet, or an older bundle of the same
 * run. Everything else is refused: other files (but see `force`), and always links, folders, devices, reserved folders.
 * @throws TargetError naming the path
 */
export async function targetOf(path: string, rules: TargetRules): Promise<Target> {
  const target = { path: resolve(path) }
  const refuse = (expected: string, got: string) => new TargetError({ path: target.path, expected, got })
  const folder = await realFolder(dirname(target.path))
  for (const { folder: reserved, but } of rules.reserved ?? []) {
    if (isWithin(folder, await realFolder(reserved)) && !(but && isWithin(folder, await realFolder(but))))
      throw refuse('a place outside the application’s own folders', `one in ${reserved}`)
  }
  const present = await lstat(target.path).catch(nothing)
  if (present && !present.isFile()) throw refuse('a new file', kindOf(present))
  if (rules.force) return { ...target, present }
  if (extname(target.path).toLowerCase() !== '.zip')
    throw refuse(`a name that ends in .zip, e.g. ${basename(target.path)}.zip`, basename(target.path))
  if (!present) return { ...target, present }
  const owner = await ownerOf(target.path)
  if (owner === null) throw refuse('a new file, or an older bundle of this run', 'a file that is something else')
  if (owner !== rules.runId) throw refuse('a new file, or an older bundle of this run', `the bundle of run ${owner}`)
  return { ...target, present }
}

function nothing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
  throw error
}

/** A folder without links on the way to it, as far as it is there. */
async function realFolder(folder: string): Promise<string> {
  const real = await realpath(folder).catch(nothing)
  if (real !== null || dirname(folder) === folder) return real ?? folder
  return join(await realFolder(dirname(folder)), basename(folder))
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(way) !== way)
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder'
  if (found.isSymbolicLink()) return 'a link'
  return found.isFIFO() || found.isSocket() ? 'a pipe' : 'a device'
}

/** A file beside the target for what is being written; its name says whose it is. */
export function temporaryFor({ path }: Target): string {
  return `${path}.${process.pid}-${Math.random().toString(36).slice(2, 10)}.part`
}

/** Removes what killed processes left beside the target. */
export async function sweepBeside({ path }: Target): Promise<void> {
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    const [, of, pid] = /^(.+)\.(\d+)-[a-z0-9]+\.part$/.exec(name) ?? []
    if (of === basename(path) && !isAlive(Number(pid))) await rm(join(dirname(path), name), { force: true })
  }
}

/**
 * Puts a finished file where it belongs, replacing nothing but what was seen there.
 * @throws TargetError when something else has come to be there meanwhile
 */
export async function place(temporary: string, { path, present }: Target): Promise<void> {
  const changed = () =>
    new TargetError({ path, expected: 'to be as it was when the export began', got: 'another file there by now' })
  if (present) {
    const now = await lstat(path).catch(nothing)
    const same = now?.ino === present.ino && now.dev === present.dev && now.mtimeMs === present.mtimeMs
    if (!same || now.size !== present.size) throw changed()
    await rename(temporary, path)
  } else {
    await putAnew(temporary, path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? changed() : error
    })
  }
  await syncFolder(dirname(path))
}

/** Gives a file a name that must be free: by a second name, or over an empty file where a disk has no such names. */
async function putAnew(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    await (await open(path, 'wx')).close()
    return rename(temporary, path)
  }
  await rm(temporary)
}
