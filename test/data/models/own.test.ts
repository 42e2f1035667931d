import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CheckpointError } from '../../../src-main/data/checkpoints/errors'
import { createModels, type Models } from '../../../src-main/data/models'
import { golden } from '../checkpoints/golden'
import { NEOX, REPOSITORY, serveHub, type HubServer } from './hub-server'

let root: string
let hub: HubServer
let models: Models
let count = 0

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'w2s-own-'))
  hub = await serveHub(REPOSITORY, golden('tiny-neox'))
})
afterAll(async () => {
  await hub.close()
  await rm(root, { recursive: true })
})
beforeEach(() => {
  models = createModels({ cache: path.join(root, `cache-${count++}`), hubUrl: hub.url, catalogue: [NEOX], memory: 8e9 })
})

describe('a model of one’s own', () => {
  it('stays where it is', async () => {
    const place = path.join(root, 'My Model')
    await cp(golden('tiny-gpt2'), place, { recursive: true })
    const added = await models.add(place)
    expect(added).toMatchObject({ id: 'my-model', path: place, bytes: 0, source: { kind: 'folder' } })
    expect(await models.add(place)).toEqual(added)
    const [, entry] = await models.list()
    expect(entry).toMatchObject({
      id: 'my-model',
      title: 'My Model',
      architecture: 'gpt2',
      parameters: 12_416,
      context: 64,
    })
    expect(added).toEqual({ id: 'my-model', ...entry!.here })
    expect(await models.verify('my-model')).toEqual([])
    await writeFile(path.join(place, 'config.json'), '{}')
    expect((await models.verify('my-model')).map(({ file }) => file)).toEqual(['config.json'])
    expect(await models.remove('my-model')).toEqual({ freedBytes: 0 })
    expect(await readdir(place)).toContain('model.safetensors')
  })

  it('keeps apart from one of its name that a newer app brings', async () => {
    const place = path.join(root, 'rung-1')
    await cp(golden('tiny-gpt2'), place, { recursive: true })
    const cache = path.join(root, `cache-${count++}`)
    const before = createModels({ cache, catalogue: [NEOX], memory: 8e9 })
    const own = await before.add(place)
    const bundled = path.join(root, 'brought')
    await cp(golden('tiny-bert'), path.join(bundled, 'rung-1'), { recursive: true })
    const after = createModels({ cache, bundled, catalogue: [NEOX], memory: 8e9 })
    const here = (await after.list()).filter((model) => model.here)
    expect(here.map(({ id, architecture }) => [id, architecture])).toEqual([
      ['rung-1', 'bert'],
      ['rung-1-2', 'gpt2'],
    ])
    expect(here[1]!.here).toMatchObject({ key: own.key, path: place })
    expect(await after.verify('rung-1-2')).toEqual([])
    await after.remove('rung-1-2')
    expect((await after.list()).filter((model) => model.here).map(({ id }) => id)).toEqual(['rung-1'])
  })

  it('may be a file; has an id of its own; is one model wherever it lies', async () => {
    const folder = path.join(root, 'files')
    await mkdir(folder)
    await cp(golden('gguf/llama.gguf'), path.join(folder, 'neox.gguf'))
    await cp(golden('tiny-bert'), path.join(folder, 'bert'), { recursive: true })
    expect(await models.add(path.join(folder, 'neox.gguf'))).toMatchObject({ id: 'neox-2' })
    expect(await models.verify('neox-2')).toEqual([])
    expect(await models.add(path.join(folder, 'bert/onnx/model.onnx'))).toMatchObject({ id: 'model' })
    expect(await models.verify('model')).toEqual([])
    await cp(path.join(folder, 'bert'), path.join(folder, 'again'), { recursive: true })
    await models.add(path.join(folder, 'bert'))
    await expect(models.add(path.join(folder, 'again'))).rejects.toThrow('again: this model is here already, as bert.')
  })

  it('stays noted when a model of the same content is got', async () => {
    const place = path.join(root, 'copy')
    await cp(golden('tiny-neox'), place, { recursive: true })
    const added = await models.add(place)
    const got = await models.get('neox')
    expect(got.key).toBe(added.key)
    const [neox, copy] = await models.list()
    expect(neox!.here).toEqual(got)
    expect({ id: copy!.id, ...copy!.here }).toEqual(added)
    expect(await models.verify('copy')).toEqual([])
    expect(await models.add(place)).toEqual(added)
    expect((await models.list()).map(({ id, here }) => [id, here?.path])).toEqual([
      ['neox', got.path],
      ['copy', place],
    ])
    await models.remove('copy')
    expect((await models.list()).map(({ id }) => id)).toEqual(['neox'])
    expect(await models.verify('neox')).toEqual([])
  })

  it('is listed as gone when its folder was moved, and known again by its content where it is now', async () => {
    const [old, now] = [path.join(root, 'old place'), path.join(root, 'new place')]
    await cp(golden('tiny-gpt2'), old, { recursive: true })
    const added = await models.add(old)
    const listed = async () => (await models.list()).filter(({ id }) => id !== 'neox')
    expect(await listed()).toMatchObject([{ id: 'old-place', here: { path: old, gone: false } }])
    await rename(old, now)
    expect(await listed()).toMatchObject([{ id: 'old-place', here: { path: old, gone: true } }])
    expect(await models.add(now)).toEqual({ ...added, path: now, gone: false })
    expect(await listed()).toMatchObject([{ id: 'old-place', here: { path: now, gone: false } }])
    expect(await models.verify('old-place')).toEqual([])
    // One that is still there is another copy.
    await cp(now, old, { recursive: true })
    await expect(models.add(old)).rejects.toThrow('this model is here already, as old-place.')
    await models.remove('old-place')
  })

  it('says what lay beside its files and was not read', async () => {
    await models.add(golden('cases', 'stale-index'))
    const [, own] = await models.list()
    expect(own).toMatchObject({
      id: 'stale-index',
      note: 'model.safetensors is read; the weights that model.safetensors.index.json names are not.',
    })
    await models.remove('stale-index')
  })

  it('must be one that can be read', async () => {
    await expect(models.add(path.join(root, 'nowhere'))).rejects.toThrow(CheckpointError)
    await expect(models.add(golden('gguf'))).rejects.toThrow(/expected one \.gguf file, got bert\.gguf, gpt2\.gguf/)
    expect((await models.list()).length).toBe(1)
  })
})
