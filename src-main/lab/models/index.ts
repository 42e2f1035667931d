import { setTimeout as delay } from 'node:timers/promises'
import type { Calls, ModelEntry } from '../../../src-preload/contract'
import type { FileProblem, Task } from '../../data/models'
import type { Store } from '../../store'
import type { Bus } from '../bus'
import { LabError } from '../errors'
import { createEta } from './eta'
import type { Librarian } from './librarian'

type Answer<K extends keyof Calls> = Promise<ReturnType<Calls[K]>>

/** The pretrained models of this machine: one thing at a time is done with each, told by events, and can be stopped. */
export interface ModelDesk {
  list(): Promise<ModelEntry[]>
  get(...query: Parameters<Calls['modelGet']>): Answer<'modelGet'>
  cancel(id: string): null
  add(path: string): Answer<'modelAdd'>
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

interface Activity {
  stop: AbortController
  now: NonNullable<ModelEntry['activity']>
  ended: Promise<unknown>
}

export function createModelDesk(librarian: Librarian, store: Pick<Store, 'stages'>, bus: Bus): ModelDesk {
  const activities = new Map<string, Activity>()
  const tell = (id: string, now: Activity['now'], finished = false, error = '') =>
    bus.publish([{ type: 'model', id, ...now, finished, error }])

  async function tracked<T>(id: string, { stop, now }: Omit<Activity, 'ended'>, work: (task: Task) => Promise<T>) {
    const eta = createEta()
    const onProgress: Task['onProgress'] = (progress) => {
      Object.assign(now, progress, { etaSeconds: eta(progress) })
      tell(id, now)
    }
    try {
      const value = await work({ signal: stop.signal, onProgress })
      activities.delete(id)
      tell(id, now, true)
      return value
    } catch (error) {
      activities.delete(id)
      const stopped = stop.signal.aborted
      tell(id, now, true, stopped ? '' : error instanceof Error ? error.message : String(error))
      if (stopped) return null
      throw error
    }
  }

  /** Does something with a model; null when that was stopped. */
  function busy<T>(id: string, phase: string, work: (task: Task) => Promise<T>): Promise<T | null> {
    if (activities.has(id))
      throw new LabError('conflict', `${id}: something is being done with it already. Wait for that, or stop it.`)
    const start = { stop: new AbortController(), now: { phase, done: 0, total: 0, etaSeconds: null } }
    const ended = tracked(id, start, work)
    activities.set(id, { ...start, ended })
    tell(id, start.now)
    return ended
  }

  /** What fails or is stopped changes something too: how much is left to fetch. */
  const changing = <T>(work: Promise<T>): Promise<T> => work.finally(() => bus.publish([{ type: 'models' }]))

  return {
    list: async () =>
      (await librarian.ask('list', undefined)).map((entry) => ({
        ...entry,
        activity: activities.get(entry.id)?.now ?? null,
      })),
    get: ({ id, source }) => changing(busy(id, 'Asking for it', (task) => librarian.ask('get', { id, source }, task))),
    cancel(id) {
      activities.get(id)?.stop.abort()
      return null
    },
    async add(path) {
      const added = await changing(busy(path, 'Reading it', (task) => librarian.ask('add', path, task)))
      if (added) return added
      throw new LabError('conflict', `${path} was not added: that was stopped.`)
    },
    check: (id) => librarian.ask('check', id),
    verify: (id) => busy(id, 'Checking', (task) => librarian.ask('verify', id, task)),
    async remove(id) {
      const entry = (await librarian.ask('list', undefined)).find((entry) => entry.id === id)
      if (entry?.here) refuseWhileNeeded(entry.title, entry.here.key, store)
      if (activities.has(id)) throw new LabError('conflict', `${id}: something is being done with it. Stop that first.`)
      return changing(librarian.ask('remove', id))
    },
    card: (id) => librarian.ask('card', id),
    async close() {
      const open = [...activities.values()]
      for (const { stop } of open) stop.abort()
      // What does not listen is ended with its thread: nobody waits for it.
      await Promise.race([
        Promise.allSettled(open.map(({ ended }) => ended)),
        delay(PARTING, undefined, { ref: false }),
      ])
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
