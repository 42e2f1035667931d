import type { BackendReport, ChosenBackend } from '../protocol'
import { backendKind, BACKENDS_IN_ORDER, type BackendId } from './kinds'
import type { Backend } from './learner'
import { BACKENDS } from './registry'
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
    return Promise.reject(
      new Error(
        `backend: expected ${BACKENDS_IN_ORDER.map((kind) => kind.id).join(' or ')}, got ${JSON.stringify(id)}`,
      ),
    )
  const backend = opened.get(id) ?? openBackend(id)
  opened.set(id, backend)
  backend.catch(() => opened.delete(id))
  return backend
}

function isBackendId(id: string): id is BackendId {
  return Object.hasOwn(BACKENDS, id)
}

async function openBackend(id: BackendId): Promise<Backend> {
  const { device, deviceWith, threads, isa, version, gpu, create, nets, bf16 = false } = await BACKENDS[id].load()
  const { passed, worstError } = await selfTest(create, nets)
  if (!passed) throw new Error(failureOf(id, worstError))
  const refuse = () => Promise.reject(new Error(withoutBf16(id, device)))
  return {
    ...{ id, device, deviceWith, threads, isa, version, gpu, bf16, reason: reasonFor(id, worstError) },
    create: (net, init, options) => (options?.precision === 'bf16' && !bf16 ? refuse() : create(net, init, options)),
  }
}

const titleOf = (id: BackendId) => backendKind(id).title

const withoutBf16 = (id: BackendId, device: string) =>
  `precision: expected "fp32", since ${titleOf(id)} cannot multiply bf16 on ${device}, got "bf16"`

const failureOf = (id: BackendId, worstError: number) =>
  `${titleOf(id)} gives wrong numbers here: its self-test is off by ${worstError.toExponential(1)}, allowed are ${TOLERANCE}.`

const passedOf = (id: BackendId, worstError: number) =>
  `${titleOf(id)} passed its self-test (off by ${worstError.toExponential(1)}).`

function reasonFor(id: BackendId, worstError: number): string {
  const isLast = id === BACKENDS_IN_ORDER.at(-1)!.id
  const passedOver = isLast && BACKENDS_IN_ORDER.some((other) => other.id !== id && BACKENDS[other.id].installed())
  return `${passedOver ? 'Asked for' : backendKind(id).when}; ${passedOf(id, worstError)}`
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
      title: titleOf(id),
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
  for (const { id } of BACKENDS_IN_ORDER) reports.push(await probeInstalled(probe, id, true))
  return reports
}

/** Spares a process for a backend that is known not to be there. */
function probeInstalled(probe: Prober, id: BackendId, timed: boolean): Promise<BackendReport> {
  const missing = BACKENDS[id].missing()
  return missing ? Promise.resolve(unloadable(id, missing)) : probe(id, timed)
}

/**
 * The backend that would run here. `auto` takes the first that passes its self-test: those with a GPU, then all in their
 * order.
 * @param forGpu whether what is installed of a backend was built for a GPU
 * @throws Error saying why a backend that was asked for by name cannot be had
 */
export async function chooseBackend(
  wanted: 'auto' | BackendId,
  probe: Prober,
  forGpu = (id: BackendId) => BACKENDS[id].forGpu(),
): Promise<ChosenBackend> {
  const tryOut = (id: BackendId) => probeInstalled(probe, id, false)
  if (wanted !== 'auto') return chosen(await tryOut(wanted), 'Asked for;')
  const tried = new Map<BackendId, BackendReport>()
  let because = 'The fastest without a GPU;'
  for (const { id, gpu } of BACKENDS_IN_ORDER) {
    if (gpu === null || !forGpu(id)) continue
    const report = await tryOut(id)
    if (report.gpu && works(report)) return chosen(report, `${gpu} has a GPU;`)
    tried.set(id, report)
    because = `${gpu} has no GPU that works here;`
  }
  const whys: string[] = []
  for (const { id } of BACKENDS_IN_ORDER) {
    const report = tried.get(id) ?? (await tryOut(id))
    if (works(report)) return chosen(report, whys.join(' ') || because)
    whys.push(report.why)
  }
  throw new Error(whys.at(-1))
}

const works = (report: BackendReport) => report.loadable && report.selfTest?.passed === true

function chosen(report: BackendReport, because: string): ChosenBackend {
  if (!works(report)) throw new Error(report.why)
  const { id, device, version, gpu, bf16, selfTest } = report
  return { id, device, version, gpu, bf16, reason: `${because} ${passedOf(id, selfTest!.worstError)}` }
}
