import type { ChartType } from 'chart.js'
import { Chart, FONT } from '../../lib/charting'
import type { Crosshair } from './crosshair.svelte'
import type { Stretch } from './zoom'

/** What a panel says beside its crosshair. */
export interface Told {
  text: string
  color: string
}
/** How a chart is pointed at: a crosshair that several share, and stretches that are dragged or turned by the wheel. */
export interface Pointing {
  crosshair: Crosshair
  tell: (x: number) => Told[]
  /** A stretch was dragged. */
  onstretch: (stretch: Stretch) => void
  /** The wheel was turned with Ctrl held: by a factor around a place. */
  onwheel: (factor: number, around: number) => void
  onwhole: () => void
  /** A place was clicked. */
  onpick: (x: number) => void
  /** So many pixels are as wide as the stretch. */
  onwidth: (px: number) => void
}

declare module 'chart.js' {
  interface PluginOptionsByType<TType extends ChartType> {
    /** A function, for Chart.js would take apart anything else. */
    pointing?: TType extends 'line' ? () => Pointing : never
  }
}

/** Less than this many pixels are a click. */
const DRAG = 5
const WHEEL = 0.0015

interface Overlay {
  line: HTMLElement
  words: HTMLElement
  brush: HTMLElement
  /** Whether the pointer is over the chart: the words would cover the others. */
  over: boolean
  stop: () => void
}
const overlays = new WeakMap<Chart, Overlay>()

/** Options of the plugin. */
export const pointed = (pointing: Pointing) => ({ pointing: () => pointing })

/** As it was given: Chart.js itself would call the function for an option. */
const pointingOf = (chart: Chart): Pointing | undefined => chart.config.options?.plugins?.pointing?.()

/** Styled by its properties: the page's policy refuses style attributes. */
function element(parent: HTMLElement, style: Partial<CSSStyleDeclaration>): HTMLElement {
  const made = document.createElement('div')
  Object.assign(made.style, { position: 'absolute', pointerEvents: 'none', display: 'none' }, style)
  made.setAttribute('aria-hidden', 'true')
  return parent.appendChild(made)
}

const WORDS = {
  ...{ padding: '3px 7px', border: '1px solid var(--edge)', borderRadius: '6px', background: 'var(--pane)' },
  ...{
    font: `11px/1.45 ${FONT}`,
    whiteSpace: 'nowrap',
    fontVariantNumeric: 'tabular-nums',
    zIndex: '1',
    maxWidth: '45%',
  },
}

function overlayOf(chart: Chart, parent: HTMLElement): Overlay {
  const line = element(parent, { width: '1px', background: 'var(--soft)' })
  const words = element(parent, WORDS)
  const brush = element(parent, { background: 'color-mix(in srgb, var(--student) 16%, transparent)' })
  return { line, words, brush, over: false, stop: listen(chart, brush) }
}

/** A line of words in a colour. */
function wordsOf({ text, color }: Told): HTMLElement {
  const made = document.createElement('div')
  made.textContent = text
  Object.assign(made.style, { color, overflow: 'hidden', textOverflow: 'ellipsis' })
  return made
}

function hover(chart: Chart, over: boolean): void {
  const overlay = overlays.get(chart)
  if (overlay) overlay.over = over
}

const within = (chart: Chart, px: number) => Math.min(Math.max(px, chart.chartArea.left), chart.chartArea.right)

function listen(chart: Chart, brush: HTMLElement): () => void {
  const { canvas } = chart
  let began: number | null = null
  const x = (px: number) => chart.scales['x']!.getValueForPixel(px) ?? 0
  const show = (from: number, to: number) => {
    const { top, bottom } = chart.chartArea
    const box = { left: Math.min(from, to), width: Math.abs(to - from), top, height: bottom - top }
    for (const [name, value] of Object.entries(box)) brush.style.setProperty(name, `${value}px`)
    brush.style.display = box.width >= DRAG ? 'block' : 'none'
  }
  const on = {
    pointerdown(event: PointerEvent) {
      if (event.button !== 0) return
      began = within(chart, event.offsetX)
      canvas.setPointerCapture(event.pointerId)
    },
    pointermove({ offsetX }: PointerEvent) {
      const px = within(chart, offsetX)
      hover(chart, true)
      if (began !== null) show(began, px)
      pointingOf(chart)?.crosshair.move(x(px))
    },
    pointerup({ offsetX }: PointerEvent) {
      if (began === null) return
      const [from, to] = [began, within(chart, offsetX)].sort((a, b) => a - b) as [number, number]
      began = null
      brush.style.display = 'none'
      if (to - from >= DRAG) pointingOf(chart)?.onstretch({ from: x(from), to: x(to) })
      else pointingOf(chart)?.onpick(x(to))
    },
    pointerleave() {
      hover(chart, false)
      place(chart)
    },
    pointercancel() {
      began = null
      brush.style.display = 'none'
    },
    dblclick: () => pointingOf(chart)?.onwhole(),
    wheel(event: WheelEvent) {
      if (!event.ctrlKey) return
      event.preventDefault()
      pointingOf(chart)?.onwheel(Math.exp(event.deltaY * WHEEL), x(within(chart, event.offsetX)))
    },
  }
  const all = Object.entries(on) as [string, EventListener][]
  for (const [name, handler] of all) canvas.addEventListener(name, handler, { passive: false })
  canvas.style.touchAction = 'pan-y'
  const unfollow = pointingOf(chart)?.crosshair.follow(() => place(chart))
  return () => {
    for (const [name, handler] of all) canvas.removeEventListener(name, handler)
    unfollow?.()
  }
}

/** Moves line and words to where the crosshair is; nothing of the chart itself is drawn. */
function place(chart: Chart): void {
  const overlay = overlays.get(chart)
  const pointing = pointingOf(chart)
  const scale = chart.scales['x']
  if (!overlay || !pointing || !scale) return
  const { line, words, over } = overlay
  const { x } = pointing.crosshair
  const seen = x !== null && x >= scale.min && x <= scale.max
  line.style.display = seen ? 'block' : 'none'
  words.style.display = seen && over ? 'block' : 'none'
  if (!seen) return
  const { left, right, top, bottom } = chart.chartArea
  const px = scale.getPixelForValue(x)
  line.style.left = `${px}px`
  line.style.top = `${top}px`
  line.style.height = `${bottom - top}px`
  if (!over) return
  const told = pointing.tell(x)
  if (told.length === 0) words.style.display = 'none'
  words.replaceChildren(...told.map(wordsOf))
  words.style.top = `${top}px`
  const onRight = px < (left + right) / 2
  words.style.left = onRight ? `${px + 8}px` : 'auto'
  words.style.right = onRight ? 'auto' : `${chart.width - px + 8}px`
}

Chart.register({
  id: 'pointing',
  afterRender(chart: Chart) {
    const parent = chart.canvas.parentElement
    if (!pointingOf(chart) || !parent) return
    if (!overlays.has(chart)) overlays.set(chart, overlayOf(chart, parent))
    pointingOf(chart)?.onwidth(chart.chartArea.width)
    place(chart)
  },
  afterDestroy(chart: Chart) {
    const overlay = overlays.get(chart)
    if (!overlay) return
    overlay.stop()
    for (const part of [overlay.line, overlay.words, overlay.brush]) part.remove()
    overlays.delete(chart)
  },
})
