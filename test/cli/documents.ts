import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Tables of docs/cli.md: heading → field → type. */
type Tables = Map<string, Map<string, string>>

/** Reads every `| field | type | … |` table under a level-three heading. */
export function readTables(): Tables {
  const tables: Tables = new Map()
  const text = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8')
  for (const section of text.split(/^### /m).slice(1)) {
    const [heading = '', ...lines] = section.split('\n')
    const rows = lines.map((line) => /^\| `([^`]+)` +\| `([^`]+)`/.exec(line)).filter((row) => row !== null)
    tables.set(heading.trim(), new Map(rows.map(([, field, type]) => [field!, type!])))
  }
  return tables
}

/**
 * What in a value is not as its table says: fields that are missing, fields that no table knows, values of another type.
 * @param type e.g. `list of arm result`, `text or null`
 */
export function mismatches(tables: Tables, type: string, value: unknown, path = ''): string[] {
  const alternatives = type === 'true or false' ? ['true', 'false'] : type.split(' or ')
  const found = alternatives.map((one) => mismatchesOfOne(tables, one, value, path))
  return found.find((problems) => problems.length === 0) ?? found.sort((a, b) => a.length - b.length)[0]!
}

const PRIMITIVES: Record<string, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  true: (value) => value === true,
  false: (value) => value === false,
  null: (value) => value === null,
  nothing: (value) => value === undefined,
  any: (value) => value !== undefined,
}

function mismatchesOfOne(tables: Tables, type: string, value: unknown, path: string): string[] {
  const wrong = [`${path || 'the document'}: expected ${type}, got ${JSON.stringify(value)?.slice(0, 80)}`]
  if (type in PRIMITIVES) return PRIMITIVES[type]!(value) ? [] : wrong
  if (type.startsWith('"')) return JSON.stringify(value) === type ? [] : wrong
  if (type.startsWith('list of ')) {
    if (!Array.isArray(value)) return wrong
    return value.flatMap((item, i) => mismatches(tables, type.slice('list of '.length), item, `${path}[${i}]`))
  }
  if (type.startsWith('record of ')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong
    const each = type.slice('record of '.length)
    return Object.entries(value).flatMap(([name, item]) => mismatches(tables, each, item, `${path}.${name}`))
  }
  const table = tables.get(type)
  if (!table) return [`docs/cli.md has no table "${type}", which ${path} needs`]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong
  const fields = value as Record<string, unknown>
  const surplus = Object.keys(fields).filter((name) => !table.has(name))
  return [
    ...surplus.map((name) => `${path}.${name}: not documented in "${type}"`),
    ...[...table].flatMap(([name, of]) => mismatches(tables, of, fields[name], path ? `${path}.${name}` : name)),
  ]
}
