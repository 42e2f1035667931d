import type { ChartType } from 'chart.js'
import { Chart } from '../../lib/charting'
import type { GroupCurve } from '../../lib/types'
import type { Stretch } from './zoom'

/** Ends of epochs on an axis. */
export interface Epochs {
  places: readonly number[]
  /** Of so many one is marked. */
  every: number
}
interface Marked {
  places: readonly number[]
  color: string
}

declare module 'chart.js' {
  interface PluginOptionsByType<TType extends ChartType> {
    /** A function, for Chart.js would take apart anything else. */
    epochs?: TType extends 'line' ? () => Marked : never
  }
}

/** More marks than this would be a hatching. */
const MOST = 30

/** Where epochs end within the stretch; null where epochs are not of one length, or nothing. */
export function epochsOf(curves: readonly GroupCurve[], { from, to }: Stretch): Epochs | null {
  const lengths = new Set(curves.filter(({ x }) => x.length > 0).map(({ epoch }) => epoch))
  const [length] = lengths
  if (lengths.size !== 1 || !length) return null
  const some = (to - from) / length
  let every = 1
  while (some / every > MOST) every *= String(every).startsWith('2') ? 2.5 : 2
  const end = curves.reduce((most, curve) => Math.max(most, curve.end), 0)
  const [first, last] = [Math.max(1, Math.ceil(from / length / every)), Math.floor(Math.min(to, end) / length / every)]
  const places = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * every * length)
  return { places, every }
}

/** Options of the plugin. */
export const markedEpochs = (marked: Marked) => ({ epochs: () => marked })

Chart.register({
  id: 'epochs',
  beforeDatasetsDraw(chart: Chart) {
    // As it was given: Chart.js itself would call the function for an option.
    const marked = chart.config.options?.plugins?.epochs?.()
    const scale = chart.scales['x']
    if (!marked || !scale) return
    const { ctx, chartArea } = chart
    ctx.save()
    ctx.strokeStyle = marked.color
    ctx.lineWidth = 1
    ctx.setLineDash([2, 3])
    for (const place of marked.places) {
      const x = scale.getPixelForValue(place)
      ctx.beginPath()
      ctx.moveTo(x, chartArea.top)
      ctx.lineTo(x, chartArea.bottom)
      ctx.stroke()
    }
    ctx.restore()
  },
})
