import type { ChartConfiguration } from './charting'
import type { TableText } from './tables'

/** The numbers that a chart draws, of everything in it that has a name: to be read by programs. Pure. */
export function plottedTable<T extends 'line' | 'bar'>({ data }: ChartConfiguration<T>): TableText {
  const labels: readonly unknown[] = data.labels ?? []
  return {
    head: ['of', 'x', 'y'],
    get rows() {
      return data.datasets.flatMap((dataset) => {
        const name = dataset.label ?? ('endLabel' in dataset ? dataset.endLabel : undefined)
        if (!name) return []
        return dataset.data.flatMap((point: unknown, i) => {
          const { x, y } = placeOf(point, labels[i] ?? i)
          return Number.isNaN(y) ? [] : [[String(name), String(x), String(y)]]
        })
      })
    },
  }
}

/** Where a point is: of a bar its label stands for x. */
function placeOf(point: unknown, label: unknown): { x: unknown; y: unknown } {
  if (typeof point === 'object' && point !== null && 'x' in point && 'y' in point) return point
  return { x: label, y: point }
}
