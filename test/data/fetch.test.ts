// Fetching the dataset of a template: from a hub on this machine, which can misbehave. The real one was never asked.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { fetchDataset, previewDataset } from '../../src-main/data/datasets'
import { hubAt } from '../../src-main/data/models/hub-client'
import { TEMPLATES, type Template } from '../../src-main/data/templates'
import { REVISION, serveHub, type HubServer } from './models/hub-server'

const BRANCH = 'refs%2Fconvert%2Fparquet'
const SCIQ = TEMPLATES['sciq']!
const NAME = `sciq.default@${REVISION.slice(0, 12)}`
const FILES = path.join(import.meta.dirname, 'parquet/sciq/data')
const TRAIN = 'train/0001.parquet'

let root: string
let repository: string
let hub: HubServer
let into: string
let count = 0
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'w2s-fetch-'))
  repository = path.join(root, 'repository')
  const put = (from: string, to: string) => cp(path.join(FILES, from), path.join(repository, 'default', to))
  await put('train-00000-of-00002.parquet', 'train/0000.parquet')
  await put('train-00001-of-00002.parquet', TRAIN)
  await put('test-00000-of-00001.parquet', 'test/0000.parquet')
  await put('validation-00000-of-00001.parquet', 'validation/0000.parquet')
  hub = await serveHub('sciq', repository, { kind: 'datasets', branch: BRANCH })
})
afterAll(async () => {
  await hub.close()
  await rm(root, { recursive: true })
})
beforeEach(() => {
  into = path.join(root, `home-${count++}`)
})
afterEach(() => {
  Object.assign(hub, { breaks: 0, corrupt: null, refuses: null, listsMore: 0, stalls: false })
  hub.requests.length = 0
})

const fetched = (template: Template = SCIQ, url = hub.url, more = {}) =>
  fetchDataset(template, into, { hub: hubAt(url), ...more })
const downloads = () => hub.requests.filter((request) => request.includes('/resolve/'))
const there = async () => (await readdir(into)).filter((name) => name !== '.fetching')
const folderOf = () => path.join(into, NAME)

/** A hub that gives one answer to everything. */
async function answering(status: number, body: string, headers: Record<string, string> = {}): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
/** A dataset of other files, of one byte each. */
async function serving(...names: string[]): Promise<string> {
  const folder = await mkdtemp(path.join(root, 'other-'))
  for (const name of names) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), 'x')
  }
  const other = await serveHub('sciq', folder, { kind: 'datasets', branch: BRANCH })
  onTestFinished(() => other.close())
  return other.url
}

