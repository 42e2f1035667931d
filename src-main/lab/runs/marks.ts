import type { Calls, MarkChange } from '../../../src-preload/contract'
import type { MarkRow, Store } from '../../store'
import type { Bus } from '../bus'
import { LabError } from '../errors'
import { runEvents } from '../queue/recorder'
import type { RunDesk } from './desk'
import { marksOf } from './view'

/** How long a run stays in the trash. */
const KEPT_MS = 30 * 24 * 3600 * 1000

/** What the user says of runs. Ids that are not there throw `not-found`, and nothing is changed then. */
export interface MarkDesk {
  mark(change: MarkChange): null
  /** @throws LabError `conflict` of a run that is in the queue */
  trash(query: { runs: string[]; trashed: boolean }): ReturnType<Calls['trash']>
  /** Removes what is in the trash; bytes that the disk has back. */
  empty(): Promise<number>
  /** Removes what has been there for 30 days. */
  sweep(): Promise<void>
}

/** The desk over a store. */
export function createMarkDesk(store: Store, bus: Bus, runs: Pick<RunDesk, 'find' | 'remove'>): MarkDesk {
  const rowOf = (run: string): MarkRow =>
    store.marks.get(runs.find(run).id) ?? {
      ...{ run, name: '', notes: '', tags: '[]', hidden: 0, starred: 0, trashedAt: null },
    }

  function change(ids: readonly string[], how: (row: MarkRow) => MarkRow): void {
    store.transaction(() => {
      for (const id of ids) store.marks.put(how(rowOf(id)))
    })
    bus.publish(runEvents(ids))
  }

  async function removeTrashed(until: number): Promise<number> {
    let bytes = 0
    for (const id of store.marks.trashed(until)) bytes += await runs.remove(id)
    return bytes
  }

  return {
    mark({ runs: ids, name, notes, addTags = [], removeTags = [], hidden, starred }) {
      change(ids, (row) => {
        const tags = new Set([...marksOf(row).tags.filter((tag) => !removeTags.includes(tag)), ...addTags])
        return {
          ...row,
          name: name === undefined ? row.name : name.trim(),
          notes: notes ?? row.notes,
          tags: JSON.stringify([...tags].sort()),
          hidden: hidden === undefined ? row.hidden : hidden ? 1 : 0,
          starred: starred === undefined ? row.starred : starred ? 1 : 0,
        }
      })
      return null
    },
    trash({ runs: ids, trashed }) {
      if (trashed && ids.some((id) => !runs.find(id).ended))
        throw new LabError('conflict', 'A run that is in the queue cannot go into the trash. Cancel it first.')
      change(ids, (row) => ({ ...row, trashedAt: trashed ? Date.now() : null }))
      return { bytes: store.artifacts.bytesOfOnly(store.marks.trashed(Infinity)) }
    },
    empty: () => removeTrashed(Infinity),
    sweep: async () => void (await removeTrashed(Date.now() - KEPT_MS)),
  }
}
