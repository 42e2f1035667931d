import { lineOptions, type ChartConfiguration } from '../../lib/charting'
import { share } from '../../lib/format'
import type { Course } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'

const DASHES = [
  [8, 3, 2, 3],
  [6, 4],
  [2, 3],
]

/** What of a method changes over training: the line in force in the method's colour and on top, the others dashed. */
export function courseChart({ name, lines }: Course, color: string, p: Palette): ChartConfiguration<'line'> {
  const most = Math.max(...lines.flatMap(({ values }) => values))
  const max = Math.min(1, Math.max(0.25, Math.ceil(most * 4 + 0.2) / 4))
  const options = lineOptions(
    p,
    { min: 0, max: 1, title: 'part of training', format: (v) => share(v, 1) },
    { min: 0, max, title: name, step: 0.25, format: (v) => share(v, 2) },
    150,
  )
  const dashed = lines.map((line, i) => ({ ...line, dash: DASHES[i % DASHES.length]! }))
  return {
    type: 'line',
    options,
    data: {
      datasets: dashed
        .toSorted((a, b) => Number(b.chosen) - Number(a.chosen))
        .map(({ label, chosen, values, dash }) => ({
          label,
          endLabel: label,
          data: values.map((y, i) => ({ x: i / (values.length - 1), y })),
          borderColor: chosen ? color : p.faint,
          borderDash: chosen ? [] : dash,
          borderWidth: chosen ? 2 : 1.25,
        })),
    },
  }
}
