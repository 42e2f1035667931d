import { show } from '../../science/problems'
import type { Line } from './lines'
import type { Entry } from './problem'

/** One JSON object a line. */
export async function* jsonlRecords(lines: AsyncIterable<Line>): AsyncGenerator<Entry> {
  for await (const { number: line, text, broken } of lines) {
    if (text.trim() === '') continue
    if (broken) yield { line, expected: 'UTF-8 text', got: 'other bytes' }
    else yield parse(text, line)
  }
}

function parse(text: string, line: number): Entry {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const got = text.trim() === '[' ? 'the beginning of a JSON list' : show(text)
    return { line, expected: 'one JSON object a line', got }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { line, expected: 'one JSON object a line', got: show(value) }
  return { line, values: new Map(Object.entries(value)) }
}
