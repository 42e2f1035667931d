import type { Computed } from '../backends'
import { decoderOf, type DecoderShape } from '../pretraining/decoder'
import type { NamedPretraining } from '../pretraining/params'
import { parameterCount } from '../models/net'
import { defineKind } from './kind'

export interface LanguageConfig extends DecoderShape, Computed {
  training: NamedPretraining
  /** Updates of the stage before, which it goes on from; without it from nothing. */
  from?: number
  /** Updates after which it is kept as it stands, with all that a training needs to go on; without it at its end. */
  until?: number
  seed: number
}

/** A decoder pretrained on corpora, from nothing: a folder that transformers opens. */
export const language = defineKind<LanguageConfig>()({
  version: 1,
  needs: { tokens: 'always', begun: 'sometimes' },
  word: () => 'language model',
  heading: () => 'Pretrain language models',
  backend: ({ backend }) => backend,
  learns: true,
  reads: () => ({ tasks: [], models: [] }),
  unit: 'operation',
  // Forward and backward: six operations a token and weight (Kaplan et al. 2020, arXiv 2001.08361, 2.1).
  work: (config) => 6 * parameterCount(decoderOf(config)) * updatesOf(config) * config.training.batchTokens,
  numbers: ({ training }) => training,
  like: ({ backend }) => [backend],
  // Half precision and its tokenizer; what goes on from it needs weights and two moments in single precision.
  bytes: (config) => (config.until === undefined ? 4 : 16) * parameterCount(decoderOf(config)),
})

/** Those that the stage itself makes. */
const updatesOf = ({ training, from = 0, until = training.steps }: LanguageConfig) => until - from
