import path from 'node:path'
import type { z } from 'zod'
import { problemsOf, type Problem } from '../../science/spec/problems'
import { JsonError, parseJson } from '../json'
import { FileError, readRegular } from '../regular'
import { CheckpointError } from './errors'

/** Bytes that a JSON file of a model may have, by what it is: several times those of the largest models there are. */
export const JSON_LIMITS = { config: 4 << 20, tokenizer: 128 << 20, index: 64 << 20 } as const

/**
 * The text of a file beside a model's weights.
 * @returns null where there is none
 * @throws CheckpointError for one that is no file, too long or cannot be read
 */
export async function readTextIf(file: string, limit: number): Promise<string | null> {
  try {
    return (await readRegular(file, limit)).toString('utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    const problem = cause instanceof FileError ? '' : `${file}: expected a file that can be read, got `
    throw new CheckpointError(problem + (cause as Error).message, { cause })
  }
}

/** As `readTextIf`. @throws CheckpointError where there is none, too */
export async function readText(file: string, limit: number): Promise<string> {
  const text = await readTextIf(file, limit)
  if (text !== null) return text
  throw new CheckpointError(`${file}: expected a file that can be read, got none`)
}

/** As `parseJsonFile`, of a file at a path; messages have its name. */
export async function readJsonFile<T>(file: string, limit: number, schema: z.ZodType<T>): Promise<T> {
  return parseJsonFile(await readText(file, limit), path.basename(file), schema)
}

/**
 * What a JSON text says, held to a schema.
 * @param file name for messages
 * @throws CheckpointError naming file, path, expectation and value
 */
export function parseJsonFile<T>(text: string, file: string, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = parseJson(text, { once: false })
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause
    throw new CheckpointError(linesOf(cause.problems, file), { cause })
  }
  return parseValue(json, file, schema)
}

/** As `parseJsonFile`, for a value that is there already. */
export function parseValue<T>(json: unknown, file: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new CheckpointError(linesOf(problemsOf(parsed.error, json, schema), file))
}

function linesOf(problems: readonly Problem[], file: string): string {
  const lines = problems.map((p) => `${file}: ${p.path ? `${p.path}: ` : ''}expected ${p.expected}, got ${p.got}`)
  return lines.slice(0, 5).join('\n')
}
