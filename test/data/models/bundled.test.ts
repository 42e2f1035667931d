import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadPretrained, type PretrainedModel } from '../../../src-main/data/checkpoints/open'
import { readTask } from '../../../src-main/data/datasets/read'
import { corpusFile, readCorpora } from '../../../src-main/data/corpora/manifest'
import { readCorpus } from '../../../src-main/data/corpora/read'
import { createModels, describeFolder } from '../../../src-main/data/models'
import { pretrainingTexts } from '../../../src-main/data/pretrain'
import { ragged } from '../../../src-main/engine/stages/inputs/reading'
import { windowsOf } from '../../../src-main/engine/stages/windows'
import { isHeldOut } from '../../../src-main/engine/stages/tokens'
import { modelStages } from '../../../src-main/science/pretraining/plan'
import { parsePretraining } from '../../../src-main/science/pretraining/spec'
import { loadAddon } from '../../../src-main/engine/backends/native/addon'
import { NativeLearner } from '../../../src-main/engine/backends/native/learner'
import { nativeMissing } from '../../engine/runtimes'

const resources = path.resolve(import.meta.dirname, '../../../resources')
const root = path.join(resources, 'models')
/** Each smallest first. */
const IDS = ['pocket-s', 'pocket-m', 'pocket-l']
const PROSE = ['prose-1', 'prose-2', 'prose-3', 'prose-4', 'prose-5']
const CHESS = ['chess-1', 'chess-2', 'chess-3', 'chess-4']
const ALL = [
  'chess-1',
  'prose-1',
  'chess-2',
  'pocket-s',
  'prose-2',
  'pocket-m',
  'prose-3',
  'chess-3',
  'pocket-l',
  'prose-4',
  'chess-4',
  'prose-5',
]
const folderOf = (id: string) => path.join(root, id)
const CORPORA = ['sotu', 'person-artifact']
const rowsOf = (id: string) => readTask(path.join(resources, 'tasks', `${id}.jsonl.gz`), { kind: 'classes' })

