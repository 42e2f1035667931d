// The models and batches of scripts/bench-native.mjs, with the ratios to PyTorch eager that are asked for.
import { join } from 'node:path'
import { load, root } from './app.mjs'

const { createModels } = await load('src-main/data/models/index.ts')
const { loadPretrained, withClassHead } = await load(
  'src-main/data/checkpoints/open.ts',
  'src-main/data/checkpoints/heads.ts',
)
const { readTask } = await load('src-main/data/datasets/index.ts')

/** Numbers in [0, 1) that repeat (mulberry32). */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** `count` batches of `n` lists of random tokens; `length(next)` tokens each. */
function randomTexts(count, n, vocabulary, length) {
  const next = random(1)
  return Array.from({ length: count }, () => ({
    tokens: Array.from({ length: n }, () =>
      Array.from({ length: length(next) }, () => Math.floor(next() * vocabulary)),
    ),
    labels: Array.from({ length: n }, () => Math.floor(next() * 2)),
  }))
}

const TWO_CLASSES = { kind: 'classes', classes: 2, bias: true }

/** A GPT-2 of the given size; 32 sequences of 64 tokens. */
function gpt2(width, layers, heads, targets) {
  const net = {
    ...{ kind: 'transformer', vocabulary: 256, width, layers, heads, kvHeads: heads, headSize: width / heads },
    ...{ inner: 4 * width, positions: { kind: 'learned', count: 64 }, tokenTypes: 0, norm: 'layer' },
    ...{ normEpsilon: 1e-5, normOrder: 'pre', parallel: false, causal: true, activation: 'gelu-tanh' },
    ...{ bias: { qkv: true, out: true, mlp: true }, pooling: 'last', head: TWO_CLASSES },
  }
  const open = async () => ({ net, weights: [], batches: randomTexts(4, 32, 256, () => 64), about: '32 × 64 tokens' })
  return { name: `d${width}`, targets, open }
}

const MINILM = {
  ...{ kind: 'transformer', vocabulary: 30522, width: 384, layers: 6, heads: 12, kvHeads: 12, headSize: 32 },
  ...{ inner: 1536, positions: { kind: 'learned', count: 512 }, tokenTypes: 2, norm: 'layer', normEpsilon: 1e-12 },
  ...{ normOrder: 'post', parallel: false, causal: false, activation: 'gelu-erf' },
  ...{ bias: { qkv: true, out: true, mlp: true }, pooling: 'mean', head: TWO_CLASSES },
}
const SMOLLM2 = {
  ...{ kind: 'transformer', vocabulary: 49152, width: 576, layers: 30, heads: 9, kvHeads: 3, headSize: 64 },
  ...{ inner: 1536, positions: { kind: 'rotary', columns: 64, base: 100000 }, tokenTypes: 0, norm: 'rms' },
  ...{ normEpsilon: 1e-5, normOrder: 'pre', parallel: false, causal: true, activation: 'swiglu' },
  ...{ bias: { qkv: false, out: false, mlp: false }, pooling: 'last', head: TWO_CLASSES },
}
const LONGEST = 128

/** Food reviews as the tokenizer cuts them, in the order of their file: ragged, as they come. */
async function reviews(tokenizer, count, n) {
  const rows = (await readTask(join(root, 'resources/tasks/foods.jsonl.gz'))).slice(0, count * n)
  return Array.from({ length: count }, (_, b) => {
    const own = rows.slice(b * n, b * n + n)
    return { tokens: own.map(({ text }) => tokenizer.encode(text, LONGEST)), labels: own.map(({ label }) => label) }
  })
}

/** A pretrained model's shape on ragged texts of about 15 tokens, as of words or short sentences; random weights. */
function shortTexts(name, shape, n) {
  const open = async () => ({
    ...{ net: shape, weights: [], about: `${n} random texts of 5 to 25 tokens, random weights` },
    batches: randomTexts(6, n, shape.vocabulary, (next) => 5 + Math.floor(21 * next())),
  })
  return { name, targets: {}, open }
}

/** A pretrained model from the cache; where it is not there, its shape with random weights, and random lengths. */
function pretrained(name, model, shape, n, targets) {
  const open = async (cache) => {
    const found = (await createModels({ cache }).list()).find(({ id }) => id === model)?.here
    if (!found) {
      const batches = randomTexts(6, n, shape.vocabulary, (next) => Math.round(8 + 120 * next() ** 2))
      return { net: shape, weights: [], batches, about: `${n} random texts, random weights (${model} is not there)` }
    }
    const { tokenizer, ...opened } = await loadPretrained(found.path)
    const { spec, weights } = withClassHead(opened, 2, { from: 'zero' })
    return { net: spec, weights, batches: await reviews(tokenizer, 6, n), about: `${n} food reviews` }
  }
  return { name, targets, open }
}

export const CASES = [
  gpt2(32, 2, 2, { step: 6, forward: 4.5 }),
  gpt2(64, 2, 4, { step: 4.5, forward: 3.5 }),
  gpt2(128, 4, 4, { step: 2.5, forward: 2 }),
  gpt2(256, 6, 8, { step: 1.8, forward: 1.6 }),
  pretrained('MiniLM-L6', 'minilm-l6', MINILM, 32, { step: 2 }),
  shortTexts('MiniLM-L6, short', MINILM, 32),
  pretrained('SmolLM2-135M', 'smollm2-135m-instruct', SMOLLM2, 16, { step: 1.5, 'step in bf16': 2.5 }),
]
