import { amount, hidden, words } from '../../lib/columns'
import { bytes, plural } from '../../lib/format'
import { tableOf, type Table } from '../../lib/tables'
import type { Storage, StoragePlace } from '../../lib/types'

/** What lies at a place, and what becomes of it where it is deleted. */
export const PLACE_TEXTS: Record<StoragePlace, { title: string; text: string }> = {
  database: { title: 'Database', text: 'runs, curves, notes, marks and studies' },
  artifacts: { title: 'Artifacts', text: 'what stages made: every result is computed from it' },
  unfinished: { title: 'Unfinished trainings', text: 'kept so that a run that stopped goes on in the middle' },
  results: { title: 'Computed results', text: 'intervals and the like, made again when wanted' },
  damaged: { title: 'Damaged artifacts', text: 'set aside, for whoever wants to look at them' },
  bundles: { title: 'Bundles', text: 'exported into the data folder' },
  datasets: { title: 'Imported datasets', text: 'removed under Data' },
  fetched: { title: 'Published datasets', text: 'as they came; tasks that were imported have a copy' },
  corpora: { title: 'Corpora', text: 'to pretrain on' },
  home: { title: 'Other', text: 'presets, ladders, the window’s own profile' },
  models: { title: 'Models', text: 'fetched, or made by runs; removed under Models' },
  backends: { title: 'TensorFlow', text: 'removed under Backends' },
  cache: { title: 'Other', text: 'runtimes, compiled engine; set-up restores them' },
}

const CACHED: readonly StoragePlace[] = ['models', 'backends', 'cache']
/** What the user has put or left there: shown in the file manager, never freed. */
export const SHOWN: readonly StoragePlace[] = ['damaged', 'bundles', 'datasets', 'fetched', 'corpora']

const KINDS: Record<string, string> = {
  data: 'examples and splits',
  pretrain: 'word vectors',
  adapt: 'adapted models',
  features: 'frozen features',
  train: 'trained models and what they said',
  label: 'weak labels',
  tokens: 'tokenised texts',
  language: 'pretrained models',
  prompt: 'answers to prompts',
}

/** `trained models and what they said, of 40 stages`. */
export const kindText = ({ kind, stages }: Storage['kinds'][number]): string =>
  `${KINDS[kind] ?? kind}, of ${plural(stages, 'stage')}`

/** The places of the data folder and those of the cache, without those where nothing lies. */
export function groupsOf({ places }: Storage) {
  const group = (title: string, id: StoragePlace, cached: boolean) => {
    const within = places.filter((place) => CACHED.includes(place.id) === cached)
    return {
      title,
      path: places.find((place) => place.id === id)?.path ?? '',
      bytes: within.reduce((sum, { bytes }) => sum + bytes, 0),
      places: within.filter(({ bytes }) => bytes > 0),
    }
  }
  return [group('Data folder', 'home', false), group('Cache', 'cache', true)]
}

/** Every place with what lies there; what is part of the artifacts is told as such, and counted in them already. */
export function storageTable(storage: Storage): Table {
  interface Row {
    group: string
    title: string
    text: string
    size: number
    path: string
    partOf: string
  }
  const part = (text: string, size: number): Row => ({
    ...{ group: 'Data folder', title: '', text, size, path: '', partOf: PLACE_TEXTS.artifacts.title },
  })
  const { runs, bytes: trashed } = storage.trash
  const within = [
    ...storage.kinds.map((kind) => part(kindText(kind), kind.bytes)),
    ...(runs > 0 ? [part(trashText(runs), trashed)] : []),
  ]
  const rows = groupsOf(storage).flatMap(({ title: group, places }) =>
    places.flatMap(({ id, path, bytes: size }): Row[] => {
      const own = { ...PLACE_TEXTS[id], group, size, path, partOf: '' }
      return id === 'artifacts' ? [own, ...within] : [own]
    }),
  )
  return tableOf(rows, [
    words('Where', ({ group }) => group),
    words('Place', ({ title }) => title),
    words('what lies there', ({ text }) => text),
    amount('on disk', { of: ({ size }) => size, unit: 'bytes', shown: bytes }),
    hidden('path', ({ path }) => path),
    hidden('part of', ({ partOf }) => partOf),
  ])
}

/** What of the artifacts goes with the trash. */
export const trashText = (runs: number): string => `of all that, only of ${plural(runs, 'run')} in the trash`
