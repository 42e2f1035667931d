import { METHODS } from '../methods'
import { MODELS } from '../models'
import { modelOf, type MethodChoice, type ModelChoice, type ModelSetting } from '../spec/choices'
import { naming } from '../spec/params'

/** A model as stages and arms name it: see `naming`. */
export function namedModel(setting: ModelSetting): ModelChoice {
  return naming(MODELS[setting.model]!.params, modelOf(setting))
}

/** The same with what it is trained by. */
export function namedSetting(setting: ModelSetting): ModelSetting {
  return naming(MODELS[setting.model]!.params, setting)
}

/** The same of a method, with the models that it brings in. */
export function namedMethod(choice: MethodChoice): MethodChoice {
  const named = Object.entries(naming(METHODS[choice.method]!.params, choice)).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(namedSetting) : value,
  ])
  return Object.fromEntries(named) as MethodChoice
}
