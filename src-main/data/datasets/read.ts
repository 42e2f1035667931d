import { basename } from 'node:path'
import { z } from 'zod'
import { problemsOf, show } from '../../science/spec/problems'
import type { RowOf, TaskRow } from '../../science/tasks'
import { packedLines } from '../packed-lines'

const text = z.string().min(1)
const label = z.int().min(0).max(255)
const facts = { split: z.enum(['train', 'test']).optional(), group: z.string().optional() }
const different = (texts: readonly string[]) => new Set(texts).size === texts.length

/** As much of the form of a task as its rows go by. */
export type Shape = { kind: 'classes' } | { kind: 'options'; count: number } | { kind: 'text' }

/** One schema a form of task. */
const SCHEMAS: { [S in Shape as S['kind']]: (shape: S) => z.ZodType<RowOf<S>> } = {
  classes: () => z.strictObject({ text, label, ...facts }),
  options: ({ count }) =>
    z.strictObject({
      text: text.optional(),
      options: z
        .array(text)
        .refine((options) => options.length === count, { error: `expected ${count} options, as the task has` })
        .refine(different, { error: 'expected different options' }),
      label: z
        .int()
        .min(0)
        .max(count - 1),
      ...facts,
    }),
  text: () => z.strictObject({ text, target: text, difficulty: z.number().optional(), fen: text.optional(), ...facts }),
}

/**
 * The rows of a task file, `.jsonl.gz` or `.jsonl`, as bundled or as written by an import.
 * @param shape what the rows are
 * @throws Error naming file, line, place in it, expectation and value
 */
export async function readTask<S extends Shape>(path: string, shape: S): Promise<RowOf<S>[]> {
  const rows: RowOf<S>[] = []
  const schema = (SCHEMAS[shape.kind] as (shape: Shape) => z.ZodType<TaskRow>)(shape)
  for await (const lines of packedLines(path))
    for (const line of lines)
      rows.push(parseRow(line, `${basename(path)}, line ${rows.length + 1}`, schema) as RowOf<S>)
  return rows
}

function parseRow(line: string, where: string, schema: z.ZodType<TaskRow>): TaskRow {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new Error(`${where}: expected a JSON object, got ${show(line)}`)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [problem] = problemsOf(parsed.error, value, schema)
  throw new Error(`${where}: ${problem!.path || 'row'}: expected ${problem!.expected}, got ${problem!.got}`)
}
