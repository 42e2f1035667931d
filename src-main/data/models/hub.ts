import { createHash, type Hash } from 'node:crypto'
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { syncFile } from '../durable'
import { openRegular } from '../regular'
import type { CatalogueModel } from './catalogue'
import { ModelError } from './errors'
import { HubError, HubStatusError, listFiles, openHubFile, revisionOf, type HubFile, type HubTask } from './hub-client'
import { bytesText } from './progress'

/** Attempts at one file; each goes on where the last one stopped. */
const ATTEMPTS = 5
/** Nothing arriving of a file for so long counts as a broken line. */
const SILENCE_MS = 60_000

/** What of a repository is known for certain, from elsewhere than its hub: its commit, and the sha256 of files in it. */
export interface Pin {
  revision: string
  sha256: Readonly<Record<string, string>>
}

type Wanted = Pick<CatalogueModel, 'hub' | 'title' | 'download' | 'pin'>

/**
 * Puts the files of a model into a folder from the hub, all of one revision: the pinned one, where there is a pin. What
 * an interrupted download has left is gone on with; every file is checked against its pinned hash, else against the one
 * that the hub tells of it, and no more is written than the hub has listed.
 * @returns the revision (a commit)
 * @throws HubError when the hub does not have the model or sends something else; ModelError `storage` when the disk has
 * no room for it; another Error when the hub cannot be reached
 */
export async function getFromHub(model: Wanted, folder: string, task: HubTask): Promise<string> {
  const repository = model.hub
  const revision = await revisionOf(repository, model.pin?.revision ?? 'main', task)
  if (model.pin && revision !== model.pin.revision)
    throw new HubError(`${repository}: expected revision ${model.pin.revision}, got ${revision}.`)
  const files = neededFiles(await listFiles(repository, revision, task), repository)
  for (const file of files) expectPinned(file, model)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  await expectRoom(model, files, folder)
  let before = 0
  for (const file of files) {
    const report = (done: number) =>
      task.onProgress?.({ phase: `Downloading ${file.path}`, done: before + done, total })
    const sha256 = model.pin?.sha256[file.path] ?? file.lfs?.oid
    await getFile({ repository, revision, file, sha256, to: path.join(folder, file.path), report, task })
    before += file.size
  }
  return revision
}

const ALWAYS = ['config.json', 'tokenizer.json']
const WHERE_THERE = ['tokenizer_config.json', '1_Pooling/config.json', 'README.md', 'LICENSE']
const WEIGHTS = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'

/** The files of a repository that make the model: small ones first, one form of the weights. */
function neededFiles(entries: readonly HubFile[], repository: string): HubFile[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  const shards = [...byPath.keys()].filter((name) => /^model-\d+-of-\d+\.safetensors$/.test(name)).sort()
  // The one file wins over an index, as where a folder is opened.
  const weights = byPath.has(INDEX) && !byPath.has(WEIGHTS) ? [INDEX, ...shards] : [WEIGHTS]
  const missing = [...ALWAYS, ...weights].find((name) => !byPath.has(name))
  if (missing !== undefined) throw new HubError(`${repository}: expected a file ${missing}, got none.`)
  const present = WHERE_THERE.filter((name) => byPath.has(name))
  return [...ALWAYS, ...present, ...weights].map((name) => byPath.get(name)!)
}

/** Before anything of it is fetched. */
function expectPinned({ path: name, lfs }: HubFile, { hub, pin }: Wanted): void {
  const sha256 = pin?.sha256[name]
  if (sha256 !== undefined && lfs && lfs.oid !== sha256)
    throw new HubError(`${hub}: ${name}: expected sha256 ${sha256}, got one of ${lfs.oid}.`)
}

/** What a model is known to be, about, with room for what its makers have added since. */
const MARGIN = { share: 1.5, bytes: 64e6 }

/** Before anything is fetched: the hub may list what nobody has asked for. */
async function expectRoom({ title, hub, download }: Wanted, files: readonly HubFile[], folder: string): Promise<void> {
  const total = files.reduce((sum, { size }) => sum + size, 0)
  if (total > MARGIN.share * download + MARGIN.bytes)
    throw new HubError(`${hub}: expected about ${bytesText(download)}, got a listing of ${bytesText(total)}.`)
  await mkdir(folder, { recursive: true })
  const had = await Promise.all(files.map(async ({ path: name }) => presentOf(path.join(folder, name))))
  const missing = total - had.reduce((sum, bytes) => sum + bytes, 0)
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

interface FileTask {
  repository: string
  revision: string
  file: HubFile
  /** What its sha256 must be, where anybody says so; else git's hash counts. */
  sha256: string | undefined
  to: string
  report: (done: number) => void
  task: HubTask
}

async function getFile(fileTask: FileTask): Promise<void> {
  const { file, to, report, task } = fileTask
  // Of an earlier attempt, which may have been at another revision.
  if ((await disagreement(to, fileTask)) === null) return report(file.size)
  const partial = `${to}.part`
  await mkdir(path.dirname(to), { recursive: true })
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
    throw new HubError(`${file.path}: ${wrong}. It was removed; getting the model again fetches it anew.`)
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
async function disagreement(place: string, { file, sha256 }: FileTask): Promise<string | null> {
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
