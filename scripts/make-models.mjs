// Makes resources/models/pocket-*/, the small language models that come with the app:
//   node scripts/make-models.mjs [pocket-s ...] [--tokenizer <tokenizer.json>] [--out <folder>]
// The tokenizer is that of the models there are, or of scripts/make-tokenizer.py. One thread each, so that the same
// machine makes the same bytes again: about 2, 5 and 15 minutes.
import { mkdir, readFile, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'

const at = (path) => resolve(import.meta.dirname, '..', path)
const load = async (path) => (await runnerImport(at(path), { configFile: false, logLevel: 'error' })).module
const { loadAddon } = await load('src-main/engine/backends/native/addon.ts')
const { NativeLearner } = await load('src-main/engine/backends/native/learner.ts')
const { readTask } = await load('src-main/data/datasets/read.ts')
const { pretrainingTexts } = await load('src-main/data/pretrain.ts')
const { createTokenizer } = await load('src-main/data/tokenizers/index.ts')
const { loadPretrained } = await load('src-main/data/checkpoints/open.ts')
const { savePretrained } = await load('src-main/data/checkpoints/save.ts')
const { describeFolder, writeManifest } = await load('src-main/data/models/index.ts')
const { parameterCount } = await load('src-main/science/models/net.ts')
const { createRng } = await load('src-main/science/maths/rng.ts')
const { lrAt } = await load('src-main/science/schedule.ts')

/**
 * Corpora whose terms let the weights go anywhere: presidents' addresses are in the public domain, WordNet may be used
 * for any purpose. Left out: spam and foods (their writers' own), brown (not for commercial use), wordnet-isa (half of
 * it is false).
 */
const CORPORA = ['sotu', 'person-artifact']
const CONTEXT = 256
const BATCH_TOKENS = 4096
const SIZES = {
  'pocket-s': { title: 'Pocket S', width: 32, layers: 1, heads: 2, inner: 96, epochs: 6, lr: 6e-3 },
  'pocket-m': { title: 'Pocket M', width: 64, layers: 2, heads: 2, inner: 192, epochs: 8, lr: 4e-3 },
  'pocket-l': { title: 'Pocket L', width: 128, layers: 4, heads: 4, inner: 352, epochs: 8, lr: 2e-3 },
}
const SEED = 0
const ADAMW = { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1, clipNorm: 1 }
/** Share of the updates in which the learning rate rises. */
const WARMUP = 0.02

const { values: options, positionals } = parseArgs({
  options: { tokenizer: { type: 'string' }, out: { type: 'string', default: at('resources/models') } },
  allowPositionals: true,
})
const ids = positionals.length > 0 ? positionals : Object.keys(SIZES)
const unknown = ids.find((id) => !SIZES[id])
if (unknown) throw new Error(`model: expected one of ${Object.keys(SIZES).join(', ')}, got ${unknown}`)

const tokenizer = createTokenizer(
  {
    tokenizer: JSON.parse(await readFile(options.tokenizer ?? at('resources/models/pocket-s/tokenizer.json'), 'utf8')),
    config: { eos_token: '<|endoftext|>', bos_token: '<|endoftext|>', model_max_length: CONTEXT },
  },
  'tokenizer.json',
)
const corpora = await Promise.all(
  CORPORA.map((id) => readTask(at(`resources/tasks/${id}.jsonl.gz`), { kind: 'classes' })),
)
const seen = corpora.flatMap((rows) => pretrainingTexts(rows))
const heldOut = corpora.map((rows) => rows.filter((row) => row.split === 'test').map((row) => row.text))
const sequences = seen.flatMap(sequencesOf)
const tokens = sequences.reduce((sum, sequence) => sum + sequence.length - 1, 0)
console.log(`${seen.length} texts, ${tokens} tokens of ${CORPORA.join(', ')}`)
await mkdir(options.out, { recursive: true })
for (const id of ids) await make(id)

/** A text between two ends of text, in pieces of the context that overlap by the token that is not predicted. */
function sequencesOf(text) {
  const ids = [...tokenizer.encode(text), tokenizer.end]
  const pieces = []
  for (let start = 0; start + 1 < ids.length; start += CONTEXT) pieces.push(ids.slice(start, start + CONTEXT + 1))
  return pieces
}

function batchOf(sequences) {
  const offsets = new Int32Array(sequences.length + 1)
  sequences.forEach((sequence, i) => (offsets[i + 1] = offsets[i] + sequence.length))
  return { n: sequences.length, tokens: Int32Array.from(sequences.flat()), offsets }
}

/** All texts in another order every epoch, texts of about `BATCH_TOKENS` tokens at a time. */
function* batchesOf(epochs) {
  const rng = createRng(`language models ${SEED}`)
  for (let epoch = 0; epoch < epochs; epoch++) {
    let batch = []
    let size = 0
    for (const sequence of rng.shuffle(sequences)) {
      batch.push(sequence)
      size += sequence.length
      if (size < BATCH_TOKENS) continue
      yield batch
      batch = []
      size = 0
    }
    if (batch.length > 0) yield batch
  }
}

/** Mean loss of a held-out token in nats. */
async function lossOf(learner, texts) {
  const held = texts.flatMap(sequencesOf)
  let sum = 0
  let count = 0
  for (let start = 0; start < held.length; start += 64) {
    const batch = held.slice(start, start + 64)
    for (const score of await learner.score(batchOf(batch))) sum -= score
    for (const sequence of batch) count += sequence.length - 1
  }
  return sum / count
}

async function lossesOf(learner) {
  const losses = []
  for (const texts of heldOut) losses.push(await lossOf(learner, texts))
  return losses
}

function specOf({ width, layers, heads, inner }) {
  return {
    ...{ kind: 'transformer', vocabulary: tokenizer.size, width, layers, heads, kvHeads: heads },
    ...{ headSize: width / heads, inner, positions: { kind: 'rotary', columns: width / heads, base: 10_000 } },
    ...{ tokenTypes: 0, norm: 'rms', normEpsilon: 1e-6, normOrder: 'pre', parallel: false, causal: true },
    ...{ activation: 'swiglu', bias: { qkv: false, out: false, mlp: false }, pooling: 'last' },
    head: { kind: 'language', tied: true },
  }
}

async function make(id) {
  const size = SIZES[id]
  const spec = specOf(size)
  const started = Date.now()
  const learner = await NativeLearner.create(loadAddon(), spec, { seed: SEED }, { threads: 1 })
  const before = await lossesOf(learner)
  const batches = [...batchesOf(size.epochs)]
  let mean = 0
  for (const [step, batch] of batches.entries()) {
    const loss = await learner.lmStep(batchOf(batch))
    const rise = Math.min(1, (step + 1) / (WARMUP * batches.length))
    const lr = rise * lrAt(step, batches.length, { lr: size.lr, schedule: 'cosine' })
    await learner.step({ ...ADAMW, lr })
    mean += (loss - mean) / Math.min(step + 1, 100)
    if ((step + 1) % 200 === 0) console.log(`${id} step ${step + 1} of ${batches.length}: loss ${mean.toFixed(3)}`)
    if ((step + 1) % 1000 === 0) console.log(`${id} held out: ${(await lossesOf(learner)).map((x) => x.toFixed(3))}`)
  }
  const weights = await learner.save()
  learner.dispose()
  const folder = resolve(options.out, id)
  const save = async (card) => {
    await rm(folder, { recursive: true, force: true })
    const model = { architecture: 'llama', spec, weights, context: CONTEXT, tokenizer, card, dtype: 'F16' }
    await savePretrained(folder, model)
  }
  await save({ name: size.title, licence: 'wordnet', text: null })
  const after = await savedLosses(folder)
  const seconds = Math.round((Date.now() - started) / 1000)
  await save({
    name: size.title,
    licence: 'wordnet',
    text: cardOf({ size, spec, steps: batches.length, before, after }),
  })
  await writeManifest(folder, await describeFolder(folder))
  console.log(`${id}: ${after.map((x) => x.toFixed(3))} held out, ${seconds} s`)
}

/** The losses of what is in the folder: with its weights as they were rounded. */
async function savedLosses(folder) {
  const { spec, weights } = await loadPretrained(folder)
  const learner = await NativeLearner.create(loadAddon(), spec, { weights }, { threads: 1 })
  try {
    return await lossesOf(learner)
  } finally {
    learner.dispose()
  }
}

function cardOf({ size, spec, steps, before, after }) {
  const millions = (parameterCount(spec) / 1e6).toFixed(2)
  const rows = CORPORA.map((id, i) => {
    const [from, to] = [before[i], after[i]]
    return `| ${id} | ${from.toFixed(3)} | ${to.toFixed(3)} | ${Math.exp(to).toFixed(1)} |`
  })
  return `# ${size.title}

A language model of ${millions} M weights for experiments that run anywhere in seconds: what a student of this size knows beyond
its labels. Llama's architecture: ${size.layers} ${size.layers === 1 ? 'block' : 'blocks'}, width ${size.width}, ${size.heads} heads, inner width ${size.inner}, rotary positions, RMSNorm,
SwiGLU, head tied to the embeddings; context ${CONTEXT} tokens; half precision. transformers opens it unchanged.

- Texts: the ${seen.length} train rows (${(tokens / 1e6).toFixed(2)} M tokens) of ${CORPORA.join(' and ')}, without their labels. Held-out test rows are not
  among them, nor was the tokenizer made with them. Sources: resources/tasks/LICENCES.md.
- Terms: the addresses are in the public domain in the United States, the glosses under the WordNet licence. The weights may
  be used as WordNet may: for any purpose, with its notice. The other bundled tasks were left out because their texts remain
  with their writers (spam, foods) or are not for commercial use (brown), or because half of it is false (wordnet-isa).
- Tokenizer: byte-level BPE of ${tokenizer.size} tokens, lower case, \`<|endoftext|>\` in front of each text.
- Training: ${size.epochs} epochs, ${steps} updates of about ${BATCH_TOKENS} tokens, AdamW (betas ${ADAMW.beta1} and ${ADAMW.beta2}, decay ${ADAMW.weightDecay}, clipped at ${ADAMW.clipNorm}),
  learning rate ${size.lr} after ${WARMUP * 100} % of warm-up, cosine to 0; seed ${SEED}; the native engine on one thread.
- Not for: anything else. The corpora are small, presidents' addresses from 1790 on and dictionary definitions; the views and
  prejudices of their writers are in the weights. What it writes is not to be believed.
- Made by: node scripts/make-models.mjs

| held-out test rows of | loss before (nats a token) | after | perplexity |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}
