import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createModels, describeFolder, writeManifest, type Models } from '../../../src-main/data/models'
import { golden } from '../checkpoints/golden'

const root = await mkdtemp(path.join(tmpdir(), 'w2s-bundled-'))
const bundled = path.join(root, 'models')
const folderOf = (id: string) => path.join(bundled, id)
let models: Models
beforeEach(async () => {
  await rm(bundled, { recursive: true, force: true })
  for (const id of ['tiny-bert', 'tiny-gpt2']) {
    await cp(golden(id), folderOf(id), { recursive: true })
    await writeFile(path.join(folderOf(id), 'README.md'), `---\nlicense: mit\n---\n# The ${id}\n\nMade for a test.`)
    await writeManifest(folderOf(id), await describeFolder(folderOf(id)))
  }
  models = createModels({ cache: path.join(root, 'cache'), bundled, catalogue: [] })
})
afterAll(() => rm(root, { recursive: true }))

describe('a model that comes with the app', () => {
  it('is here from the start, smallest first, described by its card and its files', async () => {
    const [bert, gpt2, ...more] = await models.list()
    expect(more).toEqual([])
    expect([bert!.parameters, gpt2!.parameters]).toEqual([10_336, 12_416])
    expect(bert).toMatchObject({
      id: 'tiny-bert',
      title: 'The tiny-bert',
      family: 'Bundled',
      licence: 'mit',
      here: { path: folderOf('tiny-bert'), bytes: 0, source: { kind: 'bundled' } },
    })
    expect(bert!.here!.size).toBeGreaterThan(40_000)
    expect(await models.get('tiny-gpt2')).toEqual(gpt2!.here)
    const card = await models.card('tiny-bert')
    expect(card).toMatchObject({ licence: 'mit', text: '# The tiny-bert\n\nMade for a test.' })
    expect(card.files.map(({ name }) => name)).not.toContain('manifest.json')
  })

  it('is one model with a folder of the same content, whatever its card says', async () => {
    const copy = path.join(root, 'copy')
    await cp(golden('tiny-gpt2'), copy, { recursive: true })
    await expect(models.add(copy)).rejects.toThrow(`${copy}: this model is here already, as tiny-gpt2.`)
    expect(await models.add(folderOf('tiny-gpt2'))).toEqual({ id: 'tiny-gpt2', ...(await models.get('tiny-gpt2')) })
  })

  it('stays', async () => {
    await expect(models.remove('tiny-bert')).rejects.toThrow('The tiny-bert came with the app and stays.')
    expect(await models.verify('tiny-bert')).toEqual([])
  })

  it('is held against the checksums that came with it', async () => {
    const file = path.join(folderOf('tiny-bert'), 'config.json')
    await writeFile(file, `${await readFile(file, 'utf8')} `)
    const before = (await models.list()).map(({ here }) => here!.key)
    const again = createModels({ cache: path.join(root, 'cache'), bundled, catalogue: [] })
    // Its key is that of what lies there, not of what should.
    const now = (await again.list()).map(({ here }) => here!.key)
    expect(now).toEqual(before)
    expect(now[0]).not.toBe((await manifestOf('tiny-bert')).key)
    expect((await models.verify('tiny-bert')).map(({ file }) => file)).toEqual(['config.json'])
    await rm(path.join(folderOf('tiny-bert'), 'manifest.json'))
    await expect(models.verify('tiny-bert')).rejects.toThrow(
      'The tiny-bert: expected manifest.json with its checksums beside its files, got none: nothing can be checked.',
    )
  })

  it('is still listed when it cannot be read any more, so that one sees which file is to blame', async () => {
    await truncate(path.join(folderOf('tiny-gpt2'), 'model.safetensors'), 100)
    expect((await models.list()).map(({ id }) => id)).toEqual(['tiny-bert', 'tiny-gpt2'])
    expect((await models.verify('tiny-gpt2')).map(({ file }) => file)).toEqual(['model.safetensors'])
  })
})

async function manifestOf(id: string): Promise<{ key: string }> {
  return JSON.parse(await readFile(path.join(folderOf(id), 'manifest.json'), 'utf8')) as { key: string }
}
