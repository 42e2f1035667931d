// Many buttons or links of a kind as one stop of Tab: arrows go on from one to the next, as in a toolbar or a grid.

const CONTROL = 'a[href], button, input'
const ROW = 'tr, li'

/** Attached to a table, a list or a toolbar; the one that is pressed, else the first, is the stop until another was. */
export function oneStop(whole: HTMLElement): () => void {
  let at: HTMLElement | undefined
  const controlsOf = (row: HTMLElement) => [...row.querySelectorAll<HTMLElement>(CONTROL)]
  /** Those that can be pressed; all in one row where there are none. */
  function rows(): HTMLElement[][] {
    const all = [...whole.querySelectorAll<HTMLElement>(ROW)]
    const inRows = (all.length > 0 ? all : [whole]).map(controlsOf)
    return inRows.map((row) => row.filter((one) => !one.matches(':disabled'))).filter((row) => row.length > 0)
  }
  function settle() {
    const all = rows().flat()
    if (!at || !all.includes(at)) at = all.find((one) => one.getAttribute('aria-pressed') === 'true') ?? all[0]
    for (const one of all) {
      const index = one === at ? 0 : -1
      if (one.tabIndex !== index) one.tabIndex = index
    }
  }
  function onfocusin({ target }: FocusEvent) {
    if (target instanceof HTMLElement) at = target.closest<HTMLElement>(CONTROL) ?? at
    settle()
  }
  /** Where a key leads; undefined where it is not one of these, and it goes its own way. */
  function led(key: string): HTMLElement | undefined {
    const all = rows()
    const row = all.findIndex((some) => some.some((one) => one === document.activeElement))
    if (row < 0) return undefined
    const column = all[row]!.findIndex((one) => one === document.activeElement)
    const beside = (by: number) => all[row]!.at(Math.min(all[row]!.length - 1, Math.max(0, column + by)))
    const other = (to: number) => {
      const next = all[Math.min(all.length - 1, Math.max(0, to))]!
      return next[Math.min(column, next.length - 1)]
    }
    if (all[row]!.length > 1 && key === 'ArrowLeft') return beside(-1)
    if (all[row]!.length > 1 && key === 'ArrowRight') return beside(1)
    if (all.length < 2) return undefined
    const to: Partial<Record<string, number>> = { ArrowUp: row - 1, ArrowDown: row + 1, Home: 0, End: all.length - 1 }
    return to[key] === undefined ? undefined : other(to[key])
  }
  function onkeydown(event: KeyboardEvent) {
    const to = event.altKey || event.ctrlKey || event.shiftKey ? undefined : led(event.key)
    if (!to) return
    event.preventDefault()
    to.focus()
  }
  settle()
  const observer = new MutationObserver(settle)
  observer.observe(whole, { subtree: true, childList: true, attributeFilter: ['disabled'] })
  whole.addEventListener('focusin', onfocusin)
  whole.addEventListener('keydown', onkeydown)
  return () => {
    observer.disconnect()
    whole.removeEventListener('focusin', onfocusin)
    whole.removeEventListener('keydown', onkeydown)
  }
}
