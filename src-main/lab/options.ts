import type { Calls, LabCall, LabEvent } from '../../src-preload/contract'
import { USUAL_RESERVE, type Reserve } from '../data/machine/reserve'
import type { Askable } from '../science/backends'
import type { Message, Request } from '../engine/protocol'
import type { ReadingBounds } from './models/reader'
import type { CheckOptions, CheckReport } from './check'
import type { Power } from './queue/power'

export { USUAL_RESERVE }

/** Stages that a machine, or a card, computes at a time at most: more only wait for each other's memory. */
export const MOST_AT_ONCE = 16
/** Cards that a machine has at most. */
export const MOST_CARDS = 16

/** How an engine process ended. */
export interface EngineExit {
  code: number | null
  /** E.g. 'SIGKILL'; null when it left by itself or the platform does not say. */
  signal: string | null
  /** The last lines that it wrote to stderr, oldest first. */
  stderr: string[]
}
export interface EngineHandle {
  /** Undefined until the process is there. */
  readonly pid: number | undefined
  post(request: Request): void
  /** At once and without asking; `onExit` follows. */
  kill(): void
}
/**
 * Starts one engine process; the only thing that differs between the app (utilityProcess) and the command line
 * (child_process). `onExit` is called exactly once, also when the process could not be started.
 */
export type SpawnEngine = (
  onMessage: (message: Message) => void,
  onExit: (exit: EngineExit) => void,
  /** What its environment has beside that of this process. */
  env?: Readonly<Record<string, string>>,
) => EngineHandle

export interface LabOptions {
  /** Folder of `lab.sqlite`, `artifacts/`, `datasets/`, `bundles/` and computed `results/`; made when missing. */
  home: string
  /** The app's own data: `tasks/`, `ladders/`, `presets/`. */
  resources: string
  /** Where installed backends and models live, outside the clone. */
  cache: string
  spawnEngine: SpawnEngine
  /** Memory that runs leave alone, as the user wants it now; default `USUAL_RESERVE`. */
  reserve?: () => Reserve
  /** Stages that are computed at a time, as the user wants it now, up to `MOST_AT_ONCE`; default 1. */
  atOnce?: () => number
  /**
   * The same on each of several cards, in the driver's order; 0 leaves one alone. Default, and of those not named: `atOnce`,
   * which is then for what computes on none.
   */
  atOnceByCard?: () => readonly number[]
  /** Default 'auto': the best one that passes its self-test. */
  backend?: Askable
  /** Whether stages that wait go on, on the next backend, where a card fails, of specs that do not say so. */
  fallback?: () => boolean
  appVersion: string
  /** Whether somebody is there to decide: arms that fail twice for one cause are held only then. */
  attended?: boolean
  /** Opens beside a writer, to look only: calls that would write fail with `conflict`. */
  readOnly?: boolean
  /** Says that the runtime is a fallback and which, for the status bar; '' or absent when it is not. */
  fallbackRuntime?: string
  /** The built `librarian.js`; without it models are fetched and checked in this thread. */
  librarian?: string
  /** The built `importer.js`; without it datasets are read in this thread. */
  importer?: string
  /** The built `reader.js`; without it models are read where they are fetched. */
  reader?: string
  /** What reading a model may take, for tests. */
  reading?: ReadingBounds
  /** The built `analyst.js`; without it results are computed in this thread. */
  analyst?: string
  /** Milliseconds, for tests. */
  timing?: Partial<Timing>
}
export interface Timing {
  /** How long an engine may take to say `ready`. */
  ready: number
  /** How long the stage of a run that is cancelled may take to stop, and to keep how far it is, before its process is killed. */
  stop: number
  /** The same where the app closes. */
  leave: number
  /** After how long without work the engine process is let go. */
  idle: number
}

/**
 * The contract's calls as functions; failures are thrown as LabError or StorageError. `exportBundle` with an empty path
 * writes into `<home>/bundles`; by `force`, which no window has, it may write over any plain file.
 */
export type LabCalls = {
  [K in LabCall]: (...args: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>>
} & {
  exportBundle: (query: { runId: string; path: string; force?: boolean }) => Promise<ReturnType<Calls['exportBundle']>>
}

export interface Lab {
  calls: LabCalls
  /**
   * Facts, in batches and in order, after they were stored. Predictions are left out: they are read through results.
   * @returns the unsubscribe
   */
  subscribe(listener: (events: LabEvent[]) => void): () => void
  /** Reads everything at rest, see `checkHome`. */
  check: (options: CheckOptions) => Promise<CheckReport>
  /**
   * Makes sure that what is to train works here, before anything is asked of it: what the lab was opened with, else what a
   * spec asks for.
   * @throws LabError `unavailable` with the reason
   */
  checkBackend: (asked?: Askable) => Promise<void>
  /** Holds work while the machine sleeps or runs on its battery, and lets it go on. */
  power: Pick<Power, 'hold' | 'release'>
  /** Looks for work: what the user wants of the machine was changed. */
  wake(): void
  /** Stops the engine (within the patience for closing), leaves live runs `interrupted`, and lets go of the home. */
  close(): Promise<void>
}
