import { fieldsAt, parsePath, pathText } from '../../lib/draft'
import type { Catalog, ParamTable } from '../../lib/types'
import { SECTIONS, type Section } from './sections'

const LISTS: Readonly<Record<string, [noun: string, tag: 'model' | 'method' | '']>> = {
  tasks: ['task', ''],
  weak: ['supervisor', 'model'],
  strong: ['student', 'model'],
  methods: ['method', 'method'],
  seeds: ['seed', ''],
}

/** Fields that are no parameters. */
const FIELDS: Readonly<Record<string, string>> = { name: 'Name', question: 'Question' }

/** A place of a draft as the form calls it: "supervisor 1, Learning rate"; its section where it is no field. */
export function placeName(catalog: Catalog, draft: unknown, path: string): string {
  const [list = '', index, ...rest] = parsePath(path)
  const [noun, tag] = LISTS[list] ?? []
  if (noun !== undefined && typeof index === 'number') {
    const place = `${noun} ${index + 1}`
    const label = labelOf(paramsOf(catalog, draft, pathText([list, index]), tag ?? ''), catalog, rest.at(-1))
    return label === undefined ? place : `${place}, ${label}`
  }
  const own = FIELDS[path]
  if (own !== undefined) return own
  const sections: readonly Section[] = SECTIONS
  const section = sections.find(({ paths }) => paths.includes(String(list)))?.title ?? path
  return labelOf({ ...catalog.run, ...catalog.sizes }, catalog, parsePath(path).at(-1)) ?? section
}

const labelOf = (params: ParamTable, { optimiser }: Catalog, name: string | number | undefined) =>
  ({ ...optimiser, ...params })[String(name)]?.label

function paramsOf(catalog: Catalog, draft: unknown, at: string, tag: 'model' | 'method' | ''): ParamTable {
  if (tag === '') return {}
  const id = fieldsAt(draft, at)[tag]
  const variants = tag === 'model' ? catalog.models : catalog.methods
  return variants.find((variant) => variant.id === id)?.params ?? {}
}
