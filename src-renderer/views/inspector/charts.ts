import { barOptions, lineOptions, type ChartConfiguration } from '../../lib/charting'
import { pointsOf } from '../../lib/curves'
import { count, interval, percent, share } from '../../lib/format'
import type { Cube, ExampleHistory } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'
import type { Students } from './slice'

/** Digits of a confidence: a supervisor is often so sure that fewer tell nothing apart. */
const SURE = 4

/**
 * Share of the supervisor's errors that the student repeats, unsure to sure, with its interval; hollow bars: what the
 * ceiling repeats.
 */
export function copiedChart(bins: Cube['copiedByConfidence'], p: Palette): ChartConfiguration<'bar'> {
  return {
    type: 'bar',
    data: {
      labels: bins.map((bin) => `${share(bin.low, SURE)}–${share(bin.high, SURE)}`),
      datasets: repeatedBars(bins, p),
    },
    options: barOptions(p, {
      y: { max: 1, step: 0.5, format: (part) => percent(part) },
      bin: (i) => `confidence ${interval(bins[i]!.low, bins[i]!.high, SURE)}, n = ${count(bins[i]!.copied.of)}`,
      bar: (name, i) => {
        const of = name === 'ceiling' ? bins[i]!.ceilingCopied : bins[i]!.copied
        return `${name} repeats ${percent(of.share)}, ${interval(of.low, of.high)}`
      },
    }),
  }
}

/** What is drawn first lies on top: the ceiling's bars, the student's intervals, its bars. */
function repeatedBars(bins: Cube['copiedByConfidence'], p: Palette) {
  const bar = { barPercentage: 0.82, categoryPercentage: 0.94, grouped: false, borderRadius: 2 }
  const outline = { backgroundColor: 'transparent', borderColor: p.ceiling, borderWidth: 1.25, barPercentage: 0.5 }
  const line = { backgroundColor: p.ink, barPercentage: 0.06, borderRadius: 0 }
  const ends = bins.map(({ copied }): [number, number] => [copied.low, copied.high])
  return [
    { ...bar, ...outline, label: 'ceiling', data: bins.map(({ ceilingCopied }) => ceilingCopied.share) },
    { ...bar, ...line, label: 'student, 95 % interval', data: ends },
    { ...bar, label: 'student', data: bins.map(({ copied }) => copied.share), backgroundColor: `${p.copied}cc` },
  ]
}

/**
 * What the student held of one example while it trained, with what supervisor and ceiling hold; beside it the student of
 * another arm, where one is told.
 */
export function historyChart(
  { step, probability, weak, ceiling, against }: ExampleHistory,
  { student, other }: Students,
  p: Palette,
): ChartConfiguration<'line'> {
  const all = [...step, ...(against?.step ?? [])]
  const ends = [Math.min(...all), Math.max(...all)] as const
  const level = (y: number) => ends.map((x) => ({ x, y }))
  const options = lineOptions(
    p,
    { min: ends[0], max: ends[1], title: 'step', format: count, whole: true },
    { min: 0, max: 1, step: 0.5, format: (v) => share(v, 2) },
    other ? 92 : 62,
  )
  const course = ({ name, look }: Students['student'], of: { step: number[]; probability: number[] }) => ({
    ...{ label: name, endLabel: name, data: pointsOf({ step: of.step, value: of.probability }) },
    ...{ borderColor: p[look.color], borderWidth: 2 },
  })
  const fixed = (label: string, y: number, borderColor: string, borderDash: number[]) => ({
    ...{ label, endLabel: label, data: level(y), borderColor, borderDash, borderWidth: 1.5 },
  })
  return {
    type: 'line',
    options,
    data: {
      datasets: [
        course(student, { step, probability }),
        ...(other && against ? [course(other, against)] : []),
        fixed('weak', weak, p.weak, [6, 4]),
        fixed('ceiling', ceiling, p.ceiling, []),
      ],
    },
  }
}
