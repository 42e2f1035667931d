import type { BackendReport, ChosenBackend } from '../protocol'
import { assertInstalled, INSTALL_COMMAND, installedTensorflow } from '../tensorflow/installed'
import { installBytes } from '../tensorflow/packages'
import { initialWeights } from './layout'
import type { Backend, BackendId } from './learner'
import { measureSpeed, selfTest, TOLERANCE } from './self-test'
import { TfLearner } from './tfjs/learner'
import type { Runtime } from './tfjs/runtime'
import { loadTensorflow } from './tfjs/tensorflow'
import { loadWasm } from './tfjs/wasm'

const LOADERS: Readonly<Record<BackendId, { title: string; load: () => Promise<Runtime> }>> = {
  tensorflow: { title: 'TensorFlow', load: loadTensorflow },
  wasm: { title: 'WebAssembly', load: loadWasm },
}
export const BACKEND_IDS = Object.keys(LOADERS) as BackendId[]

/** Tries a backend where its crash hurts nobody; `timed` measures its speed, too. */
export type Prober = (id: BackendId, timed: boolean) => Promise<BackendReport>

const loaded = new Map<BackendId, Promise<Backend>>()

/**
 * Loads a backend into this process, once; it is given out after it has passed its self-test.
 * @throws Error in words for people: unknown, not installed, not loadable, wrong numbers
 */
export function loadBackend(id: string): Promise<Backend> {
  if (!isBackendId(id))
    return Promise.reject(new Error(`backend: expected ${BACKEND_IDS.join(' or ')}, got ${JSON.stringify(id)}`))
  const backend = loaded.get(id) ?? openBackend(id)
  loaded.set(id, backend)
  backend.catch(() => loaded.delete(id))
  return backend
}

function isBackendId(id: string): id is BackendId {
  return id in LOADERS
}

async function openBackend(id: BackendId): Promise<Backend> {
  const runtime = await LOADERS[id].load()
  const create = creatorOf(runtime)
  const { passed, worstError } = await selfTest(create)
  if (!passed) throw new Error(failureOf(id, worstError))
  return { id, device: runtime.device, version: runtime.version, reason: reasonFor(id, worstError), create }
}

function creatorOf(runtime: Runtime): Backend['create'] {
  return (net, init) =>
    Promise.resolve(
      new TfLearner(runtime, net, 'weights' in init ? init.weights : initialWeights(net, init.seed, init.embeddings)),
    )
}

const failureOf = (id: BackendId, worstError: number) =>
  `${LOADERS[id].title} gives wrong numbers here: its self-test is off by ${worstError.toExponential(1)}, allowed are ${TOLERANCE}.`

function reasonFor(id: BackendId, worstError: number): string {
  const passed = `passed its self-test (off by ${worstError.toExponential(1)})`
  if (id === 'tensorflow') return `libtensorflow is installed and ${passed}.`
  return installedTensorflow() ? `Asked for; ${passed}.` : `libtensorflow is not installed; WebAssembly ${passed}.`
}

/** Tries a backend in this process: loads it, tests it, measures it. Never throws; an abort of native code takes the process. */
export async function tryBackend(id: BackendId, timed: boolean): Promise<BackendReport> {
  try {
    const runtime = await LOADERS[id].load()
    const create = creatorOf(runtime)
    const { passed, worstError } = await selfTest(create)
    const stepsPerSecond = timed ? await measureSpeed(create) : 0
    return {
      ...unloadable(id, passed ? '' : failureOf(id, worstError)),
      loadable: true,
      version: runtime.version,
      device: runtime.device,
      gpu: runtime.gpu,
      selfTest: { passed, worstError, tolerance: TOLERANCE, stepsPerSecond },
    }
  } catch (error) {
    return unloadable(id, error instanceof Error ? error.message : String(error))
  }
}

/** The report on a backend that did not load. */
export function unloadable(id: BackendId, why: string): BackendReport {
  return {
    id,
    title: LOADERS[id].title,
    loadable: false,
    why,
    version: '',
    device: '',
    gpu: false,
    selfTest: null,
    installed: id === 'wasm' || installedTensorflow() !== null,
    installBytes: id === 'wasm' ? null : installBytes(installedTensorflow()?.gpu ?? false),
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
async function probeInstalled(probe: Prober, id: BackendId, timed: boolean): Promise<BackendReport> {
  try {
    if (id === 'tensorflow') assertInstalled()
  } catch (error) {
    return unloadable(id, (error as Error).message)
  }
  return probe(id, timed)
}

/**
 * The backend that would run here. `auto` takes libtensorflow where it is installed and passes its self-test, and
 * WebAssembly, which needs nothing, where not.
 * @throws Error saying why a backend that was asked for by name cannot be had
 */
export async function chooseBackend(wanted: 'auto' | BackendId, probe: Prober): Promise<ChosenBackend> {
  if (wanted !== 'auto') return chosen(await probeInstalled(probe, wanted, false), 'Asked for')
  const tensorflow = await probeInstalled(probe, 'tensorflow', false)
  if (works(tensorflow)) return chosen(tensorflow, 'libtensorflow is installed')
  const wasm = await probeInstalled(probe, 'wasm', false)
  return chosen(wasm, tensorflow.installed ? `libtensorflow does not work here: ${tensorflow.why}` : NOT_INSTALLED)
}
const NOT_INSTALLED = `libtensorflow is not installed (\`${INSTALL_COMMAND}\`)`

const works = (report: BackendReport) => report.loadable && report.selfTest?.passed === true

function chosen(report: BackendReport, because: string): ChosenBackend {
  if (!works(report)) throw new Error(report.why)
  const { id, device, version, title, selfTest } = report
  const passed = `${title} passed its self-test (off by ${selfTest!.worstError.toExponential(1)}).`
  return { id, device, version, reason: `${because}; ${passed}` }
}
