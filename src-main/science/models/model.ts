import type { ParamTable } from '../params'

/**
 * What a backend must be able to build: the network alone, no weak-to-strong in it.
 * `mlp` takes dense features [n, input]; `bag` takes token lists, averages their embeddings and goes on as an MLP.
 * Every hidden layer is Linear + ReLU, the last one Linear to `classes` logits. Biases everywhere.
 */
export type NetSpec =
  | { kind: 'mlp'; input: number; hidden: number[]; classes: number }
  | { kind: 'bag'; vocabulary: number; width: number; hidden: number[]; classes: number; tuneEmbeddings: boolean }

/** How texts become the network's input. `words`: presence (0/1) of the most frequent words of the task's own weak half. */
export type FeatureSpec = { kind: 'words'; words: number } | { kind: 'vectors' }

/** One file a variant; the map in `index.ts` is the only place where a spec's `model` name meets its code. */
export interface ModelVariant {
  id: string
  title: string
  help: string
  params: ParamTable
  /** Whether it starts from the word vectors of a `pretrain` stage. */
  pretrained: boolean
  features(params: Record<string, unknown>): FeatureSpec
  /** `input`: number of features, or width of the vectors; `vocabulary`: number of word vectors (0 for `words`). */
  net(params: Record<string, unknown>, input: { width: number; vocabulary: number; classes: number }): NetSpec
}
