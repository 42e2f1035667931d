import type { CallName, Calls } from '../../src-preload/contract'
import { messageOf } from '../lib/api'
import { whenIdle } from '../lib/idle'
import { answers, isAskedAnew } from './answers'

/** A value that is fetched: keeps the last one while a newer is on its way, and drops answers that come too late. */
export class Resource<T> {
  value = $state.raw<T | null>(null)
  error = $state('')
  loading = $state(false)
  #turn = 0

  /** Runs `work`; a later call makes an earlier one's answer void. */
  load(work: () => Promise<T>): Promise<void> {
    return this.#finish(++this.#turn, work)
  }

  /**
   * The answer of a call: at once where it is kept, and then again where the lab has to be asked all the same. What is shown
   * stands first: to take in the same again would hold it up.
   */
  async ask<K extends CallName>(
    this: Resource<ReturnType<Calls[K]>>,
    name: K,
    ...args: Parameters<Calls[K]>
  ): Promise<void> {
    const work = () => answers.ask(name, args)
    const kept = answers.of(name, args)
    if (kept === undefined) return this.load(work)
    this.put(kept)
    if (!isAskedAnew(name)) return
    const turn = this.#turn
    await new Promise<void>((settle) => whenIdle(settle))
    await this.#finish(turn, work)
  }

  /** Shows what is known already, in place of what is on its way. */
  put(value: T): void {
    this.#turn++
    this.value = value
    this.error = ''
    this.loading = false
  }

  async #finish(turn: number, work: () => Promise<T>): Promise<void> {
    // Another one may have been asked for meanwhile; the lab is asked for this one all the same, which may count as a look.
    if (turn === this.#turn) this.loading = true
    try {
      const value = await work()
      if (turn !== this.#turn) return
      this.value = value
      this.error = ''
    } catch (error) {
      if (turn === this.#turn) this.error = messageOf(error)
    } finally {
      if (turn === this.#turn) this.loading = false
    }
  }

  clear(): void {
    this.#turn++
    this.value = null
    this.error = ''
    this.loading = false
  }
}