describe('the models that come with the app', () => {
  it('are those that are expected, small, and listed as here', async () => {
    expect((await readdir(root)).sort()).toEqual([...ALL].sort())
    const files = await Promise.all(
      (await readdir(root, { recursive: true })).map((name) => stat(path.join(root, name))),
    )
    expect(files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(30e6)
    const list = await createModels({ cache: path.join(resources, 'none'), bundled: root }).list()
    const here = list.filter(({ here }) => here?.source.kind === 'bundled')
    expect(here.map(({ id }) => id)).toEqual(ALL)
    expect(here.map(({ here }) => here!.path)).toEqual(ALL.map(folderOf))
  })

  it.each(ALL)('%s is what its manifest says, and has a card', async (id) => {
    const manifest: unknown = JSON.parse(await readFile(path.join(folderOf(id), 'manifest.json'), 'utf8'))
    expect(manifest).toEqual(await describeFolder(folderOf(id)))
    const { card, spec, tokenizer, context } = await loadPretrained(folderOf(id))
    expect(card.licence).toBe(IDS.includes(id) ? 'wordnet' : 'public-domain')
    expect(spec.head).toEqual({ kind: 'language', tied: true })
    expect([tokenizer.size, context]).toEqual([spec.vocabulary, CHESS.includes(id) ? 512 : 256])
    for (const part of [
      'Texts:',
      'Terms:',
      'Tokenizer:',
      'Training:',
      'Not for:',
      /resources\/(tasks|corpora)\/LICENCES\.md/,
    ])
      expect(card.text).toMatch(part)
  })

  it.each([...PROSE, ...CHESS])('%s was made by the pretraining that comes with the app', async (id) => {
    const spec = parsePretraining(
      JSON.parse(await readFile(path.join(resources, 'pretrainings', `${id.split('-')[0]}.json`), 'utf8')),
    )
    if (!spec.ok) throw new Error(JSON.stringify(spec.problems))
    const corpora = Object.fromEntries(
      readCorpora(path.join(resources, 'corpora')).map(({ id, sha256 }) => [id, sha256]),
    )
    const key = modelStages(spec.spec, { corpora, taken: [], backend: 'cpu' })[id]!
    expect((await loadPretrained(folderOf(id))).card.text).toContain(`Key of its stage: ${key}`)
  })

  it('read with one and the same tokenizer, which loses no letter', async () => {
    const files = await Promise.all(IDS.map((id) => readFile(path.join(folderOf(id), 'tokenizer.json'), 'utf8')))
    expect(new Set(files).size).toBe(1)
    const { tokenizer } = await loadPretrained(folderOf('pocket-s'))
    const text = 'Fellow-Citizens, the naïve ½ of 漢字 😀 cost $1,000,000.'
    const ids = tokenizer.encode(text)
    expect(ids[0]).toBe(tokenizer.end)
    expect(tokenizer.decode(ids).trim()).toBe(text.toLowerCase())
  })
})

describe.skipIf(nativeMissing)('on texts that no model has seen, they', { timeout: 60_000 }, () => {
  const learnerOf = ({ spec, weights }: PretrainedModel) =>
    NativeLearner.create(loadAddon(), spec, { weights }, { threads: 1 })

  it('are far surer of the next token than its frequency is, the larger the surer, as their cards say', async () => {
    const models = await Promise.all(IDS.map((id) => loadPretrained(folderOf(id))))
    const encode = (text: string) => [...models[0]!.tokenizer.encode(text), models[0]!.tokenizer.end!]
    for (const corpus of CORPORA) {
      const rows = await rowsOf(corpus)
      const held = rows.filter((row) => row.split === 'test').map((row) => encode(row.text).slice(0, 257))
      const sample = held.slice(0, 100)
      const losses: number[] = []
      for (const [i, model] of models.entries()) {
        const learner = await learnerOf(model)
        const scores = await learner.score(ragged(sample))
        learner.dispose()
        losses.push(-scores.reduce((a, b) => a + b, 0) / sample.reduce((sum, ids) => sum + ids.length - 1, 0))
        expect(Math.abs(losses[i]! - statedLoss(model, corpus))).toBeLessThan(0.25)
      }
      const frequency = unigramLoss(
        pretrainingTexts(rows).slice(0, 2000).map(encode),
        sample,
        models[0]!.tokenizer.size,
      )
      expect(losses[0]).toBeLessThan(frequency - 1)
      for (let i = 1; i < IDS.length; i++) expect(losses[i]).toBeLessThan(losses[i - 1]! - 0.1)
    }
  })

  it('go on as presidents do', async () => {
    const model = await loadPretrained(folderOf(IDS.at(-1)!))
    const learner = await learnerOf(model)
    const prompts = ['The people of the United', 'To the Congress of the United States and the House of']
    const batch = ragged(prompts.map((prompt) => model.tokenizer.encode(prompt)))
    const written = await learner.generate(batch, { most: 1 })
    learner.dispose()
    expect(written.map((ids) => model.tokenizer.decode([...ids]))).toEqual([' states', ' representatives'])
  })

  it.each([
    ['prose', 'text', PROSE],
    ['games of chess', 'games', CHESS],
  ])('write %s in fewer bits a byte, the larger the fewer, as their cards say', async (_, wanted, ids) => {
    const folder = path.join(resources, 'corpora')
    const all = readCorpora(folder).filter(({ kind }) => kind === wanted)
    const texts = (await Promise.all(all.map(({ id }) => readCorpus(corpusFile(folder, id))))).flat()
    const held = texts.filter((text) => isHeldOut(text, 100))
    const bytes = held.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    const told: number[] = []
    for (const id of ids) {
      const model = await loadPretrained(folderOf(id))
      const { tokenizer, context } = model
      const windows = held.flatMap((text) =>
        windowsOf(Int32Array.from(tokenizer.encode(text)), tokenizer.end!, context),
      )
      const learner = await learnerOf(model)
      let nats = 0
      for (let i = 0; i < windows.length; i += 32) {
        const batch = ragged(windows.slice(i, i + 32).map((window) => [...window]))
        for (const score of await learner.score(batch)) nats -= score
      }
      learner.dispose()
      const bits = nats / Math.LN2 / bytes
      const stated = /, (\d\.\d{3}) after/.exec(model.card.text!)![1]
      expect(Math.abs(bits - Number(stated))).toBeLessThan(2e-3)
      told.push(bits)
    }
    expect([...told].sort((a, b) => b - a)).toEqual(told)
  })
})

/** What the card's table gives as the loss after training. */
function statedLoss({ card }: PretrainedModel, corpus: string): number {
  const row = new RegExp(`^\\| ${corpus} \\| [\\d.]+ \\| ([\\d.]+) \\|`, 'm').exec(card.text!)
  return Number(row![1])
}

/** Mean loss (nats) of a token by how often it comes in the texts seen, each counted once more than that. */
function unigramLoss(seen: number[][], held: number[][], size: number): number {
  const counts = new Float64Array(size).fill(1)
  for (const ids of seen) for (const id of ids.slice(1)) counts[id]!++
  const total = counts.reduce((a, b) => a + b, 0)
  const predicted = held.flatMap((ids) => ids.slice(1))
  return predicted.reduce((sum, id) => sum - Math.log(counts[id]! / total), 0) / predicted.length
}
