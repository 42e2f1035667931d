import type { LanguageConfig } from '../../science/stages'

interface Made {
  title: string
  config: LanguageConfig
  parameters: number
  /** Of the corpora. */
  tokens: number
  /** Held-out bits per byte. */
  before: number
  after: number
}

/** What the card of a pretrained model says of its making. */
export function cardOf({ title, config, parameters, tokens, before, after }: Made): string {
  const { training, width, layers, heads, inner, context, vocabulary, seed, backend, until } = config
  const { steps, batchTokens, lr, warmup, schedule, weightDecay, clipNorm, precision, moments } = training
  const millions = (n: number) => `${(n / 1e6).toFixed(2)} M`
  const done = until ?? steps
  const epochs = ((done * batchTokens) / tokens).toFixed(1)
  return `# ${title}

A language model of ${millions(parameters)} weights, the ${millions(vocabulary * width)} of its embeddings counted in, pretrained by Weak-to-Strong Lab from
nothing. Llama’s architecture: ${layers} ${layers === 1 ? 'block' : 'blocks'}, width ${width}, ${heads} ${heads === 1 ? 'head' : 'heads'}, inner width ${inner}, rotary positions, RMSNorm, SwiGLU, head
tied to the embeddings; context ${context} tokens; half precision. transformers opens it unchanged.

- Tokenizer: byte-level BPE of ${vocabulary} tokens, trained on the same texts; \`<|endoftext|>\` in front of each text.
- Training: ${until === undefined ? steps : `the first ${until} of ${steps}`} updates of about ${batchTokens} tokens, ${epochs} times through ${millions(tokens)} tokens; AdamW (betas 0.9 and 0.95, decay ${weightDecay}, clipped at
  ${clipNorm}), learning rate ${lr} after ${warmup * 100} % of warm-up, schedule ${schedule}; seed ${seed}; backend ${backend} in ${precision}${moments ? `, moments in ${moments}` : ''}.
- Held-out texts of the same corpora: ${before.toFixed(3)} bits per byte before, ${after.toFixed(3)} after.
- What it writes is not to be believed.
`
}
