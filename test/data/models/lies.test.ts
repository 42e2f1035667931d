// A hub that lies, or whoever answers in its place: nothing beyond what it has listed is written, and nothing is left.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createModels } from '../../../src-main/data/models'
import { CATALOGUE, type CatalogueModel } from '../../../src-main/data/models/catalogue'
import type { ModelProgress } from '../../../src-main/data/models/types'
import { MINILM_L6 } from '../../../src-main/data/models/wheels'
import { sizeOfFolder } from '../../../src-main/data/folders'

const REVISION = '0123456789abcdef0123456789abcdef01234567'
const MODEL: CatalogueModel = {
  ...{ id: 'liar', title: 'Liar', family: 'Tiny', architecture: 'bert', parameters: 1, layers: 1, width: 1 },
  ...{ context: 64, licence: 'mit', download: 100_000, hub: 'a/b' },
}
type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void
interface Hub {
  revision: Answer
  tree: Answer
  file: Answer
}

let server: Server
let address: string
let cache: string
let requests: IncomingMessage[]
let hub: Hub

const json =
  (value: unknown): Answer =>
  (_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(value))
  }
const file = (name: string, size: number, content = 'x'.repeat(size)) => ({
  ...{ type: 'file', path: name, size },
  oid: createHash('sha1').update(`blob ${size}\0${content}`).digest('hex'),
})
const listing = ['config.json', 'tokenizer.json', 'model.safetensors'].map((name) => file(name, 100))
/** Writes for as long as somebody listens. */
const endless: Answer = (_request, response) => {
  const piece = Buffer.alloc(1 << 16, 97)
  const go = () => {
    while (!response.destroyed) if (!response.write(piece)) return void response.once('drain', go)
  }
  go()
}
const honest: Hub = {
  revision: json({ sha: REVISION }),
  tree: json(listing),
  file: (_request, response) => response.end('x'.repeat(100)),
}

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request)
    response.on('error', () => undefined)
    const url = new URL(request.url!, address)
    const answer = /\/revision\//.test(url.pathname)
      ? hub.revision
      : /\/tree\//.test(url.pathname)
        ? hub.tree
        : hub.file
    answer(request, response, url)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
})

/** What a get ends with when parts of the hub answer so; and how many bytes it leaves. */
async function asked(lies: Partial<Hub>, model: Partial<CatalogueModel> = {}, hubUrl = address) {
  hub = { ...honest, ...lies }
  requests = []
  cache = await mkdtemp(path.join(tmpdir(), 'w2s-lies-'))
  const models = createModels({ cache, hubUrl, catalogue: [{ ...MODEL, ...model }], hubPatience: 5000 })
  const seen: ModelProgress[] = []
  const error: unknown = await models
    .get('liar', { source: 'hub', onProgress: (progress) => seen.push(progress) })
    .catch((error: unknown) => error)
  for (const { done, total } of seen) expect(done).toBeLessThanOrEqual(total)
  return { message: (error as Error).message, left: await sizeOfFolder(cache, (name) => name.endsWith('.part')) }
}

