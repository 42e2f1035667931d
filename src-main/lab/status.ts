import { freemem, totalmem } from 'node:os'
import type { Lane as ShownLane, Status } from '../../src-preload/contract'
import type { BackendId } from '../science/backends'
import type { StageRow, Store } from '../store'
import type { ChosenBackend } from '../engine/protocol'
import type { Backends } from './engine/backends'
import type { Bus } from './bus'
import { failureOf } from './errors'
import type { Queue } from './queue'
import type { Lane } from './queue/lane'
import type { Places } from './queue/places'
import type { Power } from './queue/power'
import { freeBytes } from './home/space'

/** How often a status is published while progress comes in. */
const INTERVAL = 250

export interface StatusDesk {
  read(): Status
  close(): void
}

interface Deps {
  store: Store
  places: Pick<Places, 'inUse' | 'several'>
  queue: Queue
  power: Pick<Power, 'holding'>
  backends: Backends
  bus: Bus
  home: string
  /** Why this process may only look; '' when it may write. */
  readOnly: string
  fallbackRuntime: string
}

/** What only the store and its disk know. */
interface OnDisk {
  running: StageRow[]
  queue: number
  bytes: number
  free: number
  /** Why nothing of it could be read; '' while all is well. */
  trouble: string
}

function progressOf({ phase, unit, done, total }: StageRow): string {
  const grouped = (n: number) => n.toLocaleString('en-US')
  const counted = total > 0 ? `, ${unit} ${grouped(done)} of ${grouped(total)}` : ''
  return phase ? `${counted}, ${phase}` : counted
}

const BUSY: readonly Status['engine'][] = ['running', 'starting', 'idle', 'stopped']

/** What of the engines there is to say. */
const busiest = (lanes: readonly Lane[]): Status['engine'] =>
  BUSY.find((state) => lanes.some(({ host }) => host.state === state)) ?? 'stopped'

/** Of a stage at work, else of what would be taken. */
function placeOf(
  row: StageRow | undefined,
  next: Omit<ChosenBackend, 'next'> | null,
): Pick<Status, 'backend' | 'device' | 'reason'> {
  if (row?.backend) return { backend: row.backend, device: row.device, reason: row.reason }
  const { id = '', device = '', reason = '' } = next ?? {}
  return { backend: id, device, reason }
}

/** What computes on cards. */
const CARD = 'cuda' satisfies BackendId

/** A lane as it is shown: of the stage at work, else of what the next one will be computed by. */
function shownLane({ backends, places }: Deps, { card, host }: Lane, row: StageRow | undefined): ShownLane {
  const { chosen, cards } = backends
  const atRest = card
    ? { backend: CARD, device: card.name }
    : placeOf(undefined, places.several && chosen?.cards.length ? chosen.next : chosen)
  const { backend, device } = row?.backend ? row : atRest
  const seen = card ?? (places.several ? undefined : cards[0])
  const fault = backend === CARD ? cards.find(({ uuid }) => uuid === seen?.uuid)?.fault : undefined
  const work = { key: row?.key ?? '', title: row?.title ?? '', forcedAt: host.forcedAt }
  return { backend, device, card: card ? `card ${card.number}` : '', fault: fault ?? '', ...work }
}

/** Who only looks on has no lanes of his own at work: those of the one who writes are told by what is at work. */
function shownLanes(deps: Deps, running: readonly StageRow[]): ShownLane[] {
  if (deps.readOnly && running.length > 0)
    return running.map(({ backend, device, key, title }) => ({
      ...{ backend, device, key, title },
      ...{ card: '', fault: '', forcedAt: null },
    }))
  const rowOf = ({ current }: Lane) => running.find(({ key }) => key === current?.key)
  return deps.places.inUse().map((lane) => shownLane(deps, lane, rowOf(lane)))
}

/** The one place where the parts' states become the status bar's; published soon after whatever is told on the bus. */
export function createStatusDesk(deps: Deps): StatusDesk {
  const { store, places, queue, backends, bus, home } = deps
  let timer: NodeJS.Timeout | null = null

  /** What the disk says; the status must be told also where it does not answer any more. */
  function onDisk(): OnDisk {
    try {
      const running = store.stages.inState('running')
      const bytes = store.bytes() + store.artifacts.bytes()
      return { running, queue: store.stages.waiting(), bytes, free: freeBytes(home), trouble: '' }
    } catch (error) {
      return { running: [], queue: 0, bytes: 0, free: 0, trouble: failureOf(error, home).message }
    }
  }

  function read(): Status {
    const { running, ...disk } = onDisk()
    const trouble = queue.trouble || disk.trouble
    const [first] = running
    return {
      engine: deps.readOnly && first ? 'running' : busiest(places.inUse()),
      activity: first && !trouble ? `${first.title}${progressOf(first)}` : '',
      ...placeOf(first, backends.chosen),
      queue: disk.queue,
      lanes: shownLanes(deps, running),
      cards: backends.cards.map(({ number, name }) => ({ number, name })),
      pause: queue.paused,
      pausedFor: queue.paused === 'on' ? deps.power.holding : '',
      storeBytes: disk.bytes,
      diskFreeBytes: disk.free,
      memoryBytes: totalmem(),
      memoryFreeBytes: freemem(),
      readOnly: trouble || deps.readOnly,
      fallbackRuntime: deps.fallbackRuntime,
    }
  }

  bus.subscribe((events) => {
    if (events.every(({ type }) => type === 'status')) return
    timer ??= setTimeout(() => {
      timer = null
      bus.publish([{ type: 'status', status: read() }])
    }, INTERVAL).unref()
  })
  return {
    read,
    close: () => void (timer && clearTimeout(timer)),
  }
}
