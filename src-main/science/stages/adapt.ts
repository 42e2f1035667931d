import type { Computed, Moments, Precision } from '../backends'
import type { OptimiserSpec } from '../optimiser'
import { evaluationSteps, stepCount } from '../schedule'
import { defineKind } from './kind'

export interface AdaptConfig extends Computed {
  /** Content key of the model. */
  checkpoint: string
  /** Longer texts are cut. */
  tokens: number
  /** Split whose texts it reads, without their labels. */
  trainOn: 'weak' | 'transfer'
  /** A batch is of so many texts. */
  optimiser: OptimiserSpec
  /** The last so many blocks learn; all weights where it is not given. */
  trainBlocks?: number
  precision: Precision
  /** Of AdamW; fp32 where it is not given. */
  moments?: Moments
  /** How often the texts of the validation split are scored, before the first update and after the last among them. */
  evaluations: number
  seed: number
}

/** A pretrained language model that has read the texts of a task: a folder that transformers opens. */
export const adapt = defineKind<AdaptConfig>()({
  version: 1,
  needs: { data: 'always' },
  word: () => 'reading',
  heading: () => 'Read the texts without labels',
  backend: ({ backend }) => backend,
  learns: true,
  speaks: true,
  reads: ({ checkpoint }) => ({ tasks: [], models: [checkpoint] }),
  work({ optimiser, trainOn, evaluations }, sizes) {
    const steps = stepCount(sizes[trainOn], optimiser)
    // Examples passed forward; forward and backward take about three times what forward alone takes.
    return 3 * steps * optimiser.batch + evaluationSteps(steps, evaluations).length * sizes.validation
  },
  numbers: (config) => config,
  like: ({ backend, checkpoint }) => [backend, checkpoint],
  bytes: (_config, _sizes, model) => 4 * (model?.parameters ?? 0),
})
