import { defineKind } from './kind'
import { total } from './splits'

export interface LabelConfig {
  form: 'soft' | 'hard'
}

/** What a trained model says of the examples that it was not taught on, as labels for another. */
export const label = defineKind<LabelConfig>()({
  version: 1,
  needs: { data: 'always', model: 'always' },
  word: () => 'labels',
  heading: () => 'Label',
  bundled: { file: 'labels.safetensors', folder: 'labels' },
  reads: () => ({ tasks: [], models: [] }),
  work: (_config, sizes) => total(sizes),
  seconds: 1e-5,
  bytes: (_config, sizes) => total(sizes) * 8,
})
