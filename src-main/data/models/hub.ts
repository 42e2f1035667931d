import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileDownloadInfo, HubApiError, listFiles, modelInfo, type ListFileEntry } from '@huggingface/hub'
import { syncFile } from '../durable'
import { ModelError } from './errors'
import type { Task } from './progress'

/** The hub answered that it does not have this, or what it sent is not what it promised: asking again is no remedy. */
export class HubError extends ModelError {
  override readonly name = 'HubError'
}

export interface Hub {
  url: string
  /** Milliseconds that an answer may take to begin. */
  patience: number
}
export interface HubTask extends Task {
  hub: Hub
}

/** Attempts at one file; each goes on where the last one stopped. */
const ATTEMPTS = 5
/** Nothing arriving of a file for so long counts as a broken line. */
const SILENCE_MS = 60_000

/**
 * Puts the files of a model into a folder from the hub, all of one revision. What an interrupted download has left is
 * gone on with; every file is checked against the hash that the hub keeps of it.
 * @returns the revision (a commit)
 * @throws HubError when the hub does not have the model or sends something else; another Error when it cannot be reached
 */
export async function getFromHub(repository: string, folder: string, task: HubTask): Promise<string> {
  const request: Request = { hubUrl: task.hub.url, fetch: (input, init) => answered(input, init, task) }
  const revision = await revisionOf(repository, request)
  const entries: ListFileEntry[] = []
  for await (const entry of listFiles({ repo: repository, revision, recursive: true, ...request })) entries.push(entry)
  const files = neededFiles(entries, repository)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  let before = 0
  for (const file of files) {
    const report = (done: number) =>
      task.onProgress?.({ phase: `Downloading ${file.path}`, done: before + done, total })
    await getFile({ repository, revision, file, to: path.join(folder, file.path), request, report, task })
    before += file.size
  }
  return revision
}

/** An answer that is there in time: all of it, or its headers. @throws ModelError saying that it is not */
async function answered(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  { hub, signal }: HubTask,
  inTime: 'all' | 'headers' = 'all',
): Promise<Response> {
  const late = new AbortController()
  const giveUp = () =>
    late.abort(new ModelError('unavailable', `It did not answer within ${Math.ceil(hub.patience / 1000)} s.`))
  const timer = setTimeout(giveUp, hub.patience).unref()
  const response = await fetch(input, { ...init, signal: AbortSignal.any([late.signal, ...(signal ? [signal] : [])]) })
  if (inTime === 'headers') clearTimeout(timer)
  return response
}

interface Request {
  hubUrl: string
  fetch: typeof fetch
}

async function revisionOf(repository: string, request: Request): Promise<string> {
  try {
    const { sha } = await modelInfo({ name: repository, additionalFields: ['sha'], ...request })
    return sha
  } catch (error) {
    if (error instanceof HubApiError && error.statusCode < 500)
      throw new HubError(
        'unavailable',
        `${request.hubUrl} has no model ${repository} for everyone (${error.statusCode}).`,
        {
          cause: error,
        },
      )
    throw error
  }
}

const ALWAYS = ['config.json', 'tokenizer.json']
const WHERE_THERE = ['tokenizer_config.json', '1_Pooling/config.json', 'README.md', 'LICENSE']
const INDEX = 'model.safetensors.index.json'

/** The files of a repository that make the model: small ones first, one form of the weights. */
function neededFiles(entries: readonly ListFileEntry[], repository: string): ListFileEntry[] {
  const byPath = new Map(entries.filter(({ type }) => type === 'file').map((entry) => [entry.path, entry]))
  const shards = [...byPath.keys()].filter((name) => /^model-\d+-of-\d+\.safetensors$/.test(name)).sort()
  const weights = byPath.has(INDEX) ? [INDEX, ...shards] : ['model.safetensors']
  const missing = [...ALWAYS, ...weights].find((name) => !byPath.has(name))
  if (missing !== undefined) throw new HubError('unavailable', `${repository}: expected a file ${missing}, got none.`)
  const present = WHERE_THERE.filter((name) => byPath.has(name))
  return [...ALWAYS, ...present, ...weights].map((name) => byPath.get(name)!)
}

interface FileTask {
  repository: string
  revision: string
  file: ListFileEntry
  to: string
  request: Request
  report: (done: number) => void
  task: HubTask
}

async function getFile(fileTask: FileTask): Promise<void> {
  const { file, to, report, task } = fileTask
  // Of an earlier attempt, which may have been at another revision.
  if ((await disagreement(to, file)) === null) return report(file.size)
  const partial = `${to}.part`
  await mkdir(path.dirname(to), { recursive: true })
  for (let attempt = 1; ; attempt++) {
    try {
      await append(fileTask, partial)
      break
    } catch (error) {
      task.signal?.throwIfAborted()
      const isFinal = error instanceof HubError || (error instanceof HubApiError && error.statusCode < 500)
      if (isFinal || attempt === ATTEMPTS) throw error
      await delay(300 * attempt, undefined, { signal: task.signal })
    }
  }
  const wrong = await disagreement(partial, file)
  if (wrong !== null) {
    await rm(partial)
    throw new HubError(
      'unavailable',
      `${file.path}: ${wrong}. It was removed; getting the model again fetches it anew.`,
    )
  }
  await syncFile(partial)
  await rename(partial, to)
}

/** Loads down what is missing of a file. */
async function append({ repository, revision, file, request, report, task }: FileTask, partial: string): Promise<void> {
  const had = await sizeOf(partial)
  if (had === file.size && had > 0) return
  const info = await fileDownloadInfo({ repo: repository, path: file.path, revision, ...request })
  if (!info) throw new HubError('unavailable', `${file.path}: the hub lists it and does not have it.`)
  const wanted = had > 0 && had < file.size
  const headers: HeadersInit = wanted ? { Range: `bytes=${had}-` } : {}
  const response = await answered(info.url, { headers }, task, 'headers')
  if (!response.ok || !response.body)
    throw new ModelError('unavailable', `${file.path}: the hub answered with status ${response.status}.`)
  // Not every server goes on where a download has stopped: 200 is the whole file again.
  const goesOn = wanted && response.status === 206
  const handle = await open(partial, goesOn ? 'a' : 'w')
  let done = goesOn ? had : 0
  try {
    report(done)
    for await (const piece of unlessSilent(response.body)) {
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

/** How a file differs from what the hub says of it, `null` when it does not: sha256 for large files, git's for small. */
async function disagreement(file: string, { size, oid, lfs }: ListFileEntry): Promise<string | null> {
  const got = await sizeOf(file)
  if (got !== size) return `expected ${size} bytes, got ${got}`
  const [hash, expected]: [Hash, string | undefined] = lfs
    ? [createHash('sha256'), lfs.oid]
    : [createHash('sha1').update(`blob ${size}\0`), oid]
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) hash.update(piece)
  const digest = hash.digest('hex')
  return digest === expected ? null : `expected the hash ${expected}, got ${digest}`
}

/** In bytes; -1: there is no such file. */
async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => -1,
  )
}
