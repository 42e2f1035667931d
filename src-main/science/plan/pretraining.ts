import type { PretrainConfig } from '../stages'

/** The one recipe of the word vectors, so that every model that starts from them shares one pretraining. */
export const PRETRAINING = {
  recipe: 'ppmi-svd',
  width: 100,
  vocabulary: 20_000,
  window: 5,
  seed: 0,
} as const satisfies Omit<PretrainConfig, 'corpora'>

/** The bundled tasks whose train rows the word vectors are made from: a task that comes later changes nothing in them. */
export const CORPORA: readonly string[] = ['spam', 'sotu', 'person-artifact', 'brown', 'foods']
