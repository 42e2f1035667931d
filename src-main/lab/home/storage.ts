import { readdir, rm, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Storage, StoragePlace } from '../../../src-preload/contract'
import type { Store } from '../../store'
import type { Importer } from '../datasets/importer'
import { freeBytes } from './space'

/** What takes room on disk, and the part of it that can be made again. */
export interface StorageDesk {
  /** Looks through all folders, in another thread. */
  measure(): Promise<Storage>
  /** @returns bytes that came free */
  free(what: 'results' | 'unfinished'): Promise<number>
}

interface Deps {
  store: Pick<Store, 'path' | 'bytes' | 'artifacts' | 'marks' | 'stages'>
  importer: Pick<Importer, 'ask'>
  home: string
  cache: string
}

export function createStorageDesk(deps: Deps): StorageDesk {
  const { store, importer, home, cache } = deps
  const results = join(home, 'results')
  const unfinished = join(home, 'artifacts', 'unfinished')

  /** Of a kept training whether a run in the queue will go on from it, or does so now. */
  function isIdle(name: string): boolean {
    const stage = store.stages.byKey(name.slice(0, 64))
    return !stage || (stage.state !== 'running' && !store.stages.isWanted(stage.id))
  }
  const idle = async () => (await filesIn(unfinished)).filter(({ name }) => isIdle(name))

  async function measure(): Promise<Storage> {
    const folders = foldersOf(home, cache)
    const sizes = await importer.ask('sizes', folders)
    const sizeOf = new Map([[store.path, store.bytes()], ...folders.map((path, i) => [path, sizes[i] ?? 0] as const)])
    const kept = await idle()
    const trashed = store.marks.trashed(Infinity)
    return {
      places: placesOf(home, cache, store.path, sizeOf),
      kinds: store.artifacts.byKind(),
      trash: { runs: trashed.length, bytes: store.artifacts.bytesOfOnly(trashed) },
      idle: { trainings: kept.length, bytes: sum(kept) },
      diskFreeBytes: freeBytes(home),
    }
  }

  return {
    measure,
    async free(what) {
      let freed = 0
      for (const { name, path, bytes } of await filesIn(what === 'results' ? results : unfinished)) {
        // Looked at for each: a run may have come to want it meanwhile.
        if (what === 'unfinished' && !isIdle(name)) continue
        await rm(path, { force: true })
        freed += bytes
      }
      return freed
    },
  }
}

/** Folders of the data folder, by their own names. */
const IN_HOME = ['results', 'damaged', 'bundles', 'datasets', 'fetched', 'corpora'] as const

/** The folders whose sizes are asked for. */
const foldersOf = (home: string, cache: string): string[] => [
  home,
  ...['artifacts', join('artifacts', 'unfinished'), ...IN_HOME].map((name) => join(home, name)),
  ...[cache, join(cache, 'models'), join(cache, 'tensorflow')],
]

/** Every place without those within it; what changed while it was looked at takes no room below none. */
function placesOf(
  home: string,
  cache: string,
  database: string,
  sizes: ReadonlyMap<string, number>,
): Storage['places'] {
  const place = (id: StoragePlace, path: string, ...within: string[]) => {
    const bytes = within.reduce((left, part) => left - (sizes.get(part) ?? 0), sizes.get(path) ?? 0)
    return { id, path, bytes: Math.max(0, bytes) }
  }
  const [artifacts, models, backends] = [join(home, 'artifacts'), join(cache, 'models'), join(cache, 'tensorflow')]
  const unfinished = join(artifacts, 'unfinished')
  const own = IN_HOME.map((id) => place(id, join(home, id)))
  const other = (folder: string, outside: string) => (outside.startsWith(folder + sep) ? [outside] : [])
  return [
    place('database', database),
    place('artifacts', artifacts, unfinished),
    place('unfinished', unfinished),
    ...own,
    place('home', home, database, artifacts, ...own.map(({ path }) => path), ...other(home, cache)),
    place('models', models),
    place('backends', backends),
    place('cache', cache, models, backends, ...other(cache, home)),
  ]
}

const sum = (of: readonly { bytes: number }[]) => of.reduce((total, { bytes }) => total + bytes, 0)

/** The files of a folder, not of those below it; none where there is none. */
async function filesIn(folder: string): Promise<{ name: string; path: string; bytes: number }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      return {
        name,
        path,
        bytes: await stat(path).then(
          ({ size }) => size,
          () => 0,
        ),
      }
    }),
  )
}
