import type { Fields } from '../../lib/draft'
import { parameters as size } from '../../lib/format'
import type { Catalog, Param, Variant } from '../../lib/types'

type Checkpoints = Catalog['checkpoints']

/** Variants for the form: a pretrained model is chosen among those that there are, the ones that can run first. */
export function withCheckpoints(variants: readonly Variant[], checkpoints: Checkpoints): Variant[] {
  const shown = (param: Param): Param => (param.type === 'checkpoint' ? asChoice(param, checkpoints) : param)
  return variants.map((variant) => ({
    ...variant,
    params: Object.fromEntries(Object.entries(variant.params).map(([name, param]) => [name, shown(param)])),
  }))
}

function asChoice(
  { default: preferred, ...param }: Extract<Param, { type: 'checkpoint' }>,
  checkpoints: Checkpoints,
): Param {
  const sorted = [...checkpoints].sort((a, b) => Number(b.here) - Number(a.here))
  const options = sorted.map(({ id, title, parameters, here }) => ({
    value: id,
    label: `${title}, ${size(parameters)}${here ? '' : ' · not on this machine'}`,
  }))
  const works = checkpoints.find(({ id, here }) => id === preferred && here) ?? checkpoints.find(({ here }) => here)
  return { ...param, type: 'choice', default: works?.id ?? preferred, options }
}

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

/** The parameters of an entry that mean something with its other values. */
export function meantParams({ params }: Variant, item: Fields): [string, Param][] {
  return Object.entries(params).filter(([, { onlyWhere }]) => {
    if (!onlyWhere) return true
    const value = item[onlyWhere.param] ?? params[onlyWhere.param]?.default
    return typeof value === 'string' && onlyWhere.is.includes(value)
  })
}

/** What "add" adds: a variant that is not there yet, else the last entry with another model, or its first number doubled. */
export function nextChoice(tag: string, variants: readonly Variant[], items: readonly Fields[]): Fields {
  const fresh = variants.find((v) => !items.some((item) => item[tag] === v.id))
  const last = items[items.length - 1]
  const like = variants.find((v) => v.id === last?.[tag]) ?? variants[0]
  if (!like) return { [tag]: '' }
  if (fresh && tag === 'method') return defaultChoice(tag, fresh)
  const base = { ...defaultChoice(tag, like), ...last }
  const [name, param] = firstToVary(like) ?? []
  if (name === undefined || param === undefined) return base
  if (param.type === 'choice') {
    const used = items.map((item) => item[name])
    return { ...base, [name]: param.options.find(({ value }) => !used.includes(value))?.value ?? base[name] }
  }
  if (param.type !== 'integer' && param.type !== 'number') return base
  const value = Number(base[name])
  return { ...base, [name]: Number.isFinite(value) ? Math.min(param.max, value * 2) : param.default }
}

/** The parameter that stands in the title first, else the first number. */
function firstToVary({ params }: Variant): [string, Param] | undefined {
  const all = Object.entries(params)
  return all.find(([, p]) => p.inTitle) ?? all.find(([, p]) => p.type === 'integer' || p.type === 'number')
}
