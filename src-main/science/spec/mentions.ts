import type { MethodChoice, ModelSetting } from './choices'
import type { Names } from './spec'

/** A model that a spec names. */
export interface Mention {
  /** Its place in the spec, e.g. `weak[0]`, or `methods[1].ladder[2]` where it is a method's own. */
  path: string
  setting: ModelSetting
}

type Value = MethodChoice[string]

/** Every model that a spec names, in the order in which it does. */
export function mentions(spec: Names): Mention[] {
  const found: Mention[] = []
  withModels(spec, (setting, path) => {
    found.push({ path, setting })
    return setting
  })
  return found
}

/**
 * The spec with what `change` makes of each model that it names. No other code walks over them: whoever asks for "the
 * models of a spec" gets those too that only a method names (parameters of type `models`).
 */
export function withModels<S extends Names>(spec: S, change: (setting: ModelSetting, path: string) => ModelSetting): S {
  const each = (settings: readonly ModelSetting[], path: string) =>
    settings.map((setting, i) => change(setting, `${path}[${i}]`))
  const [weak, strong] = [each(spec.weak, 'weak'), each(spec.strong, 'strong')]
  const methods = spec.methods.map((choice, i) => {
    const own = Object.entries<Value>(choice).map(([name, value]): [string, Value] => [
      name,
      Array.isArray(value) ? each(value, `methods[${i}].${name}`) : value,
    ])
    return { ...choice, ...Object.fromEntries(own) }
  })
  return { ...spec, weak, strong, methods }
}
