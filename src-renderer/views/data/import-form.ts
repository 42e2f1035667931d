import { plural } from '../../lib/format'
import type { DatasetPreview, DatasetQuery, ImportRequest } from '../../lib/types'

/** What the user says about a dataset beside its columns. */
export interface About {
  id: string
  title: string
  question: string
  licence: string
  /** Label values in class order. */
  classes: string[]
}
/** What the user has said of how a file is read: all that is not said is guessed. */
export type Said = Omit<DatasetQuery, 'path'>

/** An id that is free: one that is taken gets a number. */
export function freeId(base: string, taken: readonly string[]): string {
  let id = base
  for (let n = 2; taken.includes(id); n++) id = `${base}-${n}`
  return id
}

/** What keeps a file from being imported, in words, the cause before what comes of it; '' when nothing does. */
export function obstacle(preview: DatasetPreview, about: About, taken: readonly string[]): string {
  const first = preview.notices.find(({ kind }) => kind !== 'note')
  if (first?.kind === 'cause') return first.text
  if (!preview.text) return 'Choose the column that holds the text.'
  if (!preview.label) return 'Choose the column that holds the label.'
  if (first) return first.text
  if (preview.badLines > 0)
    return `Mend the ${plural(preview.badLines, 'bad line')} first: nothing is imported by halves.`
  if (!about.title.trim()) return 'Give it a title.'
  if (!/^[a-z0-9][a-z0-9-]*$/.test(about.id)) return 'Its name in specs: lower-case letters, digits and dashes.'
  if (taken.includes(about.id)) return `There is a dataset ${about.id} already.`
  if (!about.licence.trim()) return 'Say under which licence it may be used; "own" will do.'
  return ''
}

export function requestFor(preview: DatasetPreview, said: Said, about: About): ImportRequest {
  const { path, text, label, split, group } = preview
  return { ...said, path, text: text ?? '', label: label ?? '', split, group, ...about }
}
