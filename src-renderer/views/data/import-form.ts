import { plural } from '../../lib/format'
import type { DatasetPreview, ImportRequest } from '../../lib/types'

/** What the user says about a dataset beside its columns. */
export interface About {
  id: string
  title: string
  question: string
  licence: string
  /** Label values in class order. */
  classes: string[]
}

/** An id made of a file's name: lower case, digits and dashes; one that is taken gets a number. */
export function idFor(path: string, taken: readonly string[]): string {
  const name = path.split(/[\\/]/).pop() ?? ''
  const plain = name.replace(/(\.(jsonl|csv|tsv|gz|txt|json))+$/i, '').toLowerCase()
  const base = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'dataset'
  let id = base
  for (let n = 2; taken.includes(id); n++) id = `${base}-${n}`
  return id
}

/** A title made of an id: `our-reviews` becomes `Our reviews`. */
export function titleFor(id: string): string {
  const words = id.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What keeps a file from being imported, in words; '' when nothing does. */
export function obstacle(preview: DatasetPreview, about: About, taken: readonly string[]): string {
  if (!preview.text) return 'Choose the column that holds the text.'
  if (!preview.label) return 'Choose the column that holds the label.'
  if (preview.counts.length !== 2) {
    return `A task has exactly two classes for now; the label column has ${plural(preview.counts.length, 'value')}.`
  }
  if (preview.badLines > 0)
    return `Mend the ${plural(preview.badLines, 'bad line')} first: nothing is imported by halves.`
  if (!about.title.trim()) return 'Give it a title.'
  if (!/^[a-z0-9][a-z0-9-]*$/.test(about.id)) return 'Its name in specs: lower-case letters, digits and dashes.'
  if (taken.includes(about.id)) return `There is a dataset ${about.id} already.`
  if (!about.licence.trim()) return 'Say under which licence it may be used; "own" will do.'
  return ''
}

export function requestFor({ path, text, label, split, group }: DatasetPreview, about: About): ImportRequest {
  return { path, text, label, split, group, ...about }
}
