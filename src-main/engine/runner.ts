import { rm } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { version } from '../../package.json'
import { METRICS, writeMetrics, type Metric } from '../data/metrics'
import {
  ArtifactError,
  commitArtifact,
  readArtifactFile,
  sweepTemporary,
  temporaryPath,
  type Manifest,
  type NewFile,
} from './artifacts'
import type { Backend, Place } from './backends/learner'
import { createGate } from './gate'
import type { EngineEvent, Job } from './protocol'
import { runStage } from './stages'
import { Cancelled, type StageContext } from './stages/stage'

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

/**
 * @param emit receives every event of every job
 * @param backendFor loads the backend that a stage names
 */
export function createRunner(emit: (event: EngineEvent) => void, backendFor: (id: string) => Promise<Backend>): Runner {
  let running: string | null = null
  let cancelled = false
  const gate = createGate()
  const swept = new Set<string>()

  /**
   * @param scratch gets the paths that the stage asks for
   * @param measured gets what it measures
   */
  function contextOf(job: Job, scratch: string[], measured: Metric[]): StageContext {
    const key = job.stage.key
    return {
      job,
      emit(event) {
        if (event.type === 'metric') measured.push(event)
        emit({ ...event, key })
      },
      log: (level, text) => emit({ type: 'log', key, at: Date.now(), level, text }),
      need(role, file) {
        const folder = job.needs[role]
        if (folder === undefined)
          throw new Error(
            `${job.stage.title}: expected the folder of need "${role}", got ${Object.keys(job.needs).join(', ') || 'no needs'}`,
          )
        return readArtifactFile(folder, file)
      },
      model(content) {
        const found = job.models[content]
        if (found === undefined)
          throw new Error(
            `${job.stage.title}: expected the place of model ${content}, got ${Object.keys(job.models).join(', ') || 'no models'}`,
          )
        return found
      },
      scratch(name) {
        const place = temporaryPath(job.artifacts, `${key}-${name}`)
        scratch.push(place)
        return place
      },
      async checkpoint() {
        await nextTurn()
        await gate.passed(() => cancelled)
        if (cancelled) throw new Cancelled()
      },
      worked: () => gate.worked(),
    }
  }

  /** What killed processes left behind is removed before the first stage of a store. */
  async function sweep(artifacts: string): Promise<void> {
    if (swept.has(artifacts)) return
    swept.add(artifacts)
    await sweepTemporary(artifacts)
  }

  async function perform(job: Job): Promise<Manifest> {
    const { stage } = job
    const { key } = stage
    await sweep(job.artifacts)
    const backend = 'backend' in stage.config ? await backendFor(stage.config.backend) : null
    const { id, device, threads, isa, reason } = backend ?? PLAIN
    const place = { backend: id, device, threads, isa, reason }
    emit({ type: 'state', key, state: 'running', at: Date.now(), ...place })
    const scratch: string[] = []
    const measured: Metric[] = []
    const context = contextOf(job, scratch, measured)
    try {
      const output = await runStage(stage, context, backend)
      await context.checkpoint()
      const facts = { key, kind: stage.kind, config: stage.config, needs: stage.needs, summary: output.summary }
      return await commitArtifact(job.artifacts, { ...facts, ...place, appVersion: version, finishedAt: Date.now() }, [
        ...output.files,
        ...metricsFile(measured),
      ])
    } finally {
      for (const place of scratch) await rm(place, { recursive: true, force: true })
    }
  }

  return {
    get running() {
      return running
    },
    async run(job) {
      const { key } = job.stage
      if (running !== null) {
        emit({ type: 'state', key, state: 'failed', at: Date.now(), error: `The engine is busy with ${running}.` })
        return
      }
      running = key
      cancelled = false
      try {
        const { files, summary } = await perform(job)
        emit({ type: 'state', key, state: 'done', at: Date.now(), files, summary })
      } catch (error) {
        if (error instanceof Cancelled) emit({ type: 'state', key, state: 'cancelled', at: Date.now() })
        else {
          console.error(error)
          const damaged = error instanceof ArtifactError ? { damaged: error.key } : {}
          emit({ type: 'state', key, state: 'failed', at: Date.now(), error: messageOf(error), ...damaged })
        }
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

/** The curves go with the artifact: where its stage is found finished on disk, they come back. */
function metricsFile(measured: readonly Metric[]): NewFile[] {
  return measured.length > 0 ? [{ name: METRICS, bytes: writeMetrics(measured) }] : []
}

/** A sentence for people out of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
