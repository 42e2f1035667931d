import { fieldsAt, isFields, listAt, numberOrText } from '../../lib/draft'
import { problemAdvice } from '../../lib/problems'
import { amount, counted, hidden, told, words } from '../../lib/columns'
import { about } from '../../lib/format'
import { tableOf, type Table } from '../../lib/tables'
import type { Axis, AxisValue, Catalog, Param, ParamTable, Problem, SweepPlan } from '../../lib/types'
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

/** One thing wrong with a sweep: of which of its fields, null of all together, and what to do about it. */
export interface SweepFault {
  axis: number | null
  advice: string
}

/** What the lab refuses of the axes of a sweep, for people. */
export function refused(problems: readonly Problem[]): SweepFault[] {
  return problems.map((problem) => {
    const index = /^axes\[(\d+)\]/.exec(problem.path)?.[1]
    return { axis: index === undefined ? null : Number(index), advice: axisAdvice(problem) }
  })
}

function axisAdvice(problem: Problem): string {
  const { path, expected, got } = problem
  const runs = /^a sweep of at most (\d+) runs$/.exec(expected)?.[1]
  if (runs !== undefined) return `A sweep has ${runs} runs at most; this one would have ${got}. Take fewer values.`
  if (/^every value of .+ once$/.test(expected)) return `Give every value once; ${got} is there twice.`
  const most = /^axes\[\d+\]\.values$/.test(path) && /^at most (\d+) entries$/.exec(expected)?.[1]
  return most ? `Give ${most} values at most.` : problemAdvice(problem)
}

/** What is wrong with a field of a sweep itself: it is none of the draft, has no values, or some that it cannot take. */
export function fieldFaults(
  { path, text }: { path: string; text: string },
  field: SweepField | undefined,
  plan: (SweepPlan & { axes: readonly Axis[] }) | null,
): string[] {
  if (!field) return ['Choose a field to sweep.']
  const values = valuesOf(text, field.param)
  if (values.length === 0) return ['Give it values, between commas.']
  const at = plan?.axes.findIndex((axis) => axis.path === path) ?? -1
  const found = (plan?.cells ?? []).flatMap((cell) =>
    cell.problems.flatMap((problem) =>
      problem.path === path ? [`${String(cell.values[at])}: ${problemAdvice(problem)}`] : [],
    ),
  )
  return [...new Set(found)]
}

/** A run a line: the values that it takes by the fields' labels, its stages, and how long those to run take. */
export function sweepTable({ cells, rough }: SweepPlan, labels: readonly string[]): Table {
  type Cell = (typeof cells)[number]
  const stages = (head: string, of: (cell: Cell) => number) =>
    counted<Cell>(head, (cell) => (cell.problems.length > 0 ? null : of(cell)))
  return tableOf(cells, [
    ...labels.map((label, i) =>
      told<Cell>(
        label,
        ({ values }) => values[i],
        ({ values }) => String(values[i]),
      ),
    ),
    stages('stages to run', ({ toRun }) => toRun),
    stages('cached', ({ done }) => done),
    stages('shared', ({ shared }) => shared),
    amount('takes', {
      ...{ of: ({ seconds, problems }) => (problems.length > 0 ? null : seconds), unit: 's' },
      shown: (seconds) => (seconds === 0 ? '' : about(seconds, rough)),
    }),
    hidden('takes by', () => (rough ? 'in part a default rate' : 'past stages')),
    words('problem', ({ problems: [problem] }) => (problem ? problemAdvice(problem) : '')),
  ])
}
