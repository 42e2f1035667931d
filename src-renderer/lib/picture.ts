import { Chart, FONT, type ChartConfiguration } from './charting'
import { escaped, listened } from './svg'

/** Pixels of a picture for every one of the screen: enough for print. */
const SHARP = 3

/** Charts side by side, and the ground that they stand on. */
export interface Picture<T extends 'line' | 'bar'> {
  charts: readonly { config: ChartConfiguration<T>; width: number }[]
  height: number
  ground: string
}

/** The context of a canvas of its own. @throws Error where nothing can be drawn */
function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')
  if (!context) throw new Error('There is no canvas to draw on.')
  return context
}

/** Draws a chart once, and gives what is made of it while it stands. */
function drawn<T extends 'line' | 'bar', R>(
  { canvas }: CanvasRenderingContext2D,
  { options, ...config }: ChartConfiguration<T>,
  more: object,
  made: () => R,
): R {
  const once = { ...options, responsive: false, animation: false, ...more }
  const chart = new Chart<T>(canvas, { ...config, options: once } as ChartConfiguration<T>)
  try {
    return made()
  } finally {
    chart.destroy()
  }
}

const widthOf = <T extends 'line' | 'bar'>({ charts }: Picture<T>) => charts.reduce((sum, { width }) => sum + width, 0)

/** As a PNG (base64), on a ground that is not see-through. @throws Error where nothing can be drawn */
export function pngOf<T extends 'line' | 'bar'>(picture: Picture<T>): string {
  const { charts, height, ground } = picture
  const whole = contextOf(SHARP * widthOf(picture), SHARP * height)
  whole.fillStyle = ground
  whole.fillRect(0, 0, whole.canvas.width, whole.canvas.height)
  let left = 0
  for (const { config, width } of charts) {
    const part = contextOf(width, height)
    drawn(part, config, { devicePixelRatio: SHARP }, () => whole.drawImage(part.canvas, left, 0))
    left += SHARP * width
  }
  return whole.canvas.toDataURL('image/png').replace(/^[^,]*,/, '')
}

/** As SVG, in pixels of the screen. @param title what it shows @throws Error where nothing can be drawn */
export function svgOf<T extends 'line' | 'bar'>(picture: Picture<T>, title: string): string {
  const { charts, height, ground } = picture
  const width = widthOf(picture)
  const parts: string[] = []
  let left = 0
  for (const [i, { config, width }] of charts.entries()) {
    const context = contextOf(width, height)
    const marks = listened(context, `area${i}-`)
    // A line without segments is drawn by a Path2D, which nobody can read.
    const more = { devicePixelRatio: 1, datasets: { line: { segment: {} } } }
    const { defs, body } = drawn(context, config, more, marks)
    parts.push(`<g transform="translate(${left} 0)">\n<defs>${defs}</defs>\n${body}\n</g>`)
    left += width
  }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${ground}"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

/** The mark-up of a picture as a file of its own. @param node as it stands on the screen, its colours in attributes */
export function svgFileOf(node: SVGSVGElement, title: string, ground: string): string {
  const { width, height } = node.getBoundingClientRect()
  const [w, h] = [Math.round(width), Math.round(height)]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img" font-family="${escaped(FONT)}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${w}" height="${h}" fill="${ground}"/>`,
    ...[...node.children].filter((part) => !part.hasAttribute('data-handle')).map((part) => clean(part)),
    '</svg>\n',
  ].join('\n')
}

/** Without what only the page needs: its classes, and what Svelte leaves between the parts. */
function clean(part: Element): string {
  const copy = part.cloneNode(true) as Element
  for (const one of [copy, ...copy.querySelectorAll('*')]) one.removeAttribute('class')
  return new XMLSerializer()
    .serializeToString(copy)
    .replace(/<!--.*?-->/g, '')
    .replaceAll(' xmlns="http://www.w3.org/2000/svg"', '')
}

/** A file of SVG as a PNG (base64). @throws Error where it cannot be drawn */
export async function pngOfSvg(svg: string): Promise<string> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const context = contextOf(SHARP * image.width, SHARP * image.height)
  context.drawImage(image, 0, 0, context.canvas.width, context.canvas.height)
  return context.canvas.toDataURL('image/png').replace(/^[^,]*,/, '')
}
