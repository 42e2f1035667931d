import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Stage } from '../../science/stages'
import type { StageRow, Store } from '../../store'
import { adopt, readAdoption } from './adopt'
import { settleRuns } from './recorder'
import type { Shelf } from '../home/shelf'

/** The stage that a row was made from. */
export function stageOf(store: Store, row: StageRow): Stage {
  const needs = Object.fromEntries(store.needs.of(row.id).map((need) => [need.role, need.key]))
  const config = JSON.parse(row.config) as unknown
  return { key: row.key, title: row.title, kind: row.kind, config, needs } as Stage
}

/** Nothing runs and nothing is queued any more: live runs end `interrupted`, with whatever they have done. */
export function interruptAll(store: Store, at: number): void {
  store.transaction(() => {
    for (const stage of store.stages.inState('running')) store.stages.end(stage.id, 'interrupted', at, '')
    for (const run of store.runs.live()) endRun(store, run, 'interrupted', at)
  })
}

/** Ends a live run before its time; what waits for no other run leaves the queue. */
export function endRun(store: Store, run: string, how: 'cancelled' | 'interrupted', at = Date.now()): void {
  store.transaction(() => {
    store.runs.end(run, how, at)
    store.holds.clear(run)
    store.stages.leaveQueue(run, how)
  })
}

/**
 * Makes store and disk agree after whatever ended the last process. Finished artifacts that were not recorded any more
 * are adopted, recorded ones that are gone wait to be made again, what was running or queued stands as interrupted.
 */
export async function reconcile(store: Store, shelf: Shelf): Promise<void> {
  await shelf.sweep()
  for (const stage of store.stages.inState('running')) {
    const found = await shelf.find(stage.key)
    if (!found) continue
    const adoption = await readAdoption(found)
    store.transaction(() => adopt(store, adoption))
  }
  store.transaction(() => {
    for (const { stage, key, origin } of store.artifacts.all()) if (!shelf.has(key, origin)) forget(store, stage)
    settleRuns(store, Date.now())
  })
  interruptAll(store, Date.now())
  await removeOrphans(store, shelf)
}

/** A done stage whose artifact is gone: to be made again by the next run that wants it. Its numbers stay. */
export function forget(store: Store, stage: number): void {
  store.artifacts.remove(stage)
  store.stages.wait(stage)
}

/** How many orphans are looked up at a time. */
const BATCH = 100

/**
 * Removes the stages that belong to no run with their artifacts, and lets everything else have its turn after each:
 * thousands of them take seconds.
 * @returns bytes of the artifacts
 */
export async function removeOrphans(store: Store, shelf: Shelf): Promise<number> {
  let bytes = 0
  for (let batch = store.stages.orphans(BATCH); batch.length > 0; batch = store.stages.orphans(BATCH))
    for (const { id, key } of batch) {
      // While others had their turn a new run may have come to want it.
      if (store.runs.withStage(id).length > 0) continue
      const artifact = store.artifacts.get(id)
      store.stages.remove(id)
      if (artifact?.origin === 'own') bytes += artifact.bytes
      await shelf.discard(key)
      await nextTurn()
    }
  return bytes
}
