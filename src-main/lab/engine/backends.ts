import { cpus, totalmem, type as osType, release, arch } from 'node:os'
import type { DoctorReport } from '../../../src-preload/contract'
import { backendKind, type Askable, type Computing } from '../../science/backends'
import type { ChosenBackend, EngineEvent, Job } from '../../engine/protocol'
import type { PlanContext } from '../../science/plan/context'
import type { Bus } from '../bus'
import { runErrand } from './errands'
import { LabError } from '../errors'
import type { LabOptions } from '../options'

/** What a spec asks to be computed by. */
export interface Asked {
  backend: Askable
  /** Whether what waits goes on, on the next one, where a card fails. */
  fallback: boolean
}

/** What trains, and whether it works here. Everything native is tried in processes of its own. */
export interface Backends {
  /** What plans are made for. @throws LabError when nothing works */
  planned(asked: Asked): Promise<Pick<PlanContext, keyof Computing | 'bf16'>>
  /** @throws LabError `unavailable` when the one that is asked for, or every one, does not work here */
  check(asked?: Askable): Promise<void>
  /** Hears how stages fare: a card that failed is not tried again where its stage may go elsewhere, until it was examined. */
  heard(events: readonly EngineEvent[]): void
  /** Why a backend was chosen, and why it is not to be tried, as far as that is known. */
  known(id: string): Pick<Job, 'reason' | 'fault'>
  /** The one found out, if any. */
  readonly chosen: ChosenBackend | null
  doctor(): Promise<DoctorReport>
  install(gpu: boolean): Promise<null>
  uninstall(): Promise<number>
  /** Ends what is under way; an installation can be taken up again. */
  close(): void
}

/** What trains, over engine processes of its own; nothing is started by making it. */
export function createBackends(options: LabOptions, bus: Bus): Backends {
  const { spawnEngine } = options
  const leaving = new AbortController()
  const { signal } = leaving
  const choices = new Map<Askable, Promise<ChosenBackend>>()
  const faults = createFaults()
  let chosen: ChosenBackend | null = null
  /** The lab was opened for one, or each spec asks for its own. */
  const wantedOf = (asked: Askable = 'auto') => options.backend ?? asked
  let reporting: Promise<DoctorReport> | null = null

  function found(engine: ChosenBackend): ChosenBackend {
    chosen = engine
    bus.publish([{ type: 'engine' }])
    return engine
  }

  function choose(wanted: Askable): Promise<ChosenBackend> {
    const choice =
      choices.get(wanted) ??
      runErrand(spawnEngine, { type: 'choose', wanted }, { signal }).then(
        (answer) => found(answer.chosen),
        (error: unknown) => {
          choices.delete(wanted)
          throw error
        },
      )
    choices.set(wanted, choice)
    return choice
  }

  const alone = oneAtATime('An installation is under way already.')
  /** One at a time, because both change the same folder; what was chosen before need not be right after. */
  const changing = <T>(work: () => Promise<T>) => alone(() => work().finally(() => choices.clear()))

  async function report(): Promise<DoctorReport> {
    const wanted = wantedOf()
    const { backends, chosen: best } = await runErrand(spawnEngine, { type: 'report', wanted }, { signal })
    choices.clear()
    faults.clear()
    if (best) choices.set(wanted, Promise.resolve(found(best)))
    return { ...machine(options), backends, chosen: best && { id: best.id, reason: best.reason } }
  }

  return {
    async planned({ backend, fallback }) {
      const wanted = wantedOf(backend)
      // Whether an engine that may have bf16 has it here, it says when it is loaded.
      const bf16 = wanted === 'auto' || backendKind(wanted).precisions.includes('bf16') ? undefined : false
      if (wanted !== 'auto' && !backendKind(wanted).gpu?.alone) return { backend: wanted, bf16 }
      const choice = await choose(wanted).catch((error: unknown) => {
        // What is asked for by name is planned for all the same; it is refused before the first stage.
        if (wanted === 'auto') throw error
        return { id: wanted, bf16, next: null }
      })
      return computing(choice, fallback || options.fallback?.() === true)
    },
    async check(asked) {
      await choose(wantedOf(asked)).catch(refuse)
    },
    heard: (events) => faults.hear(events),
    known(id) {
      const fault = faults.of(id)
      const all = chosen ? [chosen, ...(chosen.next ? [chosen.next] : [])] : []
      const reason = all.find((each) => each.id === id)?.reason
      return { ...(reason !== undefined && { reason }), ...(fault !== undefined && { fault }) }
    },
    get chosen() {
      return chosen
    },
    // Every backend is tried, in a process: who asks meanwhile gets the same answer.
    doctor: () => (reporting ??= report().finally(() => (reporting = null))),
    install: (gpu) => changing(() => install(options, bus, gpu, signal)),
    uninstall: () =>
      changing(async () => {
        const { freedBytes } = await runErrand(spawnEngine, { type: 'uninstall', backend: 'tensorflow' }, { signal })
        return freedBytes
      }),
    close: () => leaving.abort(),
  }
}

/** A choice as plans have it. */
function computing(
  { id, bf16, next }: Pick<ChosenBackend, 'id' | 'next'> & { bf16?: boolean | undefined },
  fallback: boolean,
) {
  return { backend: id, bf16, ...(next && { others: next.id }), ...(next && fallback && { otherwise: next.id }) }
}

/** Backends whose card failed, each with what was said of it. */
function createFaults() {
  const at = new Map<string, string>()
  const faults = new Map<string, string>()
  return {
    hear(events: readonly EngineEvent[]) {
      for (const event of events) {
        if (event.type !== 'state') continue
        if (event.state === 'running') at.set(event.key, event.backend)
        else {
          const backend = at.get(event.key)
          at.delete(event.key)
          if (event.state === 'failed' && event.cause === 'card' && backend) faults.set(backend, event.error)
        }
      }
    },
    of: (backend: string) => faults.get(backend),
    clear: () => faults.clear(),
  }
}

function refuse(error: unknown): never {
  throw error instanceof LabError ? new LabError('unavailable', error.message) : error
}

/** Refuses work while other work is under way. */
function oneAtATime(refusal: string) {
  let busy = false
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (busy) throw new LabError('conflict', refusal)
    busy = true
    try {
      return await work()
    } finally {
      busy = false
    }
  }
}

/** Installs, telling how far it is; the last thing told is how it ended. */
async function install({ spawnEngine }: LabOptions, bus: Bus, gpu: boolean, signal: AbortSignal): Promise<null> {
  const tell = (phase: string, done: number, total: number, finished = false, error = '') =>
    bus.publish([{ type: 'install', backend: 'tensorflow', phase, done, total, finished, error }])
  try {
    const onProgress = (p: { phase: string; done: number; total: number }) => tell(p.phase, p.done, p.total)
    await runErrand(spawnEngine, { type: 'install', backend: 'tensorflow', gpu }, { signal, onProgress })
    tell('installed', 1, 1, true)
    return null
  } catch (error) {
    tell('failed', 0, 0, true, error instanceof Error ? error.message : String(error))
    throw error
  }
}

function machine({ appVersion, home, fallbackRuntime }: LabOptions): Omit<DoctorReport, 'backends' | 'chosen'> {
  const processors = cpus()
  return {
    app: appVersion,
    electron: process.versions.electron ?? '',
    fallbackRuntime: Boolean(fallbackRuntime),
    node: process.versions.node,
    platform: `${osType()} ${release()} ${arch()}`,
    cpu: processors[0]?.model.trim() ?? '',
    threads: processors.length,
    memoryBytes: totalmem(),
    home,
  }
}
