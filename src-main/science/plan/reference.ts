import type { ModelSetting } from '../spec/choices'
import { MODELS } from '../models'
import { OPTIMISER, type OptimiserSpec } from '../optimiser'
import { defaultsOf } from '../spec/params'

/**
 * What anybody would try first: a linear model on the presence of every word of the rows that it learns from, whatever
 * the experiment trains its own models by. Held to scikit-learn's LogisticRegression on such features; see LOG.md.
 */
export const REFERENCE: { title: string; setting: ModelSetting; optimiser: OptimiserSpec } = {
  /** Stands for it wherever an arm's references are told. */
  title: 'bag-of-words regression',
  setting: { model: 'words', words: 20_000 },
  optimiser: { ...defaultsOf(OPTIMISER), ...MODELS['words']!.optimiser() },
}
/** Its answer at the end is all that is read of it; with the start, which costs nothing to speak of. */
export const REFERENCE_EVALUATIONS = 2
/** How often a model that first reads a task's texts is asked how well it foretells others: enough to see where it turns. */
export const READING_EVALUATIONS = 5
