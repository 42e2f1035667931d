import { leftAloneText } from '../../data/machine/cards'
import { backendKind, BACKENDS_IN_ORDER, type Askable, type BackendId } from '../../science/backends'
import type { BackendReport, ChosenBackend, UsableCard } from '../protocol'
import { keep, readKept } from './kept'
import { BACKENDS } from './registry'
import { passedOf, probeInstalled, titleOf, works, type Prober } from './trial'

type Plain = Omit<ChosenBackend, 'next'>

/** A backend in its turn; `onGpu`: only where it has a GPU that works. */
interface Candidate {
  id: BackendId
  onGpu: boolean
}

/** A backend that works, and what is to be said of those before it. */
interface Found extends Candidate {
  report: BackendReport
  because: string
}

interface Circumstances {
  /** Cards that nothing is to be put on, by their numbers. */
  leftAlone?: readonly number[]
  /** Whether what is installed of a backend was built for a GPU. */
  forGpu?: (id: BackendId) => boolean
}

/** Of what two measurements differ by, and a choice is not to go back and forth. */
const SPEED = 'card-speed'
/** A choice that was made is changed by new measurements where the other one is faster by this. */
const MARGIN = 1.1

/** Tokens a second in training, of a card and of what would come next. */
interface Speeds {
  ours: number
  theirs: number
  passedOver: boolean
}

/**
 * The backend that would run here. `auto` takes the first that passes its self-test: those with a GPU, then all in their
 * order; but no card that trains a transformer more slowly than the next one does, and none that is left alone.
 * @throws Error saying why a backend that was asked for by name cannot be had
 */
export async function chooseBackend(
  wanted: Askable,
  probe: Prober,
  { leftAlone = [], forGpu = (id) => BACKENDS[id].forGpu() }: Circumstances = {},
): Promise<ChosenBackend> {
  const tried = new Map<string, Promise<BackendReport>>()
  const tryOut = (id: BackendId, timed = false) => {
    const name = `${id} ${timed}`
    const trial =
      tried.get(name) ?? probeInstalled(probe, id, timed).then((report) => lessThoseLeftAlone(report, leftAlone))
    tried.set(name, trial)
    return trial
  }
  const inOrder = working(candidates(forGpu), tryOut)
  if (wanted !== 'auto') return named(await tryOut(wanted), inOrder)
  const first = await nextOf(inOrder)
  if (!isCard(first.id)) return { ...chosen(first.report, first.because), next: null }
  const second = await nextOf(inOrder)
  const slower = await slowerText(first, second, tryOut)
  if (slower) return { ...chosen(second.report, slower), next: null }
  return { ...chosen(first.report, first.because), next: nextTo(first.id, second) }
}

/** A report as they see it who leave some of its cards alone: where it has no other, nothing is to be had. */
function lessThoseLeftAlone(report: BackendReport, leftAlone: readonly number[]): BackendReport {
  const why = works(report) ? leftAloneText(usableCards(report), leftAlone) : ''
  return why ? { ...report, loadable: false, why } : report
}

function candidates(forGpu: (id: BackendId) => boolean): Candidate[] {
  const onGpu = BACKENDS_IN_ORDER.filter(({ id, gpu }) => gpu !== null && forGpu(id))
  const onCpu = BACKENDS_IN_ORDER.filter(({ gpu }) => !gpu?.alone)
  return [...onGpu.map(({ id }) => ({ id, onGpu: true })), ...onCpu.map(({ id }) => ({ id, onGpu: false }))]
}

/** Those that work, in order; in the end why the last one does not. */
async function* working(
  order: readonly Candidate[],
  tryOut: (id: BackendId) => Promise<BackendReport>,
): AsyncGenerator<Found, string> {
  const whys: string[] = []
  for (const candidate of order) {
    const { id, onGpu } = candidate
    const { gpu, when } = backendKind(id)
    const report = await tryOut(id)
    const has = gpu?.alone ? `${when};` : `${gpu?.title} has a GPU;`
    if (works(report) && report.gpu === onGpu)
      yield { ...candidate, report, because: onGpu ? [...whys, has].join(' ') : passedOver(whys) }
    else whys.push(onGpu && works(report) ? `${gpu?.title} has no GPU that works here;` : report.why)
  }
  return whys.at(-1) ?? ''
}

