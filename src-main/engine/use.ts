import { cpus, freemem, totalmem } from 'node:os'
import { cardOf, type Cards } from '../data/machine/cards'
import type { CardRead, Readings } from '../science/readings'
import { askCards } from './cards'
import type { Gate } from './gate'
import type { EngineEvent } from './protocol'
import type { Done } from './tally'

/** Milliseconds between two samples. */
const INTERVAL = 2000
/** A sample stands for no more time than this, whatever has passed since the one before: the rest is a gap. */
const MOST = 3 * INTERVAL

/** Reads what a stage makes of the machine until it is stopped, which takes a last sample. */
export interface Watch {
  stop(): Promise<void>
}

interface WatchOptions {
  key: string
  emit: (event: EngineEvent) => void
  gate: Pick<Gate, 'closed'>
  /** Whether the stage computes on a GPU, which is then asked too. */
  gpu: boolean
  /** What the stage has computed so far. */
  done?: () => Done
  /** For tests. */
  interval?: number
  cards?: () => Promise<Cards>
}

/** Time that processors have worked: this process in all, the machine with what it could have worked. Milliseconds. */
interface Worked {
  at: number
  own: number
  busy: number
  all: number
}

function workedNow(): Worked {
  const { user, system } = process.cpuUsage()
  const times = cpus().map(({ times }) => times)
  const all = times.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.idle + t.irq, 0)
  const idle = times.reduce((sum, t) => sum + t.idle, 0)
  return { at: performance.now(), own: (user + system) / 1000, busy: all - idle, all }
}

/** What was used since an earlier look. */
function usedSince(before: Worked, now: Worked): Readings {
  const [time, all] = [now.at - before.at, now.all - before.all]
  return {
    cpu: Math.min(1, (now.own - before.own) / time / cpus().length),
    // The system counts in hundredths of a second: a short look sees nothing pass.
    ...(all > 0 && { cpuMachine: (now.busy - before.busy) / all }),
    memory: process.memoryUsage.rss(),
    memoryMachine: totalmem() - freemem(),
  }
}

/** What is the matter with the card of this process, '' where all is well; or why it is not watched, as every stage would say. */
function troubleOf(asked: Cards): { text: string; once?: true } {
  const card = cardOf(asked, process.pid)
  return card ? { text: card.trouble } : { text: `GPU not watched. ${asked.why || SEVERAL}`, once: true }
}

const NOTHING: Done = { tokens: 0, leastSeconds: null }

/** How fast a stage computes, and what that is of the most; nothing of one without tokens. */
function ratesOf(before: Done, now: Done, seconds: number): Readings {
  if (now.tokens === 0) return {}
  const least =
    before.leastSeconds !== null && now.leastSeconds !== null ? now.leastSeconds - before.leastSeconds : null
  return {
    tokens: (now.tokens - before.tokens) / seconds,
    ...(least !== null && { ofLimit: least / seconds }),
  }
}

/** What of the card's state is told: what it does not say is left out. */
export function cardReadings(asked: Cards, pid: number): Readings {
  const card = cardOf(asked, pid)
  if (!card) return {}
  const own = asked.users.find((user) => user.pid === pid && user.card === card.uuid)?.bytes ?? null
  const told: Record<string, number | null> = {
    gpu: card.busy,
    gpuMemory: own,
    gpuMemoryOthers: own === null || card.usedBytes === null || card.parted ? null : Math.max(0, card.usedBytes - own),
    gpuPower: card.watts,
    gpuTemperature: card.celsius,
    gpuClock: card.megahertz,
    gpuMemoryClock: card.memoryMegahertz,
    gpuSlowed: card.slowedBy && (card.slowedBy.length > 0 ? 1 : 0),
  }
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null))
}

/** The card that readings are of; null where that is not known. */
function cardRead(asked: Cards, pid: number): CardRead | null {
  const { uuid = '', name = '' } = cardOf(asked, pid) ?? {}
  return uuid === '' ? null : { uuid, name }
}

/** Begins to watch; while the gate is closed nothing is read, and the time in it is of no sample. */
export function watchUse(options: WatchOptions): Watch {
  const { key, emit, gate, gpu, done = () => NOTHING, interval = INTERVAL, cards = askCards } = options
  const begun = performance.now()
  let before = workedNow()
  let sofar = done()
  let told = ''
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function sample(): Promise<void> {
    if (gate.closed) return void (before = workedNow())
    const asked = gpu ? await cards() : null
    const said = asked ? troubleOf(asked) : { text: '' }
    if (said.text && said.text !== told) emit({ type: 'log', key, at: Date.now(), level: 'warn', ...said })
    told = said.text
    const now = workedNow()
    if (now.at <= before.at) return
    const computed = done()
    const rates = ratesOf(sofar, computed, (now.at - before.at) / 1000)
    const readings = { ...usedSince(before, now), ...rates, ...(asked && cardReadings(asked, process.pid)) }
    const card = asked && cardRead(asked, process.pid)
    const seconds = Math.min(now.at - before.at, MOST) / 1000
    emit({ type: 'use', key, at: (now.at - begun) / 1000, seconds, readings, ...(card && { card }) })
    before = now
    sofar = computed
  }
  let current = Promise.resolve()
  const next = () => {
    timer = setTimeout(() => {
      current = sample().then(() => void (stopped || next()))
    }, interval)
  }
  next()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await current
      await sample()
    },
  }
}

const SEVERAL = 'There are several cards, and their driver does not say which one this process computes on.'
