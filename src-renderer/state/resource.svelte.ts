import { messageOf } from '../lib/api'

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

  clear(): void {
    this.#turn++
    this.value = null
    this.error = ''
    this.loading = false
  }
}
