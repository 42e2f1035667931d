// What is drawn on a canvas, as SVG. Libraries that stand in for a context (svgcanvas, canvas2svg) set style attributes,
// which the page's policy refuses, and draw no Path2D; the real context keeps its whole state here, and is listened to.

type Context = CanvasRenderingContext2D
type Point = readonly [x: number, y: number]

/** What was drawn, and the areas that it is cut to. */
export interface SvgMarks {
  defs: string
  body: string
}

/** How close two angles are one, in radians. */
const TINY = 1e-9
const FULL = 2 * Math.PI

/** A text as it stands in a file of marks. */
export const escaped = (value: string): string =>
  value.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!)
const short = (value: number) => String(Number(value.toFixed(2)))
const attributes = (of: Record<string, string | number | null>) =>
  Object.entries(of)
    .flatMap(([name, value]) =>
      value === null ? [] : [` ${name}="${typeof value === 'number' ? short(value) : escaped(value)}"`],
    )
    .join('')

/** A colour without its opacity, which many readers of SVG know as a value of its own alone. @throws Error of a gradient */
function paint(
  name: 'fill' | 'stroke',
  style: Context['fillStyle'],
  alpha: number,
): Record<string, string | number | null> {
  if (typeof style !== 'string') throw new Error('No SVG is made of gradients and patterns.')
  const [, rgb, opacity = '1'] = /^rgba\((\d+, \d+, \d+), ([\d.]+)\)$/.exec(style) ?? []
  const whole = Number(opacity) * alpha
  return { [name]: rgb ? `rgb(${rgb})` : style, [`${name}-opacity`]: whole === 1 ? null : whole }
}

/** The path that is being made: its places are where the transformation put them when they were named. */
class Path {
  #d: string[] = []

  constructor(private readonly context: Context) {}

  get d(): string {
    return this.#d.join('')
  }
  #at([x, y]: Point): string {
    const to = this.context.getTransform().transformPoint({ x, y })
    return `${short(to.x)} ${short(to.y)}`
  }
  begin(): void {
    this.#d = []
  }
  move(to: Point): void {
    this.#d.push(`M${this.#at(to)}`)
  }
  line(to: Point): void {
    this.#d.push(`${this.#d.length > 0 ? 'L' : 'M'}${this.#at(to)}`)
  }
  curve(...through: readonly Point[]): void {
    this.#d.push(`C${through.map((to) => this.#at(to)).join(' ')}`)
  }
  close(): void {
    this.#d.push('Z')
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.move([x, y])
    for (const to of [
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ] as const)
      this.line(to)
    this.close()
  }
  /** Scales are the same along both axes wherever arcs are drawn here. */
  arc(x: number, y: number, radius: number, start: number, end: number, back = false): void {
    const turn = back ? -1 : 1
    const asked = (end - start) * turn
    const length = asked >= FULL - TINY ? FULL : ((asked % FULL) + FULL) % FULL
    const place = (angle: number): Point => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
    const { a, b } = this.context.getTransform()
    const r = short(radius * Math.hypot(a, b))
    this.line(place(start))
    // An arc is told by its ends, so that a whole circle has to be two.
    const parts = length > Math.PI ? 2 : 1
    for (let part = 1; part <= parts; part++)
      this.#d.push(`A${r} ${r} 0 0 ${back ? 0 : 1} ${this.#at(place(start + (turn * length * part) / parts))}`)
  }
}

/** Where words begin, by the line that letters stand on: many readers of SVG know no other. */
function wordsAt(context: Context, words: string, [x, y]: Point): Record<string, string | number | null> {
  const { textBaseline, font } = context
  const above = () => context.measureText(words).fontBoundingBoxAscent
  const from = above()
  context.textBaseline = 'alphabetic'
  const down = above() - from
  context.textBaseline = textBaseline
  const { a, b, c, d, e, f } = context.getTransform()
  const straight = a === 1 && b === 0 && c === 0 && d === 1
  const [, weight, size, family] = /(?:(\d{3}|bold) )?([\d.]+px) (.+)$/.exec(font) ?? []
  return {
    ...(straight ? { x: x + e, y: y + f + down } : { x, y: y + down }),
    transform: straight ? null : `matrix(${[a, b, c, d, e, f].map(short).join(' ')})`,
    ...{ 'font-family': family ?? null, 'font-size': size ?? null, 'font-weight': weight ?? null },
    'text-anchor': { center: 'middle', right: 'end', end: 'end', left: null, start: null }[context.textAlign],
  }
}

