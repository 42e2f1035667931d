import type { Cards, CardUser } from '../data/machine/cards'
import type { Reserve } from '../data/machine/reserve'
import type { CardRead, Readings } from '../science/readings'
import type { Split, Stage } from '../science/stages'
import type { Askable, BackendId, Precision } from '../science/backends'
import type { MemoryReport, Place } from './backends/learner'

/** What the host asks of the engine process. One stage runs at a time. */
export type Request =
  | { type: 'run'; job: Job }
  /** Stop at the next step; answered by a `state` event `cancelled`. */
  | { type: 'cancel'; key: string }
  /** Hold at the next step, with all that is loaded kept, until told to go on. Holds for later stages too. */
  | { type: 'pause'; paused: boolean }
  /**
   * Errands, one at a time, in a process that runs no stage; each is answered by one message of its own type or `problem`.
   * `leftAlone`: cards that nothing is to be put on, by their numbers.
   */
  | { type: 'choose' | 'report'; wanted: Askable; leftAlone: readonly number[] }
  | { type: 'cards' }
  /** Preceded by any number of `progress` messages. A killed installation is resumable. */
  | { type: 'install'; backend: 'tensorflow'; gpu: boolean }
  | { type: 'uninstall'; backend: 'tensorflow' }
  /** What stages would take, each after those that it needs; preceded by `progress`. */
  | { type: 'measure'; jobs: Job[]; limitMs: number }
  | { type: 'exit' }

/** What a process does beside running stages. */
export type Errand = Extract<Request, { type: 'choose' | 'report' | 'cards' | 'install' | 'uninstall' | 'measure' }>

/** What a stage would take, by a few of its steps. */
export interface StageMeasured {
  key: string
  /** Of the whole stage; null where it could not be measured. */
  seconds: number | null
  /** Most that its learner held; 0 of a stage without one. */
  memoryBytes: number
  /** Most that the process had in all so far. */
  processBytes: number
  /** Why it could not be measured; else ''. */
  why: string
}

/** Which backend would run here, and why. */
export interface ChosenBackend {
  id: BackendId
  device: string
  version: string
  reason: string
  gpu: boolean
  /** What it trains in here. */
  precisions: readonly Precision[]
  /** Those that passed their self-tests, of one that computes on NVIDIA cards; in the driver's order, memory in bytes. */
  cards: UsableCard[]
  /** What computes the nets that it has no kernels for, or goes on where it fails: of one on a GPU the next in order. */
  next: Omit<ChosenBackend, 'next'> | null
}
/** A card that stages can be put on. */
export interface UsableCard {
  /** Its place in the driver's order, from 1, those counted along that cannot be used. */
  number: number
  /** As `CUDA_VISIBLE_DEVICES` takes it; '' of one that is the only one here. */
  uuid: string
  name: string
  memory: number
}
/** A card with what is around it. */
export interface CardReport {
  /** Version of the driver, '' where the system does not tell it; the CUDA that it takes, '' where there is no driver. */
  driver: string
  cuda: string
  /** The CUDA that the library was made with. */
  runtime: string
  /**
   * Each computes in processes that see it alone. Memory in bytes; `why`: why it is not used, '' where it is, null where it was
   * not examined.
   */
  devices: { uuid: string; name: string; compute: string; memory: number; free: number; why: string | null }[]
  /** What may make matrix products beside own kernels; null where no card was examined. */
  products: ProductsReport | null
  /** Paths of the libraries of driver and engine that were opened. */
  files: string[]
  /** Bytes of its memory while the transformer of the self-test's speed was loaded; null where that was not measured. */
  table: (MemoryReport & { free: number; other: number }) | null
  /** What tells of it while it computes, with what that tells now; null where it was not asked. */
  watch: CardWatch | null
}
/** `by` null: nothing tells of cards; `why`: why that is not NVML, '' where it is. */
export interface CardWatch {
  by: 'NVML' | 'nvidia-smi' | null
  why: string
  /** What their driver says is the matter with cards, each with the card. */
  troubles: { card: CardRead; text: string }[]
  /** Programs that compute there beside the one that asked, the largest first; bytes null where they are not told. */
  programs: (Pick<CardUser, 'name' | 'bytes'> & { card: CardRead })[]
}
/** cuBLASLt, NVIDIA's library of matrix products, which makes those that it is faster at. */
export interface ProductsReport {
  /** Its version, and the path that it was opened by, links followed; '' where there is none. */
  version: string
  file: string
  /** Name of the choices that are kept of what makes which product, '' where it makes none; they are part of the device's name. */
  choices: string
  /** Why it makes none; '' where it may. */
  why: string
}
/** What one backend is worth on this machine. */
export interface BackendReport {
  id: BackendId
  title: string
  loadable: boolean
  /** Why not, in a sentence, with the exact command that mends it. */
  why: string
  version: string
  device: string
  gpu: boolean
  /** What it trains in here. */
  precisions: readonly Precision[]
  /**
   * `stepsPerSecond` of a small student and `tokensPerSecond` of a transformer that is trained: 0 where it was not measured, or
   * the backend has no such nets. `at`: when it was done, in ms. `fault`: what it did where no size of an error tells it, and
   * `worstError` may be NaN; '' else.
   */
  selfTest: {
    passed: boolean
    worstError: number
    fault: string
    tolerance: number
    stepsPerSecond: number
    tokensPerSecond: number
    at: number
  } | null
  /** Of a backend that computes on an NVIDIA card; null where nothing is known of one. */
  card: CardReport | null
  installed: boolean
  installBytes: { download: number; disk: number } | null
}

