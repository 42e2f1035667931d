import { z } from 'zod'
import type { TransformerSpec } from './description'
import type { Architecture, Described, Rule } from './architectures/architecture'
import { refuse } from './errors'
import { same } from './layouts'
import type { NamedTensor } from './safetensors'
import type { SourceTensor } from './source'

/** What a checkpoint says about its head. */
export interface FoundHead {
  settings: Pick<TransformerSpec, 'head' | 'classes' | 'headBias' | 'tied'>
  /** Nothing for a head that is tied, or that the checkpoint does not have. */
  rules: Rule[]
}

/** A head of two classes that says nothing yet: what an encoder without head gets. */
const NEW: FoundHead = { settings: { head: 'classes', classes: 2, headBias: true, tied: false }, rules: [] }

export const headKeys = z.looseObject({ architectures: z.array(z.string()).nullish() })

/**
 * The head of a checkpoint by the class that transformers would open it with.
 * @param file config.json, for messages
 * @throws CheckpointError for a class whose head is not read
 */
export function findHead(
  architecture: Architecture,
  described: Described,
  className: string | undefined,
  tensors: ReadonlyMap<string, SourceTensor>,
  file: string,
): FoundHead {
  const { classes, heads } = architecture
  const language = `${heads.language}.weight`
  if (className === undefined || classes.body.includes(className)) {
    const hasLanguage = classes.language !== null && (described.tied || tensors.has(language))
    return hasLanguage ? languageHead(described, language) : NEW
  }
  if (className === classes.language) return languageHead(described, language)
  if (className === classes.tokens) return classHead(heads.tokens, true, described, tensors, file)
  if (className === classes.sequence) return classHead(heads.sequence, false, described, tensors, file)
  const known = [classes.language, classes.tokens, classes.sequence, ...classes.body].filter((name) => name !== null)
  return refuse(`${file}: architectures[0]`, `one of ${known.join(', ')}`, className)
}

/** The language head: the token embeddings, or a tensor. */
export function languageHead({ body, tied }: Described, name: string): FoundHead {
  const settings = { head: 'language', classes: 0, headBias: false, tied } as const
  const rule: Rule = { theirs: name, shape: [body.vocabulary, body.width], ours: ['head.weight'], layout: same }
  return { settings, rules: tied ? [] : [rule] }
}

function classHead(
  name: string,
  bias: boolean,
  { body }: Described,
  tensors: ReadonlyMap<string, SourceTensor>,
  file: string,
): FoundHead {
  const classes = tensors.get(`${name}.weight`)?.shape[0]
  if (!classes) return refuse(file, `a head ${name}.weight of some classes`, 'none')
  const rules: Rule[] = [
    { theirs: `${name}.weight`, shape: [classes, body.width], ours: ['head.weight'], layout: same },
    { theirs: `${name}.bias`, shape: [classes], ours: ['head.bias'], layout: same },
  ]
  return {
    settings: { head: 'classes', classes, headBias: bias, tied: false },
    rules: bias ? rules : rules.slice(0, 1),
  }
}

/** Where a new head of classes starts: at zero (every class equally likely), or at the unembedding rows of tokens. */
export type HeadStart = { from: 'zero' } | { from: 'unembedding'; tokens: readonly number[] }

/**
 * The same model with a new head of classes in place of the one it had. Body tensors are shared, not copied.
 * @param start `unembedding`: one token id a class; its row of the language head (or of the token embeddings, where
 * there is none) becomes the class's row, so that at first the logits are those of these tokens
 * @throws Error when there are not as many tokens as classes, or a token is none of the vocabulary
 */
export function withClassHead(
  model: { spec: TransformerSpec; weights: NamedTensor[] },
  classes: number,
  start: HeadStart,
): { spec: TransformerSpec; weights: NamedTensor[] } {
  const { width, vocabulary } = model.spec
  const weight = new Float32Array(classes * width)
  if (start.from === 'unembedding') {
    if (start.tokens.length !== classes)
      throw new Error(`head: expected ${classes} tokens for ${classes} classes, got ${start.tokens.length}`)
    const hasHead = model.spec.head === 'language' && !model.spec.tied
    const rows = model.weights.find(({ name }) => name === (hasHead ? 'head.weight' : 'tokens.weight'))!
    start.tokens.forEach((token, i) => {
      if (!(Number.isInteger(token) && token >= 0 && token < vocabulary))
        throw new Error(`head: expected a token id below ${vocabulary}, got ${token}`)
      weight.set(rows.data.subarray(token * width, (token + 1) * width), i * width)
    })
  }
  const body = model.weights.filter(({ name }) => !name.startsWith('head.'))
  return {
    spec: { ...model.spec, head: 'classes', classes, headBias: true, tied: false },
    weights: [
      ...body,
      { name: 'head.weight', shape: [classes, width], data: weight },
      { name: 'head.bias', shape: [classes], data: new Float32Array(classes) },
    ],
  }
}
