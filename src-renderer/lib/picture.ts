import { Chart, type ChartConfiguration } from './charting'

/** Pixels of a picture for every one of the screen: enough for print. */
const SHARP = 3

/** Charts side by side as one PNG (base64), on a ground that is not see-through. @throws Error where nothing can be drawn */
export function pictureOf<T extends 'line' | 'bar'>(
  charts: readonly { config: ChartConfiguration<T>; width: number }[],
  height: number,
  ground: string,
): string {
  const whole = document.createElement('canvas')
  whole.width = SHARP * charts.reduce((sum, { width }) => sum + width, 0)
  whole.height = SHARP * height
  const context = whole.getContext('2d')
  if (!context) throw new Error('There is no canvas to draw on.')
  context.fillStyle = ground
  context.fillRect(0, 0, whole.width, whole.height)
  let left = 0
  for (const { config, width } of charts) {
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    const options = { ...config.options, responsive: false, animation: false, devicePixelRatio: SHARP }
    const chart = new Chart<T>(canvas, { ...config, options } as ChartConfiguration<T>)
    context.drawImage(canvas, left, 0)
    chart.destroy()
    left += SHARP * width
  }
  return whole.toDataURL('image/png').replace(/^[^,]*,/, '')
}
