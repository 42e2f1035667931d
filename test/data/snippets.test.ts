import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readTask } from '../../src-main/data/datasets/read'

const resources = (path: string) => resolve(import.meta.dirname, '../../resources', path)
const snippet = z.strictObject({
  text: z.string().min(1),
  ratings: z.array(z.int().min(-4).max(4)).min(15),
  group: z.string().min(1),
})

async function ratedOf(id: string) {
  const lines = gunzipSync(await readFile(resources(`ratings/${id}.jsonl.gz`)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  return lines.map((line) => snippet.parse(JSON.parse(line)))
}

const mean = (list: number[]) => list.reduce((sum, one) => sum + one, 0) / list.length

describe.each([
  ['movie-snippets', 10_605, 10_605],
  ['product-snippets', 3_708, 300],
  ['news-snippets', 5_190, 498],
  ['tweet-snippets', 4_200, 4_200],
])('rated snippets %s', (id, rows, groups) => {
  it('are all there, with every rating, as the licences state them', async () => {
    const bytes = await readFile(resources(`ratings/${id}.jsonl.gz`))
    const stated = await readFile(resources('tasks/LICENCES.md'), 'utf8')
    expect(stated).toContain(createHash('sha256').update(bytes).digest('hex'))
    const rated = await ratedOf(id)
    expect(rated).toHaveLength(rows)
    expect(new Set(rated.map(({ group }) => group)).size).toBe(groups)
  })

  it('name no address, link, user or telephone', async () => {
    const personal = /\S@\S+\.\w|https?:|www\.|@\w|\d{3}[-. ]\d{3}[-. ]\d{4}|&amp;|&[lg]t;/i
    const found = (await ratedOf(id)).filter(({ text }) => personal.test(text))
    expect(found).toEqual([])
  })

  it('are labelled by the side that the mean of the ratings is on, .5 or more from 0, as many of each', async () => {
    const means = new Map<string, number[]>()
    for (const { text, ratings } of await ratedOf(id)) means.set(text, [...(means.get(text) ?? []), mean(ratings)])
    const task = await readTask(resources(`tasks/${id}.jsonl.gz`), { kind: 'classes' })
    const wrong = task.filter(
      ({ text, label }) => !means.get(text)?.some((m) => Math.abs(m) >= 0.5 && Number(m > 0) === label),
    )
    expect(wrong).toEqual([])
    expect(task.filter(({ label }) => label === 1)).toHaveLength(task.length / 2)
  })
})
