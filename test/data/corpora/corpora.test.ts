import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { corpusFile, readCorpora } from '../../../src-main/data/corpora/manifest'
import { readCorpus } from '../../../src-main/data/corpora/read'
import { readTask } from '../../../src-main/data/datasets/read'
import { formOf, TASKS, textsIn } from '../../../src-main/science/tasks'

const resources = resolve(import.meta.dirname, '../../../resources')
const folder = join(resources, 'corpora')
const scratch = () => mkdtempSync(join(tmpdir(), 'corpora-'))

describe('the bundled corpora', () => {
  it.each(readCorpora(folder))('$id is the file that the manifest states, with its terms', async (corpus) => {
    const bytes = await readFile(corpusFile(folder, corpus.id))
    expect(bytes.length).toBe(corpus.bytes)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(corpus.sha256)
    const texts = await readCorpus(corpusFile(folder, corpus.id))
    expect(texts).toHaveLength(corpus.documents)
    expect(await readFile(join(folder, 'LICENCES.md'), 'utf8')).toContain(`**${corpus.id}**`)
  })

  // Games of chess have other tests: all openings are alike.
  it('have no text of a bundled task in them', async () => {
    const known = new Set<string>()
    for (const { id } of readCorpora(folder).filter(({ kind }) => kind === 'text'))
      for (const text of await readCorpus(corpusFile(folder, id))) for (const run of runsOf(text)) known.add(run)
    expect(known.size).toBeGreaterThan(1_000_000)
    for (const [id, task] of Object.entries(TASKS)) {
      const rows = await readTask(join(resources, 'tasks', `${id}.jsonl.gz`), formOf(task))
      const inside = rows.flatMap(textsIn).filter((text) => {
        const runs = runsOf(text)
        return runs.length > 0 && runs.every((run) => known.has(run))
      })
      expect(inside).toEqual([])
    }
  }, 60_000)
})

/** Every run of eight words of a text. */
function runsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? []
  return words.slice(7).map((_, i) => words.slice(i, i + 8).join(' '))
}

describe('a manifest', () => {
  it('that is not as it should be is refused with every place', () => {
    const at = scratch()
    const right = { title: 'A', kind: 'text', licence: 'mine', source: 'here', documents: 1, bytes: 1 }
    const wrong = {
      corpora: [
        { ...right, id: '../a', sha256: 'f'.repeat(64) },
        { ...right, id: 'b', sha256: 'short' },
      ],
    }
    writeFileSync(join(at, 'manifest.json'), JSON.stringify(wrong))
    expect(() => readCorpora(at)).toThrow(
      /manifest\.json: corpora\[0\]\.id: .*"\.\.\/a"; corpora\[1\]\.sha256: .*"short"/,
    )
  })
})

describe('a corpus file', () => {
  it('gives its documents in order', async () => {
    const file = join(scratch(), 'a.jsonl.gz')
    writeFileSync(file, gzipSync('{"text":"one"}\n{"text":"two\\nlines"}\n'))
    expect(await readCorpus(file)).toEqual(['one', 'two\nlines'])
  })

  it.each([
    ['{"text":"one"}\nno', /a\.jsonl, line 2: expected a JSON object, got no/],
    ['{"text":"one","label":1}', /a\.jsonl, line 1: expected .*text.*got \{"text":"one","label":1\}/],
    ['{"text":""}', /a\.jsonl, line 1: expected/],
  ])('with another line is refused by its place: %s', async (content, message) => {
    const file = join(scratch(), 'a.jsonl')
    writeFileSync(file, content)
    await expect(readCorpus(file)).rejects.toThrow(message)
  })
})
