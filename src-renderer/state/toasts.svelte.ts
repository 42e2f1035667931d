export interface Toast {
  id: number
  text: string
  kind: 'info' | 'bad'
  action: { label: string; run: () => void } | null
}

const SHOWN_MS = 8000

/** Short notes about what was just done; failures stay until they are closed. */
class Toasts {
  all = $state.raw<Toast[]>([])
  #next = 1

  say(text: string, action: Toast['action'] = null): void {
    const id = this.#add(text, 'info', action)
    setTimeout(() => this.close(id), SHOWN_MS)
  }

  fail(text: string): void {
    this.#add(text, 'bad', null)
  }

  close(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id)
  }

  #add(text: string, kind: Toast['kind'], action: Toast['action']): number {
    const id = this.#next++
    this.all = [...this.all.filter((toast) => toast.text !== text), { id, text, kind, action }]
    return id
  }
}

export const toasts = new Toasts()
