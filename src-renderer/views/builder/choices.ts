import { textOf, type Fields } from '../../lib/draft'
import { parameters as size } from '../../lib/format'
import type { Catalog, Param, Variant } from '../../lib/types'

type Checkpoints = Catalog['checkpoints']

/** Variants for the form: a pretrained model is chosen among those that there are, the ones that can run first. */
export function withCheckpoints(variants: readonly Variant[], checkpoints: Checkpoints): Variant[] {
  return variants.map((variant) => {
    const shown = (param: Param): Param =>
      param.type === 'checkpoint' ? asChoice(param, checkpoints, variant.start === 'checkpoint') : param
    const params = Object.entries(variant.params).map(([name, param]) => [name, shown(param)] as const)
    return { ...variant, params: Object.fromEntries(params) }
  })
}

/** @param finetuned whether it is trained itself, and so has to fit the memory with all that training takes */
function asChoice(
  { default: preferred, ...param }: Extract<Param, { type: 'checkpoint' }>,
  checkpoints: Checkpoints,
  finetuned: boolean,
): Param {
  const known = checkpoints.map(({ id, title, parameters, here, trains }) => {
    const large = finetuned && !trains
    const label = `${title}, ${size(parameters)}${here ? '' : ' · not here'}${large ? ' · too large to finetune' : ''}`
    return { id, here, works: here && !large, label: large && here ? `${label} here` : label }
  })
  const options = known
    .toSorted((a, b) => Number(b.here) - Number(a.here) || Number(b.works) - Number(a.works))
    .map(({ id, label }) => ({ value: id, label }))
  const works = known.find(({ id, works }) => id === preferred && works) ?? known.find(({ works }) => works)
  return { ...param, type: 'choice', default: works?.id ?? preferred, options }
}

/** A parameter that may be left out: what stands for it then is shown in its place. */
export function unsettable(param: Param, inherited: unknown): Param {
  const stands = inherited === undefined ? 'by model' : textOf(inherited)
  if (param.type === 'choice') {
    const label = param.options.find(({ value }) => value === inherited)?.label ?? stands
    const none = inherited === undefined ? label : `${label}, by default`
    return { ...param, default: '', options: [{ value: '', label: none }, ...param.options] }
  }
  return param.type === 'integer' || param.type === 'number' ? { ...param, placeholder: stands } : param
}

/** A choice of this variant with every parameter at its default. */
export function defaultChoice(tag: string, variant: Variant): Fields {
  return {
    [tag]: variant.id,
    ...Object.fromEntries(Object.entries(variant.params).map(([name, param]) => [name, param.default])),
  }
}

/**
 * The entry that another variant makes of this one: parameters of the same name are kept, the others are as they were
 * when it last was that variant.
 */
export function changeVariant(
  tag: string,
  variants: readonly Variant[],
  item: Fields,
  id: string,
  earlier: Fields = {},
): Fields {
  const variant = variants.find((v) => v.id === id)
  if (!variant) return item
  const known = { ...earlier, ...item, [tag]: id }
  return Object.fromEntries(Object.entries(defaultChoice(tag, variant)).map(([k, v]) => [k, known[k] ?? v]))
}

/** The parameters of an entry that mean something with its other values. */
export function meantParams({ params }: Variant, item: Fields): [string, Param][] {
  return Object.entries(params).filter(([, { onlyWhere }]) => {
    if (!onlyWhere) return true
    const value = item[onlyWhere.param] ?? params[onlyWhere.param]?.default
    return typeof value === 'string' && onlyWhere.is.includes(value)
  })
}

/** What "add" adds: a method that is not there yet, else the last entry with as little changed as makes it another one. */
export function nextChoice(tag: string, variants: readonly Variant[], items: readonly Fields[]): Fields {
  const lastOf = ({ id }: Variant) => items.findLastIndex((item) => item[tag] === id)
  const fresh = variants.find((variant) => lastOf(variant) < 0)
  if (fresh && tag === 'method') return defaultChoice(tag, fresh)
  for (const variant of variants.toSorted((a, b) => lastOf(b) - lastOf(a))) {
    const next = another(tag, variant, items)
    if (next) return next
  }
  return items[items.length - 1] ?? { [tag]: '' }
}

/** The last entry of a variant with one value changed so that it is none of the others; undefined where none is left. */
function another(tag: string, variant: Variant, items: readonly Fields[]): Fields | undefined {
  const standard = defaultChoice(tag, variant)
  const there = items.filter((item) => item[tag] === variant.id).map((item): Fields => ({ ...standard, ...item }))
  const last = there[there.length - 1]
  if (!last) return standard
  const used = new Set(there.map((item) => JSON.stringify(item)))
  for (const [name, param] of firstToVary(meantParams(variant, last))) {
    for (const value of othersThan(last[name], param)) {
      const next = { ...last, [name]: value }
      if (!used.has(JSON.stringify(next))) return next
    }
  }
  return undefined
}

/** Parameters in the order in which one varies them: those that stand in the title, numbers, the rest. */
function firstToVary(params: readonly [string, Param][]): [string, Param][] {
  const rank = ({ inTitle, type }: Param) => (inTitle ? 0 : type === 'integer' || type === 'number' ? 1 : 2)
  return params.toSorted(([, a], [, b]) => rank(a) - rank(b))
}

/** Other values of a parameter: every option; of a number its doubles, then its halves, within its bounds. */
function* othersThan(value: unknown, param: Param): Generator<string | number | boolean> {
  if (param.type === 'boolean') yield value !== true
  else if (param.type === 'choice') yield* param.options.map((option) => option.value)
  else if (param.type === 'integer' || param.type === 'number') {
    const { type, min, max } = param
    const start = typeof value === 'number' && value > 0 ? value : param.default || 1
    for (let v = start; v < max;) yield (v = Math.min(max, v * 2))
    for (let v = start; v > min;) yield (v = Math.max(min, type === 'integer' ? Math.floor(v / 2) : v / 2))
  }
}
