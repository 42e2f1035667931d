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
          const x = labels[i] ?? i
          return placesOf(point, x).flatMap((place) =>
            Number.isNaN(place.y) ? [] : [[String(name), String(place.x), String(place.y)]],
          )
        })
      })
    },
  }
}

/** Where a point is: of a bar its label stands for x, and one that floats has both of its ends. */
function placesOf(point: unknown, label: unknown): { x: unknown; y: unknown }[] {
  if (Array.isArray(point)) return point.map((y: unknown) => ({ x: label, y }))
  if (typeof point === 'object' && point !== null && 'x' in point && 'y' in point) return [point]
  return [{ x: label, y: point }]
}
