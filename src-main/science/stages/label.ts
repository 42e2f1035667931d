import { defineKind } from './kind'
import { total } from './splits'

export interface LabelConfig {
  /** The rule by which they are made: an id of `LABELS`. */
  form: string
}

/** What trained models say of the examples that they were not taught on, as labels for another. */
export const label = defineKind<LabelConfig>()({
  version: 1,
  needs: { data: 'always', model: 'several' },
  word: () => 'labels',
  heading: () => 'Label',
  bundled: { files: ['labels.safetensors', 'labels.json'], folder: 'labels' },
  reads: () => ({ tasks: [], models: [] }),
  work: (_config, sizes) => total(sizes),
  seconds: 1e-5,
  bytes: (_config, sizes) => total(sizes) * 8,
})
