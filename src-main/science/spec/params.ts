import { z } from 'zod'

interface Described {
  label: string
  /** One sentence: what it does and what it is good for. */
  help: string
  unit?: string
  /** Where the parameter or its default comes from, e.g. "arXiv 2312.09390 A.4". */
  source?: string
  /** Always part of the short name of a choice ("words 50"); other parameters only where they differ from the default. */
  inTitle?: true
  /** Means something only where the parameter of that name has one of these values; a form shows it only there. */
  onlyWhere?: { param: string; is: readonly string[] }
  /** Came after stages had been keyed with its table: a stage and an arm's id name it only where it is not at its default. */
  later?: true
}
export type Param =
  | (Described & {
      type: 'number' | 'integer'
      default: number
      min: number
      max: number
      /** What a form shows where nothing is set, if that is not the default. */
      placeholder?: string
    })
  | (Described & {
      type: 'choice'
      default: string
      options: readonly { value: string; label: string; help?: string }[]
    })
  | (Described & { type: 'boolean'; default: boolean })
  /** The id of a pretrained model; which there are is known to the machine, not to the table. */
  | (Described & { type: 'checkpoint'; default: string })
  /** Models with their parameters, beside those that the spec itself names: what a method brings in between them. */
  | (Described & { type: 'models'; default: readonly Named[]; min: number; max: number })

/** A model as a spec names it; what of its parameters is not there is at its default. */
interface Named {
  [parameter: string]: unknown
  model: string
}

/** The parameters of one variant (task, model, loss, method): drives the spec's schema and the builder's form alike. */
export type ParamTable = Readonly<Record<string, Param>>

type ValueOf<P extends Param> = P extends { type: 'boolean' }
  ? boolean
  : P extends { type: 'choice'; options: readonly { value: infer V }[] }
    ? V
    : P extends { type: 'checkpoint' }
      ? string
      : P extends { type: 'models' }
        ? Named[]
        : number
/** The values that a parameter table describes. */
export type Values<T extends ParamTable> = { -readonly [K in keyof T]: ValueOf<T[K]> }

/** What checks a model in a parameter table. */
type Settings = z.ZodType<Named>

function checkOfParam(p: Param, settings: Settings): z.ZodType {
  if (p.type === 'boolean') return z.boolean()
  if (p.type === 'checkpoint') return z.string().min(1).max(200)
  if (p.type === 'models') return z.array(settings).min(p.min).max(p.max)
  if (p.type === 'choice') return z.enum(p.options.map((o) => o.value) as [string, ...string[]])
  const number = p.type === 'integer' ? z.int() : z.number()
  return number.min(p.min).max(p.max)
}

/** The values with every parameter at its default that means nothing beside the others: what is no difference has none. */
export function settled<T extends Readonly<Record<string, unknown>>>(table: ParamTable, values: T): T {
  const idle = Object.entries(table).filter(
    ([, { onlyWhere }]) => onlyWhere && !onlyWhere.is.includes(String(values[onlyWhere.param])),
  )
  return { ...values, ...Object.fromEntries(idle.map(([name, param]) => [name, param.default])) }
}

/** The values that name a stage or an arm: those of parameters that came later only where they are not at their default. */
export function naming<T extends Readonly<Record<string, unknown>>>(table: ParamTable, values: T): T {
  const silent = ([name, value]: [string, unknown]) => table[name]?.later && value === table[name].default
  return Object.fromEntries(Object.entries(values).filter((entry) => !silent(entry))) as T
}

/** Every parameter of a table at its default. */
export function defaultsOf<T extends ParamTable>(table: T): Values<T> {
  return Object.fromEntries(Object.entries(table).map(([name, p]) => [name, p.default])) as Values<T>
}

/** The zod fields of a table of which any part may be given: ranges enforced, no defaults. */
export function partsOf<T extends ParamTable>(
  table: T,
): { [K in keyof T]: z.ZodExactOptional<z.ZodType<Values<T>[K]>> } {
  return Object.fromEntries(
    Object.entries(table).map(([name, p]) => [name, z.exactOptional(checkOfParam(p, NONE))]),
  ) as ReturnType<typeof partsOf<T>>
}

/**
 * The zod fields of a table: every parameter optional with its default, ranges enforced.
 * @param settings what checks a model, where the table has parameters of that type
 */
export function fieldsOf<T extends ParamTable>(
  table: T,
  settings: Settings = NONE,
): { [K in keyof T]: z.ZodPrefault<z.ZodType<Values<T>[K]>> } {
  const fields = Object.entries(table).map(([name, p]) => [name, checkOfParam(p, settings).prefault(p.default)])
  return Object.fromEntries(fields) as ReturnType<typeof fieldsOf<T>>
}

const NONE = z.never()
