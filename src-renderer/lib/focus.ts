// Where the focus goes when what has it goes: the browser would let it fall to the body, and the next Tab would start anew
// from the top of the window.

const CONTROLS = ['a[href]', 'button', 'input', 'select', 'textarea', 'summary', '[tabindex]']
const CONTROL = CONTROLS.join(', ')
const FOCUSABLE = CONTROLS.map((one) => `${one}:not([tabindex="-1"], :disabled)`).join(', ')
/** What stands for one of several alike: when it goes, the next one takes its place. */
const ONE_OF_MANY = 'li, tr, fieldset, [role="row"], [role="listitem"]'
/** What lies over the page for a while. */
const OVERLAY = 'dialog, .toasts'

/** The panes of the window, in their order: places, title, parts, main, details, status. */
const PANE = '.screen > nav, .place > header, .panes > .side, main, .panes > aside, footer'

/** A part of the page that can have the focus: what is drawn can, too. */
type Part = HTMLElement | SVGElement
const isPart = (one: EventTarget | null): one is Part => one instanceof HTMLElement || one instanceof SVGElement

/** An element with all that it is in, itself first: what is taken out knows no more where it was. */
type Spot = readonly Part[]

function spotOf(element: Part): Spot {
  const spot = [element]
  for (let at = element.parentElement; at; at = at.parentElement) spot.push(at)
  return spot
}

/** What a Tab would reach in an element. */
const reached = (element: Part) =>
  [...element.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (one) => one.checkVisibility() && !(one instanceof HTMLInputElement && unchosen(one)),
  )
/** A group of radio buttons is reached at the one that is chosen. */
const unchosen = ({ type, checked }: HTMLInputElement) => type === 'radio' && !checked

/** Asks for no layout: it is asked of every change of the page. */
const usable = (element: Part | undefined) => element?.isConnected && !element.matches(':disabled')
const nameOf = (element: Part) => element.getAttribute('aria-label') ?? element.textContent.trim()
const follows = (node: Node, element: HTMLElement) =>
  (node.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0

/** What takes the place of one of several: the same button of the one after it, else of the one before. */
function ofNext(element: Part, gone: Part, ahead: HTMLElement[], behind: HTMLElement[]) {
  const beside = [ahead[0], behind.at(-1)].map((one) => one?.closest<HTMLElement>(gone.tagName))
  const next = beside.find((one) => one && one.matches(ONE_OF_MANY))
  if (!next) return undefined
  const same = [...next.querySelectorAll<HTMLElement>(CONTROL)][[...gone.querySelectorAll(CONTROL)].indexOf(element)]
  const options = reached(next)
  return options.find((one) => one === same && one.tagName === element.tagName) ?? options[0]
}

/** What stands where `spot` was: of its kind, else what a Tab would have come to. */
function successor(spot: Spot, records: readonly MutationRecord[]): HTMLElement | undefined {
  const [element] = spot
  if (!element) return undefined
  let last: HTMLElement | undefined
  for (const [i, gone] of spot.entries()) {
    const scope = spot[i + 1]
    if (!scope || gone.matches(OVERLAY) || scope.querySelector('main')) break
    if (!scope.isConnected) continue
    const cut = records.findLast(({ target, removedNodes }) => target === scope && [...removedNodes].includes(gone))
    const at = gone.isConnected ? gone : cut?.previousSibling
    const all = reached(scope).filter((one) => one !== element)
    const ahead = at?.isConnected ? all.filter((one) => follows(at, one) && !at.contains(one)) : all
    const behind = all.filter((one) => !ahead.includes(one))
    const alike = all.filter((one) => one.tagName === element.tagName && nameOf(one) === nameOf(element))
    const found = gone.matches(ONE_OF_MANY) && !gone.isConnected ? ofNext(element, gone, ahead, behind) : undefined
    const near = i === 0 ? behind.findLast((one) => one.tagName === element.tagName) : undefined
    const to = found ?? (alike.length === 1 ? alike[0] : (ahead[0] ?? near))
    if (to) return to
    last ??= behind.at(-1)
  }
  return last
}

/**
 * Keeps the focus where one is at work: on what was only moved, else on what took its place, else on the main pane. One who
 * presses where nothing is has put it away.
 * @returns the way to stop
 */
export function keepFocus(): () => void {
  /** What has the focus, and what had it in the page under a dialog or a note. */
  let here: Spot = []
  let page: Spot = []
  const stood = (spot: Spot, records: readonly MutationRecord[]): Spot => {
    if (spot.length === 0 || usable(spot[0])) return spot
    const next = successor(spot, records)
    return next ? spotOf(next) : []
  }
  const focused = ({ target }: FocusEvent) => {
    if (!isPart(target)) return
    here = spotOf(target)
    if (!target.closest(OVERLAY)) page = here
  }
  const away = () => {
    here = page = []
  }
  const changed = (records: readonly MutationRecord[]) => {
    if (here.length === 0) return
    const now = document.activeElement
    const lost = now === null || now === document.body || !usable(here[0])
    here = stood(here, records)
    page = stood(page, records)
    const to = here[0] ?? page[0]
    if (lost && to) to.focus()
    else if (lost) toMain()
  }
  const observer = new MutationObserver(changed)
  observer.observe(document, { subtree: true, childList: true, attributeFilter: ['disabled', 'open', 'hidden'] })
  window.addEventListener('focusin', focused)
  window.addEventListener('pointerdown', away)
  return () => {
    observer.disconnect()
    window.removeEventListener('focusin', focused)
    window.removeEventListener('pointerdown', away)
  }
}

/** Goes from one pane of the window to the next, or the one before. */
export function stepPane(by: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>(PANE)]
  const from = panes.findIndex((pane) => pane.contains(document.activeElement))
  // From nowhere the next one is the first.
  const start = from < 0 && by < 0 ? 0 : from
  for (let i = 1; i <= panes.length; i++) {
    const pane = panes[(start + by * i + panes.length) % panes.length]!
    const to = pane.tagName === 'MAIN' ? pane : reached(pane).find((one) => one.role !== 'separator')
    if (to) return to.focus()
  }
}

/** Goes to the main pane, as one does who leaves a field: the keys of the place are heard there. */
export const toMain = (): void => document.querySelector('main')?.focus()

/** The same, unless one is at work in what stands beside it. */
export function toContent(): void {
  if (!document.activeElement?.closest('.panes')) toMain()
}
