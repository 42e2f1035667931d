import type { CallName, Calls } from '../../src-preload/contract'
import { api, onChange } from '../lib/api'

/** More answers than this are not kept: those of the places that one goes between. */
const MOST = 32
/** Asked for anew, however well the answer is known: the lab counts looks at test rows, and curves grow by themselves. */
const ANEW: ReadonlySet<CallName> = new Set(['result', 'study', 'facets', 'compare', 'examples', 'curves'])

interface Kept {
  value: unknown
  /** By which a later answer is known to be the same. */
  text: string
}

/**
 * What the lab answered since something last changed there, so that a place that one comes back to stands at once. All of
 * it is forgotten with the first event that tells of a change, and with every call that makes one.
 */
class Answers {
  #kept = new Map<string, Kept>()
  /** Grows when all is forgotten: an answer that was asked for before is not kept. */
  #age = 0

  forget(): void {
    this.#kept.clear()
    this.#age++
  }

  /** The kept answer; undefined where there is none. */
  of<K extends CallName>(name: K, args: Parameters<Calls[K]>): ReturnType<Calls[K]> | undefined {
    return this.#kept.get(keyOf(name, args))?.value as ReturnType<Calls[K]> | undefined
  }

  /** The kept answer, else the lab's; one that is the same as a kept one is that very object. */
  async ask<K extends CallName>(name: K, args: Parameters<Calls[K]>): Promise<ReturnType<Calls[K]>> {
    const key = keyOf(name, args)
    const before = this.#kept.get(key)
    if (before && !ANEW.has(name)) return before.value as ReturnType<Calls[K]>
    const age = this.#age
    const value = await api[name](...args)
    if (age !== this.#age) return value
    const text = JSON.stringify(value)
    if (before?.text === text) return before.value as ReturnType<Calls[K]>
    this.#kept.set(key, { value, text })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST) break
      this.#kept.delete(oldest)
    }
    return value
  }
}

const keyOf = (name: CallName, args: readonly unknown[]) => `${name} ${JSON.stringify(args)}`

export const answers = new Answers()
onChange(() => answers.forget())
