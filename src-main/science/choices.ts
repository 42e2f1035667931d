type Choice<Tag extends string> = { [K in Tag]: string } & Record<string, string | number | boolean>

/** A model with its parameters: `model` names an entry of `MODELS`, the other keys are those of its parameter table. */
export type ModelChoice = Choice<'model'>
/** A method with its parameters: `method` names an entry of `METHODS`. */
export type MethodChoice = Choice<'method'>
/** A loss with its parameters: `loss` names an entry of `LOSSES`. */
export type LossChoice = Choice<'loss'>
