import { cpus, totalmem, type as osType, release, arch } from 'node:os'
import type { DoctorReport } from '../../../src-preload/contract'
import { backendKind, type BackendId } from '../../engine/backends/kinds'
import type { ChosenBackend } from '../../engine/protocol'
import type { PlanContext } from '../../science/plan/context'
import type { Bus } from '../bus'
import { runErrand } from './errands'
import { LabError } from '../errors'
import type { LabOptions } from '../options'

/** What trains, and whether it works here. Everything native is tried in processes of its own. */
export interface Backends {
  /** The one that trains; found out once. @throws LabError when none works */
  choose(): Promise<ChosenBackend>
  /** What plans are made for.. */
  planned: () => Promise<Pick<PlanContext, 'backend' | 'bf16'>>
  /** @throws LabError `unavailable` when the one that is asked for, or every one, does not work here */
  check(): Promise<void>
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
  const wanted: 'auto' | BackendId = options.backend ?? 'auto'
  const leaving = new AbortController()
  const { signal } = leaving
  let choice: Promise<ChosenBackend> | null = null
  let chosen: ChosenBackend | null = null
  let reporting: Promise<DoctorReport> | null = null

  function found(engine: ChosenBackend): ChosenBackend {
    chosen = engine
    bus.publish([{ type: 'engine' }])
    return engine
  }

  function choose(): Promise<ChosenBackend> {
    choice ??= runErrand(spawnEngine, { type: 'choose', wanted }, { signal }).then(
      (answer) => found(answer.chosen),
      (error: unknown) => {
        choice = null
        throw error
      },
    )
    return choice
  }

  const alone = oneAtATime('An installation is under way already.')
  /** One at a time, because both change the same folder; what was chosen before need not be right after. */
  const changing = <T>(work: () => Promise<T>) => alone(() => work().finally(() => (choice = null)))

  async function report(): Promise<DoctorReport> {
    const { backends, chosen: best } = await runErrand(spawnEngine, { type: 'report', wanted }, { signal })
    if (best) choice = Promise.resolve(found(best))
    return { ...machine(options), backends, chosen: best && { id: best.id, reason: best.reason } }
  }

  return {
    choose,
    async planned() {
      // Whether an engine that may have bf16 has it here, it says when it is loaded.
      if (wanted !== 'auto')
        return { backend: wanted, bf16: backendKind(wanted).precisions.includes('bf16') ? undefined : false }
      const { id, bf16 } = await choose()
      return { backend: id, bf16 }
    },
    check: () => choose().then(() => undefined, refuse),
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
