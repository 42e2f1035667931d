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
  const size = entries.filter(([, p]) => p.inTitle).map(([name]) => ` ${String(values[name])}`)
  const changed = entries
    .filter(([name, p]) => !p.inTitle && values[name] !== p.default)
    .map(([name, p]) => `, ${parameterTitle(p, values[name])}`)
  return ((variant.short ?? variant.id) + size.join('')).trim() + changed.join('')
}

/** A parameter with its value, to stand in a name: "learning rate 0.001". */
export function parameterTitle(param: Param, value: unknown): string {
  const label = param.label.toLowerCase()
  if (param.type === 'boolean') return value ? label : `no ${label}`
  if (param.type === 'choice') return `${label} ${param.options.find((o) => o.value === value)?.label ?? ''}`
  return `${label} ${String(value)}`
}
