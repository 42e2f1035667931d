import type { Computed } from '../backends'
import { defineKind } from './kind'
import { total } from './splits'

export interface FeaturesConfig extends Computed {
  /** Content key of the model. */
  checkpoint: string
  /** Longer texts are cut. */
  tokens: number
}

/** Hidden states of a frozen pretrained model over a prepared task: what every probe of that model starts from. */
export const features = defineKind<FeaturesConfig>()({
  version: 1,
  // What the model is where it is not the one as it came.
  needs: { data: 'always', adapted: 'sometimes' },
  word: () => 'features',
  heading: () => 'Read with the frozen model',
  backend: ({ backend }) => backend,
  reads: ({ checkpoint }) => ({ tasks: [], models: [checkpoint] }),
  work: (_config, sizes) => total(sizes),
  like: ({ backend, checkpoint }) => [backend, checkpoint],
  bytes: (_config, sizes, model) => 4 * total(sizes) * (model?.width ?? 0),
})
