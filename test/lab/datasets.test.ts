// Files that a user brings are read in a thread of its own: whatever they hold, the one that asked goes on.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { planExperiment } from '../../src-main/science/plan/plan'
import { parseSpec } from '../../src-main/science/spec/parse'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { openLab } from './tools'

const built = builtProcesses({ importer: join(import.meta.dirname, '../../src-main/lab/datasets/worker.ts') })
const CASES = join(import.meta.dirname, '../data/cases')

/** A file of 60,000 rows, all near twins, which take seconds to read. */
function large(folder: string): string {
  const path = join(folder, 'large.csv')
  const text = Array.from({ length: 80 }, (_, i) => `word${i}`).join(' ')
  writeFileSync(
    path,
    `text,label\n${Array.from({ length: 60_000 }, (_, i) => `${i} ${text} ${i},${i % 2}`).join('\n')}\n`,
  )
  return path
}
/** The longest time in which nothing else of this thread was served, while `work` was done; milliseconds. */
async function longestBlock(work: Promise<unknown>): Promise<number> {
  let [beat, worst] = [performance.now(), 0]
  const timer = setInterval(() => {
    worst = Math.max(worst, performance.now() - beat)
    beat = performance.now()
  }, 5)
  await work.catch(() => undefined)
  clearInterval(timer)
  return worst
}

describe('reading files', () => {
  test('leaves the thread that asked free, tells how far it is, and imports what it previewed', async () => {
    const home = temporaryFolder()
    const lab = await openLab({ home, importer: built.entry('importer') })
    const path = large(home)
    const told: number[] = []
    lab.subscribe((events) => {
      for (const event of events) if (event.type === 'dataset') told.push(event.done / event.total)
    })
    let preview: Awaited<ReturnType<typeof lab.calls.datasetPreview>> | null = null
    const started = performance.now()
    const blocked = await longestBlock(lab.calls.datasetPreview({ path }).then((found) => (preview = found)))
    expect(preview).toMatchObject({ examples: 60_000, twins: 60_000, badLines: 0 })
    expect(told.length).toBeGreaterThan(1)
    expect(Math.max(...told)).toBeLessThanOrEqual(1)
    // Not a matter of speed: in this thread it would be blocked for as long as reading takes.
    expect(blocked).toBeLessThan((performance.now() - started) / 2)
    await lab.close()
  }, 120_000)

  test('ends by a cancel, by the next question, and by the end of the lab; nothing is left', async () => {
    const home = temporaryFolder()
    const lab = await openLab({ home, importer: built.entry('importer') })
    const path = large(home)
    const ended = { code: 'conflict', message: 'Reading the file was stopped.' }
    const first = lab.calls.datasetPreview({ path })
    const second = lab.calls.datasetPreview({ path: join(CASES, 'd13-imbalanced.csv') })
    await expect(first).rejects.toMatchObject(ended)
    expect(await second).toMatchObject({ perClass: { train: [400, 20] } })
    const about = { id: 'mine', title: 'Mine', question: '', licence: 'own', classes: ['0', '1'] }
    const importing = lab.calls.datasetImport({
      path,
      text: 'text',
      label: 'label',
      split: null,
      group: null,
      ...about,
    })
    setTimeout(() => void lab.calls.datasetCancel(), 300)
    await expect(importing).rejects.toMatchObject(ended)
    expect(await lab.calls.datasetCancel()).toBeNull()
    const last = lab.calls.datasetPreview({ path })
    const heard = expect(last).rejects.toMatchObject(ended)
    await lab.close()
    await heard
    expect(readdirSync(home).includes('datasets') ? readdirSync(join(home, 'datasets')) : []).toEqual([])
  }, 120_000)

  test('of hostile files ends in a refusal in words, also from another thread', async () => {
    const home = temporaryFolder()
    const lab = await openLab({ home, importer: built.entry('importer') })
    const path = join(home, 'commas.csv')
    writeFileSync(path, ','.repeat(2 ** 20 - 1))
    await expect(lab.calls.datasetPreview({ path })).rejects.toMatchObject({
      code: 'bad-input',
      problems: [{ path: 'line 1', expected: 'at most 1000 columns', got: '1048576' }],
    })
    await lab.close()
  })
})

test('names and numbers of an imported task’s classes reach the plan', async () => {
  const home = temporaryFolder()
  const lab = await openLab({ home })
  const about = { id: 'moods', title: 'Moods', question: '', licence: 'own', classes: ['0', '1'] }
  const file = join(CASES, 'd13-imbalanced.csv')
  await lab.calls.datasetImport({ path: file, text: 'text', label: 'label', split: null, group: null, ...about })
  const spec = {
    version: 1,
    name: 'Moods',
    tasks: ['moods'],
    weak: [{ model: 'words', words: 30 }],
    strong: [{ model: 'vectors', hidden: 8 }],
    methods: [{ method: 'naive' }],
    seeds: [0],
  }
  // 400 of one class and 20 of the other: 40 can be used, too few for sizes that differ as much as those of a new spec.
  expect(await lab.calls.preview(spec)).toMatchObject({ valid: false, problems: [{ path: 'sizes.validation' }] })
  const even = { ...spec, sizes: { weak: 100, transfer: 100, validation: 100, test: 100 } }
  expect(await lab.calls.preview(even)).toMatchObject({ valid: true })
  await lab.close()

  const parsed = parseSpec(even)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const keyOf = (names: string[]) => {
    const source = { sha256: 'a'.repeat(64), title: 'Moods', classes: 2, names }
    const { stages } = planExperiment(parsed.spec, {
      sources: { moods: source },
      bundled: {},
      checkpoints: {},
      backend: 'wasm',
    })
    const stage = stages.find(({ kind }) => kind === 'data')!
    expect(stage.config).toMatchObject({ classes: names })
    return stage.key
  }
  expect(keyOf(['sad', 'glad'])).not.toBe(keyOf(['glad', 'sad']))
  expect(readFileSync(join(home, 'datasets', 'moods.json'), 'utf8')).toContain('"train"')
})
