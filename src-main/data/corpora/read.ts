import { basename } from 'node:path'
import { z } from 'zod'
import { packedLines } from '../packed-lines'

const row = z.strictObject({ text: z.string().min(1) })

/**
 * The documents of a corpus file, in its order: one `{"text": …}` a line.
 * @throws Error naming file, line, expectation and value
 */
export async function readCorpus(path: string): Promise<string[]> {
  const texts: string[] = []
  for await (const lines of packedLines(path))
    for (const line of lines) texts.push(textOf(line, `${basename(path)}, line ${texts.length + 1}`))
  return texts
}

function textOf(line: string, where: string): string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new Error(`${where}: expected a JSON object, got ${line.slice(0, 100)}`)
  }
  const parsed = row.safeParse(value)
  if (!parsed.success)
    throw new Error(`${where}: expected {"text": …}, a text and nothing else, got ${line.slice(0, 100)}`)
  return parsed.data.text
}
