// Rows of a list, each named by its `data-run`, are dragged to another place in it. What follows a pointer in between is a
// mark on the row that it is over: `data-drop` says on which side.

/**
 * Listens on a list.
 * @param onmove the row that was dropped, and the one that it was dropped before: null at the end
 * @returns the way to stop
 */
export function reorders(list: HTMLElement, onmove: (run: string, before: string | null) => void): () => void {
  let dragged = ''
  const rows = () => [...list.querySelectorAll<HTMLElement>('[data-run]')]
  const unmark = () => rows().forEach((row) => delete row.dataset['drop'])
  const rowAt = ({ target }: Event) => (target instanceof Element ? target.closest<HTMLElement>('[data-run]') : null)
  const sideOf = (row: HTMLElement, { clientY }: DragEvent) => {
    const { top, height } = row.getBoundingClientRect()
    return clientY < top + height / 2 ? 'above' : 'below'
  }
  const listeners: { [K in 'dragstart' | 'dragover' | 'drop' | 'dragend']: (event: DragEvent) => void } = {
    dragstart(event) {
      dragged = rowAt(event)?.dataset['run'] ?? ''
      event.dataTransfer?.setData('text/plain', dragged)
    },
    dragover(event) {
      const row = rowAt(event)
      if (!dragged || !row) return
      event.preventDefault()
      unmark()
      row.dataset['drop'] = sideOf(row, event)
    },
    drop(event) {
      const row = rowAt(event)
      if (!dragged || !row) return
      event.preventDefault()
      const order = rows().map(({ dataset }) => dataset['run']!)
      const at = order.indexOf(row.dataset['run']!) + (sideOf(row, event) === 'below' ? 1 : 0)
      const before = order.slice(at).find((run) => run !== dragged) ?? null
      onmove(dragged, before)
    },
    dragend() {
      dragged = ''
      unmark()
    },
  }
  const all = Object.entries(listeners) as [keyof typeof listeners, (event: DragEvent) => void][]
  for (const [name, listener] of all) list.addEventListener(name, listener)
  return () => {
    for (const [name, listener] of all) list.removeEventListener(name, listener)
  }
}
