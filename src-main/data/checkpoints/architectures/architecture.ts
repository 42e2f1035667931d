import { z } from 'zod'
import type { TransformerSpec } from '../../../science/models/net'
import { refuse } from '../errors'
import type { Metadata } from '../gguf'
import { same, turned, type Layout } from '../layouts'

/** What a checkpoint's body determines of a description. */
export type Body = Omit<TransformerSpec, 'kind' | 'head' | 'pooling'>

export interface Described {
  body: Body
  /** The language head is the token embeddings. */
  tied: boolean
  /** The longest text in tokens that the model was made for. */
  context: number
}

/** One tensor of a checkpoint and what it is to the app. */
export interface Rule {
  /** Its name there, without the prefix of the body. */
  theirs: string
  shape: number[]
  ours: string[]
  layout: Layout
}

/** The parts of transformers' class names that say which head a checkpoint has. */
export interface HeadNames {
  /** What the names of its classes begin with. */
  family: string
  language: string | null
  /** A linear layer with bias at every token. */
  tokens: string
  /** A linear layer without bias at the last token. */
  sequence: string | null
  /** Bodies, and heads that are not read. */
  body: string[]
}

/**
 * An architecture of transformers and of GGUF: one file each. What the config says becomes a description, and every
 * tensor of a checkpoint is named.
 */
export interface Architecture {
  id: string
  /** `model_type` in config.json. */
  modelType: string
  classes: HeadNames
  /** The token embeddings, by whose name the prefix of the body is found. */
  anchor: string
  /** The prefix that transformers writes. */
  prefix: string
  /** Names of the heads: language without `.weight`, classes of tokens without `.weight` and `.bias`. */
  heads: { language: string; tokens: string; sequence: string }
  /** @throws CheckpointError naming file, key, expectation and value */
  describe(config: unknown, file: string): Described
  rules(body: Body): Rule[]
  /** The name of a tensor by today's transformers, of checkpoints that are older. */
  rename?(name: string): string
  /** Tensors that a checkpoint may have beside the weights: buffers, and heads that are not read. */
  ignored: RegExp
  /** The keys of config.json that `describe` reads. */
  config(described: Described): Record<string, unknown>
  gguf: {
    architecture: string
    /** @param vocabulary rows of the token embeddings */
    describe(metadata: Metadata, vocabulary: number): Omit<Described, 'tied'>
    rules(body: Body): Rule[]
  }
}

/** A size in config.json. The limit keeps a lying one from filling the memory before the tensors contradict it. */
export const size = z.number().int().min(1).max(1e8)
export const layerCount = z.number().int().min(1).max(1024)
export const positive = z.number().positive()
/** What keeps a norm from dividing by nothing; more would drown what it norms. */
export const epsilon = z.number().gt(0).max(0.1)

/** A weight that lies [out, in], with its bias. `layout` says how its outputs lie; fused ones have several names of ours. */
export function linear(
  theirs: string,
  ours: string | string[],
  [out, input]: [out: number, input: number],
  bias: boolean,
  layout: Layout = same,
): Rule[] {
  const names = [ours].flat()
  const rule = (suffix: string, shape: number[], how: Layout): Rule => ({
    theirs: `${theirs}.${suffix}`,
    shape,
    ours: names.map((name) => `${name}.${suffix}`),
    layout: how,
  })
  const weight = rule('weight', [out, input], turned(layout))
  return bias ? [weight, rule('bias', [out], layout)] : [weight]
}

export function norm(theirs: string, ours: string, body: Body): Rule[] {
  const rule = (suffix: string): Rule => ({
    theirs: `${theirs}.${suffix}`,
    shape: [body.width],
    ours: [`${ours}.${suffix}`],
    layout: same,
  })
  return body.norm === 'layer' ? [rule('weight'), rule('bias')] : [rule('weight')]
}

export function table(theirs: string, ours: string, rows: number, body: Body): Rule[] {
  return [{ theirs: `${theirs}.weight`, shape: [rows, body.width], ours: [`${ours}.weight`], layout: same }]
}

/** Rows of the table of learned positions. */
export function countOf({ positions }: Body): number {
  return positions.kind === 'learned' ? positions.count : 0
}

/** Rotary settings, for those who have them. */
export function rotaryOf({ positions }: Body): { columns: number; base: number } {
  if (positions.kind === 'rotary') return positions
  throw new Error('positions: expected rotary ones, got learned ones')
}

/** The rules of every block. */
export function blocks(body: Body, rules: (layer: number, ours: string) => Rule[]): Rule[] {
  return Array.from({ length: body.layers }, (_, layer) => rules(layer, `blocks.${layer}`)).flat()
}

/** Columns of a head. @throws CheckpointError when the heads do not divide the width */
export function headSizeOf(width: number, heads: number, where: string): number {
  return width % heads === 0 ? width / heads : refuse(where, `a width divisible by ${heads} heads`, width)
}

/** What must hold between the sizes of a description, whoever made it. */
export function checkBody(body: Body, file: string): void {
  const { heads, kvHeads, headSize, positions } = body
  if (heads % kvHeads !== 0) refuse(`${file}: key-value heads`, `a divisor of ${heads} heads`, kvHeads)
  if (positions.kind === 'rotary' && (positions.columns % 2 !== 0 || positions.columns > headSize))
    refuse(`${file}: rotary columns`, `an even number up to ${headSize}`, positions.columns)
}

/** Activations by transformers' names. */
const ACTIVATIONS = {
  relu: 'relu',
  gelu: 'gelu-erf',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
} as const
export const activation = z.enum(['relu', 'gelu', 'gelu_new', 'gelu_fast', 'gelu_pytorch_tanh'])

/** The activation of a description by transformers' name of it. */
export function activationOf(name: z.infer<typeof activation>): Body['activation'] {
  return ACTIVATIONS[name]
}

/** transformers' name of an activation that is not gated. */
export function activationName(activation: Body['activation']): string {
  return { relu: 'relu', 'gelu-erf': 'gelu', 'gelu-tanh': 'gelu_new', swiglu: 'silu' }[activation]
}

/**
 * Rotary settings of config.json, where transformers 5 has them (`rope_parameters`) and where its forerunners had.
 * Only the plain form is known: a scaled one is refused.
 */
const rope = z.looseObject({
  rope_type: z.literal('default').optional(),
  type: z.literal('default').optional(),
  rope_theta: positive.optional(),
  partial_rotary_factor: z.number().gt(0).max(1).optional(),
})
export const rotaryKeys = { rope_parameters: rope.nullish(), rope_scaling: rope.nullish() }