describe('a hub that lies', () => {
  it('is heard out no further than the size that it has listed', async () => {
    const { message, left } = await asked({ file: endless })
    expect(message).toContain('config.json: expected 100 bytes, got more. It was removed.')
    expect(left).toBe(0)
    expect(requests.filter(({ url }) => url!.includes('resolve'))).toHaveLength(1)
  })

  it('is asked for no packing, and one that unpacks to more is stopped there', async () => {
    const bomb = gzipSync(Buffer.alloc(30 << 20))
    const { message, left } = await asked({
      file(_request, response) {
        response.setHeader('content-encoding', 'gzip')
        response.end(bomb)
      },
    })
    expect(message).toContain('expected 100 bytes, got more')
    expect(left).toBe(0)
    expect(requests.every(({ headers }) => headers['accept-encoding'] === 'identity')).toBe(true)
  })

  it('cannot list for ever, nor lead elsewhere', async () => {
    const next =
      (to: string): Answer =>
      (request, response, url) => {
        response.setHeader('link', `<${to}?cursor=${requests.length}>; rel="next"`)
        json(listing)(request, response, url)
      }
    const { message } = await asked({ tree: (...all) => next(address + all[2].pathname)(...all) })
    expect(message).toContain('a/b: expected a listing of at most 50 pages, got more.')
    expect(requests.length).toBeLessThan(60)
    expect((await asked({ tree: next('http://127.0.0.1:1/other') })).message).toContain(
      `${address}: expected its listing to go on there, got http://127.0.0.1:1.`,
    )
  })

  it('cannot answer for ever', async () => {
    const long: Answer = (request, response, url) => {
      response.write('{"sha":"')
      endless(request, response, url)
    }
    expect((await asked({ revision: long })).message).toContain('expected at most 8388608 bytes, got more.')
    const deep: Answer = (_request, response) => response.end('['.repeat(1e6))
    expect((await asked({ tree: deep })).message).toContain(
      'expected at most 64 lists and objects in each other, got more',
    )
  })

  it.each([
    [
      { revision: json({ sha: '../../../../../evil' }) },
      'sha: expected 40 hexadecimal digits, got "../../../../../evil"',
    ],
    [{ tree: json([{ ...listing[0], size: -1 }]) }, '[0].size: expected at least 0, got -1'],
    [
      { tree: json([...listing.slice(0, 2), file('../../../model.safetensors', 10)]) },
      'expected a file model.safetensors',
    ],
    [
      { tree: json([...listing.slice(0, 2), file('model.safetensors', 5e12, '')]) },
      'expected about 0 MB, got a listing of 5000.0 GB',
    ],
  ])('is refused before anything is fetched: %#', async (lies, message) => {
    expect((await asked(lies as Partial<Hub>)).message).toContain(message)
    expect(requests.some(({ url }) => url!.includes('resolve'))).toBe(false)
  })

  it('cannot fill a disk that has no room', async () => {
    const much = [...listing.slice(0, 2), file('model.safetensors', 9e17, '')]
    const { message } = await asked({ tree: json(much) }, { download: 9e17 })
    expect(message).toMatch(/Liar needs \d+\.0 GB of disk, and/)
  })

  it('cannot pass another part of a file for the one that was asked for', async () => {
    const halves: Answer = (request, response) => {
      const isPart = request.headers.range !== undefined
      response.statusCode = isPart ? 206 : 200
      response.setHeader('content-length', 100)
      if (isPart) response.setHeader('content-range', 'bytes 0-99/100')
      response.write('x'.repeat(50))
      setTimeout(() => response.destroy(), 20)
    }
    const { message, left } = await asked({ file: halves })
    expect(message).toContain('config.json: expected it from byte 50 on, got another part of it.')
    expect(left).toBe(0)
  })

  it('keeps what came before the line broke', async () => {
    const broken: Answer = (_request, response) => {
      response.setHeader('content-length', 100)
      response.write('x'.repeat(50))
      setTimeout(() => response.destroy(), 20)
    }
    const { left } = await asked({ file: broken })
    expect(left).toBe(50)
  }, 20_000)
})

describe('a pin', () => {
  const sha256 = createHash('sha256').update('x'.repeat(100)).digest('hex')
  const pin = { revision: REVISION, sha256: { 'config.json': sha256, 'model.safetensors': 'f'.repeat(64) } }

  it('holds the hub to its commit and contents, whatever it tells of them', async () => {
    const { message, left } = await asked({}, { pin })
    expect(requests[0]!.url).toBe(`/api/models/a/b/revision/${REVISION}`)
    expect(message).toContain(`model.safetensors: expected the hash ${'f'.repeat(64)}, got ${sha256}`)
    expect(left).toBe(0)
    const other = { revision: json({ sha: 'b'.repeat(40) }) }
    expect((await asked(other, { pin })).message).toContain(
      `a/b: expected revision ${REVISION}, got ${'b'.repeat(40)}.`,
    )
  })

  it('is looked at before a large file is fetched', async () => {
    const lfs = { ...file('model.safetensors', 100), lfs: { oid: 'a'.repeat(64) } }
    const { message } = await asked({ tree: json([...listing.slice(0, 2), lfs]) }, { pin })
    expect(message).toContain(`model.safetensors: expected sha256 ${'f'.repeat(64)}, got one of ${'a'.repeat(64)}.`)
    expect(requests.some(({ url }) => url!.includes('resolve'))).toBe(false)
  })

  it('has the contents that the pinned packages have', () => {
    const pinned = CATALOGUE.flatMap(({ id, pin }) => (pin ? [[id, pin] as const] : []))
    expect(pinned.map(([id]) => id)).toContain('minilm-l6')
    for (const [, { revision, sha256 }] of pinned) {
      expect(revision).toMatch(/^[0-9a-f]{40}$/)
      expect(sha256['model.safetensors']).toMatch(/^[0-9a-f]{64}$/)
    }
    expect(MINILM_L6.parts[0]!.files.map(({ to }) => to)).toEqual(
      expect.arrayContaining(Object.keys(pinned[0]![1].sha256)),
    )
  })
})

describe('an address with credentials', () => {
  it('asks with them, and never tells them', async () => {
    const secret = address.replace('http://', 'http://me:hunter2@')
    const { message } = await asked({ tree: json([]) }, {}, secret)
    expect(message).toContain(`${address}: a/b: expected a file config.json, got none.`)
    expect(message).not.toContain('hunter2')
    const basic = `Basic ${Buffer.from('me:hunter2').toString('base64')}`
    expect(requests.every(({ headers }) => headers.authorization === basic)).toBe(true)
    vi.stubEnv('HF_ENDPOINT', 'ftp://me:hunter2@hub.example')
    const models = createModels({ cache, catalogue: [MODEL] })
    await expect(models.get('liar')).rejects.toThrow('got "ftp://')
    await expect(models.get('liar')).rejects.not.toThrow('hunter2')
  })
})