/** A stage with the folders of its needs (finished artifacts) and the folder where its own artifact goes. */
export interface Job {
  stage: Stage
  /** role → absolute folder of the finished artifact. */
  needs: Record<string, string>
  /** Artifact store: the engine writes `<store>/tmp/<key>-<pid>`, fsyncs and renames to `<store>/<key>` as the last act. */
  artifacts: string
  /** Where a `data` or `pretrain` stage finds its texts: task id → absolute path of its `.jsonl.gz`. */
  tasks: Record<string, string>
  /** Corpora that the stage reads: id → absolute path of the `.jsonl.gz`. */
  corpora: Record<string, string>
  /** Pretrained models that the stage reads: content key → absolute path. */
  models: Record<string, string>
  /** Why its backend was chosen, where that is known. */
  reason?: string
  /** Why its backend is not to be tried, which has failed before, where its config names another. */
  fault?: string
  /** Why its backend is not to be tried, whatever its config names: every card is left alone. */
  closed?: string
  /** Memory that it leaves alone; default: none is said, and backends go by their own measure. */
  reserve?: Reserve
  /** Stages that the machine computes at a time: threads and memory for activations are shared out evenly. Default 1. */
  atOnce?: number
  /** Those of them on its card, which share that one's memory; default: all. */
  onCard?: number
}

/** One file of a finished artifact. */
export interface ArtifactFile {
  name: string
  bytes: number
  sha256: string
}

/**
 * Why a stage failed, where something is known that mends it: its training diverged, its process was killed, as systems do
 * when memory runs out, or the dataset, the model or the backend that it needs is not to be had; or the card that computed it
 * has not enough memory, or failed.
 */
export type Cause = 'diverged' | 'killed' | 'dataset' | 'model' | 'backend' | 'memory' | 'card'

/** How far a stage is. */
export interface StageProgress {
  done: number
  total: number
  /** What is counted, e.g. "steps". */
  unit: string
  /** Part of the work that is done, 0 to 1: units may differ in weight, and there may be work between them. */
  share: number
  /** What is being done where it is not the counted thing, e.g. "predicting test"; else ''. */
  phase: string
  etaSeconds: number | null
}

/** Facts about a stage, identified by (key, …), so that hearing one twice changes nothing. */
export type EngineEvent =
  | ({ type: 'state'; key: string; state: 'running'; at: number; backend: string; reason: string } & Place)
  | { type: 'state'; key: string; state: 'done'; at: number; files: ArtifactFile[]; summary: Record<string, number> }
  | { type: 'state'; key: string; state: 'cancelled'; at: number }
  /** `damaged`: key of the artifact that it needed and found damaged. */
  | { type: 'state'; key: string; state: 'failed'; at: number; error: string; cause?: Cause; damaged?: string }
  /** `split` is '' for quantities of the training batch (loss, lr, alpha). */
  | { type: 'metric'; key: string; name: string; split: Split | ''; step: number; value: number }
  /** When a training had made so many updates, in seconds of its work. */
  | { type: 'clock'; key: string; step: number; seconds: number }
  | ({ type: 'progress'; key: string } & StageProgress)
  /** `once`: it is about the machine, and to be told once a run. */
  | { type: 'log'; key: string; at: number; level: 'info' | 'warn' | 'error'; text: string; once?: true }
  /** What the stage makes of the machine: `at` seconds after it began, over the `seconds` before; `card`: where it is on one. */
  | { type: 'use'; key: string; at: number; seconds: number; readings: Readings; card?: CardRead }

/** What the engine says: events, batched about every 100 ms, in order. `ready` comes once, first. */
export type Message =
  | { type: 'ready'; pid: number }
  | { type: 'events'; events: EngineEvent[] }
  | { type: 'choose'; chosen: ChosenBackend }
  | { type: 'report'; backends: BackendReport[]; chosen: ChosenBackend | null }
  | { type: 'cards'; cards: Cards }
  | { type: 'progress'; phase: string; done: number; total: number }
  | { type: 'install' }
  | { type: 'uninstall'; freedBytes: number }
  | { type: 'measure'; stages: StageMeasured[] }
  /** The errand failed: a sentence for people. */
  | { type: 'problem'; message: string }
