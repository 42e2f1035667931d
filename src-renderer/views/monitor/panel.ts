import { lineOptions, type ChartConfiguration } from '../../lib/charting'
import { bucketed, niceRange, pointsOf, type Columns } from '../../lib/curves'
import { count, number, share } from '../../lib/format'
import { ACCURACY, AGREEMENT, AGREEMENT_WEAK_WRONG, BITS_PER_BYTE, LOSS } from '../../lib/metrics'
import { CEILING, studentLook, WEAK, WEAK_ERRORS, WEAK_LABELS, type Look } from '../../lib/roles'
import type { ShownState } from '../../lib/runs'
import type { Role } from '../../lib/types'
import { curveId } from '../../state/live'
import type { Palette } from '../../state/theme.svelte'

export interface Panel {
  id: string
  title: string
  note: string
  look: Look
  format: (value: number) => string
  bounds: readonly [number, number]
  /** Why there may be nothing to draw. */
  absent: string
}

const ROLE_LOOK: Record<Role, Look> = {
  weak: WEAK,
  student: studentLook(0),
  ceiling: CEILING,
  reference: { ...CEILING, dash: [3, 3] },
}
const UNIT = [0, 1] as const
const ALONE = 'Only a student has a supervisor to agree with.'

/** The four panels of a training, coloured by its role; the two of a language model, which has none. */
export function panelsOf(role: Role | null): readonly Panel[] {
  const look = role === null ? studentLook(0) : ROLE_LOOK[role]
  const alone = role === 'student' ? '' : ALONE
  const test = { note: 'test', format: (v: number) => share(v), bounds: UNIT }
  const open = { look, format: number, bounds: [0, Infinity], absent: '' } as const
  const loss = { id: curveId(LOSS, ''), title: 'Loss', note: 'training batch, nats', ...open }
  if (role === null)
    return [loss, { id: curveId(BITS_PER_BYTE, ''), title: 'Bits per byte', note: 'held-out texts', ...open }]
  return [
    loss,
    { id: curveId(ACCURACY, 'test'), title: 'Ground truth accuracy', look, absent: '', ...test },
    { id: curveId(AGREEMENT, 'test'), title: 'Agreement with weak labels', look: WEAK_LABELS, absent: alone, ...test },
    {
      id: curveId(AGREEMENT_WEAK_WRONG, 'test'),
      title: 'Agreement on weak errors',
      look: WEAK_ERRORS,
      absent: alone,
      ...test,
    },
  ]
}

const STOPPED: readonly string[] = ['failed', 'skipped', 'cancelled', 'interrupted']

/** What stands where a panel has no points. */
export function emptyText(panel: Panel, state: ShownState): string {
  if (panel.absent) return panel.absent
  if (state === 'not begun') return 'There is none: the stage was not begun.'
  if (!STOPPED.includes(state)) return 'The first point comes with the first evaluation.'
  return `There is none: the stage ${state === 'failed' ? state : `was ${state}`}.`
}

const BUCKETS = 300

/** One live curve; the x axis is as long as the training will be, so that the curve is seen to grow. */
export function panelChart(panel: Panel, curve: Columns, steps: number, p: Palette): ChartConfiguration<'line'> {
  const drawn = bucketed(curve, BUCKETS)
  const end = curve.step[curve.step.length - 1] ?? 0
  const range = niceRange(drawn.value, panel.bounds, 5)
  const isShare = panel.bounds[1] === 1
  const sparse = drawn.step.length < 60
  return {
    type: 'line',
    options: lineOptions(
      p,
      { min: 0, max: Math.max(steps, end) || undefined, title: '', format: count },
      {
        ...range,
        format: panel.format,
        tick: (v) => (isShare ? share(v, Math.max(2, range.digits)) : v.toFixed(range.digits)),
      },
    ),
    data: {
      datasets: [
        {
          label: panel.title,
          data: pointsOf(drawn),
          borderColor: p[panel.look.color],
          borderDash: [...panel.look.dash],
          borderWidth: 1.75,
          pointRadius: sparse ? 2 : 0,
          backgroundColor: p[panel.look.color],
        },
      ],
    },
  }
}
