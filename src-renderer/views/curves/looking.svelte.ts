import { router } from '../../state/router.svelte'
import { Crosshair } from './crosshair.svelte'
import { stretchToQuery, type View } from './view'
import { zoomed, type Stretch } from './zoom'

/** A pointer that moves, and a wheel that turns, change the address when they rest. */
const REST_MS = 150

/** Where one looks in all panels: the stretch of the axis and the crosshair. The address follows, not with every move. */
export class Looking {
  readonly crosshair = new Crosshair()
  /** Null for the whole. */
  stretch = $state.raw<Stretch | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Takes over what an address says; not while a change of one's own is on its way there. */
  follow({ from, to, at }: Pick<View, 'from' | 'to' | 'at'>): void {
    if (this.#timer !== undefined) return
    this.stretch = from === null || to === null ? null : { from, to }
    if (at !== null || this.crosshair.x === null) this.crosshair.move(at)
  }

  /** Looks at a stretch; null for the whole. */
  at(stretch: Stretch | null): void {
    this.stretch = stretch
    this.#keep()
  }

  /** By a factor closer (less than 1) or farther around a place, or around the crosshair or the middle. */
  zoom(whole: Stretch, factor: number, around?: number): void {
    const now = this.stretch ?? whole
    const { x } = this.crosshair
    const middle = x !== null && x > now.from && x < now.to ? x : (now.from + now.to) / 2
    this.at(zoomed(now, whole, factor, around ?? middle))
  }

  /** Sets the crosshair, as a place that the address has. */
  point(x: number | null): void {
    this.crosshair.move(x)
    this.#keep()
  }

  /** Looks at the whole, and at no place of it: what was looked at is another picture. */
  anew(): void {
    this.stretch = null
    this.point(null)
  }

  /** Forgets what has not come to the address. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  #keep(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const { x } = this.crosshair
      router.keep({ ...stretchToQuery(this.stretch), at: x === null ? '' : String(Number(x.toPrecision(7))) })
    }, REST_MS)
  }
}
