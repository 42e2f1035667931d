import { BAG_OF_WORDS, UNTUNED_PROBE } from '../levels'
import { MODELS } from '../models'
import { probe } from '../models/probe'
import { OPTIMISER, type OptimiserSpec } from '../optimiser'
import type { ModelSetting } from '../spec/choices'
import { defaultsOf } from '../spec/params'
import { choiceTitle } from '../spec/titles'
import type { ExperimentSpec } from '../spec/spec'

/** A model that is trained on the ceiling's rows and their ground truth, to stand beside an arm. */
export interface Level {
  /** Under which it is told. */
  name: string
  setting: ModelSetting
  /** Of its own, whatever the experiment trains its models by: a level is to be the same everywhere. */
  optimiser: OptimiserSpec
  /** What its stage is said to train. */
  title: string
}

/** Its answer at the end is all that is read of it; with the start, which costs nothing to speak of. */
export const LEVEL_EVALUATIONS = 2

/** The trained levels that a spec asks for beside a student. */
export function levelsOf({ reference, probe }: ExperimentSpec, strong: ModelSetting): Level[] {
  return [...(reference ? [bagOfWords] : []), ...(probe ? untunedProbe(strong) : [])]
}

/**
 * What anybody would try first: a linear model on the presence of every word of the rows that it learns from. Held to
 * scikit-learn's LogisticRegression on such features; see LOG.md.
 */
const bagOfWords: Level = { ...levelOf({ model: 'words', words: 20_000 }), name: BAG_OF_WORDS, title: BAG_OF_WORDS }

/**
 * What a linear head finds in the strong model as it is, before any finetuning: the probe of arXiv 2312.09390 5.2.3 with
 * ground truth. None of a student that is a probe itself, for that is its ceiling, or is not pretrained.
 */
function untunedProbe({ model, ...params }: ModelSetting): Level[] {
  const variant = MODELS[model]!
  if (variant.start !== 'checkpoint') return []
  const { checkpoint, tokens } = variant.read(params)
  return [{ ...levelOf({ model: probe.id, ...defaultsOf(probe.params), checkpoint, tokens }), name: UNTUNED_PROBE }]
}

function levelOf(setting: ModelSetting): Omit<Level, 'name'> {
  const variant = MODELS[setting.model]!
  const optimiser = { ...defaultsOf(OPTIMISER), ...variant.optimiser() }
  return { setting, optimiser, title: choiceTitle(variant, setting) }
}
