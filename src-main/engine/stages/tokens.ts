import { readCorpus } from '../../data/corpora/read'
import { tokenFiles } from '../../data/token-files'
import { createTokenizer } from '../../data/tokenizers'
import { countWords, trainTokenizer } from '../../data/tokenizers/training'
import { contentKey } from '../../science/maths/hash'
import type { StageContext } from '../context'
import { createProgress } from '../progress'
import { corpusFile } from './sources'
import type { StageRunner } from './stage'

/** How a tokenizer of ours is told which longest text a model has: each model says its own. */
const CONTEXT = 1_000_000
/** Texts between two breaths. */
const BATCH = 50

/**
 * A byte-level BPE from the corpora's texts, and the texts in its tokens: `tokenizer.json`, `tokenizer_config.json`,
 * `train.bin` and `held-out.bin` (32-bit ids, each text after an end of text), `counts.json`.
 */
export const tokens: StageRunner<'tokens'> = async (stage, context) => {
  const { config } = stage
  const train: string[] = []
  const held: string[] = []
  for (const [id, sha256] of Object.entries(config.corpora)) {
    for (const text of await readCorpus(await corpusFile(context.job.corpora, id, sha256)))
      (isHeldOut(text, config.heldOut) ? held : train).push(text)
    await context.breathe()
  }
  if (train.length === 0 || held.length === 0)
    throw new Error(`corpora: expected texts to learn from and to hold out, got ${train.length} and ${held.length}`)
  context.log('info', `${train.length} texts, ${held.length} held out`)
  const progress = createProgress(context, { total: 2 * train.length + held.length, unit: 'texts' })
  const words = new Map<string, number>()
  await inBatches(train, context, (batch, done) => {
    countWords(batch, words)
    progress.report(done)
  })
  const definition = trainTokenizer(words, config.vocabulary, CONTEXT)
  const tokenizer = createTokenizer(definition, 'tokenizer.json')
  await context.breathe()
  const encode = async (texts: string[], before: number) => {
    const ids: number[] = []
    await inBatches(texts, context, (batch, done) => {
      for (const text of batch) for (const id of tokenizer.encode(text)) ids.push(id)
      progress.report(before + done)
    })
    return ids
  }
  const seen = await encode(train, train.length)
  const kept = await encode(held, 2 * train.length)
  const heldOutBytes = held.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const counts = { texts: train.length, heldOutTexts: held.length, heldOutBytes }
  const files = tokenFiles(definition, { train: seen, heldOut: kept, counts })
  return { files, summary: { vocabulary: tokenizer.size, tokens: seen.length, heldOutTokens: kept.length, ...counts } }
}

/** By the text alone: the same one is held out of whatever it stands in. */
export function isHeldOut(text: string, oneOf: number): boolean {
  return parseInt(contentKey(text).slice(0, 12), 16) % oneOf === 0
}

async function inBatches(
  texts: readonly string[],
  { breathe }: Pick<StageContext, 'breathe'>,
  work: (batch: string[], done: number) => void,
): Promise<void> {
  for (let at = 0; at < texts.length; at += BATCH) {
    await breathe()
    work(texts.slice(at, at + BATCH), Math.min(texts.length, at + BATCH))
  }
}
