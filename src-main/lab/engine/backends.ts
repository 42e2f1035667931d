import { cpus, totalmem, type as osType, release, arch } from 'node:os'
import type { DoctorReport } from '../../../src-preload/contract'
import { backendKind, type Askable } from '../../science/backends'
import type { ChosenBackend, Job, UsableCard } from '../../engine/protocol'
import { leftAloneText } from '../../data/machine/cards'
import type { Bus } from '../bus'
import { createChoices, type Asked, type Planned } from './choices'
import { runErrand } from './errands'
import { createFaults, type Faults } from './faults'
import { LabError } from '../errors'
import type { LabOptions } from '../options'

/** What trains, and whether it works here. Everything native is tried in processes of its own. */
export interface Backends {
  /** What plans are made for. @throws LabError when nothing works */
  planned: (asked: Asked) => Promise<Planned>
  /** @throws LabError `unavailable` when the one that is asked for, or every one, does not work here */
  check(asked?: Askable): Promise<void>
  /**
   * Hears how stages fare: until it was examined, a card that failed is not tried again where its stage may go elsewhere, nor one
   * that ran out of memory with a stage that needs as much.
   */
  heard(...told: Parameters<Faults['hear']>): void
  /** Why a backend was chosen, and why it is not to be tried, as far as that is known. */
  known(id: string): Pick<Job, 'reason' | 'fault' | 'closed'>
  /** The one found out, if any. */
  readonly chosen: ChosenBackend | null
  /**
   * The cards that stages can be put on, as far as was found out; `fault`: what was said of one that failed at work, else '';
   * `lacked`: the smallest need that one had no memory for, else Infinity.
   */
  readonly cards: readonly (UsableCard & { fault: string; lacked: number })[]
  /** Finds out which cards there are, those left alone too, for stages that were planned before this process began. */
  findCards(): Promise<void>
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
  const leftAlone = () => options.atOnceByCard?.().flatMap((count, i) => (count === 0 ? [i + 1] : [])) ?? []
  const choices = createChoices(
    async (wanted, leftAlone) =>
      (await runErrand(spawnEngine, { type: 'choose', wanted, leftAlone }, { signal })).chosen,
    leftAlone,
    () => bus.publish([{ type: 'engine' }]),
  )
  const faults = createFaults()
  /** The lab was opened for one, or each spec asks for its own. */
  const wantedOf = (asked: Askable = 'auto') => options.backend ?? asked
  const cards = () => choices.cards.map((card) => ({ ...card, ...faults.ofCard(card.uuid) }))
  let reporting: Promise<DoctorReport> | null = null

  const alone = oneAtATime('An installation is under way already.')
  /** One at a time, because both change the same folder; what was chosen before need not be right after. */
  const changing = <T>(work: () => Promise<T>) => alone(() => work().finally(() => choices.renew()))

  async function report(): Promise<DoctorReport> {
    const wanted = wantedOf()
    const asked = { type: 'report', wanted, leftAlone: leftAlone() } as const
    const { backends, chosen: best } = await runErrand(spawnEngine, asked, { signal })
    choices.renew(best ? { wanted, chosen: best } : undefined)
    faults.clear()
    return { ...machine(options), backends, chosen: best && { id: best.id, reason: best.reason } }
  }

  return {
    planned: ({ backend, fallback }) =>
      choices.planned({ backend: wantedOf(backend), fallback: fallback || options.fallback?.() === true }),
    check: (asked) => choices.choose(wantedOf(asked)).then(() => undefined, refuse),
    heard: (...told) => faults.hear(...told),
    known(id) {
      const reason = choices.reasonFor(id)
      return { ...(reason !== undefined && { reason }), ...refusalOf(id, cards(), faults.of(id), leftAlone()) }
    },
    get chosen() {
      return choices.last
    },
    get cards() {
      return cards()
    },
    async findCards() {
      if (choices.cards.length === 0) await choices.choose(wantedOf('cuda'), []).catch(() => undefined)
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

/** Why one is not to be tried: its card failed, or every card is left alone. */
function refusalOf(
  id: string,
  cards: Backends['cards'],
  fault: string | undefined,
  leftAlone: readonly number[],
): Pick<Job, 'fault' | 'closed'> {
  const closed = backendKind(id)?.gpu?.alone ? leftAloneText(cards, leftAlone) : ''
  if (closed) return { closed }
  // One of several that failed is left alone while others are there.
  const goesOn = cards.length > 1 && cards.some((one) => !one.fault)
  return goesOn || fault === undefined ? {} : { fault }
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
