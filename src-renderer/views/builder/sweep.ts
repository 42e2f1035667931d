import { fieldsAt, isFields, listAt, numberOrText } from '../../lib/draft'
import { problemAdvice } from '../../lib/problems'
import { fullTable, type TableText } from '../../lib/tables'
import type { Axis, AxisValue, Catalog, Param, ParamTable, SweepPlan } from '../../lib/types'
import { placeName } from './labels'

/** A field that a sweep can go over. */
export interface SweepField {
  path: string
  label: string
  param: Param
}

/** Every field of a draft that holds one plain value: of the run, the sizes, the optimiser, and of each model and method. */
export function sweepFields(catalog: Catalog, draft: unknown): SweepField[] {
  const of = (prefix: string, table: ParamTable) =>
    Object.entries(table).flatMap(([name, param]): SweepField[] => {
      const path = `${prefix}${name}`
      return isPlain(param) ? [{ path, param, label: placeName(catalog, draft, path) }] : []
    })
  const entries = (list: string, tag: string, variants: Catalog['models']) =>
    listAt(draft, list).flatMap((entry, i) => {
      const variant = variants.find(({ id }) => isFields(entry) && entry[tag] === id)
      const trained = tag === 'model' ? of(`${list}[${i}].optimiser.`, catalog.optimiser) : []
      return [...(variant ? of(`${list}[${i}].`, variant.params) : []), ...trained]
    })
  return [
    ...of('optimiser.', catalog.optimiser),
    ...of('sizes.', catalog.sizes),
    ...of('', catalog.run),
    ...entries('weak', 'model', catalog.models),
    ...entries('strong', 'model', catalog.models),
    ...entries('methods', 'method', catalog.methods),
  ]
}

const isPlain = ({ type }: Param) => type !== 'models'

/** Values as they are typed, between commas: numbers, true and false as such, what is no number as the text that it is. */
export function valuesOf(text: string, { type }: Param): AxisValue[] {
  const parts = text.split(/[,;]/).flatMap((part) => part.trim() || [])
  if (type === 'boolean') return parts.map((part) => (part === 'true' || part === 'false' ? part === 'true' : part))
  return parts.flatMap((part) => (type === 'choice' || type === 'checkpoint' ? part : (numberOrText(part) ?? [])))
}

/** What a field may be told to take: its range, or its options by the words that the spec has for them. */
export function rangeOf(param: Param): string {
  if (param.type === 'choice') return param.options.map(({ value }) => value).join(', ')
  if (param.type === 'boolean') return 'true, false'
  return 'min' in param ? `${param.min} to ${param.max}` : 'ids of models'
}

/** The value that a field has in the draft, or that it has by default. */
export const valueNow = (draft: unknown, path: string, param: Param): unknown => {
  const [, at = '', name = path] = /^(.*)\.(\w+)$/.exec(path) ?? []
  return fieldsAt(draft, at)[name] ?? (param.type === 'models' ? '' : param.default)
}

/** The axes of a sweep that can be asked about: those that have values. */
export const axesOf = (asked: readonly { path: string; text: string }[], fields: readonly SweepField[]): Axis[] =>
  asked.flatMap(({ path, text }) => {
    const field = fields.find((one) => one.path === path)
    const values = field ? valuesOf(text, field.param) : []
    return values.length > 0 ? [{ path, values }] : []
  })

/** A run a line: the values that it takes by the fields' labels, its stages, and the seconds of those to run. */
export function sweepTable({ cells, rough }: SweepPlan, labels: readonly string[]): TableText {
  return fullTable(
    [
      ...labels,
      'stages to run',
      'cached',
      'shared',
      rough ? 'seconds, in part by a default rate' : 'seconds',
      'problem',
    ],
    cells.map(({ values, toRun, done, shared, seconds, problems: [problem] }) =>
      problem ? [...values, '', '', '', '', problemAdvice(problem)] : [...values, toRun, done, shared, seconds, ''],
    ),
  )
}
