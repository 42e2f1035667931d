import { MODELS } from '../../science/models'
import { SINGLE } from '../../science/models/state'
import { PRETRAINING } from '../../science/plan/pretraining'
import { examplesBefore, type DataConfig, type ModelSize, type Stage } from '../../science/stages'
import { lettersOf, optionsOf, sizesIn, tokensOf } from './estimates'

/**
 * Words of so many letters that are distinct, about: they grow slower than texts do (Heaps 1978). Of 200 to 3,000 texts of
 * the bundled tasks a factor of 2.3 to 5 was counted.
 */
const distinctWords = (letters: number) => 4 * letters ** 0.6

/** Bytes of the machine's memory that the texts of a training take as its net reads them; 0 of other stages. */
export function inputBytes(stage: Stage, data: DataConfig | undefined, size: ModelSize | undefined): number {
  const sizes = sizesIn(data)
  if (stage.kind !== 'train' || !data || !sizes) return 0
  const { config } = stage
  const texts = optionsOf(data) * examplesBefore(config.role, sizes)
  const { model, ...params } = config.model
  const variant = MODELS[model]!
  if (variant.start === 'checkpoint') return SINGLE * texts * (tokensOf(stage, data) / optionsOf(data))
  // Once as they were computed, once standardised.
  if (variant.start === 'features') return 2 * SINGLE * texts * (size?.width ?? 0)
  if (variant.start === 'vectors') return SINGLE * PRETRAINING.width * (PRETRAINING.vocabulary + texts)
  const known = optionsOf(data) * sizes[config.role === 'reference' ? config.trainOn : 'weak']
  return SINGLE * texts * Math.min(variant.words(params), distinctWords(known * lettersOf(data)))
}
