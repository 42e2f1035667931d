import { defineKind } from './kind'

export interface PretrainConfig {
  recipe: 'ppmi-svd'
  width: number
  vocabulary: number
  window: number
  /** task id → sha256: the corpora; the test texts of each are left out. */
  corpora: Record<string, string>
  seed: number
}

/** Makes word vectors from the corpora. */
export const pretrain = defineKind<PretrainConfig>()({
  version: 1,
  needs: {},
  word: () => 'word vectors',
  heading: () => 'Pretrain word vectors',
  reads: ({ corpora }) => ({ tasks: Object.entries(corpora), models: [] }),
  work: () => 1,
  seconds: 60,
  bytes: () => 16 * 1024 ** 2,
})