describe('fetching the dataset of a template', () => {
  it('brings the splits that it reads, byte for byte, as a folder that an import takes', async () => {
    const seen: { phase: string; done: number; total: number }[] = []
    const got = await fetched(SCIQ, hub.url, { onProgress: (progress: (typeof seen)[number]) => seen.push(progress) })
    expect(got).toMatchObject({
      ...{ template: 'sciq', path: folderOf(), dataset: 'sciq', config: 'default', revision: REVISION },
      ...{ wasHere: false, partial: false },
    })
    // Of the validation rows, which the template leaves out, nothing was asked.
    expect(got.files.map(({ name }) => name).sort()).toEqual(['test/0000.parquet', 'train/0000.parquet', TRAIN])
    for (const { name, bytes } of got.files) {
      const content = await readFile(path.join(got.path, name))
      expect(content).toEqual(await readFile(path.join(repository, 'default', name)))
      expect(content.length).toBe(bytes)
    }
    expect(await readdir(into, { recursive: true })).not.toContainEqual(expect.stringContaining('.part.'))
    expect(hub.requests[0]).toBe(`/api/datasets/sciq/revision/${BRANCH}`)
    expect(seen.at(-1)).toMatchObject({ done: got.bytes, total: got.bytes })
    const asItLies = await previewDataset({ path: path.dirname(FILES), template: 'sciq' })
    const preview = await previewDataset({ path: got.path, template: 'sciq' })
    expect([preview.perClass, preview.rows]).toEqual([asItLies.perClass, asItLies.rows])
  })

  it('asks for no file a second time, not even for another template of the same set', async () => {
    await fetched()
    hub.requests.length = 0
    expect(await fetched(TEMPLATES['sciq-pairs'])).toMatchObject({ path: folderOf(), wasHere: true })
    expect(downloads()).toEqual([])
  })

  it('writes nothing over: a file that was changed is told, and stays', async () => {
    await fetched()
    await writeFile(path.join(folderOf(), TRAIN), 'mine')
    await expect(fetched()).rejects.toThrow(
      new RegExp(`${TRAIN}: expected \\d+ bytes, got 4. Remove the folder ${folderOf()} to fetch it again.$`),
    )
    expect(await readFile(path.join(folderOf(), TRAIN), 'utf8')).toBe('mine')
  })

  it('goes on where a broken line had stopped', async () => {
    hub.breaks = 2
    const { files } = await fetched()
    const from = downloads().map((request) => Number(/bytes=(\d+)-$/.exec(request)?.[1] ?? 0))
    expect(from.filter((start) => start > 0)).toHaveLength(2)
    for (const { name } of files)
      expect(await readFile(path.join(folderOf(), name))).toEqual(
        await readFile(path.join(repository, 'default', name)),
      )
  })

  it('goes on after it was called off, of which nothing is to be seen; of another commit nothing is left', async () => {
    const older = path.join(into, '.fetching', 'sciq.default@ffffffffffff')
    await mkdir(older, { recursive: true })
    hub.stalls = true
    const stop = new AbortController()
    const onProgress = ({ done }: { done: number }) => {
      if (done > 100) stop.abort(new Error('enough'))
    }
    await expect(fetched(SCIQ, hub.url, { onProgress, signal: stop.signal })).rejects.toThrow('enough')
    expect(await there()).toEqual([])
    expect(await readdir(path.join(into, '.fetching'))).toEqual([NAME])
    hub.stalls = false
    hub.requests.length = 0
    await fetched()
    expect(downloads()[0]).toMatch(/bytes=[1-9]\d*-$/)
    expect(await there()).toEqual([NAME])
    expect(await readdir(path.join(into, '.fetching'))).toEqual([])
  })

  it.each([
    [
      'other bytes',
      { corrupt: 'default/test/0000.parquet' },
      /test\/0000.parquet: expected the hash \w{64}, got \w{64}/,
    ],
    ['more bytes than it lists', { listsMore: -1 }, /0000.parquet: expected \d+ bytes, got more/],
    ['fewer', { listsMore: 1 }, /0000.parquet: the line broke after \d+ of \d+ bytes/],
    ['a 401', { refuses: 401 }, /sciq\/default\/t\w+\/0000.parquet: expected the file, got status 401/],
    ['a 403', { refuses: 403 }, /expected the file, got status 403/],
  ])('refuses %s, and leaves no folder that could be imported', async (_what, how, message) => {
    Object.assign(hub, how)
    await expect(fetched()).rejects.toThrow(message)
    expect(await there()).toEqual([])
    Object.assign(hub, { corrupt: null, refuses: null, listsMore: 0 })
    expect(await fetched()).toMatchObject({ wasHere: false })
  })

  it('says what the hub does not have for everyone, and who did not answer', async () => {
    const start = (url: string) => `SciQ could not be fetched.\n${url}: `
    const absent = 'expected the dataset nobody/nothing at refs/convert/parquet for everyone, got status 404.'
    await expect(fetched({ ...SCIQ, hub: 'nobody/nothing' })).rejects.toThrow(start(hub.url) + absent)
    const gated = await answering(401, '{"error": "gated"}')
    await expect(fetched(SCIQ, gated)).rejects.toThrow(/for everyone, got status 401/)
    const wall = await answering(200, '<html>Sign in to the network</html>', { 'content-type': 'text/html' })
    await expect(fetched(SCIQ, wall)).rejects.toThrow(/sciq\/revision\/refs%2Fconvert%2Fparquet.*JSON/)
    const offline = 'http://127.0.0.1:1'
    await expect(fetched(SCIQ, offline)).rejects.toThrow(`${start(offline)}expected an answer, got "fetch failed`)
    await expect(fetched(SCIQ, 'hub')).rejects.toThrow(
      'HF_ENDPOINT: expected the http(s) address of a model hub, got "hub"',
    )
  })

  it.each([
    ['of no Parquet', ['README.md'], {}, 'expected Parquet files at refs/convert/parquet, got none.'],
    [
      'without the split',
      ['default/test/0000.parquet'],
      {},
      'expected files of the split "train", got those of "test".',
    ],
    [
      'of other configurations',
      ['a/train/0000.parquet', 'b/train/0000.parquet'],
      { config: 'c' },
      'expected the folder of the configuration "c", got that of "a", "b".',
    ],
    [
      'of several, of which none is meant',
      ['a/train/0000.parquet', 'b/train/0000.parquet'],
      {},
      'expected the folder of one configuration, got 2: "a", "b".',
    ],
    [
      'laid out in another way',
      ['.hidden/train/0000.parquet'],
      {},
      'expected Parquet files as <configuration>/<split>/0000.parquet, got ".hidden/train/0000.parquet".',
    ],
  ])('refuses a listing %s before a file is asked for', async (_what, names, change, message) => {
    await expect(fetched({ ...SCIQ, ...change }, await serving(...names))).rejects.toThrow(`sciq: ${message}`)
  })

  it('never leaves its folder, whatever a listing says', async () => {
    const listing = [{ type: 'file', path: 'default/../../x.parquet', size: 1, oid: '0'.repeat(40) }]
    const server = createServer(({ url }, response) =>
      response.end(JSON.stringify(url!.includes('/tree/') ? listing : { sha: REVISION })),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await expect(fetched(SCIQ, url)).rejects.toThrow('got "default/../../x.parquet".')
    listing[0]!.path = 'default/../x.parquet'
    await expect(fetched(SCIQ, url)).rejects.toThrow('got "default/../x.parquet".')
  })

  it('says where the hub has but a part of a split', async () => {
    expect(await fetched(SCIQ, await serving('default/partial-train/0000.parquet'))).toMatchObject({ partial: true })
  })
})
