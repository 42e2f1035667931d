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
  const lacking = lackingColumn(preview)
  if (lacking !== '') return lacking
  if (first) return first.text
  if (preview.badLines > 0)
    return `Mend the ${plural(preview.badLines, 'bad line')} first: nothing is imported by halves.`
  if (!about.title.trim()) return 'Give it a title.'
  if (!/^[a-z0-9][a-z0-9-]*$/.test(about.id)) return 'Its name in specs: lower-case letters, digits and dashes.'
  if (taken.includes(about.id)) return `There is a dataset ${about.id} already.`
  if (!about.licence.trim()) return 'Say under which licence it may be used; "own" will do.'
  return ''
}

/** The column that is still to be chosen, by the form of the rows; '' when none is. */
function lackingColumn({ form, text, label, options, target, notices, right }: DatasetPreview): string {
  if (form === 'options') {
    if (options.length === 0) return 'Choose the columns that hold the options.'
    if (right === null && notices.every(({ kind }) => kind === 'note')) return 'Say which option is right.'
    return ''
  }
  if (!text) return 'Choose the column that holds the text.'
  if (form === 'text') return target ? '' : 'Choose the column that holds what follows the text.'
  return label ? '' : 'Choose the column that holds the label.'
}

export function requestFor(preview: DatasetPreview, said: Said, about: About): ImportRequest {
  const { path, form, text, label, split, group, options, right, target } = preview
  const { encoding, header, quotes, twins, template, games, first } = said
  const own = { classes: {}, options: { options, ...(right && { right }) }, text: { target } }[form]
  const classes = form === 'classes' ? about.classes : []
  const reading = { encoding, header, quotes, twins, template, games, first }
  return { path, ...reading, form, text, label, split, group, ...own, ...about, classes }
}
