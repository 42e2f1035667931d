import { freemem, totalmem } from 'node:os'
import type { Status } from '../../src-preload/contract'
import type { StageRow, Store } from '../store'
import type { Backends } from './engine/backends'
import type { Bus } from './bus'
import { failureOf } from './errors'
import type { Host } from './engine/host'
import type { Queue } from './queue'
import { freeBytes } from './home/space'

/** How often a status is published while progress comes in. */
const INTERVAL = 250

export interface StatusDesk {
  read(): Status
  close(): void
}

interface Deps {
  store: Store
  host: Host
  queue: Queue
  backends: Backends
  bus: Bus
  home: string
  /** Why this process may only look; '' when it may write. */
  readOnly: string
  fallbackRuntime: string
}

/** What only the store and its disk know. */
interface OnDisk {
  running?: StageRow | undefined
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

/** The one place where the parts' states become the status bar's; published soon after whatever is told on the bus. */
export function createStatusDesk(deps: Deps): StatusDesk {
  const { store, host, queue, backends, bus, home } = deps
  let timer: NodeJS.Timeout | null = null

  /** What the disk says; the status must be told also where it does not answer any more. */
  function onDisk(): OnDisk {
    try {
      const [running] = store.stages.inState('running')
      const bytes = store.bytes() + store.artifacts.bytes()
      return { running, queue: store.stages.waiting(), bytes, free: freeBytes(home), trouble: '' }
    } catch (error) {
      return { queue: 0, bytes: 0, free: 0, trouble: failureOf(error, home).message }
    }
  }

  function read(): Status {
    const { running, ...disk } = onDisk()
    const trouble = queue.trouble || disk.trouble
    const place = running?.backend ? { ...running, id: running.backend } : backends.chosen
    return {
      engine: host.state,
      activity: running && !trouble ? `${running.title}${progressOf(running)}` : '',
      backend: place?.id.toString() ?? '',
      device: place?.device ?? '',
      reason: place?.reason ?? '',
      queue: disk.queue,
      paused: queue.paused,
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