type Heard = 'save' | 'restore' | 'beginPath' | 'closePath' | 'moveTo' | 'lineTo' | 'bezierCurveTo' | 'rect' | 'arc'
type Told = 'clip' | 'fill' | 'stroke' | 'fillRect' | 'strokeRect' | 'fillText' | 'clearRect'
/** What no chart of ours draws with: it would be missing. */
const UNHEARD = ['ellipse', 'arcTo', 'quadraticCurveTo', 'drawImage', 'strokeText', 'putImageData'] as const

/** Calls a listener before each of the context's own functions. */
function hear(
  context: Context,
  listeners: { [K in Heard | Told]: (...args: Parameters<Context[K]>) => unknown },
): void {
  for (const [name, listener] of Object.entries(listeners)) {
    const own: unknown = Reflect.get(context, name)
    if (typeof own !== 'function') continue
    const value = (...args: unknown[]) => {
      if (args[0] instanceof Path2D) throw new Error('No SVG is made of a Path2D.')
      Reflect.apply(listener, undefined, args)
      Reflect.apply(own, context, args)
    }
    Object.defineProperty(context, name, { value, configurable: true })
  }
  for (const name of UNHEARD) {
    const value = () => {
      throw new Error(`No SVG is made of ${name}.`)
    }
    Object.defineProperty(context, name, { value, configurable: true })
  }
}

/** Everything that a context draws from now on. @param id begins the names of the areas, which must be one in a file */
export function listened(context: Context, id: string): () => SvgMarks {
  const path = new Path(context)
  const clips = new Map<string, string>()
  const defs: string[] = []
  let marks: string[] = []
  let clip: string | null = null
  const saved: (string | null)[] = []
  const put = (name: string, of: Record<string, string | number | null>, inner = '') =>
    marks.push(`<${name}${attributes({ ...of, 'clip-path': clip && `url(#${clip})` })}>${inner}</${name}>`)
  const filled = () => paint('fill', context.fillStyle, context.globalAlpha)
  const stroked = () => ({
    ...paint('stroke', context.strokeStyle, context.globalAlpha),
    ...{ fill: 'none', 'stroke-width': context.lineWidth, 'stroke-linejoin': context.lineJoin },
    'stroke-linecap': context.lineCap === 'butt' ? null : context.lineCap,
    'stroke-dasharray': context.getLineDash().map(short).join(' ') || null,
    'stroke-dashoffset': context.lineDashOffset || null,
  })
  const whole = (x: number, y: number, width: number, height: number) => {
    const one = new Path(context)
    one.rect(x, y, width, height)
    return one.d
  }
  /** The area within the one that is cut to already; the same area twice is one. */
  const areaOf = (d: string) => {
    const within = clip && `url(#${clip})`
    const known = clips.get(`${within} ${d}`)
    if (known) return known
    const name = `${id}${clips.size}`
    clips.set(`${within} ${d}`, name)
    defs.push(`<clipPath${attributes({ id: name, 'clip-path': within })}><path d="${d}"/></clipPath>`)
    return name
  }
  hear(context, {
    save: () => saved.push(clip),
    restore: () => (clip = saved.pop() ?? null),
    beginPath: () => path.begin(),
    closePath: () => path.close(),
    moveTo: (x, y) => path.move([x, y]),
    lineTo: (x, y) => path.line([x, y]),
    bezierCurveTo: (ax, ay, bx, by, x, y) => path.curve([ax, ay], [bx, by], [x, y]),
    rect: (x, y, width, height) => path.rect(x, y, width, height),
    arc: (x, y, radius, start, end, back) => path.arc(x, y, radius, start, end, back),
    clip: () => (clip = areaOf(path.d)),
    fill: () => put('path', { d: path.d, ...filled() }),
    stroke: () => put('path', { d: path.d, ...stroked() }),
    fillRect: (x, y, width, height) => put('path', { d: whole(x, y, width, height), ...filled() }),
    strokeRect: (x, y, width, height) => put('path', { d: whole(x, y, width, height), ...stroked() }),
    fillText: (words, x, y) => put('text', { ...wordsAt(context, words, [x, y]), ...filled() }, escaped(words)),
    // A chart begins every picture of itself so.
    clearRect: () => (marks = []),
  })
  return () => ({ defs: defs.join(''), body: marks.join('\n') })
}
