import { bucketed, type Columns } from '../lib/curves'
import type { EngineEvent, StageProgress, StageState } from '../lib/types'
import { marked, type Mark } from './pace'

/** A curve of one quantity of one stage: steps ascending, one value a step. */
export interface LiveCurve {
  step: number[]
  value: number[]
}
export interface LogLine {
  key: string
  at: number
  level: string
  text: string
}
export interface LiveStage {
  state: StageState | null
  /** Time of the fact that `state` comes from, in ms; 0 when none was heard. */
  at: number
  error: string
  progress: StageProgress | null
  /** How far it was lately, for its pace. */
  pace: readonly Mark[]
  curves: Map<string, LiveCurve>
}

/** A curve longer than this is thinned to buckets that keep every spike; the store has all of it. */
const POINTS_KEPT = 16_384
const STAGES_KEPT = 24
const LINES_KEPT = 500

/** Name of a curve within its stage: quantity and split ('' for the training batch). */
export const curveId = (name: string, split: string): string => `${name}@${split}`

function put(curve: LiveCurve, step: number, value: number): void {
  let at = curve.step.length
  while (at > 0 && curve.step[at - 1]! >= step) at--
  const known = curve.step[at] === step
  curve.step.splice(at, known ? 1 : 0, step)
  curve.value.splice(at, known ? 1 : 0, value)
}

const copy = ({ step, value }: Columns): LiveCurve => ({ step: [...step], value: [...value] })

/**
 * What the engine has said lately, kept outside the reactive graph. Facts carry their identity (stage, quantity, split,
 * step, or time), so hearing one twice or late changes nothing; the oldest stages are let go.
 */
export class Live {
  readonly stages = new Map<string, LiveStage>()
  log: LogLine[] = []

  /** The stage's record, made when it is new. */
  stage(key: string): LiveStage {
    const known = this.stages.get(key)
    if (known) return known
    const fresh: LiveStage = { state: null, at: 0, error: '', progress: null, pace: [], curves: new Map() }
    this.stages.set(key, fresh)
    if (this.stages.size > STAGES_KEPT) this.stages.delete(this.stages.keys().next().value!)
    return fresh
  }

  /** Takes in one event. */
  apply(event: EngineEvent): void {
    if (event.type === 'metric') this.metric(event.key, event.name, event.split, event.step, event.value)
    else if (event.type === 'progress') this.#progress(event)
    else if (event.type === 'state') this.#state(event)
    else if (event.type === 'log') this.addLines([event])
  }

  /** One point of one curve. */
  metric(key: string, name: string, split: string, step: number, value: number): void {
    const { curves } = this.stage(key)
    const id = curveId(name, split)
    let curve = curves.get(id)
    if (!curve) curves.set(id, (curve = { step: [], value: [] }))
    put(curve, step, value)
    if (curve.step.length > POINTS_KEPT) curves.set(id, copy(bucketed(curve, POINTS_KEPT / 8)))
  }

  /** A stored curve joins what was heard meanwhile. */
  merge(key: string, name: string, split: string, stored: LiveCurve): void {
    const { curves } = this.stage(key)
    const id = curveId(name, split)
    const heard = curves.get(id)
    const joined = copy(stored)
    heard?.step.forEach((step, i) => put(joined, step, heard.value[i]!))
    curves.set(id, joined)
  }

  /** Log lines in order of time; a line that is there already is not added again. */
  addLines(lines: readonly LogLine[]): void {
    const same = (a: LogLine, b: LogLine) => a.at === b.at && a.key === b.key && a.text === b.text
    const fresh = lines.filter((line) => !this.log.some((known) => same(known, line)))
    if (fresh.length === 0) return
    const all = [...this.log, ...fresh.map(({ key, at, level, text }) => ({ key, at, level, text }))]
    this.log = all.sort((a, b) => a.at - b.at).slice(-LINES_KEPT)
  }

  #state(event: EngineEvent & { type: 'state' }): void {
    const stage = this.stage(event.key)
    if (event.at < stage.at || (event.at === stage.at && event.state === 'running')) return
    if (event.state === 'running') [stage.progress, stage.pace] = [null, []]
    stage.state = event.state
    stage.at = event.at
    stage.error = event.state === 'failed' ? event.error : ''
  }

  #progress(event: EngineEvent & { type: 'progress' }): void {
    const stage = this.stage(event.key)
    const late = stage.progress && stage.progress.unit === event.unit && event.share < stage.progress.share
    if (late) return
    const { done, total, unit, share, phase, etaSeconds } = event
    stage.pace = marked(stage.pace, { at: performance.now(), done })
    stage.progress = { done, total, unit, share, phase, etaSeconds }
  }
}
