import { MediaQuery } from 'svelte/reactivity'
import { keep, recall } from '../lib/kept'

/** Px that a drawer keeps, and that it leaves to the pane beside it. */
const LEAST = 120
/** Px that a key moves its edge by. */
const STEP = 24

const sizeNamed = (text: string): number | null => (/^\d{1,5}$/.test(text) ? Number(text) : null)

/** The drawer of a place: at the right, or below where that would be too narrow; as large as it was left, or away. */
export class Pane {
  readonly #name: string
  readonly #narrow = new MediaQuery('width < 1200px')
  #open = $state(true)
  /** Px at the right and below, where they were chosen. */
  #sizes = $state.raw<{ right: number | null; below: number | null }>({ right: null, below: null })

  constructor(place: string) {
    this.#name = `drawer ${place}`
    this.#open = recall(`${this.#name} open`) !== 'no'
    this.#sizes = { right: this.#recalled('right'), below: this.#recalled('below') }
  }

  get open(): boolean {
    return this.#open
  }
  get dock(): 'right' | 'below' {
    return this.#narrow.current ? 'below' : 'right'
  }
  /** Px along the axis that it is docked on; null as long as nobody chose. */
  get size(): number | null {
    return this.#sizes[this.dock]
  }

  toggle(): void {
    this.#open = !this.#open
    keep(`${this.#name} open`, this.#open ? '' : 'no')
  }

  /** @param room px of both panes together */
  resize(size: number, room: number): void {
    const within = Math.round(Math.max(LEAST, Math.min(size, room - LEAST)))
    this.#sizes = { ...this.#sizes, [this.dock]: within }
    keep(`${this.#name} ${this.dock}`, String(within))
  }

  /** As large as it comes. */
  reset(): void {
    this.#sizes = { ...this.#sizes, [this.dock]: null }
    keep(`${this.#name} ${this.dock}`, '')
  }

  /** What a key makes of its size, as of a splitter; null where it is none of its keys. */
  keyed(key: string, size: number, room: number): number | null {
    const [more, less] = this.dock === 'right' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown']
    if (key === more) return size + STEP
    if (key === less) return size - STEP
    if (key === 'Home') return LEAST
    return key === 'End' ? room : null
  }

  #recalled(dock: string): number | null {
    return sizeNamed(recall(`${this.#name} ${dock}`))
  }
}
