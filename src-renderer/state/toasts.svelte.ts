export interface Toast {
  id: number
  text: string
  kind: 'info' | 'bad'
  action: { label: string; run: () => void } | null
}

/** Long enough to read; a failure is longer and worse. */
const SHOWN_MS = { info: 8000, bad: 12_000 }

/** Short notes about what was just done or what failed; they leave of their own accord, for they cover the page. */
class Toasts {
  all = $state.raw<Toast[]>([])
  #next = 1

  say(text: string, action: Toast['action'] = null): void {
    this.#add(text, 'info', action)
  }

  fail(text: string): void {
    this.#add(text, 'bad', null)
  }

  close(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id)
  }

  #add(text: string, kind: Toast['kind'], action: Toast['action']): void {
    const id = this.#next++
    this.all = [...this.all.filter((toast) => toast.text !== text), { id, text, kind, action }]
    setTimeout(() => this.close(id), SHOWN_MS[kind])
  }
}

export const toasts = new Toasts()
