/** The latest things that were made, by their names. */
export interface Kept<T> {
  get(name: string): T | undefined
  set(name: string, value: T): void
  forget(name: string): void
}

/** @param most how many are kept */
export function createKept<T>(most: number): Kept<T> {
  const all = new Map<string, T>()
  return {
    get(name) {
      const found = all.get(name)
      if (found === undefined) return undefined
      all.delete(name)
      all.set(name, found)
      return found
    },
    set(name, value) {
      all.delete(name)
      all.set(name, value)
      const oldest = all.keys().next().value
      if (all.size > most && oldest !== undefined) all.delete(oldest)
    },
    forget: (name) => void all.delete(name),
  }
}
