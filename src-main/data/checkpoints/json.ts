import type { z } from 'zod'
import { problemsOf } from '../../science/problems'
import { CheckpointError } from './errors'

/**
 * What a JSON text says, held to a schema.
 * @param file name for messages
 * @throws CheckpointError naming file, path, expectation and value
 */
export function parseJsonFile<T>(text: string, file: string, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new CheckpointError(`${file}: expected JSON, got ${(cause as Error).message}`, { cause })
  }
  return parseValue(json, file, schema)
}

/** As `parseJsonFile`, for a value that is there already. */
export function parseValue<T>(json: unknown, file: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const problems = problemsOf(parsed.error, json, schema)
  const lines = problems.map((p) => `${file}: ${p.path ? `${p.path}: ` : ''}expected ${p.expected}, got ${p.got}`)
  throw new CheckpointError(lines.slice(0, 5).join('\n'))
}
