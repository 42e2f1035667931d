import type { OptimiserSpec } from '../optimiser'

type Choice<Tag extends string, More = never> = { [K in Tag]: string } & Record<
  string,
  string | number | boolean | More
>

/** A model with its parameters: `model` names an entry of `MODELS`, the other keys are those of its parameter table. */
export type ModelChoice = Choice<'model'>
/** A method with its parameters, models of its own among them: `method` names an entry of `METHODS`. */
export type MethodChoice = Choice<'method', ModelSetting[]>
/** A loss with its parameters: `loss` names an entry of `LOSSES`. */
export type LossChoice = Choice<'loss'>

/** What of an optimiser is set; the rest is as the model has it by default. */
export type OptimiserChoice = Partial<OptimiserSpec>
/** A model as a spec names it: with its parameters, and with what it is to be trained by otherwise than by default. */
export interface ModelSetting {
  [parameter: string]: string | number | boolean | OptimiserChoice | undefined
  model: string
  optimiser?: OptimiserChoice
}

/** The model alone, by whatever it is trained. */
export function modelOf({ optimiser: _, ...model }: ModelSetting): ModelChoice {
  return model as ModelChoice
}
