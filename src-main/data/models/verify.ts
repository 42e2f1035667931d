import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Calls } from '../../../src-preload/contract'
import { hashFile } from './hashing'
import type { Manifest } from './manifest'
import type { Task } from './progress'
import { placeOf, type Shelf } from './shelf'

/** One file that is not as it was. */
export type FileProblem = NonNullable<ReturnType<Calls['modelVerify']>>[number]

/** Reads every file of a model again. @returns those that differ from what the manifest says */
export async function verifyFiles(
  manifest: Manifest,
  shelf: Shelf,
  { onProgress, signal }: Task,
): Promise<FileProblem[]> {
  const folder = placeOf(manifest, shelf)
  const base = manifest.place === null || (await isFolder(folder)) ? folder : path.dirname(folder)
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0)
  const problems: FileProblem[] = []
  let done = 0
  for (const { name, sha256 } of manifest.files) {
    const onBytes = (n: number) => onProgress?.({ phase: 'Checking', done: (done += n), total })
    const got = await hashFile(path.join(base, name), onBytes, signal).catch((error: unknown) => {
      signal?.throwIfAborted()
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message
    })
    if (got !== sha256) problems.push({ file: name, problem: `expected sha256 ${sha256}, got ${got}` })
  }
  return problems
}

function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isDirectory(),
    () => true,
  )
}
