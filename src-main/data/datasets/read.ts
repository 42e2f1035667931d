import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { PassThrough, pipeline } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import type { TaskRow } from '../../science/tasks/task'

const taskRow = z.strictObject({
  text: z.string().min(1),
  label: z.int().min(0).max(255),
  split: z.enum(['train', 'test']).optional(),
  group: z.string().optional(),
})

/**
 * The rows of a task file, `.jsonl.gz` or `.jsonl`, as bundled or as written by an import; read in pieces, for all of it
 * may be longer than a string can be.
 * @throws Error naming file, line, expectation and value
 */
export async function readTask(path: string): Promise<TaskRow[]> {
  const rows: TaskRow[] = []
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const take = (line: string) => rows.push(parseRow(line, `${basename(path)}, line ${rows.length + 1}`))
  for await (const piece of pieces(path)) {
    const lines = (rest + decoder.write(piece)).split('\n')
    rest = lines.pop()!
    lines.forEach(take)
  }
  rest += decoder.end()
  if (rest !== '') take(rest)
  return rows
}

async function* pieces(path: string): AsyncGenerator<Buffer> {
  const raw = createReadStream(path)
  const unpacked = path.endsWith('.gz') ? createGunzip() : new PassThrough()
  // What goes wrong with the file ends the reading of what is unpacked, too.
  pipeline(raw, unpacked, () => undefined)
  yield* unpacked as AsyncIterable<Buffer>
}

function parseRow(line: string, where: string): TaskRow {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new Error(`${where}: expected a JSON object, got ${line.slice(0, 100)}`)
  }
  const parsed = taskRow.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new Error(`${where}: ${issue.path.join('.') || 'row'}: ${issue.message}, got ${line.slice(0, 100)}`)
}
