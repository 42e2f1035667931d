import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ModelError } from './errors'

/**
 * One process at a time over something that a file stands for; a file whose process has died counts for nothing.
 * @returns what gives it up again
 * @throws Error naming the process that is at it
 */
export async function lock(file: string, what: string): Promise<() => Promise<void>> {
  await mkdir(path.dirname(file), { recursive: true })
  const holder = Number(await readFile(file, 'utf8').catch(() => ''))
  if (holder > 0 && !isAlive(holder)) await rm(file, { force: true })
  await writeFile(file, String(process.pid), { flag: 'wx' }).catch((cause: unknown) => {
    throw new ModelError(`${what} is being worked on by ${holder === process.pid ? 'this' : 'another'} process.`, {
      cause,
    })
  })
  return () => rm(file, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
