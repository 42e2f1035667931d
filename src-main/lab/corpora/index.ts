import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { corpusFile, readCorpora, type Corpus } from '../../data/corpora/manifest'
import { LabError } from '../errors'

/** The texts that language models may be pretrained on: those that came with the app. */
export interface Corpora {
  list(): Corpus[]
  /** @throws LabError when it is gone, or not the one that was planned with */
  path: (id: string, sha256: string) => string
}

/** @throws Error when the manifest that came with the app cannot be read */
export function openCorpora(resources: string): Corpora {
  const folder = join(resources, 'corpora')
  // A home of tests need not have any.
  const all = existsSync(join(folder, 'manifest.json')) ? readCorpora(folder) : []
  return {
    list: () => all,
    path(id, sha256) {
      const corpus = all.find((one) => one.id === id)
      const file = corpusFile(folder, id)
      if (!corpus || !existsSync(file))
        throw new LabError('not-found', `The corpus "${id}" is not there any more. Put it back, then resume.`)
      if (corpus.sha256 !== sha256)
        throw new LabError('conflict', `The corpus "${id}" is another one than this run was planned with.`)
      return file
    },
  }
}
