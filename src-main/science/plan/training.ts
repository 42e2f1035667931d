import { modelOf, type ModelSetting, type OptimiserChoice } from '../spec/choices'
import { MODELS } from '../models'
import type { Reading } from '../models/model'
import { pretrained } from '../models/pretrained'
import { OPTIMISER, type OptimiserSpec } from '../optimiser'
import { defaultsOf } from '../spec/params'
import { choiceTitle, parameterTitle } from '../spec/titles'

/** Weights of the pretrained models that a spec may name, by id; what is not known counts as middling. */
type Sizes = Record<string, { parameters?: number }>

/**
 * What a model is trained by: what its entry says, else what the spec says for all, else what its kind and size want.
 * The role has no say: a model is trained alike as supervisor, student and ceiling.
 */
export function optimiserOf(setting: ModelSetting, all: OptimiserChoice, sizes: Sizes): OptimiserSpec {
  return { ...inherited(setting, all, sizes), ...setting.optimiser }
}

/** How often a model that first reads a task's texts is asked how well it foretells others: enough to see where it turns. */
export const READING_EVALUATIONS = 5

/**
 * What a model first reads the texts by: as it is finetuned; under a head of its own, a probe, as a model of its size is
 * finetuned by default.
 */
export function readingOptimiser(
  { setting, optimiser }: { setting: ModelSetting; optimiser: OptimiserSpec },
  { checkpoint, reading = 0 }: Reading,
  sizes: Sizes,
): OptimiserSpec {
  const isFinetuned = MODELS[setting.model]!.start === 'checkpoint'
  const own = isFinetuned ? optimiser : optimiserOf({ model: pretrained.id, checkpoint }, {}, sizes)
  return { ...own, epochs: reading }
}

/** The same without what the entry itself says. */
export function inherited(setting: ModelSetting, all: OptimiserChoice, sizes: Sizes): OptimiserSpec {
  const { checkpoint } = setting
  const parameters = typeof checkpoint === 'string' ? sizes[checkpoint]?.parameters : undefined
  return { ...defaultsOf(OPTIMISER), ...MODELS[setting.model]!.optimiser(parameters), ...all }
}

/**
 * Short names of models that stand in one list; where they differ in nothing but the optimiser, with what tells them
 * apart of that, e.g. "pocket-s, learning rate 0.001".
 * @param optimisers what each is trained by
 */
export function modelTitles(settings: readonly ModelSetting[], optimisers: readonly OptimiserSpec[]): string[] {
  const plain = settings.map((setting) => choiceTitle(MODELS[setting.model]!, modelOf(setting)))
  return plain.map((title, i) => {
    const alike = optimisers.filter((_, j) => plain[j] === title)
    const mine = optimisers[i]!
    const telling = (Object.keys(OPTIMISER) as (keyof OptimiserSpec)[]).filter((name) =>
      alike.some((other) => other[name] !== mine[name]),
    )
    return [title, ...telling.map((name) => parameterTitle(OPTIMISER[name], mine[name]))].join(', ')
  })
}
