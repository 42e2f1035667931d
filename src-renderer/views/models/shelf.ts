import { bytes, duration, parameters, percent, shortHash } from '../../lib/format'
import { amount, hidden, told, words } from '../../lib/columns'
import { tableOf, type Table } from '../../lib/tables'
import type { ModelCard, ModelEntry } from '../../lib/types'
import type { ModelNews } from '../../state/lab.svelte'

export const FILTERS = [
  { value: 'all', label: 'All', title: 'Every model that is known' },
  { value: 'here', label: 'Here', title: 'On this machine' },
  { value: 'fits', label: 'Fit', title: 'All weights can be finetuned on this machine' },
] as const
export type Filter = (typeof FILTERS)[number]['value']

/** The models that are asked for, in groups of one family, in the lab's order. */
export function groupsOf(
  models: readonly ModelEntry[],
  search: string,
  filter: Filter,
): { family: string; models: ModelEntry[] }[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<string, ModelEntry[]>()
  for (const model of models) {
    if (filter === 'here' && !model.here) continue
    if (filter === 'fits' && !model.memory.trains) continue
    const { id, title, family, architecture, licence, hub } = model
    const text = [id, title, family, architecture, licence, hub].join(' ').toLowerCase()
    if (!words.every((word) => text.includes(word))) continue
    groups.set(family, [...(groups.get(family) ?? []), model])
  }
  return [...groups].map(([family, models]) => ({ family, models }))
}

/** What this machine can do with a model: word, colour and the memory that decides it. */
export function fitOf({ memory }: ModelEntry): { word: string; color: 'ok' | 'warn' | 'faint'; need: string } {
  const { trains, predicts, trainBytes, predictBytes } = memory
  if (trains) return { word: 'finetune', color: 'ok', need: bytes(trainBytes) }
  if (predicts) return { word: 'predict only', color: 'warn', need: bytes(predictBytes) }
  return { word: 'too big', color: 'faint', need: bytes(predictBytes) }
}

/** What is being done with a model now: heard since, or known when the list was made. */
export function activityOf(model: ModelEntry, news: ModelNews | undefined): ModelEntry['activity'] {
  if (!news) return model.activity
  return news.finished ? null : news
}

/** `34 %, 12 s left`. */
export function progressText({ phase, done, total, etaSeconds }: NonNullable<ModelEntry['activity']>): string {
  if (total === 0) return `${phase}…`
  const left = etaSeconds === null ? '' : `, ${duration(etaSeconds)} left`
  return `${percent(done / total)} of ${bytes(total)}${left}`
}

/** The same with what it is that goes on. */
export function activityText(activity: NonNullable<ModelEntry['activity']>): string {
  return activity.total === 0 ? progressText(activity) : `${activity.phase}, ${progressText(activity)}`
}

/** Where a model is, in words. */
export function placeText({ here, partialBytes }: ModelEntry): string {
  if (!here) return partialBytes > 0 ? `stopped, ${bytes(partialBytes)} have come` : 'not here'
  const { kind } = here.source
  if (kind === 'bundled') return 'came with the app'
  return kind === 'folder' ? 'yours, stays where it is' : `here, ${bytes(here.bytes)}`
}

const BYTES = { unit: 'bytes', shown: bytes }

/** Models with their sizes, and what finetuning and predicting hold in memory. */
export const modelsTable = (models: readonly ModelEntry[]): Table =>
  tableOf(models, [
    words('Model', ({ title }) => title),
    hidden('id', ({ id }) => id),
    words('family', ({ family }) => family),
    amount('parameters', { of: (model) => model.parameters, unit: '', shown: parameters }),
    amount('size', { of: ({ here, download }) => here?.size ?? download, ...BYTES }),
    words('this machine can', (model) => fitOf(model).word),
    amount('finetuning takes', { of: ({ memory }) => memory.trainBytes, ...BYTES }),
    amount('predicting takes', { of: ({ memory }) => memory.predictBytes, ...BYTES }),
    words('licence', ({ licence }) => licence ?? ''),
    words('where', placeText),
  ])

type File = ModelCard['files'][number]

/** The files of a model with what each weighs, and its whole hash. */
export const filesTable = (files: readonly File[]): Table =>
  tableOf(files, [
    words('File', ({ name }) => name),
    amount('size', { of: (file) => file.bytes, ...BYTES }),
    told(
      'sha256',
      ({ sha256 }) => sha256,
      ({ sha256 }) => shortHash(sha256),
    ),
  ])

/** Bytes that the cache takes: models that are here, and what interrupted fetches have left. */
export function diskUsed(models: readonly ModelEntry[]): number {
  return models.reduce((sum, { here, partialBytes }) => sum + (here?.bytes ?? 0) + partialBytes, 0)
}
