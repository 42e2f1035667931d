import { MODELS } from '../../../science/models'
import type { ModelVariant } from '../../../science/models/model'
import { checkpointInput } from './checkpoint'
import { featuresInput } from './features'
import type { Input, InputRequest } from './input'
import { vectorsInput } from './vectors'
import { wordsInput } from './words'

type Make<S extends ModelVariant['start']> = (
  request: InputRequest,
  variant: Extract<ModelVariant, { start: S }>,
) => Promise<Input>

/** By what a model starts from. */
const INPUTS: { [S in ModelVariant['start']]: Make<S> } = {
  words: wordsInput,
  vectors: vectorsInput,
  checkpoint: checkpointInput,
  features: featuresInput,
}

/** What the model of a training sees of its task, and its net. @throws Error naming what is missing or misshapen */
export function inputOf(request: InputRequest): Promise<Input> {
  const variant = MODELS[request.config.model.model]!
  return (INPUTS[variant.start] as Make<ModelVariant['start']>)(request, variant)
}
