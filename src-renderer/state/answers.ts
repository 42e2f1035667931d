import type { CallName, Calls } from '../../src-preload/contract'
import { api, onChange } from '../lib/api'

/** More answers than this are not kept: those of the places that one goes between; fewer where each is large. */
const MOST = 48
const FEW: Partial<Record<CallName, number>> = { groupCurves: 4 }
/** Asked for anew, however well the answer is known: the lab counts looks at test rows, and curves grow by themselves. */
const ANEW: ReadonlySet<CallName> = new Set(['result', 'study', 'facets', 'compare', 'examples', 'curves'])
export const isAskedAnew = (name: CallName): boolean => ANEW.has(name)
/** They go by datasets and models alone, whatever runs and stages do. */
const LASTING: ReadonlySet<CallName> = new Set(['taskShown', 'taskRows'])

interface Kept {
  value: unknown
  /** By which a later answer is known to be the same. */
  text: string
}

/**
 * What the lab answered since something last changed there, so that a place that one comes back to stands at once. It is
 * forgotten with the first event that tells of a change, and with every call that makes one.
 */
class Answers {
  #kept = new Map<string, Kept>()
  /** What is being asked, for who asks the same meanwhile. */
  #open = new Map<string, Promise<unknown>>()
  /** They grow when something is forgotten: an answer that was asked for before is not kept. */
  #ages = { runs: 0, all: 0 }

  /** @param changed only runs and their stages, or anything */
  forget(changed: 'runs' | 'all' = 'all'): void {
    this.#ages.runs++
    if (changed === 'all') this.#ages.all++
    const goes = (key: string) => changed === 'all' || !LASTING.has(nameIn(key))
    for (const map of [this.#kept, this.#open]) for (const key of map.keys()) if (goes(key)) map.delete(key)
  }

  /** The kept answer; undefined where there is none. */
  of<K extends CallName>(name: K, args: Parameters<Calls[K]>): ReturnType<Calls[K]> | undefined {
    return this.#kept.get(keyOf(name, args))?.value as ReturnType<Calls[K]> | undefined
  }

  /** The kept answer, else the lab's; one that is the same as a kept one is that very object. */
  async ask<K extends CallName>(name: K, args: Parameters<Calls[K]>): Promise<ReturnType<Calls[K]>> {
    const key = keyOf(name, args)
    const before = this.#kept.get(key)
    if (isAskedAnew(name)) return this.#fetch(key, name, args)
    if (before) return before.value as ReturnType<Calls[K]>
    const open = this.#open.get(key) ?? this.#fetch(key, name, args)
    this.#open.set(key, open)
    try {
      return (await open) as ReturnType<Calls[K]>
    } finally {
      if (this.#open.get(key) === open) this.#open.delete(key)
    }
  }

  async #fetch<K extends CallName>(key: string, name: K, args: Parameters<Calls[K]>): Promise<ReturnType<Calls[K]>> {
    const scope = LASTING.has(name) ? 'all' : 'runs'
    const age = this.#ages[scope]
    const value = await api[name](...args)
    if (age !== this.#ages[scope]) return value
    // Others are never asked for while they are kept.
    const text = ANEW.has(name) ? JSON.stringify(value) : ''
    const before = this.#kept.get(key)
    if (before && before.text === text) return before.value as ReturnType<Calls[K]>
    this.#kept.set(key, { value, text })
    this.#letGo(
      [...this.#kept.keys()].filter((kept) => nameIn(kept) === name),
      FEW[name] ?? MOST,
    )
    this.#letGo([...this.#kept.keys()], MOST)
    return value
  }

  /** Forgets the oldest of some answers until there are so many. */
  #letGo(keys: readonly string[], most: number): void {
    for (const key of keys.slice(0, Math.max(0, keys.length - most))) this.#kept.delete(key)
  }
}

const keyOf = (name: CallName, args: readonly unknown[]) => `${name} ${JSON.stringify(args)}`
const nameIn = (key: string) => key.slice(0, key.indexOf(' ')) as CallName

export const answers = new Answers()
onChange(() => answers.forget())
