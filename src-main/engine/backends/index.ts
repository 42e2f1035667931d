import type { BackendReport, ChosenBackend } from '../protocol'
import { installedTensorflow } from '../tensorflow/installed'
import type { Backend, BackendId } from './learner'
import { BACKEND_IDS, BACKENDS } from './registry'
import { measureSpeed, selfTest, TOLERANCE } from './self-test'

/** Tries a backend where its crash hurts nobody; `timed` measures its speed, too. */
export type Prober = (id: BackendId, timed: boolean) => Promise<BackendReport>

const opened = new Map<BackendId, Promise<Backend>>()

/**
 * Loads a backend into this process, once; it is given out after it has passed its self-test.
 * @throws Error in words for people: unknown, not installed, not loadable, wrong numbers
 */
export function loadBackend(id: string): Promise<Backend> {
  if (!isBackendId(id))
    return Promise.reject(new Error(`backend: expected ${BACKEND_IDS.join(' or ')}, got ${JSON.stringify(id)}`))
  const backend = opened.get(id) ?? openBackend(id)
  opened.set(id, backend)
  backend.catch(() => opened.delete(id))
  return backend
}

function isBackendId(id: string): id is BackendId {
  return Object.hasOwn(BACKENDS, id)
}

async function openBackend(id: BackendId): Promise<Backend> {
  const { device, threads, isa, version, create, nets, bf16 = false } = await BACKENDS[id].load()
  const { passed, worstError } = await selfTest(create, nets)
  if (!passed) throw new Error(failureOf(id, worstError))
  const refuse = () => Promise.reject(new Error(withoutBf16(id, device)))
  return {
    ...{ id, device, threads, isa, version, bf16, reason: reasonFor(id, worstError) },
    create: (net, init, options) => (options?.precision === 'bf16' && !bf16 ? refuse() : create(net, init, options)),
  }
}

const withoutBf16 = (id: BackendId, device: string) =>
  `precision: expected "fp32", since ${BACKENDS[id].title} cannot multiply bf16 on ${device}, got "bf16"`

const failureOf = (id: BackendId, worstError: number) =>
  `${BACKENDS[id].title} gives wrong numbers here: its self-test is off by ${worstError.toExponential(1)}, allowed are ${TOLERANCE}.`

const passedOf = (id: BackendId, worstError: number) =>
  `${BACKENDS[id].title} passed its self-test (off by ${worstError.toExponential(1)}).`

function reasonFor(id: BackendId, worstError: number): string {
  const passed = passedOf(id, worstError)
  if (id === 'cpu') return `Compiled for this machine; ${passed}`
  if (id === 'tensorflow') return `libtensorflow is installed; ${passed}`
  const others = BACKEND_IDS.filter((other) => other !== id && BACKENDS[other].installed())
  return others.length > 0 ? `Asked for; ${passed}` : `Nothing faster is installed; ${passed}`
}

/** Tries a backend in this process: loads it, tests it, measures it. Never throws; an abort of native code takes the process. */
export async function tryBackend(id: BackendId, timed: boolean): Promise<BackendReport> {
  try {
    const { device, version, gpu, create, nets, bf16 = false } = await BACKENDS[id].load()
    const { passed, worstError } = await selfTest(create, nets)
    const stepsPerSecond = timed ? await measureSpeed(create) : 0
    return {
      ...unloadable(id, passed ? '' : failureOf(id, worstError)),
      loadable: true,
      version,
      device,
      gpu,
      bf16,
      selfTest: { passed, worstError, tolerance: TOLERANCE, stepsPerSecond },
    }
  } catch (error) {
    return unloadable(id, error instanceof Error ? error.message : String(error))
  }
}

/** The report on a backend that did not load. */
export function unloadable(id: BackendId, why: string): BackendReport {
  const entry = BACKENDS[id]
  return {
    ...{
      id,
      title: entry.title,
      why,
      loadable: false,
      version: '',
      device: '',
      gpu: false,
      bf16: false,
      selfTest: null,
    },
    installed: entry.installed(),
    installBytes: entry.installBytes(),
  }
}

/** What every backend is worth on this machine, each tried where its crash hurts nobody. */
export async function reportBackends(probe: Prober): Promise<BackendReport[]> {
  const reports: BackendReport[] = []
  // One after the other, so that none slows down another's measurement.
  for (const id of BACKEND_IDS) reports.push(await probeInstalled(probe, id, true))
  return reports
}

/** Spares a process for a backend that is known not to be there. */
function probeInstalled(probe: Prober, id: BackendId, timed: boolean): Promise<BackendReport> {
  const missing = BACKENDS[id].missing()
  return missing ? Promise.resolve(unloadable(id, missing)) : probe(id, timed)
}

/**
 * The backend that would run here. `auto` takes the first that passes its self-test: libtensorflow where it has a GPU,
 * the native engine, libtensorflow on the CPU, and WebAssembly, which needs nothing.
 * @throws Error saying why a backend that was asked for by name cannot be had
 */
export async function chooseBackend(
  wanted: 'auto' | BackendId,
  probe: Prober,
  installed = installedTensorflow(),
): Promise<ChosenBackend> {
  const tryOut = (id: BackendId) => probeInstalled(probe, id, false)
  if (wanted !== 'auto') return chosen(await tryOut(wanted), 'Asked for;')
  const onGpu = installed?.gpu ? await tryOut('tensorflow') : null
  if (onGpu?.gpu && works(onGpu)) return chosen(onGpu, 'libtensorflow has a GPU;')
  const cpu = await tryOut('cpu')
  if (works(cpu)) return chosen(cpu, onGpu ? 'libtensorflow has no GPU that works here;' : 'The fastest without a GPU;')
  const tensorflow = onGpu ?? (await tryOut('tensorflow'))
  if (works(tensorflow)) return chosen(tensorflow, cpu.why)
  return chosen(await tryOut('wasm'), `${cpu.why} ${tensorflow.why}`)
}

const works = (report: BackendReport) => report.loadable && report.selfTest?.passed === true

function chosen(report: BackendReport, because: string): ChosenBackend {
  if (!works(report)) throw new Error(report.why)
  const { id, device, version, bf16, selfTest } = report
  return { id, device, version, bf16, reason: `${because} ${passedOf(id, selfTest!.worstError)}` }
}
