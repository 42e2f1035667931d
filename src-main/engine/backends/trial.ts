import { backendKind, type BackendId, type Precision } from '../../science/backends'
import type { BackendReport, CardReport } from '../protocol'
import { forgetKept, keep, readKept } from './kept'
import { findWatch } from '../cards'
import { CardError, testError } from './native/card'
import { BACKENDS, type Loaded } from './registry'
import { selfTest, selfTestName, TOLERANCE } from './self-test'
import { ROUNDED, roundedError } from './wide'
import { measureSteps, measureTokens } from './speed'

/**
 * Tries a backend where its crash hurts nobody; `timed` tests it anew and measures its speed, `card` is the one that it is to
 * compute on, by its uuid.
 */
export type Prober = (id: BackendId, timed: boolean, card?: string) => Promise<BackendReport>

type SelfTest = NonNullable<BackendReport['selfTest']>
type Tested = Pick<BackendReport, 'card' | 'precisions'> & { selfTest: SelfTest }

/** What is kept of tests on a card, by all that its numbers depend on. */
const KEPT = 'card-trial'

/**
 * Whether a loaded backend gives the right numbers. On a card that takes seconds, so what passes is kept until driver, card,
 * library, engine or the test itself are others, or the card fails at work.
 */
export async function testLoaded(id: BackendId, loaded: Loaded, timed: boolean): Promise<Tested> {
  const { card } = loaded
  return tested(id, loaded, timed).catch((error: unknown) => {
    throw card ? testError(error, card.report) : error
  })
}

async function tested(id: BackendId, loaded: Loaded, timed: boolean): Promise<Tested> {
  const { create, card, version } = loaded
  const { nets } = backendKind(id)
  const depends = card ? [...card.identity, version, selfTestName()] : []
  const kept = card && !timed ? await readKept<Tested>(KEPT, depends) : null
  // What is free changes all the time.
  if (kept && card) return { ...kept, card: { ...card.report, table: kept.card?.table ?? null } }
  const { passed, ...errors } = await selfTest(create, nets, card !== undefined)
  const isMeasured = passed && (timed || card !== undefined)
  const stepsPerSecond = isMeasured && nets.includes('mlp') ? await measureSteps(create) : 0
  const { tokensPerSecond, table } = isMeasured ? await measureTokens(create, card?.room) : UNMEASURED
  const found = {
    selfTest: { passed, ...errors, tolerance: TOLERANCE, stepsPerSecond, tokensPerSecond, at: Date.now() },
    card: card ? { ...card.report, table } : null,
    precisions: passed ? await precisionsOf(loaded) : ['fp32' as const],
  }
  if (card && passed) await keep(KEPT, depends, found)
  return found
}

/** Those that are there; on a card those alone whose trainings come out near enough, too. */
async function precisionsOf({ create, card, precisions }: Loaded): Promise<readonly Precision[]> {
  if (!card) return precisions
  const found: Precision[] = []
  for (const precision of precisions)
    if (precision === 'fp32' || (await roundedError(create, precision)) <= ROUNDED[precision]) found.push(precision)
  return found
}

const UNMEASURED = { tokensPerSecond: 0, table: null }

/** A card that has failed at work is tested anew before it is used again. */
export const distrustCards = (): void => forgetKept(KEPT)

export const titleOf = (id: BackendId): string => backendKind(id).title

export function failureOf(id: BackendId, { worstError, fault }: SelfTest): string {
  const off = `its self-test is off by ${worstError.toExponential(1)}, allowed are ${TOLERANCE}`
  return `${titleOf(id)} gives wrong numbers here: ${fault ? `in its self-test it ${fault}` : off}.`
}

export const passedOf = (id: BackendId, worstError: number): string =>
  `${titleOf(id)} passed its self-test (off by ${worstError.toExponential(1)}).`

/** Tries a backend in this process: loads it, tests it, measures it. Never throws; an abort of native code takes the process. */
export async function tryBackend(id: BackendId, timed: boolean): Promise<BackendReport> {
  try {
    const loaded = await BACKENDS[id].load()
    const { version, device, gpu } = loaded
    const { selfTest, card, precisions } = await testLoaded(id, loaded, timed)
    const why = selfTest.passed ? '' : failureOf(id, selfTest)
    const found = { version, device, gpu, precisions, selfTest, card: await watched(card) }
    return { ...unloadable(id, why), loadable: true, ...found }
  } catch (error) {
    const card = error instanceof CardError ? error.card : null
    return { ...unloadable(id, error instanceof Error ? error.message : String(error)), card: await watched(card) }
  }
}

/** With what tells of it at work, where it can be had at all. */
const watched = async (card: CardReport | null) =>
  card && card.devices.length > 0 ? { ...card, watch: await findWatch() } : card

/** The report on a backend that did not load. */
export function unloadable(id: BackendId, why: string): BackendReport {
  const entry = BACKENDS[id]
  return {
    ...{ id, title: titleOf(id), why, loadable: false, version: '', device: '', gpu: false, precisions: [] },
    ...{ selfTest: null, card: null },
    installed: entry.installed(),
    installBytes: entry.installBytes(),
  }
}

/** Whether it may compute here. */
export const works = (report: BackendReport): boolean => report.loadable && report.selfTest?.passed === true

/** Spares a process for a backend that is known not to be there; of one on several cards each is tried. */
export async function probeInstalled(probe: Prober, id: BackendId, timed: boolean): Promise<BackendReport> {
  const missing = BACKENDS[id].missing()
  return missing ? unloadable(id, missing) : probeOthers(probe, await probe(id, timed), timed)
}

/**
 * Tries what was not examined yet of several cards, each in a process that sees no other, so that none speaks for another. What
 * is told is the first that works.
 */
async function probeOthers(probe: Prober, first: BackendReport, timed: boolean): Promise<BackendReport> {
  if (!first.card?.devices.some(({ why }) => why === null)) return first
  const { devices } = first.card
  const reports: BackendReport[] = []
  for (const { uuid, why } of devices) reports.push(why === null ? await probe(first.id, timed, uuid) : first)
  const best = reports.find(works) ?? first
  const examined = devices.map((device, i) => ({ ...device, why: reports[i]!.why }))
  return { ...best, card: { ...(best.card ?? first.card), devices: examined } }
}

/** What every backend is worth on this machine, each tried where its crash hurts nobody. */
export async function reportBackends(probe: Prober, ids: readonly BackendId[]): Promise<BackendReport[]> {
  const reports: BackendReport[] = []
  // One after the other, so that none slows down another's measurement.
  for (const id of ids) reports.push(await probeInstalled(probe, id, true))
  return reports
}
