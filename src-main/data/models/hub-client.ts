import { z } from 'zod'
import { parseJsonFile } from '../checkpoints/json'
import { splitCredentials, withoutSecrets } from '../secrets'
import { ModelError } from './errors'
import type { Task } from './progress'

/** The hub answered that it does not have this, or what it sent is not what it promised: asking again is no remedy. */
export class HubError extends ModelError {
  override readonly name = 'HubError'
  constructor(message: string, options?: ErrorOptions) {
    super('unavailable', message, options)
  }
}

/** It answered, but not with what was asked for: 404, 503. */
export class HubStatusError extends ModelError {
  override readonly name = 'HubStatusError'
  constructor(
    readonly status: number,
    message: string,
  ) {
    super('unavailable', message)
  }
}

export interface Hub {
  /** Its address, without what that may say about who asks. */
  url: string
  /** That, as a header's value; sent to this address alone. */
  authorization: string | null
  /** Milliseconds that an answer may take to begin. */
  patience: number
}
export interface HubTask extends Task {
  hub: Hub
}
/** What a hub keeps under a name. */
export interface Repository {
  kind: 'model' | 'dataset'
  name: string
}

/**
 * The hub that is asked.
 * @param wanted its address; else `HF_ENDPOINT`, else the public one. What is no address is refused when it is asked
 * @param patience milliseconds that it may take to begin an answer
 */
export function hubAt(wanted?: string, patience = 20_000): Hub {
  // Set and empty is not set.
  const address = wanted || process.env.HF_ENDPOINT || 'https://huggingface.co'
  const told = URL.canParse(address) ? splitCredentials(address) : { url: address, authorization: null }
  return { ...told, patience }
}

/** @throws ModelError for what is no address of a hub */
export function expectAddress({ url }: Hub): void {
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw new ModelError(
      'bad-input',
      `HF_ENDPOINT: expected the http(s) address of a model hub, got "${withoutSecrets(url)}"`,
    )
}

/** Bytes of an answer about a model; pages of a listing, and files in it. */
const MAX_ANSWER = 8 << 20
const MAX_PAGES = 50
const MAX_FILES = 10_000

const hash = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `${digits} hexadecimal digits`)
const revisionSchema = z.looseObject({ sha: hash(40) })
const entrySchema = z.looseObject({
  type: z.string(),
  path: z.string().max(4096),
  size: z.number().int().min(0).default(0),
  oid: hash(40).optional(),
  lfs: z.looseObject({ oid: hash(64) }).nullish(),
})
/** A file of a repository, with git's hash of it, or the sha256 of a large one. */
export type HubFile = z.infer<typeof entrySchema>

const apiOf = ({ kind, name }: Repository, { hub }: HubTask) => `${hub.url}/api/${kind}s/${name}`

/** The commit that a name of a branch stands for now. @throws HubError where there is no such thing for everyone */
export async function revisionOf(repository: Repository, branch: string, task: HubTask): Promise<string> {
  try {
    const address = `${apiOf(repository, task)}/revision/${encodeURIComponent(branch)}`
    return (await askJson(address, revisionSchema, task)).value.sha
  } catch (cause) {
    if (!(cause instanceof HubStatusError) || cause.status >= 500) throw cause
    const { kind, name } = repository
    throw new HubError(`expected the ${kind} ${name} at ${branch} for everyone, got status ${cause.status}.`, { cause })
  }
}

/** Every file of a repository at a commit. @throws HubError for a listing that does not end, or leads elsewhere */
export async function listFiles(repository: Repository, revision: string, task: HubTask): Promise<HubFile[]> {
  const files: HubFile[] = []
  let address: string | null = `${apiOf(repository, task)}/tree/${revision}?recursive=true`
  for (let page = 1; address !== null; page++) {
    if (page > MAX_PAGES)
      throw new HubError(`${repository.name}: expected a listing of at most ${MAX_PAGES} pages, got more.`)
    const answer: { value: HubFile[]; next: string | null } = await askJson(address, z.array(entrySchema), task)
    files.push(...answer.value.filter(({ type }) => type === 'file'))
    if (files.length > MAX_FILES)
      throw new HubError(`${repository.name}: expected at most ${MAX_FILES} files, got ${files.length}.`)
    address = answer.next
  }
  return files
}

/** A file from a byte on. @throws HubStatusError when it is not given */
export async function openHubFile(
  { repository, revision, name }: { repository: Repository; revision: string; name: string },
  from: number,
  task: HubTask,
): Promise<{ body: ReadableStream<Uint8Array>; from: number }> {
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {}
  const place = repository.kind === 'dataset' ? `datasets/${repository.name}` : repository.name
  const url = `${task.hub.url}/${place}/resolve/${revision}/${name.split('/').map(encodeURIComponent).join('/')}`
  const response = await answered(url, headers, task, 'headers')
  if (!response.ok || !response.body)
    throw new HubStatusError(
      response.status,
      `${repository.name}/${name}: expected the file, got status ${response.status}.`,
    )
  // Not every server goes on where a download has stopped: 200 is the whole file again.
  if (response.status !== 206) return { body: response.body, from: 0 }
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')
  if (Number(range?.[1]) === from) return { body: response.body, from }
  await response.body.cancel()
  throw new HubError(`${name}: expected it from byte ${from} on, got another part of it.`)
}

async function askJson<T>(address: string, schema: z.ZodType<T>, task: HubTask) {
  if (new URL(address).origin !== new URL(task.hub.url).origin)
    throw new HubError(`${task.hub.url}: expected its listing to go on there, got ${new URL(address).origin}.`)
  const response = await answered(address, { accept: 'application/json' }, task, 'all')
  if (!response.ok) {
    await response.body?.cancel()
    throw new HubStatusError(response.status, `The hub answered with status ${response.status}.`)
  }
  const text = await textOf(response)
  const next = /<([^>]*)>\s*;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  try {
    const value = parseJsonFile(text, new URL(address).pathname, schema)
    return { value, next: next === undefined ? null : new URL(next, address).href }
  } catch (cause) {
    throw new HubError((cause as Error).message, { cause })
  }
}

async function textOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response.body as AsyncIterable<Uint8Array>) {
    size += piece.length
    if (size > MAX_ANSWER) throw new HubError(`The hub’s answer: expected at most ${MAX_ANSWER} bytes, got more.`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** An answer that is there in time: all of it, or its headers. @throws ModelError saying that it is not */
async function answered(
  address: string,
  headers: Record<string, string>,
  { hub, signal }: HubTask,
  inTime: 'all' | 'headers',
): Promise<Response> {
  const late = new AbortController()
  const giveUp = () =>
    late.abort(new ModelError('unavailable', `It did not answer within ${Math.ceil(hub.patience / 1000)} s.`))
  const timer = setTimeout(giveUp, hub.patience).unref()
  const response = await fetch(address, {
    // What is counted and hashed is the file, not a packing of it.
    headers: {
      'accept-encoding': 'identity',
      ...(hub.authorization && { authorization: hub.authorization }),
      ...headers,
    },
    signal: AbortSignal.any([late.signal, ...(signal ? [signal] : [])]),
  })
  if (inTime === 'headers') clearTimeout(timer)
  if (hub.url.startsWith('https:') && response.url.startsWith('http:')) {
    await response.body?.cancel()
    throw new HubError(`${hub.url}: expected an answer over https, got one over http.`)
  }
  return response
}
