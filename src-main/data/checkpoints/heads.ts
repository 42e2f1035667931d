import { z } from 'zod'
import type { TransformerSpec } from '../../science/models/net'
import { linear, type Architecture, type Described, type Rule } from './architectures/architecture'
import { refuse } from './errors'
import type { NamedTensor } from './safetensors'
import type { SourceTensor } from './source'

/** What a checkpoint says about its head. */
export interface FoundHead {
  head: TransformerSpec['head']
  /** Nothing for a head that is tied, or that the checkpoint does not have. */
  rules: Rule[]
  /** The class whose head is left out, where there is one that is not read: the body is read alone. */
  leftOut?: string
}

/** A head of two classes that says nothing yet: what an encoder without head gets. */
const NEW: FoundHead = { head: { kind: 'classes', classes: 2, bias: true }, rules: [] }

export const headKeys = z.looseObject({ architectures: z.array(z.string()).nullish() })

/**
 * The head of a checkpoint by the class that transformers would open it with.
 * @param file config.json, for messages
 * @throws CheckpointError for a class of another family
 */
export function findHead(
  architecture: Architecture,
  described: Described,
  className: string | undefined,
  tensors: ReadonlyMap<string, SourceTensor>,
  file: string,
): FoundHead {
  const { classes, heads } = architecture
  const hasLanguage = classes.language !== null && (described.tied || tensors.has(`${heads.language}.weight`))
  const bare = hasLanguage ? languageHead(described, heads.language) : NEW
  if (className === undefined || classes.body.includes(className)) return bare
  // Untied by its config, but saved without: what needs the head refuses it, and a head of classes needs the body alone.
  if (className === classes.language) return bare
  if (className === classes.tokens) return classHead(heads.tokens, true, described, tensors, file)
  if (className === classes.sequence) return classHead(heads.sequence, false, described, tensors, file)
  if (className.startsWith(`${classes.family}For`)) return { ...bare, leftOut: className }
  const known = [classes.language, classes.tokens, classes.sequence, ...classes.body].filter((name) => name !== null)
  return refuse(`${file}: architectures[0]`, `one of ${known.join(', ')}, or another ${classes.family}For…`, className)
}

/** The language head: the token embeddings, or a tensor of its own (`name` without `.weight`). */
export function languageHead({ body, tied }: Described, name: string): FoundHead {
  const rules = linear(name, 'head', [body.vocabulary, body.width], false)
  return { head: { kind: 'language', tied }, rules: tied ? [] : rules }
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
  return { head: { kind: 'classes', classes, bias }, rules: linear(name, 'head', [classes, body.width], bias) }
}

/**
 * Where a new head of classes starts: at zero (every class equally likely), at the unembedding rows of tokens, or at a given
 * layer, weight [width, classes] and bias [classes].
 */
export type HeadOrigin =
  | { from: 'zero' }
  | { from: 'unembedding'; tokens: readonly number[] }
  | { from: 'layer'; weight: Float32Array; bias: Float32Array }

/**
 * The same model with a new head of classes in place of the one it had. Body tensors are shared, not copied.
 * @param start `unembedding`: one token id a class; its row of the language head (or of the token embeddings, where
 * there is none) becomes the class's row, so that at first the logits are those of these tokens
 * @throws Error when there are not as many tokens as classes, or a token is none of the vocabulary
 */
export function withClassHead(
  model: { spec: TransformerSpec; weights: NamedTensor[] },
  classes: number,
  start: HeadOrigin,
): { spec: TransformerSpec; weights: NamedTensor[] } {
  const { width, vocabulary, head } = model.spec
  const weight = new Float32Array(width * classes)
  if (start.from === 'unembedding') {
    if (start.tokens.length !== classes)
      throw new Error(`head: expected ${classes} tokens for ${classes} classes, got ${start.tokens.length}`)
    const hasHead = head.kind === 'language' && !head.tied
    const { data } = model.weights.find(({ name }) => name === (hasHead ? 'head.weight' : 'tokens.weight'))!
    start.tokens.forEach((token, c) => {
      if (!(Number.isInteger(token) && token >= 0 && token < vocabulary))
        throw new Error(`head: expected a token id below ${vocabulary}, got ${token}`)
      // A head of its own is [width, vocabulary], the embeddings are [vocabulary, width].
      for (let i = 0; i < width; i++)
        weight[i * classes + c] = hasHead ? data[i * vocabulary + token]! : data[token * width + i]!
    })
  }
  const given = start.from === 'layer' ? start : { weight, bias: new Float32Array(classes) }
  if (given.weight.length !== width * classes || given.bias.length !== classes)
    throw new Error(
      `head: expected a layer of ${width} to ${classes}, got ${given.weight.length} weights and ${given.bias.length} biases`,
    )
  const body = model.weights.filter(({ name }) => !name.startsWith('head.'))
  return {
    spec: { ...model.spec, head: { kind: 'classes', classes, bias: true } },
    weights: [
      ...body,
      { name: 'head.weight', shape: [width, classes], data: given.weight },
      { name: 'head.bias', shape: [classes], data: given.bias },
    ],
  }
}
