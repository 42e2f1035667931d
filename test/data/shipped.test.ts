import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTask } from '../../src-main/data/datasets/read'
import { parseVectors, pretrainingTexts } from '../../src-main/data/pretrain'
import { bundledPretraining } from '../../src-main/data/shipped'
import { tokenizeWords } from '../../src-main/data/words'
import { verifyArtifact } from '../../src-main/engine/artifacts'
import { CORPORA } from '../../src-main/science/plan/pretraining'

const resources = resolve(import.meta.dirname, '../../resources')
const { key, config } = bundledPretraining()
const folder = resolve(resources, 'ladders', key)

describe('the word vectors that come with the app', () => {
  it("are those of today's plan, whole, and the only ones (else: node scripts/make-vectors.mjs)", async () => {
    const there = await readdir(resolve(resources, 'ladders'), { withFileTypes: true })
    expect(there.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))).toEqual([key])
    const manifest = await verifyArtifact(folder)
    expect(manifest).toMatchObject({ key, kind: 'pretrain', config, needs: {} })
    expect(manifest.files.map((f) => f.name)).toEqual(['vectors.safetensors', 'vocabulary.json', 'README.md'])
  })

  it('have the most frequent words of the train rows, so no word that test rows alone have', async () => {
    const read = (name: string) => readFile(resolve(folder, name))
    const { vocabulary, embeddings } = parseVectors(await read('vectors.safetensors'), await read('vocabulary.json'))
    expect([vocabulary.length, embeddings.rows, embeddings.cols]).toEqual([
      config.vocabulary,
      config.vocabulary,
      config.width,
    ])
    expect(embeddings.data.every(Number.isFinite)).toBe(true)
    const counts = new Map<string, number>()
    for (const id of CORPORA) {
      for (const text of pretrainingTexts(
        await readTask(resolve(resources, `tasks/${id}.jsonl.gz`), { kind: 'classes' }),
      ))
        for (const word of tokenizeWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
    const expected = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([word]) => word)
    expect(vocabulary).toEqual(expected.slice(0, config.vocabulary))
  })
})
