import type { Fields } from '../../lib/draft'
import type { Variant } from '../../lib/types'

/** A choice of this variant with every parameter at its default. */
export function defaultChoice(tag: string, variant: Variant): Fields {
  return {
    [tag]: variant.id,
    ...Object.fromEntries(Object.entries(variant.params).map(([name, param]) => [name, param.default])),
  }
}

/** The entry that another variant makes of this one: parameters of the same name are kept. */
export function changeVariant(tag: string, variants: readonly Variant[], item: Fields, id: string): Fields {
  const variant = variants.find((v) => v.id === id)
  if (!variant) return item
  const fresh = defaultChoice(tag, variant)
  return Object.fromEntries(Object.entries(fresh).map(([k, v]) => [k, k !== tag && k in item ? item[k] : v]))
}

/** What "add" adds: a variant that is not there yet, else the last entry with its first number doubled. */
export function nextChoice(tag: string, variants: readonly Variant[], items: readonly Fields[]): Fields {
  const fresh = variants.find((v) => !items.some((item) => item[tag] === v.id))
  const last = items[items.length - 1]
  const like = variants.find((v) => v.id === last?.[tag]) ?? variants[0]
  if (!like) return { [tag]: '' }
  if (fresh && tag === 'method') return defaultChoice(tag, fresh)
  const base = { ...defaultChoice(tag, like), ...last }
  const first = Object.entries(like.params).find(([, p]) => p.type === 'integer' || p.type === 'number')
  if (!first) return base
  const [name, param] = first
  if (param.type !== 'integer' && param.type !== 'number') return base
  const value = Number(base[name])
  return { ...base, [name]: Number.isFinite(value) ? Math.min(param.max, value * 2) : param.default }
}
