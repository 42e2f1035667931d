import type { LabEvent } from '../../../src-preload/contract'
import type { EngineEvent } from '../../engine/protocol'
import { inPlainWords, type StageRow, type Store } from '../../store'
import { holdFailing } from './holds'
import type { Bus } from '../bus'

type Stopped = 'cancelled' | 'interrupted'
type StateEvent = Extract<EngineEvent, { type: 'state' }>

/** Turns what the engine says into rows, then publishes it. */
export interface Recorder {
  /**
   * Stores a batch in one transaction and publishes it. Facts about a stage that is not running are dropped, facts that
   * are stored already change nothing, so hearing a batch twice is as good as once.
   * @throws StorageError; nothing of the batch is stored or published then
   */
  record(events: EngineEvent[]): void
  /** From now on a stage that stops is `interrupted`, not `cancelled`: the app leaves, nobody asked for it. */
  leaving(): void
}

/**
 * @param worked milliseconds that a stage at work has worked so far
 * @param attended whether there is somebody to let an arm go on that is held
 */
export function createRecorder(store: Store, bus: Bus, worked: (key: string) => number, attended = false): Recorder {
  let stopped: Stopped = 'cancelled'

  /** Stores a batch and gives what of it was news, and the runs that it ended. */
  function storeBatch(events: EngineEvent[]): { accepted: EngineEvent[]; touched: Set<string>; ended: string[] } {
    const accepted: EngineEvent[] = []
    const touched = new Set<string>()
    const running = new Map<string, StageRow>()
    for (const event of lastProgressOnly(events).map(worded)) {
      const stage = running.get(event.key) ?? store.stages.byKey(event.key)
      if (stage?.state !== 'running') continue
      if (event.type === 'log' && event.once && store.log.isSaid(stage.id, event.text)) continue
      storeEvent(store, stage, event, stopped)
      if (attended && event.type === 'state' && event.state === 'failed') holdFailing(store, stage)
      if (event.type === 'state' && event.state !== 'running') store.stages.setWorked(stage.id, worked(stage.key))
      accepted.push(event)
      if (event.type !== 'state' || event.state === 'running') running.set(event.key, stage)
      else running.delete(event.key)
      if (event.type === 'state') for (const run of store.runs.withStage(stage.id)) touched.add(run)
    }
    const ended = touched.size > 0 ? settleRuns(store, Date.now()) : []
    return { accepted, touched, ended }
  }

  return {
    record(events) {
      const { accepted, touched, ended } = store.transaction(() => storeBatch(events))
      bus.publish([...accepted, ...runEvents(touched, ended)])
    },
    leaving() {
      stopped = 'interrupted'
    },
  }
}

/** @param stopped what a stage is that stopped before its end */
function storeState(store: Store, stage: StageRow, event: StateEvent, stopped: Stopped): void {
  switch (event.state) {
    case 'running':
      return store.stages.setPlace(stage.id, event)
    case 'done':
      store.stages.finish(stage.id, event.at)
      return store.artifacts.put({
        stage: stage.id,
        origin: 'own',
        bytes: event.files.reduce((sum, file) => sum + file.bytes, 0),
        files: JSON.stringify(event.files),
        summary: JSON.stringify(event.summary),
        finishedAt: event.at,
      })
    case 'failed':
      store.stages.end(stage.id, 'failed', event.at, event.error, event.cause)
      return store.stages.failDependents(stage.id, event.at, `It needs "${stage.title}", which failed.`)
    case 'cancelled':
      store.stages.end(stage.id, stopped, event.at, '')
      // A run that joined in while it was being stopped still wants it.
      if (stopped === 'cancelled' && store.stages.isWanted(stage.id)) store.stages.wait(stage.id)
  }
}

function storeEvent(store: Store, stage: StageRow, event: EngineEvent, stopped: Stopped): void {
  switch (event.type) {
    case 'state':
      return storeState(store, stage, event, stopped)
    case 'metric':
      return store.metrics.insert(stage.id, stage.attempt, event)
    case 'clock':
      return store.clock.insert(stage.id, stage.attempt, event)
    case 'progress':
      return store.stages.setProgress(stage.id, event)
    case 'log':
      return store.log.insert(stage.id, stage.attempt, event)
    case 'use':
      if (event.card) store.cards.insert(stage.id, stage.attempt, event.card)
      return store.use.insert({ stage: stage.id, attempt: stage.attempt }, event)
  }
}

/** "Look again at these runs", those that ended among them. */
export function runEvents(runIds: Iterable<string>, ended: readonly string[] = []): LabEvent[] {
  const all = new Set([...runIds, ...ended])
  return [...all].map((id) => ({ type: 'run', id, ...(ended.includes(id) && { ended: true }) }))
}

/** Ends the live runs that have nothing left to do; gives their ids. Part of the caller's transaction. */
export function settleRuns(store: Store, at: number): string[] {
  const settled = store.runs.settled()
  for (const { id, ended } of settled) store.runs.end(id, ended, at)
  return settled.map((run) => run.id)
}

/** The engine says what went wrong as the system does. */
function worded(event: EngineEvent): EngineEvent {
  const isFailure = event.type === 'state' && event.state === 'failed'
  return isFailure ? { ...event, error: inPlainWords(event.error) } : event
}

/** Only the newest progress of a stage says anything. */
function lastProgressOnly(events: EngineEvent[]): EngineEvent[] {
  const last = new Map<string, EngineEvent>()
  for (const event of events) if (event.type === 'progress') last.set(event.key, event)
  return events.filter((event) => event.type !== 'progress' || last.get(event.key) === event)
}
