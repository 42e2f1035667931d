// A draft is JSON on its way to being a spec: it may be wrong anywhere, so nothing about its shape is taken for granted.

export type Path = readonly (string | number)[]
export type Fields = Readonly<Record<string, unknown>>

/** `methods[1].alphaMax` as its parts. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? name! : Number(index),
  )
}

/** The inverse of `parsePath`. */
export function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i ? '.' : ''}${part}`)).join('')
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value as fields, or none. */
export const fieldsAt = (draft: unknown, path: string): Fields => {
  const value = valueAt(draft, path)
  return isFields(value) ? value : {}
}

/** The value as a list, or an empty one. */
export const listAt = (draft: unknown, path: string): readonly unknown[] => {
  const value = valueAt(draft, path)
  return Array.isArray(value) ? (value as unknown[]) : []
}

/** The value at a path; undefined where the draft has no such place. */
export function valueAt(draft: unknown, path: string): unknown {
  let at = draft
  for (const part of parsePath(path)) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string | number, unknown>)[part]
  }
  return at
}

/** A copy with the value at the path replaced; `undefined` removes it. Places on the way are made where they lack. */
export function withValue(draft: unknown, path: string, value: unknown): unknown {
  return put(draft, parsePath(path), value)
}

function put(at: unknown, [part, ...rest]: Path, value: unknown): unknown {
  if (part === undefined) return value
  if (typeof part === 'number') {
    const items: unknown[] = Array.isArray(at) ? [...(at as unknown[])] : []
    if (rest.length === 0 && value === undefined) items.splice(part, 1)
    else items[part] = put(items[part], rest, value)
    return items
  }
  const fields: Record<string, unknown> = isFields(at) ? { ...at } : {}
  if (rest.length === 0 && value === undefined) delete fields[part]
  else fields[part] = put(fields[part], rest, value)
  return fields
}

/** A value as one would type it: texts bare, nothing as nothing, the rest as JSON. */
export function textOf(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Decimal, with an exponent as in 5e-5: no other notation that JavaScript reads, as 0x10. */
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i

/** What a number field holds: the number, else the text as typed, so that validation can say what is wrong with it. */
export function numberOrText(text: string): number | string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const plain = trimmed.replaceAll('\u2212', '-')
  const value = NUMBER.test(plain) ? Number(plain) : NaN
  return Number.isFinite(value) ? value : trimmed
}

/** Reads `0-4, 7` as seeds, none twice. What is no range stays as typed, so that validation can say what is wrong with it. */
export function parseSeeds(text: string): (number | string)[] {
  const parts = text.split(/[\s,;]+/).filter(Boolean)
  return [...new Set(parts.flatMap((part) => rangeOf(part) ?? numberOrText(part) ?? []))]
}

/** The numbers of `0-4`; null when it is no range that rises, or one of over a thousand. */
function rangeOf(text: string): number[] | null {
  const [, first, last] = /^(\d+)(?:-|–|\.\.)(\d+)$/.exec(text) ?? []
  const length = Number(last) - Number(first) + 1
  return length >= 1 && length <= 1000 ? Array.from({ length }, (_, i) => Number(first) + i) : null
}

/** Seeds as one types them: runs of three and more as ranges. */
export function seedsText(seeds: readonly unknown[]): string {
  const parts: string[] = []
  for (let i = 0; i < seeds.length; i++) {
    const first = seeds[i]
    let end = i
    while (typeof first === 'number' && seeds[end + 1] === first + (end + 1 - i)) end++
    if (end - i >= 2) {
      parts.push(`${String(first)}-${String(seeds[end])}`)
      i = end
    } else parts.push(String(first))
  }
  return parts.join(', ')
}
