import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { CatalogueModel } from '../../../src-main/data/models/catalogue'

/** The repository of a hub that tests serve, and the model that is fetched from it. */
export const REPOSITORY = 'someone/tiny-neox'
export const NEOX: CatalogueModel = {
  id: 'neox',
  title: 'Tiny NeoX',
  family: 'Tiny',
  architecture: 'gpt-neox',
  parameters: 14_608,
  layers: 2,
  width: 16,
  context: 64,
  licence: 'mit',
  download: 70_000,
  hub: REPOSITORY,
}

export const REVISION = '0123456789abcdef0123456789abcdef01234567'

/** A hub with one repository, served from a folder; how it misbehaves can be changed between requests. */
export interface HubServer {
  url: string
  /** `GET path` with its range, as they came. */
  requests: string[]
  /** Cuts the line of the next so many downloads after half of what they ask for. */
  breaks: number
  /** Answers every download with the whole file. */
  ignoresRanges: boolean
  /** Sends other bytes than it lists. */
  corrupt: string | null
  /** Answers with this status instead of a file. */
  refuses: number | null
  /** Lists every file by so many bytes longer than it is. */
  listsMore: number
  /** Waits for ever in the middle of downloads. */
  stalls: boolean
  /** Milliseconds between the halves of the weights. */
  slow: number
  close(): Promise<void>
}

/** What is served, and at which paths. */
interface Served {
  repository: string
  folder: string
  branch: string
  api: string
  files: string
}

/** @param branch what a revision is asked by, as it stands in an address */
export async function serveHub(
  repository: string,
  folder: string,
  { kind = 'models', branch = '' }: { kind?: 'models' | 'datasets'; branch?: string } = {},
): Promise<HubServer> {
  const files = kind === 'models' ? `/${repository}` : `/datasets/${repository}`
  const told: Served = { repository, folder, branch, api: `/api/${kind}/${repository}`, files }
  const state = {
    url: '',
    requests: [],
    breaks: 0,
    ignoresRanges: false,
    corrupt: null,
    refuses: null,
    listsMore: 0,
    stalls: false,
    slow: 0,
  } as Omit<HubServer, 'close'>
  const server = createServer((request, response) => answer(request, response, state as HubServer, told))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return Object.assign(state, { close })
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  hub: HubServer,
  { repository, folder, branch, api, files }: Served,
) {
  const url = new URL(request.url!, hub.url)
  hub.requests.push(`${url.pathname} ${request.headers.range ?? ''}`.trim())
  const json = (value: unknown) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(value))
  }
  if (url.pathname.startsWith(`${api}/revision/${branch}`))
    return json({
      _id: '1',
      id: repository,
      private: false,
      gated: false,
      downloads: 0,
      likes: 0,
      lastModified: 0,
      sha: REVISION,
    })
  if (url.pathname === `${api}/tree/${REVISION}`) return json(entriesOf(folder, hub.listsMore))
  const prefix = `${files}/resolve/${REVISION}/`
  if (!url.pathname.startsWith(prefix)) {
    response.statusCode = 404
    return json({ error: 'Repository not found' })
  }
  if (hub.refuses !== null) {
    response.statusCode = hub.refuses
    return json({ error: 'Access to it is restricted' })
  }
  const name = url.pathname.slice(prefix.length)
  const content = readFileSync(path.join(folder, name))
  if (hub.corrupt === name) content[content.length - 1]! ^= 1
  send(request, response, hub, content)
}

function send(request: IncomingMessage, response: ServerResponse, hub: HubServer, content: Buffer) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const isProbe = range?.[1] === '0' && range[2] === '0'
  const isPart = range && (isProbe || !hub.ignoresRanges)
  const [from, to] = isPart ? [Number(range[1]), range[2] ? Number(range[2]) + 1 : content.length] : [0, content.length]
  response.statusCode = isPart ? 206 : 200
  response.setHeader('etag', '"x"')
  if (isPart) response.setHeader('content-range', `bytes ${from}-${to - 1}/${content.length}`)
  const part = content.subarray(from, to)
  response.setHeader('content-length', part.length)
  if (isProbe) return response.end(part)
  if (hub.slow > 0 && content.length > 20_000) {
    response.write(part.subarray(0, 1000))
    setTimeout(() => response.end(part.subarray(1000)), hub.slow)
    return
  }
  if (hub.breaks === 0 && !hub.stalls) return response.end(part)
  if (hub.breaks > 0) hub.breaks--
  response.write(part.subarray(0, Math.ceil(part.length / 2)))
  if (!hub.stalls) setTimeout(() => response.destroy(), 20)
}

/** As the hub lists files: large ones with their sha256, small ones with git's hash alone. */
function entriesOf(folder: string, more: number) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => {
    const file = path.join(entry.parentPath, entry.name)
    const content = readFileSync(file)
    const oid = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
    const sha256 = createHash('sha256').update(content).digest('hex')
    const lfs = /\.(safetensors|parquet)$/.test(entry.name)
      ? { lfs: { oid: sha256, size: content.length, pointerSize: 130 } }
      : {}
    return { type: 'file', path: path.relative(folder, file), size: content.length + more, oid, ...lfs }
  })
}
