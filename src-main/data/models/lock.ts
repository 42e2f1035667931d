import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ModelError } from './errors'

/**
 * One process at a time over something that a file stands for; a file whose process has died counts for nothing.
 * @returns what gives it up again
 * @throws ModelError when another is at it
 */
export async function lock(file: string, what: string): Promise<() => Promise<void>> {
  await mkdir(path.dirname(file), { recursive: true })
  const holder = await holderOf(file)
  if (holder > 0 && !isAlive(holder)) await rm(file, { force: true })
  // Written apart and then linked, so that nobody sees it without its content.
  const mine = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
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

/** The process that a lock names; 0: nobody. */
async function holderOf(file: string): Promise<number> {
  return Number(await readFile(file, 'utf8').catch(() => ''))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
