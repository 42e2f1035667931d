import { createHash, type Hash } from 'node:crypto'
import { open, rename, rm, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeFolder } from '../folder'
import { syncFile } from '../durable'
import { openRegular } from '../regular'
import { ModelError } from './errors'
import { HubError, HubStatusError, openHubFile, type HubFile, type HubTask, type Repository } from './hub-client'
import { bytesText } from './progress'

/** Attempts at one file; each goes on where the last one stopped. */
const ATTEMPTS = 5
/** Nothing arriving of a file for so long counts as a broken line. */
const SILENCE_MS = 60_000

/** A file that is wanted of a repository. */
export interface WantedFile {
  file: HubFile
  /** What its sha256 must be, where anybody says so; else git's hash counts. */
  sha256: string | undefined
  to: string
}
interface FileTask extends WantedFile {
  repository: Repository
  revision: string
  report: (done: number) => void
  task: HubTask
}

/**
 * Loads files down, each to its place. What an interrupted download has left is gone on with, and a file that is there
 * as it must be stays; every file is checked against its hash, and no more is written than the hub has listed.
 * @throws HubError when the hub sends something else; another Error when it cannot be reached
 */
export async function getFiles(
  repository: Repository,
  revision: string,
  wanted: readonly WantedFile[],
  task: HubTask,
): Promise<void> {
  const total = sizeOfAll(wanted)
  let before = 0
  for (const one of wanted) {
    const report = (done: number) =>
      task.onProgress?.({ phase: `Downloading ${one.file.path}`, done: before + done, total })
    await getFile({ ...one, repository, revision, report, task })
    before += one.file.size
  }
}

/** Bytes of files, together. */
export const sizeOfAll = (wanted: readonly WantedFile[]): number => wanted.reduce((sum, { file }) => sum + file.size, 0)

/** Makes the folder of a download. @throws ModelError `storage` where there is no room for what is missing of the files */
export async function expectFree(title: string, wanted: readonly WantedFile[], folder: string): Promise<void> {
  makeFolder(folder)
  const had = await Promise.all(wanted.map(({ to }) => presentOf(to)))
  const missing = sizeOfAll(wanted) - had.reduce((sum, bytes) => sum + bytes, 0)
  const { bavail, bsize } = await statfs(folder)
  if (missing > bavail * bsize)
    throw new ModelError(
      'storage',
      `${title} needs ${bytesText(missing)} of disk, and ${bytesText(bavail * bsize)} are free at ${folder}.`,
    )
}

async function presentOf(file: string): Promise<number> {
  return Math.max(0, await sizeOf(file), await sizeOf(`${file}.part`))
}

async function getFile(fileTask: FileTask): Promise<void> {
  const { file, to, report, task } = fileTask
  // Of an earlier attempt, which may have been at another revision.
  if ((await disagreement(to, fileTask)) === null) return report(file.size)
  const partial = `${to}.part`
  makeFolder(path.dirname(to))
  for (let attempt = 1; ; attempt++) {
    try {
      await append(fileTask, partial)
      break
    } catch (error) {
      task.signal?.throwIfAborted()
      // A broken line leaves what can be gone on with; a lie leaves nothing.
      if (error instanceof HubError) await rm(partial, { force: true })
      const isFinal = error instanceof HubError || (error instanceof HubStatusError && error.status < 500)
      if (isFinal || attempt === ATTEMPTS) throw error
      await delay(300 * attempt, undefined, { signal: task.signal })
    }
  }
  const wrong = await disagreement(partial, fileTask)
  if (wrong !== null) {
    await rm(partial)
    throw new HubError(`${file.path}: ${wrong}. It was removed; the same again fetches it anew.`)
  }
  await syncFile(partial)
  await rename(partial, to)
}

/** Loads down what is missing of a file, and not a byte more. */
async function append({ repository, revision, file, report, task }: FileTask, partial: string): Promise<void> {
  const had = await sizeOf(partial)
  if (had === file.size) return
  const place = { repository, revision, name: file.path }
  const { body, from } = await openHubFile(place, had > 0 && had < file.size ? had : 0, task)
  const handle = await open(partial, from > 0 ? 'a' : 'w')
  let done = from
  try {
    report(done)
    for await (const piece of unlessSilent(body)) {
      if (done + piece.length > file.size)
        throw new HubError(`${file.path}: expected ${file.size} bytes, got more. It was removed.`)
      await handle.writeFile(piece)
      done += piece.length
      report(done)
    }
  } finally {
    await handle.close()
  }
  if (done < file.size)
    throw new ModelError('unavailable', `${file.path}: the line broke after ${done} of ${file.size} bytes.`)
}

/** The pieces of a stream; a long silence is an error. */
async function* unlessSilent(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new ModelError('unavailable', `Nothing arrived for ${SILENCE_MS / 1000} s.`)),
          SILENCE_MS,
        )
      })
      const { done, value } = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer))
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** How a file differs from what it must be, `null` when it does not. */
export async function disagreement(
  place: string,
  { file, sha256 }: Pick<WantedFile, 'file' | 'sha256'>,
): Promise<string | null> {
  const got = await sizeOf(place)
  if (got !== file.size) return `expected ${file.size} bytes, got ${got}`
  const [hash, expected]: [Hash, string | undefined] =
    sha256 === undefined ? [createHash('sha1').update(`blob ${file.size}\0`), file.oid] : [createHash('sha256'), sha256]
  const { handle } = await openRegular(place)
  for await (const piece of handle.createReadStream() as AsyncIterable<Buffer>) hash.update(piece)
  const digest = hash.digest('hex')
  return digest === expected ? null : `expected the hash ${expected ?? 'that the hub does not tell'}, got ${digest}`
}

/** In bytes; -1: there is no such file. */
async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => -1,
  )
}
