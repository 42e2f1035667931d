import { basename } from 'node:path'

/** An id made of a file's name: lower case, digits and dashes, at most 60. */
export function idFor(path: string): string {
  const plain = basename(path.replaceAll('\\', '/'))
    .replace(/(\.(jsonl|ndjson|csv|tsv|gz|txt|json|parquet))+$/i, '')
    .toLowerCase()
  const id = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+/, '')
  return id.slice(0, 60).replace(/-+$/, '') || 'dataset'
}

/** A title made of an id: `our-reviews` becomes `Our reviews`. */
export function titleFor(id: string): string {
  const words = id.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
