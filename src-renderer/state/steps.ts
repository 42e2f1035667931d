const KEPT = 100

/** The last states of something that is edited, so that a step can be taken back and taken again. */
export class Steps<T> {
  #past: T[] = []
  #future: T[] = []
  #field = ''

  /**
   * Keeps the state before a change.
   * @param field what is being typed into: as long as that stays the same, its changes are one step; '' is always a step
   */
  record(before: T, field = ''): void {
    if (field === '' || field !== this.#field) this.#past = [...this.#past, before].slice(-KEPT)
    this.#field = field
    this.#future = []
  }

  /** The state before the last step; undefined when there is none. */
  undo(now: T): T | undefined {
    return this.#step(now, this.#past, this.#future)
  }

  /** The state that was undone last; undefined when there is none. */
  redo(now: T): T | undefined {
    return this.#step(now, this.#future, this.#past)
  }

  /** The latest of the earlier states that fits. */
  find(fits: (state: T) => boolean): T | undefined {
    return this.#past.findLast(fits)
  }

  #step(now: T, from: T[], to: T[]): T | undefined {
    const state = from.pop()
    this.#field = ''
    if (state !== undefined) to.push(now)
    return state
  }
}
