import { fieldsAt, isFields, listAt, textOf, type Fields } from '../../lib/draft'
import type { Catalog, Preview, Variant } from '../../lib/types'

/** One model in its place among supervisors, rungs and students. */
export interface Rung {
  id: string
  /** Its place in the spec. */
  path: string
  title: string
  role: 'supervisor' | 'rung' | 'student'
  /** Of the trainings that make it what it is there: how many are done here, of how many; null while that is not known. */
  done: number | null
  all: number
  column: number
  row: number
}
/** One teaches the other. */
export interface Lesson {
  from: string
  to: string
  label: string
  /** Where a model can be put in between: the list of the method, and before which of its entries. */
  into: { path: string; at: number } | null
}
export interface Chains {
  rungs: Rung[]
  lessons: Lesson[]
}
type Valid = Extract<Preview, { valid: true }>

/** What supervisors teach whom, directly or over the models that a method brings in between, of the draft as it stands. */
export function chainsOf(catalog: Catalog, draft: unknown, preview: Valid | null): Chains {
  const [weak, strong] = [listAt(draft, 'weak'), listAt(draft, 'strong')]
  const methods = listAt(draft, 'methods').map((_, i) => climbing(catalog, draft, i))
  const last = 1 + Math.max(0, ...methods.map(({ models }) => models.length))
  const name = (at: string) => titleOf(catalog.models, fieldsAt(draft, at))
  const trained = trainedBy(preview)
  const side = (list: 'weak' | 'strong', column: number, models: readonly unknown[]) =>
    models.map((_, row): Rung => {
      const path = `${list}[${row}]`
      const role = list === 'weak' ? 'supervisor' : 'student'
      return { id: path, path, title: name(path), role, ...trained(list, row, null), column, row }
    })
  const direct = methods.filter(({ models }) => models.length === 0).map(({ title }) => title)
  const chains = methods.filter(({ models }) => models.length > 0)
  const first = Math.max(weak.length, strong.length)
  const between = chains.flatMap((chain, at) =>
    chain.models.map((_, i): Rung => {
      const path = `${chain.path}[${i}]`
      const done = trained('strong', 0, { method: chain.method, rung: i })
      return { id: path, path, title: name(path), role: 'rung', ...done, column: 1 + i, row: first + at }
    }),
  )
  const lessons = pairsOf(draft, weak.length, strong.length).flatMap(([w, s]): Lesson[] => [
    ...(direct.length > 0 ? [{ from: `weak[${w}]`, to: `strong[${s}]`, label: direct.join(', '), into: null }] : []),
    ...chains.flatMap(({ path, title, models }) => {
      const ids = [`weak[${w}]`, ...models.map((_, i) => `${path}[${i}]`), `strong[${s}]`]
      return ids.slice(1).map((to, at): Lesson => ({ from: ids[at]!, to, label: title, into: { path, at } }))
    }),
  ])
  const once = new Map(lessons.map((lesson) => [`${lesson.from} ${lesson.to} ${lesson.label}`, lesson]))
  return { rungs: [...side('weak', 0, weak), ...between, ...side('strong', last, strong)], lessons: [...once.values()] }
}

/** A method with the list of models that it may bring in between, where it has one. */
export function climbing(catalog: Catalog, draft: unknown, method: number) {
  const at = `methods[${method}]`
  const entry = fieldsAt(draft, at)
  const variant = catalog.methods.find(({ id }) => id === entry['method'])
  const [name] = Object.entries(variant?.params ?? {}).find(([, { type }]) => type === 'models') ?? []
  const path = name === undefined ? '' : `${at}.${name}`
  return { method, path, title: variant?.title ?? textOf(entry['method']), models: path ? listAt(draft, path) : [] }
}

/** A model by what tells it from others: its checkpoint, else its kind with what stands in its title. */
function titleOf(variants: readonly Variant[], entry: Fields): string {
  if (typeof entry['checkpoint'] === 'string') return entry['checkpoint']
  const variant = variants.find(({ id }) => id === entry['model'])
  const parts = Object.entries(variant?.params ?? {}).flatMap(([name, { inTitle }]) =>
    inTitle && entry[name] !== undefined ? [textOf(entry[name])] : [],
  )
  return [variant?.title ?? textOf(entry['model']), ...parts].join(' ')
}

function pairsOf(draft: unknown, weak: number, strong: number): [number, number][] {
  const named = listAt(draft, 'pairs').filter(
    (pair): pair is [number, number] => Array.isArray(pair) && pair.length === 2,
  )
  if (named.length > 0) return named
  return Array.from({ length: weak * strong }, (_, i) => [Math.floor(i / strong), i % strong])
}

/** Counts the trainings of a model in its place, over tasks and seeds: a supervisor's, or a student's by every method. */
function trainedBy(preview: Valid | null) {
  const cached = new Map(preview?.stages.map(({ key, cached }) => [key, cached]))
  return (list: 'weak' | 'strong', index: number, climb: { method: number; rung: number } | null) => {
    const { spec, arms = [] } = preview ?? {}
    const setting = spec?.[list][index]
    if (!spec || !setting) return { done: null, all: 0 }
    const models = climb ? modelsIn(spec.methods[climb.method]) : []
    const rung = climb ? models[climb.rung] : undefined
    // The draft may be ahead of what is known of it.
    if (climb && !rung) return { done: null, all: 0 }
    const keys = arms.flatMap(({ weak, strong, method, seeds }) => {
      if (!climb || !rung) {
        const same = sameModel(list === 'weak' ? weak : strong, setting)
        return same ? seeds.map((seed) => (list === 'weak' ? seed.weak : seed.student)) : []
      }
      // A rung is told as an arm of its own: the student of what comes before it.
      const before = JSON.stringify(models.slice(0, climb.rung))
      const is = JSON.stringify(modelsIn(method)) === before && sameModel(strong, rung)
      return is && method.method === spec.methods[climb.method]?.method ? seeds.map(({ student }) => student) : []
    })
    const all = [...new Set(keys)]
    return { done: all.filter((key) => cached.get(key)).length, all: all.length }
  }
}

const modelsIn = (method: Fields | undefined): Fields[] =>
  Object.values(method ?? {}).find((value): value is Fields[] => Array.isArray(value)) ?? []

const sameModel = (one: Fields, other: Fields) =>
  Object.entries(one).every(([name, value]) => isFields(value) || other[name] === undefined || other[name] === value)
