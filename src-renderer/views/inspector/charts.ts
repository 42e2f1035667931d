import { lineOptions, tooltipLook, type ChartConfiguration } from '../../lib/charting'
import { pointsOf } from '../../lib/curves'
import { count, percent, share } from '../../lib/format'
import type { Cube, ExampleHistory } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'

/** Share of the supervisor's errors that the student repeats, unsure to sure; hollow bars: what the ceiling repeats. */
export function copiedChart(bins: Cube['copiedByConfidence'], p: Palette): ChartConfiguration<'bar'> {
  const bar = { barPercentage: 0.82, categoryPercentage: 0.94, grouped: false, borderRadius: 2 }
  return {
    type: 'bar',
    data: {
      labels: bins.map((bin) => `${share(bin.low, 2)}–${share(bin.high, 2)}`),
      datasets: [
        {
          ...bar,
          label: 'ceiling',
          data: bins.map((bin) => bin.ceilingCopied),
          backgroundColor: 'transparent',
          borderColor: p.ceiling,
          borderWidth: 1.25,
          barPercentage: 0.5,
        },
        { ...bar, label: 'student', data: bins.map((bin) => bin.copied), backgroundColor: `${p.copied}cc` },
      ],
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: { grid: { display: false }, border: { color: p.line }, ticks: { display: false } },
        y: {
          min: 0,
          max: 1,
          border: { display: false },
          grid: { color: p.line, drawTicks: false },
          ticks: { color: p.soft, stepSize: 0.5, padding: 6, callback: (v) => percent(Number(v)) },
        },
      },
      plugins: {
        tooltip: {
          ...tooltipLook(p),
          callbacks: {
            title: ([item]) => {
              const bin = item && bins[item.dataIndex]
              return bin ? `confidence ${share(bin.low, 2)} to ${share(bin.high, 2)}, n = ${count(bin.n)}` : ''
            },
            label: (item) => `${item.dataset.label ?? ''} repeats ${percent(Number(item.raw))}`,
          },
        },
      },
    },
  }
}

/** What the student held of one example while it trained, with what supervisor and ceiling hold. */
export function historyChart(
  { step, probability, weak, ceiling }: ExampleHistory,
  p: Palette,
): ChartConfiguration<'line'> {
  const ends = [step[0] ?? 0, step[step.length - 1] ?? 1]
  const level = (y: number) => ends.map((x) => ({ x, y }))
  const options = lineOptions(
    p,
    { min: ends[0], max: ends[1], title: 'step', format: count },
    { min: 0, max: 1, step: 0.5, format: (v) => share(v, 2) },
    62,
  )
  return {
    type: 'line',
    options,
    data: {
      datasets: [
        {
          label: 'student',
          endLabel: 'student',
          data: pointsOf({ step, value: probability }),
          borderColor: p.student,
          borderWidth: 2,
        },
        {
          label: 'weak',
          endLabel: 'weak',
          data: level(weak),
          borderColor: p.weak,
          borderDash: [6, 4],
          borderWidth: 1.5,
        },
        {
          label: 'ceiling',
          endLabel: 'ceiling',
          data: level(ceiling),
          borderColor: p.ceiling,
          borderWidth: 1.5,
        },
      ],
    },
  }
}
