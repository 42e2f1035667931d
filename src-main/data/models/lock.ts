import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../folder'
import { isAlive } from '../alive'
import { ModelError } from './errors'

/**
 * One process at a time over something that a file stands for; a file whose process has died counts for nothing.
 * @returns what gives it up again
 * @throws ModelError when another is at it
 */
export async function lock(file: string, what: string): Promise<() => Promise<void>> {
  makeFolder(path.dirname(file))
  const holder = await holderOf(file)
  const mine = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  if (holder > 0 && !isAlive(holder)) await putAside(file, `${mine}.dead`, holder)
  // Written apart and then linked, so that nobody sees it without its content.
  await writeFile(mine, String(process.pid))
  try {
    await link(mine, file)
  } catch (cause) {
    const who = (await holderOf(file)) === process.pid ? 'this' : 'another'
    throw new ModelError('conflict', `${what} is being worked on by ${who} process.`, { cause })
  } finally {
    await rm(mine, { force: true })
  }
  return () => rm(file, { force: true })
}

/** Takes a dead process' file away. Another may have done so meanwhile, and put its own there: that one goes back. */
async function putAside(file: string, aside: string, dead: number): Promise<void> {
  try {
    await rename(file, aside)
  } catch {
    return // it is gone already
  }
  if ((await holderOf(aside)) !== dead) await link(aside, file).catch(() => undefined)
  await rm(aside, { force: true })
}

/** The process that a lock names; 0: nobody. */
async function holderOf(file: string): Promise<number> {
  return Number(await readFile(file, 'utf8').catch(() => ''))
}
