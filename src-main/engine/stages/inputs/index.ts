import { MODELS } from '../../../science/models'
import type { ModelVariant } from '../../../science/models/model'
import type { ModelChoice } from '../../../science/spec/choices'
import { defaultsOf } from '../../../science/spec/params'
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
  // Parameters that came later are not named where they are at their default.
  const model = { ...defaultsOf(variant.params), ...request.config.model } as ModelChoice
  return (INPUTS[variant.start] as Make<ModelVariant['start']>)(
    { ...request, config: { ...request.config, model } },
    variant,
  )
}
