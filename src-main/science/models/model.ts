import type { ParamTable } from '../params'
import type { NetSpec } from './net'

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
