import type { Moment } from '../data/unfinished'
import type { StageContext } from './context'

/** Seconds between two marks where nothing calls for one: a tenth, or a thousandth of all before. */
const APART = 0.1
const PART = 1 / 1000

/**
 * Marks when a training had made so many updates, in seconds that it worked: evaluations before count, pauses and what a
 * process lost that was killed do not. A training that was kept without its clock has none.
 */
export class Clock {
  readonly #context: Pick<StageContext, 'emit' | 'worked'>
  readonly #marks: Moment[] | null
  /** On the clock of the process, in ms. */
  readonly #zero: number

  /** @param kept how the clock of an earlier process stood, null where that had none; a new one where nothing is given */
  constructor(
    context: Pick<StageContext, 'emit' | 'worked'>,
    kept: { seconds: number; marks: readonly Moment[] } | null = { seconds: 0, marks: [] },
  ) {
    this.#context = context
    this.#zero = context.worked() - 1000 * (kept?.seconds ?? 0)
    this.#marks = kept && [...kept.marks]
    for (const mark of this.#marks ?? []) context.emit({ type: 'clock', ...mark })
  }

  get #seconds(): number {
    return (this.#context.worked() - this.#zero) / 1000
  }

  /** `step` updates are made. @param must a mark belongs there, however fresh the last one is */
  mark(step: number, must: boolean): void {
    const seconds = this.#seconds
    const last = this.#marks?.at(-1)
    const fresh = last !== undefined && seconds - last.seconds < Math.max(APART, PART * seconds)
    if (!this.#marks || last?.step === step || (fresh && !must)) return
    this.#marks.push({ step, seconds })
    this.#context.emit({ type: 'clock', step, seconds })
  }

  /** How it stands now. */
  standing(): { seconds: number; marks: Moment[] } | null {
    return this.#marks && { seconds: this.#seconds, marks: [...this.#marks] }
  }
}
