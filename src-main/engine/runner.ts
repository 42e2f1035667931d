import { rm } from 'node:fs/promises'
import { version } from '../../package.json'
import { METRICS, writeMetrics, type Metric } from '../data/metrics'
import { ArtifactError, commitArtifact, sweepTemporary, type Manifest, type NewFile } from './artifacts'
import type { Backend, Place } from './backends/learner'
import { Cancelled, createContext, type StageHost } from './context'
import { KnownFailure, NoNumbers } from './failure'
import { createGate } from './gate'
import type { EngineEvent, Job } from './protocol'
import { kindOf } from '../science/stages'
import { activationRoom, sharing, within } from './room'
import { runStage } from './stages'
import { tallying } from './tally'
import { watchUse } from './use'
import { dropUnfinished } from '../data/unfinished'

/** Runs jobs, one at a time, and reports on them by events. */
export interface Runner {
  /** Key of the running stage, or null. */
  readonly running: string | null
  /** Runs one job to its end; never throws: how it ended is its last event. */
  run(job: Job): Promise<void>
  /** Asks the stage with this key to stop at its next step. */
  cancel(key: string): void
  /** Holds the stage, and those after it, at the next step until told to go on. */
  pause(paused: boolean): void
}

/** Where stages are computed that need no backend. */
const PLAIN: Place & { id: string; reason: string } = {
  ...{ id: 'typescript', device: 'CPU', threads: 1, isa: null },
  reason: 'This stage is plain TypeScript and needs no backend.',
}

/** How a stage ended. */
type End = EngineEvent extends infer E
  ? E extends { state: 'done' | 'cancelled' | 'failed' }
    ? Omit<E, 'type' | 'key' | 'at'>
    : never
  : never

/**
 * @param emit receives every event of every job
 * @param backendFor loads the backend that a stage names
 */
export function createRunner(emit: (event: EngineEvent) => void, backendFor: (id: string) => Promise<Backend>): Runner {
  let running: string | null = null
  let cancelled = false
  const gate = createGate()
  const host: StageHost = { emit, gate, cancelled: () => cancelled }
  const swept = new Set<string>()

  /** What killed processes left behind is removed before the first stage of a store. */
  async function sweep(artifacts: string): Promise<void> {
    if (swept.has(artifacts)) return
    swept.add(artifacts)
    await sweepTemporary(artifacts)
  }

  return {
    get running() {
      return running
    },
    async run(job) {
      const { key } = job.stage
      const tell = (end: End) => emit({ type: 'state', key, at: Date.now(), ...end })
      if (running !== null) return tell({ state: 'failed', error: `The engine is busy with ${running}.` })
      running = key
      cancelled = false
      try {
        await sweep(job.artifacts)
        const { files, summary } = await perform(job, host, backendFor)
        tell({ state: 'done', files, summary })
      } catch (error) {
        if (error instanceof Cancelled) return tell({ state: 'cancelled' })
        console.error(error)
        const damaged = error instanceof ArtifactError ? { damaged: error.key } : {}
        const cause = error instanceof KnownFailure ? { cause: error.why } : {}
        tell({ state: 'failed', error: messageOf(error), ...cause, ...damaged })
      } finally {
        running = null
      }
    },
    cancel(key) {
      if (key !== running) return
      cancelled = true
      gate.wake()
    },
    pause(paused) {
      if (paused) gate.close()
      else gate.open()
    },
  }
}

/** Does the work of a job and commits its artifact. @throws Cancelled, or whatever went wrong */
async function perform(job: Job, host: StageHost, backendFor: (id: string) => Promise<Backend>): Promise<Manifest> {
  const { stage } = job
  const { key } = stage
  const wanted = kindOf(stage.kind).backend?.(stage.config)
  const whole = wanted === undefined ? null : await computing(job, wanted, backendFor).catch(withoutBackend)
  const tell = (text: string) => host.emit({ type: 'log', key, at: Date.now(), level: 'info', text })
  const shared = whole && (await shareOf(whole, job, tell))
  const { backend, done } = shared ? tallying(shared) : { backend: null, done: undefined }
  const { id, device, threads, isa, reason } = backend ?? PLAIN
  const place = { backend: id, device, threads, isa, reason }
  host.emit({ type: 'state', key, state: 'running', at: Date.now(), ...place })
  const watched = { gate: host.gate, gpu: backend?.gpu ?? false, ...(done && { done }) }
  const watch = watchUse({ key, emit: host.emit, ...watched })
  const { context, scratch, measured } = createContext(job, host)
  try {
    const output = await runStage(stage, context, backend).catch((error: unknown) => {
      throw backend?.gpu && error instanceof NoNumbers ? new NoNumbers(error.what, true) : error
    })
    await context.breathe()
    const facts = { key, kind: stage.kind, config: stage.config, needs: stage.needs, summary: output.summary }
    const origin = { ...place, appVersion: version, finishedAt: Date.now() }
    const files = [...output.files, ...metricsFile(measured)]
    const manifest = await commitArtifact(job.artifacts, { ...facts, ...origin }, files)
    await dropUnfinished(job.artifacts, key)
    return manifest
  } finally {
    for (const path of scratch) await rm(path, { recursive: true, force: true })
    await watch.stop()
  }
}

/** The backend of a stage, or the other one that its config names, where the first is not to be had. */
async function computing(
  { stage: { config }, reason, fault, closed }: Job,
  wanted: string,
  backendFor: (id: string) => Promise<Backend>,
): Promise<Backend> {
  const otherwise = 'otherwise' in config ? config.otherwise : undefined
  const refused = closed ?? (otherwise === undefined ? undefined : fault)
  try {
    if (refused !== undefined) throw new Error(refused)
    const backend = await backendFor(wanted)
    return reason === undefined ? backend : { ...backend, reason }
  } catch (error) {
    if (otherwise === undefined) throw error
    const backend = await backendFor(otherwise)
    return { ...backend, reason: `${messageOf(error)} ${backend.reason}` }
  }
}

/** What a stage has of the machine: the rest is left alone, or other stages'. */
async function shareOf(
  backend: Backend,
  { reserve, atOnce = 1, onCard = atOnce }: Job,
  tell: (text: string) => void,
): Promise<Backend> {
  const room = reserve && (await activationRoom(reserve, backend.gpu, backend.gpu ? onCard : atOnce))
  return within(sharing(backend, atOnce), room, tell)
}

function withoutBackend(cause: unknown): never {
  throw new KnownFailure('backend', messageOf(cause), { cause })
}

/** The curves go with the artifact: where its stage is found finished on disk, they come back. */
function metricsFile(measured: readonly Metric[]): NewFile[] {
  return measured.length > 0 ? [{ name: METRICS, bytes: writeMetrics(measured) }] : []
}

/** A sentence for people out of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
