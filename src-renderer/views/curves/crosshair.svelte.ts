/** Where the crosshair of all panels stands, on their axis; null for nowhere. */
export class Crosshair {
  #x = $state<number | null>(null)
  #listeners: readonly (() => void)[] = []

  get x(): number | null {
    return this.#x
  }

  move(x: number | null): void {
    if (x === this.#x) return
    this.#x = x
    for (const listener of this.#listeners) listener()
  }

  /** Calls after every move, until the returned function is called: charts move a line, and draw nothing anew. */
  follow(listener: () => void): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => (this.#listeners = this.#listeners.filter((one) => one !== listener))
  }
}
