import { api } from '../../lib/api'
import type { GroupCurve, Split } from '../../lib/types'
import { Resource } from '../../state/resource.svelte'

/** While a training goes on its average is asked for anew this often, or after four times as long as an answer took. */
const EVERY_MS = 1000
const PAUSES = 4
const BUCKETS = 300

export interface Smoothed {
  key: string
  series: readonly { name: string; split: Split | '' }[]
  /** Weight of the past; 0 for none. */
  weight: number
  /** Whether there is more to come. */
  live: boolean
}

/**
 * The moving average of curves of a training. It goes by every point, of which the window has only the latest: so the lab
 * computes it, from all that is stored.
 */
export class Smoothing {
  readonly #curves = new Resource<GroupCurve[]>()

  /** Asks once, and of a live training again and again; returns the way to stop. */
  follow({ key, series, weight, live }: Smoothed): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    let stopped = false
    const ask = async () => {
      const since = performance.now()
      if (!document.hidden)
        await this.#curves.load(() =>
          api.groupCurves({
            ...{ groups: [{ id: key, keys: [key] }], series: [...series], axis: 'step', from: null, to: null },
            ...{ summary: 'mean-range', smoothing: weight, each: true, buckets: BUCKETS },
          }),
        )
      if (live && !stopped)
        timer = setTimeout(() => void ask(), Math.max(EVERY_MS, PAUSES * (performance.now() - since)))
    }
    if (weight === 0) this.#curves.clear()
    else void ask()
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }

  /** That of a quantity; null where there is none. */
  of(key: string, name: string, split: string): GroupCurve | null {
    return this.#curves.value?.find((one) => one.key === key && one.name === name && one.split === split) ?? null
  }
}
