// What the app tells of itself, of the machine under it and of what happens; and how the user wants it.
import type { ModelProgress } from '../src-main/data/models/types'
import type { BackendReport, EngineEvent } from '../src-main/engine/protocol'

export interface DoctorReport {
  app: string
  electron: string
  fallbackRuntime: boolean
  node: string
  platform: string
  cpu: string
  threads: number
  memoryBytes: number
  home: string
  backends: BackendReport[]
  chosen: { id: string; reason: string } | null
}
/**
 * `on`: the stages at work are held at their next step, with all that is loaded kept, and none begins; `after`: none begins,
 * and when those at work have ended the pause is on.
 */
export type Pause = 'off' | 'after' | 'on'
/** A place that computes one stage at a time. */
export interface Lane {
  /** Of the stage at work, else of the next one as far as that is known; '' where it is not. */
  backend: string
  device: string
  /** The one of several cards that it computes on, 'card 2'; '' where there are no several, and of what computes on none. */
  card: string
  /** What was said of that card when it failed: it takes no stage while another one is there; '' of a sound one. */
  fault: string
  /** Of the stage at work; '' while there is none. */
  key: string
  title: string
  /** When a stage that was asked to stop is ended, whatever it does, in ms; null while none was asked. */
  forcedAt: number | null
}
/** A file or folder that was dropped on the window, and which of the two it is by its names; `other` is not taken. */
export interface Dropped {
  path: string
  kind: 'dataset' | 'model' | 'other'
}
/** A part of what lies on disk for the app. */
export type StoragePlace =
  | 'database'
  | 'artifacts'
  | 'unfinished'
  | 'results'
  | 'damaged'
  | 'bundles'
  | 'datasets'
  | 'fetched'
  | 'corpora'
  | 'home'
  | 'models'
  | 'backends'
  | 'cache'
/** What takes room on disk, and what of it would come free. */
export interface Storage {
  /** Data folder, then cache; `home` and `cache` are what is left of each. No byte is counted twice. */
  places: { id: StoragePlace; path: string; bytes: number }[]
  /** Of the artifacts, what the stages of a kind recorded when they were done, the largest first. */
  kinds: { kind: string; stages: number; bytes: number }[]
  /** Runs in the trash, and what of the artifacts no run outside it has. */
  trash: { runs: number; bytes: number }
  /** Of the trainings that were kept unfinished, those that no run in the queue wants. */
  idle: { trainings: number; bytes: number }
  diskFreeBytes: number
}
export interface Status {
  engine: 'idle' | 'running' | 'starting' | 'stopped'
  /** What runs now, e.g. "student · confidence · seed 2, step 61 of 188". */
  activity: string
  backend: string
  device: string
  reason: string
  queue: number
  lanes: Lane[]
  /** The cards that stages can be put on, numbered from 1 in the driver's order of all, as far as was found out. */
  cards: { number: number; name: string }[]
  pause: Pause
  /** Why it is on without the user: the machine sleeps, or runs on its battery; '' where it is off, or their own. */
  pausedFor: '' | 'sleep' | 'battery'
  storeBytes: number
  diskFreeBytes: number
  /** Of the machine, and what of it can still be had. */
  memoryBytes: number
  memoryFreeBytes: number
  readOnly: string
  fallbackRuntime: string
}

/** How the user wants the app. */
export interface Settings {
  theme: 'system' | 'light' | 'dark'
  /** Whether a run that ends while the window is not in front is told of by the system. */
  notify: boolean
  /** Memory that runs leave alone, in bytes: of the machine, and of a GPU. */
  reserveBytes: number
  reserveGpuBytes: number
  /** Stages that are computed at a time, from 1 to 16. */
  atOnce: number
  /** The same on each of several cards, in the driver's order of all, from 0 to 16; of those not named it is `atOnce`. */
  atOnceByCard: number[]
  /** Whether the window is drawn by the GPU; another choice is in force from the next start on. */
  windowGpu: boolean
  /** Whether work is held while the machine runs on its battery. */
  pauseOnBattery: boolean
  /** Whether stages that wait go on, on the next backend, where a card fails, of specs that do not say so. */
  fallback: boolean
}

/** Facts published after they were stored. Engine events, and changes of runs, datasets, models and installations. */
/**
 * What needs the user. `diverged`: a training broke off; `plateau`: its loss stands still; `fits-errors`: a student repeats more
 * and more of its supervisor's errors; `held`: an arm waits, as its stages failed twice for one cause.
 */
export interface Alert {
  kind: 'diverged' | 'plateau' | 'fits-errors' | 'held'
  runId: string
  /** Its name. */
  run: string
  /** Of the stage; '' of an arm that is held. */
  key: string
  /** Id of the arm that is held; '' of a stage. */
  arm: string
  /** Of the stage or the arm. */
  title: string
  /** What is the matter, in sentences with their numbers. */
  text: string
  /** When it was noticed, in ms; 0 of what holds. */
  at: number
}
export type LabEvent =
  | EngineEvent
  | { type: 'run'; id: string; ended?: true }
  /** The engine is at something else, is held, or is another one: the status says what. */
  | { type: 'engine' }
  | { type: 'status'; status: Status }
  /** Something was noticed that had not been before. */
  | { type: 'alert'; alert: Alert }
  /** The user came by a notification: a run is to be shown. */
  | { type: 'show'; place: 'results' | 'monitor'; runId: string }
  | { type: 'datasets' }
  | { type: 'presets' }
  /** `path`: of the file that is read, or what the dataset that is fetched is called on the hub. */
  | ({ type: 'dataset'; path: string } & ModelProgress)
  | { type: 'models' }
  | ({ type: 'model'; id: string; etaSeconds: number | null; finished: boolean; error: string } & ModelProgress)
  | { type: 'install'; backend: string; phase: string; done: number; total: number; finished: boolean; error: string }
