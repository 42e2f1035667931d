import { z } from 'zod'
import type { PythonRandom } from '../../science/maths/python-random'
import { problemsOf } from '../../science/spec/problems'

/** A row that an example of a dataset becomes. */
export interface TemplateRow {
  text: string
  /** Index of the class. */
  label: 0 | 1
  /** What rows of one split have in common, e.g. the passage; null for nothing. */
  group: string | null
}
/** Why an example becomes no row. */
export interface Fault {
  expected: string
  got: string
}

/** What is said of a template. */
export interface TemplateInfo {
  id: string
  title: string
  question: string
  /** The dataset's name on the model hub, and its configuration there. */
  hub: string
  config: string | null
  /** The splits to train and to test on; its others are left out. */
  splits: { train: string; test: string }
  classes: readonly [string, string]
  /** Columns that it needs. */
  columns: readonly string[]
  /** Whether the task is one of the paper's 22 (arXiv 2312.09390, table 1), and of the five of the released code. */
  suites: readonly ('paper' | 'openai')[]
}
/** How the examples of a published dataset become the rows of a task. One entry of a family's table each. */
export interface Template extends TemplateInfo {
  /** The rows of one example; those of a split come from one stream of random numbers, in the order of the examples. */
  rows(example: Readonly<Record<string, unknown>>, random: PythonRandom): TemplateRow[] | Fault
}

type Shape = Record<string, z.ZodType>
type Fields<S extends Shape> = z.output<z.ZodObject<S>>

/** A template as its table has it: the columns with what they hold, and what is made of them. */
export type Definition<S extends Shape> = Omit<TemplateInfo, 'columns'> & {
  columns: S
  /** @throws Error with a `Fault` as cause, see `fault` */
  rows: (fields: Fields<S>, random: PythonRandom) => TemplateRow[]
}

/** Checks every example by its columns before its rows are made. */
export function defineTemplate<S extends Shape>({ columns, rows, ...told }: Definition<S>): Template {
  const schema = z.object(columns)
  return {
    ...told,
    columns: Object.keys(columns),
    rows(example, random) {
      const parsed = schema.safeParse(example)
      if (!parsed.success) {
        const [problem] = problemsOf(parsed.error, example, schema)
        return { expected: `${problem!.expected} in column "${problem!.path}"`, got: problem!.got }
      }
      try {
        return rows(parsed.data, random)
      } catch (error) {
        if (error instanceof ExampleFault) return error.fault
        throw error
      }
    },
  }
}

/** An example whose columns do not fit each other. */
class ExampleFault extends Error {
  override readonly name = 'ExampleFault'
  constructor(readonly fault: Fault) {
    super(`expected ${fault.expected}, got ${fault.got}`)
  }
}
/** What is thrown of an example whose columns do not fit each other. */
export const fault = (expected: string, got: string): Error => new ExampleFault({ expected, got })

export const text = z.string()
export const texts = z.array(z.string()).min(2)
/** A whole number, or its digits: CSV has no numbers, and some sets have their labels as texts. */
export const whole = z.preprocess(
  (value) => (typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : value),
  z.int(),
)
/** 0 or 1, or false or true. */
export const bit = z.preprocess(
  (value) => (typeof value === 'boolean' ? Number(value) : value === '0' || value === '1' ? Number(value) : value),
  z.union([z.literal(0), z.literal(1)]),
)
/** Options with the letters that they go by. */
export const lettered = z.object({ text: texts, label: z.array(z.string()) })

/** A format with its `{names}` filled in, once: what is filled in may have braces. */
export const filled = (format: string, fields: Readonly<Record<string, unknown>>): string =>
  format.replace(/\{(\w+)\}/g, (_, name: string) => String(fields[name]))
