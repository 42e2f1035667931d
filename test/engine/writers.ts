import { savePretrained } from '../../src-main/data/checkpoints/save'
import { createTokenizer, type TextTokenizer } from '../../src-main/data/tokenizers'
import { lettersOf } from '../../src-main/data/tokenizers/bytes'
import { weightsOf } from '../../src-main/engine/backends/layout'
import { createRng } from '../../src-main/science/maths/rng'
import type { TransformerSpec } from '../../src-main/science/models/net'

const END = '<|endoftext|>'
const ALPHABET = ' abcdefghijklmnopqrstuvwxyz0123456789.'

/** A tokenizer of single characters: every byte of the alphabet is a token, and none are merged. */
export function charTokenizer(alphabet = ALPHABET): TextTokenizer {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  const letters = Array.from(new Set(lettersOf(alphabet)))
  const vocab = Object.fromEntries([END, ...letters].map((token, id) => [token, id]))
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  const tokenizer = {
    ...{ version: '1.0', truncation: null, padding: null, normalizer: null, post_processor: null },
    added_tokens: [{ id: 0, content: END, ...special }],
    ...{ pre_tokenizer: byteLevel, decoder: byteLevel, model: { type: 'BPE', vocab, merges: [] } },
  }
  const config = { tokenizer_class: 'PreTrainedTokenizerFast', eos_token: END }
  return createTokenizer({ tokenizer, config }, 'tokenizer.json')
}

/** A Llama-shaped decoder of characters that has learnt nothing yet, saved as transformers has it. */
export async function saveWriter(folder: string, { width, layers = 1, seed = 0 }: Writer): Promise<void> {
  const tokenizer = charTokenizer()
  const columns = width / 2
  const spec: TransformerSpec = {
    ...{ kind: 'transformer', vocabulary: tokenizer.size, width, layers, heads: 2, kvHeads: 2, headSize: columns },
    ...{ inner: 2 * width, positions: { kind: 'rotary', columns, base: 10_000 }, tokenTypes: 0, norm: 'rms' },
    ...{ normEpsilon: 1e-6, normOrder: 'pre', parallel: false, causal: true, activation: 'swiglu' },
    ...{ bias: { qkv: false, out: false, mlp: false }, pooling: 'last', head: { kind: 'language', tied: true } },
  }
  const card = { name: 'writer', licence: 'other', text: null }
  await savePretrained(folder, {
    ...{ architecture: 'llama', spec, weights: weightsOf(spec, { seed }), context: 32, tokenizer, card },
  })
}
interface Writer {
  width: number
  layers?: number
  seed?: number
}

/** A task that a writer learns soon: a word of letters, and after it the number of its last one in the alphabet. All words differ. */
export function numbered(count: number, seed = 0): { text: string; target: string }[] {
  const rng = createRng(`numbered ${seed}`)
  const words = new Set<string>()
  while (words.size < count) words.add(Array.from({ length: 3 }, () => 'abcdefgh'[rng.int(8)]).join(''))
  return [...words].map((word) => ({ text: word, target: `${1 + 'abcdefgh'.indexOf(word.at(-1)!)}.` }))
}
