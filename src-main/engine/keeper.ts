import { keepUnfinished, readUnfinished, type Measured, type Unfinished } from '../data/unfinished'
import { parameterCount } from '../science/models/net'
import { Clock } from './clock'
import type { Learner, Place } from './backends/learner'
import { Cancelled, type StageContext } from './context'

/** Milliseconds of work between two keepings: what a killed process costs at most. */
const EVERY = 60_000
/** Of the time one part of so many goes into keeping, no more: what is large is kept less often. */
const PARTS = 20
/** What is called off is to end within seconds: of what writes more bytes than this, the last regular keeping counts. */
const PARTING_BYTES = 256 * 1024 ** 2

/** Where a training keeps how it stands, and where it goes on from. */
export interface Keeping {
  file: string
  /** What computes it. */
  place: Place
  /** The learner stands there; null where the training begins. */
  kept: Unfinished | null
}

/** Keeps how a training stands now and then, and when it is called off, so that it can be gone on with to the bit. */
export class Keeper {
  readonly #keeping: Keeping
  readonly #context: Pick<StageContext, 'log' | 'worked'>
  readonly #clock: Clock
  readonly #learner: Learner
  readonly #told: () => Pick<Unfinished, 'measured' | 'said'>
  #keptAt: number
  #every = EVERY
  #troubled = false

  /** @param told what the training has measured and said by now */
  constructor(
    keeping: Keeping,
    learner: Learner,
    context: Pick<StageContext, 'emit' | 'log' | 'worked'>,
    told: () => { measured: Measured[]; said: Uint8Array | null },
  ) {
    this.#keeping = keeping
    this.#context = context
    this.#learner = learner
    this.#told = told
    this.#keptAt = context.worked()
    this.#clock = new Clock(context, keeping.kept?.clock)
  }

  /**
   * Does what may be called off before an update, with `step` updates behind it.
   * @param due whether the training is evaluated there
   */
  async around(step: number, due: boolean, work: () => Promise<void>): Promise<void> {
    this.#clock.mark(step, due)
    try {
      await work()
    } catch (error) {
      // Weights and two moments, in single precision.
      const bytes = 12 * parameterCount(this.#learner.net)
      const isNew = step > (this.#keeping.kept?.step ?? 0)
      if (error instanceof Cancelled && isNew && bytes <= PARTING_BYTES) await this.#keep(step)
      throw error
    }
    if (this.#context.worked() - this.#keptAt > this.#every) await this.#keep(step)
  }

  /** How the training stands. */
  async standing(step: number): Promise<Unfinished> {
    const { device, threads, isa } = this.#keeping.place
    const [weights, optimiser] = [await this.#learner.save(), await this.#learner.saveOptimiser()]
    return { step, place: { device, threads, isa }, weights, optimiser, clock: this.#clock.standing(), ...this.#told() }
  }

  /** A training that cannot be kept is worth going on with: a full disk costs what would have been kept. */
  async #keep(step: number): Promise<void> {
    const began = this.#context.worked()
    try {
      await keepUnfinished(this.#keeping.file, await this.standing(step))
    } catch (error) {
      if (!this.#troubled) this.#context.log('warn', `How far it is could not be kept: ${(error as Error).message}`)
      this.#troubled = true
    }
    this.#keptAt = this.#context.worked()
    this.#every = Math.max(EVERY, PARTS * (this.#keptAt - began))
  }
}

/** What an earlier process kept of this very training. */
export async function keptOf(
  file: string,
  backend: Place,
  { log }: Pick<StageContext, 'log'>,
): Promise<Unfinished | null> {
  try {
    const kept = await readUnfinished(file)
    if (!kept) return null
    log('info', `Going on after update ${kept.step}.`)
    const { device, threads, isa } = kept.place
    if (device !== backend.device || threads !== backend.threads || isa !== backend.isa)
      log('warn', `It was begun on ${device}: from here on results may differ in their last digits.`)
    return kept
  } catch (error) {
    log('warn', `What was kept of this training cannot be read, so it begins anew: ${(error as Error).message}`)
    return null
  }
}
