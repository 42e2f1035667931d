import { tooltipLook, type ChartConfiguration } from '../../lib/charting'
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
    options: {
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          grid: { display: false },
          border: { color: p.line },
          ticks: { color: p.soft, maxRotation: 0, autoSkipPadding: 12 },
        },
        y: {
          ...{ min: 0, border: { display: false }, grid: { color: p.line, drawTicks: false } },
          ticks: { color: p.soft, precision: 0, maxTicksLimit: 5, padding: 6, callback: (v) => count(Number(v)) },
        },
      },
      plugins: {
        tooltip: {
          ...tooltipLook(p),
          callbacks: {
            title: ([item]) => (item ? `confidence ${end(item.dataIndex)} to ${end(item.dataIndex + 1)}` : ''),
            label: (item) => `${count(Number(item.raw))} examples`,
          },
        },
      },
    },
  }
}
