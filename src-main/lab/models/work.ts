import type { Failure, InstalledModel, ModelCard, ModelEntry, ModelProgress } from '../../../src-preload/contract'
import type { FileProblem, Models, Task } from '../../data/models'

/** What can be asked about models, as data, so that it can be asked of another thread. */
export type Work =
  | { type: 'list' }
  | { type: 'get'; id: string; source: 'auto' | 'hub' | 'pip' }
  | { type: 'add'; path: string }
  | { type: 'verify'; id: string }
  | { type: 'check'; id: string }
  | { type: 'remove'; id: string }
  | { type: 'card'; id: string }
export interface Answers {
  list: ModelEntry[]
  get: InstalledModel
  add: { id: string } & InstalledModel
  verify: FileProblem[]
  check: FileProblem[]
  remove: { freedBytes: number }
  card: ModelCard
}
type Answer = Answers[Work['type']]

/** To the librarian's thread: something to do, or to stop doing. */
export type Asked = { id: number; work: Work } | { id: number; stop: true }
/** From it: how far that is, and once how it ended. */
export type Told =
  { id: number; progress: ModelProgress } | { id: number; value: Answer } | { id: number; failure: Failure }

/** Does one piece of work. @throws ModelError, CheckpointError */
export function perform(models: Models, work: Work, task: Task): Promise<Answer> {
  switch (work.type) {
    case 'list':
      return models.list()
    case 'get':
      return models.get(work.id, { ...task, source: work.source })
    case 'add':
      return models.add(work.path, task)
    case 'verify':
      return models.verify(work.id, task)
    case 'check':
      return models.check(work.id, task)
    case 'remove':
      return models.remove(work.id)
    case 'card':
      return models.card(work.id)
  }
}
