import { barOptions, type ChartConfiguration } from '../../lib/charting'
import { count, share } from '../../lib/format'
import type { Look } from '../../lib/roles'
import type { Sureness } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'

/** How sure a model was: examples by how probable it held what it said. */
export function surenessChart({ from, counts }: Sureness, look: Look, p: Palette): ChartConfiguration<'bar'> {
  const width = (1 - from) / counts.length
  const end = (i: number) => share(from + i * width, 2)
  return {
    type: 'bar',
    data: {
      labels: counts.map((_, i) => end(i)),
      datasets: [
        {
          label: 'rows',
          data: counts,
          backgroundColor: `${p[look.color]}cc`,
          borderRadius: 2,
          barPercentage: 0.9,
          categoryPercentage: 1,
        },
      ],
    },
    options: barOptions(p, {
      x: { title: '' },
      y: { whole: true, format: count },
      bin: (i) => `confidence ${end(i)} to ${end(i + 1)}`,
      bar: (_, __, rows) => `${count(rows)} examples`,
    }),
  }
}
