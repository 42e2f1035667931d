import { basename } from 'node:path'
import { z } from 'zod'
import type { TaskRow } from '../../science/tasks/task'
import { packedLines } from '../packed-lines'

const taskRow = z.strictObject({
  text: z.string().min(1),
  label: z.int().min(0).max(255),
  split: z.enum(['train', 'test']).optional(),
  group: z.string().optional(),
})

/**
 * The rows of a task file, `.jsonl.gz` or `.jsonl`, as bundled or as written by an import.
 * @throws Error naming file, line, expectation and value
 */
export async function readTask(path: string): Promise<TaskRow[]> {
  const rows: TaskRow[] = []
  for await (const lines of packedLines(path))
    for (const line of lines) rows.push(parseRow(line, `${basename(path)}, line ${rows.length + 1}`))
  return rows
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
