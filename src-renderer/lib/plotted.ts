import type { ChartConfiguration } from './charting'
import { told, words } from './columns'
import { number } from './format'
import { tableOf, type Table, type Value } from './tables'

interface Plotted {
  name: string
  x: Value
  y: Value
}

/** The numbers that a chart draws, of everything in it that has a name, under the titles of its axes. Pure. */
export function plottedTable<T extends 'line' | 'bar'>({ data, options }: ChartConfiguration<T>): Table {
  const labels: readonly unknown[] = data.labels ?? []
  const rows = () =>
    data.datasets.flatMap((dataset): Plotted[] => {
      const name = dataset.label ?? ('endLabel' in dataset ? dataset.endLabel : undefined)
      if (!name) return []
      return dataset.data.flatMap((point: unknown, i) =>
        placesOf(point, labels[i] ?? i).flatMap(({ x, y }) =>
          Number.isNaN(y) ? [] : [{ name: String(name), x: valueOf(x), y: valueOf(y) }],
        ),
      )
    })
  const [x, y] = (['x', 'y'] as const).map((axis) => titleOf(options?.scales?.[axis]) || axis) as [string, string]
  return tableOf(rows, [
    words('of', ({ name }) => name),
    told(
      x,
      (row) => row.x,
      (row) => textOf(row.x),
    ),
    told(
      y === x ? 'y' : y,
      (row) => row.y,
      (row) => textOf(row.y),
    ),
  ])
}

const valueOf = (value: unknown): Value => (typeof value === 'number' ? value : String(value))
const textOf = (value: Value) => (typeof value === 'number' ? number(value) : String(value))

/** What an axis says that it is of; '' where it says nothing. */
function titleOf(scale: unknown): string {
  const { title } = (scale ?? {}) as { title?: { display?: boolean; text?: unknown } }
  return title?.display && typeof title.text === 'string' ? title.text : ''
}

/** Where a point is: of a bar its label stands for x, and one that floats has both of its ends. */
function placesOf(point: unknown, label: unknown): { x: unknown; y: unknown }[] {
  if (Array.isArray(point)) return point.map((y: unknown) => ({ x: label, y }))
  if (typeof point === 'object' && point !== null && 'x' in point && 'y' in point) return [point]
  return [{ x: label, y: point }]
}
