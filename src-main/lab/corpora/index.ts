import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { listCorpora, removeCorpus } from '../../data/corpora/import'
import { corpusFile, readCorpora } from '../../data/corpora/manifest'
import type { Corpus, CorpusMade, CorpusRequest, ListedCorpus } from '../../data/corpora/types'
import type { Datasets } from '../datasets'
import type { Importer } from '../datasets/importer'
import { LabError } from '../errors'

/** The texts that language models may be pretrained on: those that came with the app, and the games of this home. */
export interface Corpora {
  list(): ListedCorpus[]
  /** @throws LabError when it is gone, or not the one that was planned with */
  path: (id: string, sha256: string) => string
  /** @throws LabError for a file that cannot be taken; `conflict` for an id that is taken */
  add(request: CorpusRequest): Promise<CorpusMade>
  /** @throws LabError */
  remove(id: string): Promise<null>
}

/** Milliseconds that reading a file of games may take: each of them is played. */
const DEADLINE = 4 * 3_600_000

/** @throws Error when the manifest that came with the app cannot be read */
export async function openCorpora(
  home: string,
  resources: string,
  importer: Importer,
  datasets: Pick<Datasets, 'read'>,
): Promise<Corpora> {
  const [folder, own] = [join(resources, 'corpora'), join(home, 'corpora')]
  // A home of tests need not have any.
  const bundled = existsSync(join(folder, 'manifest.json')) ? readCorpora(folder) : []
  let imported = await listCorpora(own)
  const of = (all: readonly Corpus[], origin: ListedCorpus['origin']) => all.map((corpus) => ({ ...corpus, origin }))
  const list = () => [...of(bundled, 'bundled'), ...of(imported, 'imported')]
  return {
    list,
    path(id, sha256) {
      const corpus = list().find((one) => one.id === id)
      const file = corpusFile(corpus?.origin === 'imported' ? own : folder, id)
      if (!corpus || !existsSync(file))
        throw new LabError('not-found', `The corpus "${id}" is not there any more. Put it back, then resume.`)
      if (corpus.sha256 !== sha256)
        throw new LabError('conflict', `The corpus "${id}" is another one than this run was planned with.`)
      return file
    },
    async add(request) {
      if (list().some(({ id }) => id === request.id))
        throw new LabError('conflict', `There is a corpus "${request.id}" already. Choose another id.`)
      const made = await datasets.read(request.path, (task) =>
        importer.ask('games', { request, folder: own }, { ...task, deadline: DEADLINE }),
      )
      imported = await listCorpora(own)
      return made
    },
    async remove(id) {
      if (!imported.some((one) => one.id === id))
        throw new LabError('not-found', `There is no imported corpus "${id}".`)
      await removeCorpus(own, id)
      imported = await listCorpora(own)
      return null
    },
  }
}
