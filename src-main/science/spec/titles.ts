import type { ModelSetting } from './choices'
import { MODELS } from '../models'
import { OPTIMISER } from '../optimiser'
import type { Param, ParamTable } from './params'

/**
 * Short name of a choice for people, e.g. "words 50" or "confidence, largest alpha 0.75": its id (or what the variant has
 * instead), the parameters marked `inTitle`, and those that differ from their default. Choices that differ have different
 * titles.
 */
export function choiceTitle(
  variant: { id: string; short?: string; params: ParamTable },
  values: Record<string, unknown>,
): string {
  const entries = Object.entries(variant.params)
  const size = entries.filter(([, p]) => p.inTitle).map(([name, p]) => ` ${valueText(p, values[name])}`)
  const changed = entries
    .filter(([name, p]) => !p.inTitle && JSON.stringify(values[name]) !== JSON.stringify(p.default))
    .map(([name, p]) => `, ${parameterTitle(p, values[name])}`)
  return ((variant.short ?? variant.id) + size.join('')).trim() + changed.join('')
}

/** A parameter with its value, to stand in a name: "learning rate 0.001". */
export function parameterTitle(param: Param, value: unknown): string {
  const label = param.label.toLowerCase()
  if (param.type === 'boolean') return value ? label : `no ${label}`
  return `${label} ${valueText(param, value)}`
}

function valueText(param: Param, value: unknown): string {
  if (param.type === 'choice') return param.options.find((o) => o.value === value)?.label ?? ''
  if (param.type === 'models') return (value as ModelSetting[]).map(settingTitle).join(' → ')
  return String(value)
}

/** A model with all that its entry says of its training. */
function settingTitle({ optimiser = {}, ...model }: ModelSetting): string {
  const trained = Object.entries(optimiser).map(
    ([name, value]) => `, ${parameterTitle(OPTIMISER[name as keyof typeof OPTIMISER], value)}`,
  )
  return choiceTitle(MODELS[model.model]!, model) + trained.join('')
}
