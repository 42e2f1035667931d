import type { CallName, Calls } from '../../src-preload/contract'
import { messageOf } from '../lib/api'
import { answers } from './answers'

/** A value that is fetched: keeps the last one while a newer is on its way, and drops answers that come too late. */
export class Resource<T> {
  value = $state.raw<T | null>(null)
  error = $state('')
  loading = $state(false)
  #turn = 0

  /** Runs `work`; a later call makes an earlier one's answer void. */
  async load(work: () => Promise<T>): Promise<void> {
    const turn = ++this.#turn
    this.loading = true
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

  /** The answer of a call: at once where it is kept, and then again where the lab has to be asked all the same. */
  ask<K extends CallName>(this: Resource<ReturnType<Calls[K]>>, name: K, ...args: Parameters<Calls[K]>): Promise<void> {
    const kept = answers.of(name, args)
    if (kept !== undefined) this.value = kept
    return this.load(() => answers.ask(name, args))
  }

  /** Shows what is known already, in place of what is on its way. */
  put(value: T): void {
    this.clear()
    this.value = value
  }

  clear(): void {
    this.#turn++
    this.value = null
    this.error = ''
    this.loading = false
  }
}
