import { isFields } from '../lib/draft'
import { keep, recall } from '../lib/kept'

/** A place with all that is chosen there, under a name. */
export interface View {
  name: string
  /** Its address, e.g. `#/results/<run>?arm=…`. */
  hash: string
}

const KEPT = 'w2s.views'

const isView = (value: unknown): value is View =>
  isFields(value) && typeof value['name'] === 'string' && typeof value['hash'] === 'string'

function kept(): View[] {
  const all: unknown = JSON.parse(recall(KEPT) || '[]')
  return Array.isArray(all) ? all.filter(isView) : []
}

/** The views that were kept under a name, by name. */
class Views {
  all = $state.raw<readonly View[]>(kept())

  /** Keeps a view; one of the same name is replaced. */
  keep(view: View): void {
    this.#set([...this.all.filter(({ name }) => name !== view.name), view])
  }

  remove(name: string): void {
    this.#set(this.all.filter((view) => view.name !== name))
  }

  #set(all: readonly View[]): void {
    this.all = all.toSorted((a, b) => a.name.localeCompare(b.name))
    keep(KEPT, JSON.stringify(this.all))
  }
}

export const views = new Views()
