import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Metric } from '../data/metrics'
import { readArtifactFile, temporaryPath, verifyArtifact } from './artifacts'
import type { Gate } from './gate'
import type { EngineEvent, Job } from './protocol'

/** Ends a stage early because the host asked for it. */
export class Cancelled extends Error {
  override name = 'Cancelled'
}

type WithoutKey<E> = E extends unknown ? Omit<E, 'key'> : never
/** An event of the running stage; its key is filled in. */
export type StageEvent = WithoutKey<Exclude<EngineEvent, { type: 'state' | 'log' | 'use' }>>

/** What a running stage may use of its process. */
export interface StageContext {
  job: Job
  emit: (event: StageEvent) => void
  log(level: 'info' | 'warn' | 'error', text: string): void
  /** A verified file of the artifact that fills a need. @throws ArtifactError naming it, Error for a need that the job lacks */
  need(role: string, file: string): Promise<Uint8Array>
  /** The folder of the artifact that fills a need, all of whose files were verified. @throws as `need` */
  needFolder(role: string): Promise<string>
  /** Where the pretrained model with this content lies. @throws Error for one that the job lacks */
  model(key: string): string
  /** A path for what is written before the artifact is; gone with the stage. */
  scratch(name: string): string
  /** Lets the event loop breathe, so that requests come in and events get out; lasts as long as a pause. @throws Cancelled */
  breathe(): Promise<void>
  /** Milliseconds on a clock that stands still in pauses. */
  worked(): number
}

/** What a stage shares with the process that it runs in. */
export interface StageHost {
  emit: (event: EngineEvent) => void
  gate: Gate
  /** Whether the running stage is to end at its next breath. */
  cancelled: () => boolean
}

/** A stage's context, with what it leaves behind as it runs. */
export interface RunningStage {
  context: StageContext
  /** The paths that the stage asked for. */
  scratch: string[]
  /** What it measured. */
  measured: Metric[]
}

/** What one job may use of its process. */
export function createContext(job: Job, { emit, gate, cancelled }: StageHost): RunningStage {
  const { key, title } = job.stage
  const scratch: string[] = []
  const measured: Metric[] = []
  const folderOf = (role: string) => given(job.needs, role, `the folder of need "${role}"`, title)
  const context: StageContext = {
    job,
    emit(event) {
      if (event.type === 'metric') measured.push(event)
      emit({ ...event, key })
    },
    log: (level, text) => emit({ type: 'log', key, at: Date.now(), level, text }),
    need: (role, file) => readArtifactFile(folderOf(role), file),
    async needFolder(role) {
      await verifyArtifact(folderOf(role))
      return folderOf(role)
    },
    model: (content) => given(job.models, content, `the place of model ${content}`, title),
    scratch(name) {
      const place = temporaryPath(job.artifacts, `${key}-${name}`)
      scratch.push(place)
      return place
    },
    async breathe() {
      await nextTurn()
      await gate.passed(cancelled)
      if (cancelled()) throw new Cancelled()
    },
    worked: () => gate.worked(),
  }
  return { context, scratch, measured }
}

function given(from: Record<string, string>, key: string, expected: string, title: string): string {
  const found = from[key]
  if (found !== undefined) return found
  throw new Error(`${title}: expected ${expected}, got ${Object.keys(from).join(', ') || 'none'}`)
}
