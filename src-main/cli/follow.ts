import type { EngineEvent, LabEvent, RunDetail, RunState, StageStatus } from '../../src-preload/contract'
import { kindOf } from '../science/stages'
import { LabError } from '../lab/errors'
import type { Lab } from '../lab/options'
import type { Output } from './output'
import { decimal, duration, percent } from './text'

const BAR = 16
/** How often a stage that takes long says how far it is, where lines cannot be redrawn. */
const PLAIN_MS = 10_000

/** How often the lab is asked for the time that is left. */
const ASK_MS = 1000

const LIVE: readonly RunState[] = ['queued', 'running']

/** What is known of a stage that runs. */
interface Now {
  key: string
  since: number
  /** Part of the work that is done, and what is being done beside it. */
  share: number
  phase: string
  accuracy: number | null
  saidAt: number
}

/**
 * Shows a run's progress until it has ended: one redrawn line on a terminal, a line a stage elsewhere.
 * @returns the run as it stands then
 * @throws LabError `storage` when the store takes no more: nothing goes on then, and the run may stand as running
 */
export async function follow(lab: Lab, runId: string, out: Output): Promise<RunDetail> {
  let detail = await lab.calls.runDetail(runId)
  let askedAt = Date.now()
  const view = createView(out, () => detail)
  return new Promise((resolve, reject) => {
    let asking: Promise<void> | null = null
    let again = false
    // The stages' own facts come with the events; how the run as a whole stands is asked when the lab says it changed.
    const refresh = () => {
      again = asking !== null
      asking ??= stands(lab, runId)
        .then((next) => {
          detail = next
          askedAt = Date.now()
          asking = null
          if (!LIVE.includes(next.state)) finish(() => resolve(next))
          else if (again) refresh()
        })
        .catch((error: unknown) => finish(() => reject(error instanceof Error ? error : new Error(String(error)))))
    }
    const leave = lab.subscribe((events) => {
      const changed = events.some((event) => event.type === 'run' && event.id === runId)
      if (changed || Date.now() - askedAt > ASK_MS) refresh()
      for (const event of events) if (isOurs(event, detail)) view.hear(event)
      view.draw()
    })
    const finish = (settle: () => void) => {
      leave()
      out.status('')
      settle()
    }
    refresh()
  })
}

/** How the run stands. @throws LabError `storage` when nothing is run any more */
async function stands(lab: Lab, runId: string): Promise<RunDetail> {
  const { readOnly } = await lab.calls.status()
  if (readOnly !== '') throw new LabError('storage', readOnly)
  return lab.calls.runDetail(runId)
}

const isOurs = (event: LabEvent, { stages }: RunDetail): event is EngineEvent =>
  'key' in event && stages.some((stage) => stage.key === event.key)

function createView(out: Output, detail: () => RunDetail) {
  const atWork = new Map<string, Now>()
  const engines = new Set<string>()

  const stageOf = (key: string) => detail().stages.find((stage) => stage.key === key)!
  const place = (key: string) => {
    const { stages } = detail()
    const at = String(stages.findIndex((stage) => stage.key === key) + 1)
    return `[${at.padStart(String(stages.length).length)}/${stages.length}] ${stageOf(key).title}`
  }
  const said = (now: Now) => farText(place(now.key), now, remaining(stageOf(now.key), detail(), now), out.live)
  const note = (text: string) => out.line(out.paint('dim', text))

  function enter(event: Extract<EngineEvent, { state: 'running' }>): void {
    const { key, at } = event
    atWork.set(key, { key, since: at, share: 0, phase: '', accuracy: null, saidAt: at })
    const used = `${event.backend} on ${event.device}`
    if (!kindOf(stageOf(key).kind).backend || engines.has(used)) return
    engines.add(used)
    note(`Engine: ${used}. ${event.reason}`)
  }

  function leave(key: string, at: number, how: string): void {
    const now = atWork.get(key)
    atWork.delete(key)
    const accuracy = typeof now?.accuracy === 'number' ? `, test accuracy ${decimal(now.accuracy)}` : ''
    const took = now ? ` in ${duration((at - now.since) / 1000)}` : ''
    if (!out.live && how === 'done') out.line(`${place(key)}: done${took}${accuracy}`)
    if (how !== 'done') out.line(out.paint(how === 'cancelled' ? 'yellow' : 'red', `${place(key)}: ${how}`))
  }

  function hearState(event: Extract<EngineEvent, { type: 'state' }>): void {
    if (event.state === 'running') enter(event)
    else leave(event.key, event.at, event.state === 'failed' ? `failed: ${event.error}` : event.state)
  }

  function hear(event: EngineEvent): void {
    const now = atWork.get(event.key)
    if (event.type === 'state') hearState(event)
    else if (event.type === 'log' && event.level !== 'info') out.line(`${place(event.key)}: ${event.text}`)
    else if (!now) return
    else if (event.type === 'progress') Object.assign(now, { share: event.share, phase: event.phase })
    else if (event.type === 'metric' && event.name === 'accuracy' && event.split === 'test') now.accuracy = event.value
  }

  /** A terminal has one line for this: of several stages it shows the one that began last. */
  function draw(): void {
    const last = [...atWork.values()].at(-1)
    if (out.live && last) return out.status(said(last))
    for (const now of atWork.values()) {
      if (Date.now() - now.saidAt < PLAIN_MS) continue
      now.saidAt = Date.now()
      out.line(said(now))
    }
  }

  return { hear, draw }
}

/** How far a stage is. @param live whether there is room for a bar that is redrawn */
function farText(place: string, { share, phase, accuracy }: Now, left: string[], live: boolean): string {
  const parts = [place, `${live ? `${bar(share)} ` : ''}${percent(share)}`]
  if (phase) parts.push(phase)
  if (accuracy !== null) parts.push(`test accuracy ${decimal(accuracy)}`)
  return [...parts, ...left].join(' · ')
}

/** Time left: of the run where the lab knows it, else of the stage by its own pace. */
function remaining(stage: StageStatus, run: RunDetail, now: Now): string[] {
  const { share } = now
  if (run.etaSeconds !== null && run.etaSeconds > 0) return [`${duration(run.etaSeconds)} left`]
  if (share < 0.05) return stage.etaSeconds === null ? [] : [`${duration(stage.etaSeconds)} left`]
  return [`${duration(((Date.now() - now.since) / 1000) * (1 / share - 1))} left`]
}

function bar(share: number): string {
  const full = Math.round(share * BAR)
  return '█'.repeat(full) + '░'.repeat(BAR - full)
}
