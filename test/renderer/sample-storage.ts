import type { Storage, StoragePlace } from '../../src-preload/contract'

const BYTES: Record<StoragePlace, number> = {
  ...{ database: 12_400_000, artifacts: 200_000_000, unfinished: 48_000_000, results: 31_000_000, damaged: 0 },
  ...{ bundles: 3_200_000, datasets: 800_000, fetched: 0, corpora: 0, home: 2_000_000 },
  ...{ models: 1_300_000_000, backends: 910_000_000, cache: 120_000_000 },
}
const CACHED: readonly string[] = ['models', 'backends', 'cache']

/** What takes room in the simulated world. */
export const STORAGE: Storage = {
  places: (Object.keys(BYTES) as StoragePlace[]).map((id) => ({
    id,
    path: CACHED.includes(id) ? `/home/ada/.cache/${id}` : `/home/ada/lab/${id}`,
    bytes: BYTES[id],
  })),
  kinds: [
    { kind: 'train', stages: 40, bytes: 180_000_000 },
    { kind: 'data', stages: 3, bytes: 20_000_000 },
  ],
  trash: { runs: 2, bytes: 64_000_000 },
  idle: { trainings: 1, bytes: 16_000_000 },
  diskFreeBytes: 80_200_000_000,
}
