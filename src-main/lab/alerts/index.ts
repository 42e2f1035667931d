import type { Alert, LabEvent } from '../../../src-preload/contract'
import { fitsErrors, plateau, STILL, type FitsErrors, type Plateau } from '../../science/alerts'
import type { Columns } from '../../science/curves'
import type { DataConfig } from '../../science/stages'
import type { StageRow, Store } from '../../store'
import type { Bus } from '../bus'
import { stageOf } from '../queue/lifecycle'
import { armsOf, titledStages } from '../runs/view'

/** What the lab notices of trainings at work, from what is stored of them. */
export interface AlertDesk {
  /** What was not seen yet, newest first, and the arms that are held. */
  list(): Alert[]
  see(alert: { key: string; kind: Noticed }): null
}
type Noticed = Exclude<Alert['kind'], 'held'>

/** Beyond this share of a training there is little left that stopping would save. */
const LATE = 0.9
const share = (value: number) => `${(100 * value).toFixed(1)} %`
const figure = (value: number) => value.toPrecision(3)

const stillText = ({ from, middle, to, earlier, later, low, high, fallen }: Plateau) =>
  `The loss stands still: ${figure(earlier)} on average from step ${from} to ${middle}, ${figure(later)} from there to ${to}. ` +
  `The 95 % interval of the change (${figure(low)} to ${figure(high)}) lies within ${share(STILL)} of the ${figure(fallen)} that it had fallen. This is said of this training alone.`

const fitsText = ({ best, repeated: [was, is], right: [had, has] }: FitsErrors) =>
  `It now fits weak errors: since step ${best} it repeats ${share(is.share)} of its supervisor’s ${is.of} errors on the measured rows instead of ${share(was.share)}, ` +
  `and is right on ${share(has.share)} instead of ${share(had.share)}. Wilson’s intervals of both lie apart, at 95 % over all evaluations together, each row taken for itself.`

/** Arms that are held back, each once with all that holds it: two causes may. */
function heldIn(store: Store, name: (run: string) => string): Alert[] {
  const holds = store.holds.live()
  const firsts = holds.filter(({ run, arm }, i) => holds.findIndex((of) => of.run === run && of.arm === arm) === i)
  return firsts.map(({ run, arm }): Alert => {
    const ofArm = holds.filter((of) => of.run === run && of.arm === arm)
    const title = armsOf(store.runs.get(run)!).find(({ id }) => id === arm)?.title ?? arm
    const whys = ofArm.map(({ cause, failures }, i) => {
      const why = CAUSES[cause] ?? `“${cause.replace(/\.$/, '')}”`
      return i === 0 ? `${failures} of its stages failed for the same cause: ${why}` : `${failures} for another: ${why}`
    })
    const text = `${whys.join('; ')}. What is left of this arm waits until you let it go on; other arms do not.`
    return { kind: 'held', runId: run, run: name(run), key: '', arm, title, text, at: 0 }
  })
}

const nameOf = ({ runId, arm, text }: Alert) => `${runId} ${arm} ${text}`

const CAUSES: Record<string, string> = {
  diverged: 'the training diverged',
  killed: 'the engine process was killed',
  dataset: 'its dataset is not to be had',
  model: 'its pretrained model is not to be had',
  backend: 'its backend is not to be had',
  memory: 'the card has not enough memory',
  card: 'the card failed',
}

/** A whole curve of the latest attempt. */
function series(store: Store, row: StageRow, name: string, split: string): Columns {
  const out: Columns = { step: [], value: [] }
  for (const { step, value } of store.metrics.curve({ stage: row.id, attempt: row.attempt, name, split }, Infinity)) {
    out.step.push(...step)
    out.value.push(...value)
  }
  return out
}

/** The rows that a student is measured on, and of how many of them its labels are wrong, as its label stage counted. */
function rowsOf(store: Store, row: StageRow): { all: number; wrong: number } | null {
  const stage = stageOf(store, row)
  if (stage.kind !== 'train' || stage.config.role !== 'student' || stage.needs.labels === undefined) return null
  const [data, labels] = [stage.needs.data, stage.needs.labels].map((key) => store.stages.byKey(key))
  const summary = labels && store.artifacts.get(labels.id)?.summary
  if (!data || !summary) return null
  const { sizes } = JSON.parse(data.config) as DataConfig
  const right = (JSON.parse(summary) as Record<string, number>)['accuracy_test']
  return right === undefined ? null : { all: sizes.test, wrong: Math.round(sizes.test * (1 - right)) }
}

/**
 * @param watching whether what is heard is looked at: another process does it where this one only looks on
 * @param hides whether what a training was measured by on test rows is withheld: then nothing is told of it
 */
export function createAlerts(store: Store, bus: Bus, watching: boolean, hides: (key: string) => boolean): AlertDesk {
  let told = new Set<string>()

  function notice(row: StageRow, kind: Noticed, text: string): void {
    if (!store.alerts.insert(row.id, row.attempt, { kind, at: Date.now(), text })) return
    const alert = list().find((one) => one.key === row.key && one.kind === kind)
    if (alert) bus.publish([{ type: 'alert', alert }])
  }

  /** At an evaluation: it comes seldom, and with all that was measured before. */
  function look(key: string): void {
    const row = store.stages.byKey(key)
    if (row?.state !== 'running' || row.kind !== 'train') return
    const still = row.share < LATE ? plateau(series(store, row, 'loss', '')) : null
    if (still) notice(row, 'plateau', stillText(still))
    if (hides(key)) return
    const rows = rowsOf(store, row)
    const repeated = series(store, row, 'agreement_weak_wrong', 'test')
    const fits = rows && fitsErrors(series(store, row, 'accuracy', 'test'), repeated, rows)
    if (fits) notice(row, 'fits-errors', fitsText(fits))
  }

  function hear(events: LabEvent[]): void {
    const keys = new Set<string>()
    for (const event of events) {
      if (event.type === 'metric' && event.name === 'accuracy' && event.split === 'test') keys.add(event.key)
      const row = event.type === 'state' && event.state === 'failed' ? store.stages.byKey(event.key) : undefined
      if (row?.cause === 'diverged') notice(row, 'diverged', row.error)
    }
    for (const key of keys) look(key)
    if (events.some((event) => event.type === 'state' && event.state === 'failed')) tellHeld()
  }

  /** Arms that are held since it was told last. */
  function tellHeld(): void {
    const held = list().filter(({ kind }) => kind === 'held')
    bus.publish(held.filter((alert) => !told.has(nameOf(alert))).map((alert) => ({ type: 'alert', alert })))
    told = new Set(held.map(nameOf))
  }

  function list(): Alert[] {
    const name = (run: string) => store.marks.get(run)?.name || (store.runs.get(run)?.name ?? '')
    const open = store.alerts.open().filter(({ kind, key }) => kind !== 'fits-errors' || !hides(key))
    const noticed = open.map(({ run, key, kind, at, text }): Alert => {
      const title = titledStages(store, run).find((stage) => stage.key === key)?.title ?? ''
      return { kind: kind as Noticed, runId: run, run: name(run), key, arm: '', title, text, at }
    })
    return [...heldIn(store, name), ...noticed]
  }

  if (watching) bus.subscribe(hear)
  return {
    list,
    see({ key, kind }) {
      store.alerts.see(key, kind)
      bus.publish(store.runs.withStage(store.stages.byKey(key)?.id ?? 0).map((id) => ({ type: 'run', id })))
      return null
    },
  }
}
