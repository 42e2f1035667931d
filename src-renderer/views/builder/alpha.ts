import type { ChartConfiguration } from '../../lib/charting'
import { lineOptions } from '../../lib/charting'
import { share } from '../../lib/format'
import type { Palette } from '../../state/theme.svelte'

export const SCHEDULES = ['linear', 'paper', 'reference-bug'] as const
export type Schedule = (typeof SCHEDULES)[number]

export interface AlphaParams {
  alphaMax: number
  warmup: number
  schedule: string
}

/**
 * Weight of the student's own predictions at `progress` in [0, 1], for drawing: the engine has its own (a test holds the
 * two together). arXiv 2312.09390 A.4; `reference-bug` is the published code, which jumps after the warm-up.
 */
export function alphaAt(progress: number, { alphaMax, warmup, schedule }: AlphaParams): number {
  if (schedule === 'reference-bug') return alphaMax * (progress > warmup ? 1 : progress)
  const end = schedule === 'paper' ? 0.2 : warmup
  return alphaMax * (progress >= end ? 1 : progress / end)
}

const NAMES: Record<Schedule, string> = { linear: 'linear', paper: 'paper', 'reference-bug': 'published code' }
const DASHES: Record<Schedule, number[]> = { linear: [8, 3, 2, 3], paper: [6, 4], 'reference-bug': [2, 3] }
const SAMPLES = 200

/** α(t) of all three schedules; the one in force is drawn in the method's colour and on top. */
export function alphaChart(params: AlphaParams, color: string, p: Palette): ChartConfiguration<'line'> {
  const max = Math.min(1, Math.max(0.25, Math.ceil(params.alphaMax * 4 + 0.2) / 4))
  const options = lineOptions(
    p,
    { min: 0, max: 1, title: 'part of training', format: (v) => share(v, 1) },
    { min: 0, max, title: 'α', step: 0.25, format: (v) => share(v, 2) },
    92,
  )
  const order = [...SCHEDULES].sort((a, b) => Number(b === params.schedule) - Number(a === params.schedule))
  return {
    type: 'line',
    options,
    data: {
      datasets: order.map((schedule) => {
        const on = schedule === params.schedule
        return {
          label: NAMES[schedule],
          endLabel: NAMES[schedule],
          data: Array.from({ length: SAMPLES + 1 }, (_, i) => ({
            x: i / SAMPLES,
            y: alphaAt(i / SAMPLES, { ...params, schedule }),
          })),
          borderColor: on ? color : p.faint,
          borderDash: on ? [] : DASHES[schedule],
          borderWidth: on ? 2 : 1.25,
        }
      }),
    },
  }
}
