// The models and batches of scripts/bench-native.mjs.

/** Numbers in [0, 1) that repeat (mulberry32). */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** `count` batches of `n` examples; `length()` tokens each. */
function batches(count, n, vocabulary, length) {
  const next = random(1)
  return Array.from({ length: count }, () => ({
    tokens: Array.from({ length: n }, () =>
      Array.from({ length: length(next) }, () => Math.floor(next() * vocabulary)),
    ),
    labels: Array.from({ length: n }, () => Math.floor(next() * 2)),
  }))
}

/** A GPT-2 of the given size; 32 sequences of 64 tokens, as the prototype was measured with. */
function gpt2(width, layers, heads) {
  return {
    name: `d${width}`,
    spec: {
      kind: 'transformer',
      vocabulary: 256,
      width,
      layers,
      heads,
      kvHeads: heads,
      headSize: width / heads,
      inner: 4 * width,
      positions: { kind: 'learned', count: 64 },
      tokenTypes: 0,
      norm: 'layer',
      normEpsilon: 1e-5,
      normOrder: 'pre',
      parallel: false,
      causal: true,
      activation: 'gelu-tanh',
      bias: { qkv: true, out: true, mlp: true },
      pooling: 'last',
      head: { kind: 'classes', classes: 2, bias: true },
    },
    batches: batches(4, 32, 256, () => 64),
  }
}

/** all-MiniLM-L6-v2; lengths as of short texts (WordNet sentences, food reviews): 8 to 90 tokens, half of them under 20. */
const miniLM = {
  name: 'MiniLM-L6',
  spec: {
    kind: 'transformer',
    vocabulary: 30522,
    width: 384,
    layers: 6,
    heads: 12,
    kvHeads: 12,
    headSize: 32,
    inner: 1536,
    positions: { kind: 'learned', count: 512 },
    tokenTypes: 2,
    norm: 'layer',
    normEpsilon: 1e-12,
    normOrder: 'post',
    parallel: false,
    causal: false,
    activation: 'gelu-erf',
    bias: { qkv: true, out: true, mlp: true },
    pooling: 'mean',
    head: { kind: 'classes', classes: 2, bias: true },
  },
  batches: batches(8, 32, 30522, (next) => Math.round(8 + 82 * next() ** 3)),
}

/** SmolLM2-135M as a classifier. */
const smolLM2 = {
  name: 'SmolLM2-135M',
  spec: {
    kind: 'transformer',
    vocabulary: 49152,
    width: 576,
    layers: 30,
    heads: 9,
    kvHeads: 3,
    headSize: 64,
    inner: 1536,
    positions: { kind: 'rotary', columns: 64, base: 100000 },
    tokenTypes: 0,
    norm: 'rms',
    normEpsilon: 1e-5,
    normOrder: 'pre',
    parallel: false,
    causal: true,
    activation: 'swiglu',
    bias: { qkv: false, out: false, mlp: false },
    pooling: 'last',
    head: { kind: 'classes', classes: 2, bias: false },
  },
  batches: batches(4, 16, 49152, (next) => Math.round(8 + 82 * next() ** 3)),
}

export const CASES = () => [gpt2(32, 2, 2), gpt2(64, 2, 4), gpt2(128, 4, 4), gpt2(256, 6, 8), miniLM, smolLM2]