/** Whether it is one that computes on a card alone, and not all that there is to compute. */
const isCard = (id: BackendId) => backendKind(id).gpu?.alone === true

const passedOver = (whys: readonly string[]) => [...new Set(whys)].join(' ') || 'The fastest without a GPU;'

/** @throws Error saying why there is none */
async function nextOf(inOrder: AsyncGenerator<Found, string>): Promise<Found> {
  const { done, value } = await inOrder.next()
  if (done) throw new Error(value)
  return value
}

/** One that was asked for, and what goes before all others where it cannot. */
async function named(report: BackendReport, inOrder: AsyncGenerator<Found, string>): Promise<ChosenBackend> {
  const asked = chosen(report, 'Asked for;')
  if (!isCard(report.id)) return { ...asked, next: null }
  for await (const found of inOrder) if (found.id !== report.id) return { ...asked, next: nextTo(report.id, found) }
  return { ...asked, next: null }
}

/** What stands in where a card does not do, with that said. */
function nextTo(id: BackendId, { report }: Found): Plain {
  return chosen(report, `${titleOf(id)} does not compute this;`)
}

/**
 * That a card is slower than what would come next; '' where it is not. What was measured is kept, so that choices stay; where
 * both were examined anew that takes its place, so that a choice tells what the examination does.
 */
async function slowerText(
  { report: card }: Found,
  { report: rival }: Found,
  tryOut: (id: BackendId, timed: boolean) => Promise<BackendReport>,
): Promise<string> {
  const depends = [card, rival].flatMap((report) => [report.id, report.version, report.device, uuidOf(report)])
  const kept = await readKept<Speeds>(SPEED, depends)
  if (kept && speedOf(rival) === 0) return textOf(kept)
  const [ours, theirs] = [speedOf(card), speedOf(rival) || speedOf(await tryOut(rival.id, true))]
  const margin = !kept ? 1 : kept.passedOver ? MARGIN : 1 / MARGIN
  const speeds: Speeds = { ours, theirs, passedOver: ours < theirs * margin }
  await keep(SPEED, depends, speeds)
  return textOf(speeds)

  function textOf({ ours, theirs, passedOver }: Speeds): string {
    if (!passedOver) return ''
    const shown = (speed: number) => Math.round(speed).toLocaleString('en-US')
    const than = ours < theirs ? 'slower here than' : 'less than a tenth faster here than'
    return `${titleOf(card.id)} is ${than} ${titleOf(rival.id)} (${shown(ours)} tokens a second in training, ${shown(theirs)});`
  }
}

/** 0 where it was not measured. */
const speedOf = ({ selfTest }: BackendReport): number => selfTest?.tokensPerSecond ?? 0

/** The card that was tested; '' of what computes on none. */
const uuidOf = ({ card }: BackendReport): string => card?.devices.find(({ why }) => why === '')?.uuid ?? ''

function chosen(report: BackendReport, because: string): Plain {
  if (!works(report)) throw new Error(report.why)
  const { id, device, version, gpu, precisions, selfTest } = report
  const [cards, reason] = [usableCards(report), `${because} ${passedOf(id, selfTest!.worstError)}`]
  return { id, device, version, gpu, precisions, cards, reason }
}

function usableCards({ card }: BackendReport): UsableCard[] {
  const devices = card?.devices ?? []
  // An only one needs no telling apart, and part of a card (MIG) has an uuid of another kind.
  const shown = (uuid: string) => (devices.length > 1 ? uuid : '')
  return devices.flatMap(({ uuid, name, memory, why }, i) =>
    why === '' ? [{ number: i + 1, uuid: shown(uuid), name, memory }] : [],
  )
}
