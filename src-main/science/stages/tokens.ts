import { defineKind } from './kind'

export interface TokensConfig {
  recipe: 'byte-level-bpe'
  /** corpus id → sha256. */
  corpora: Record<string, string>
  /** Number of tokens of the tokenizer that is trained on them. */
  vocabulary: number
  /** One document of so many is held out: no tokenizer and no model is made from it. */
  heldOut: number
}

/** Makes a tokenizer from corpora, and the corpora into its tokens: what every size of a ladder starts from. */
export const tokens = defineKind<TokensConfig>()({
  version: 1,
  needs: {},
  word: () => 'tokens',
  heading: () => 'Make the tokenizer',
  reads: ({ corpora }) => ({ tasks: [], models: [], corpora: Object.entries(corpora) }),
  work: ({ corpora }) => Object.keys(corpora).length,
  seconds: 10,
  bytes: () => 32 * 1024 ** 2,
})
