import { setTimeout as delay } from 'node:timers/promises'
import type { Calls, ModelEntry } from '../../../src-preload/contract'
import type { FileProblem } from '../../data/models'
import type { Store } from '../../store'
import type { Bus } from '../bus'
import { LabError } from '../errors'
import { Activities } from './activities'
import type { Librarian } from './librarian'

type Answer<K extends keyof Calls> = Promise<ReturnType<Calls[K]>>

/** The pretrained models of this machine: one thing at a time is done with each, told by events, and can be stopped. */
export interface ModelDesk {
  list(): Promise<ModelEntry[]>
  get(...query: Parameters<Calls['modelGet']>): Answer<'modelGet'>
  cancel(id: string): null
  add(path: string): Answer<'modelAdd'>
  /** Notes a model that a stage has made, where it lies, under a name of its own. */
  made(path: string, as: { id: string; title: string }): Promise<void>
  verify(id: string): Answer<'modelVerify'>
  /** What has changed of what it computes with, for a stage: without a word, and whatever else is being done. */
  check(id: string): Promise<FileProblem[]>
  /** @throws LabError `conflict` when a run that is at work or waits needs it */
  remove(id: string): Answer<'modelRemove'>
  card(id: string): Answer<'modelCard'>
  /** Stops what is under way; fetches can be gone on with. */
  close(): Promise<void>
}

/** Milliseconds that what is under way has for its end at closing. */
const PARTING = 500

export function createModelDesk(librarian: Librarian, store: Pick<Store, 'stages'>, bus: Bus): ModelDesk {
  const activities = new Activities(bus)
  const known = () => librarian.ask('list', undefined)
  /** What fails or is stopped changes something too: how much is left to fetch. */
  const changing = <T>(work: Promise<T>): Promise<T> => work.finally(() => bus.publish([{ type: 'models' }]))

  return {
    list: async () => (await known()).map((entry) => ({ ...entry, activity: activities.of(entry.id) })),
    get: ({ id, source }) =>
      changing(activities.begin(id, 'Asking for it', (task) => librarian.ask('get', { id, source }, task))),
    cancel(id) {
      activities.stop(id)
      return null
    },
    async add(path) {
      const added = await changing(activities.begin(path, 'Reading it', (task) => librarian.ask('add', { path }, task)))
      if (added) return added
      throw new LabError('conflict', `${path} was not added: that was stopped.`)
    },
    async made(path, as) {
      await changing(librarian.ask('add', { path, as }))
    },
    check: (id) => librarian.ask('check', id),
    verify: (id) => activities.begin(id, 'Checking', (task) => librarian.ask('verify', id, task)),
    async remove(id) {
      const entry = (await known()).find((entry) => entry.id === id)
      if (entry?.here) refuseWhileNeeded(entry.title, entry.here.key, store)
      if (activities.of(id)) throw new LabError('conflict', `${id}: something is being done with it. Stop that first.`)
      return changing(librarian.ask('remove', id))
    },
    card: (id) => librarian.ask('card', id),
    async close() {
      // What does not listen is ended with its thread: nobody waits for it.
      await Promise.race([Promise.allSettled(activities.stopAll()), delay(PARTING, undefined, { ref: false })])
      await librarian.close()
    },
  }
}

/** Stages name a pretrained model by its content key, which nothing else in their config can look like. */
function refuseWhileNeeded(title: string, key: string, { stages }: Pick<Store, 'stages'>): void {
  const waiting = stages.inState('waiting').filter(({ id }) => stages.isWanted(id))
  const needing = [...stages.inState('running'), ...waiting].find(({ config }) => config.includes(key))
  if (needing)
    throw new LabError(
      'conflict',
      `${title} is needed by "${needing.title}", which is in the queue. Cancel that run first.`,
    )
}
