import { decoderOf, type DecoderShape } from '../pretraining/decoder'
import type { PretrainingSpec } from '../pretraining/params'
import { parameterCount } from '../models/net'
import { defineKind } from './kind'

export interface LanguageConfig extends DecoderShape {
  training: PretrainingSpec
  seed: number
  backend: string
}

/** A decoder pretrained on corpora, from nothing: a folder that transformers opens. */
export const language = defineKind<LanguageConfig>()({
  version: 1,
  needs: { tokens: 'always' },
  word: () => 'language model',
  heading: () => 'Pretrain language models',
  backend: ({ backend }) => backend,
  learns: true,
  reads: () => ({ tasks: [], models: [] }),
  unit: 'operation',
  // Forward and backward: six operations a token and weight (Kaplan et al. 2020, arXiv 2001.08361, 2.1).
  work: (config) => 6 * parameterCount(decoderOf(config)) * config.training.steps * config.training.batchTokens,
  like: ({ backend }) => [backend],
  bytes: (config) => 4 * parameterCount(decoderOf(config)),
})
