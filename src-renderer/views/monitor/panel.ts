import { lineOptions, logAxis, type ChartConfiguration } from '../../lib/charting'
import { bucketed, gapsOf, niceRange, pointsOf, type Columns } from '../../lib/curves'
import { count, number, share, tickNumber } from '../../lib/format'
import { ACCURACY, AGREEMENT, AGREEMENT_WEAK_WRONG, ALPHA, BITS_PER_BYTE, LOSS, THRESHOLD } from '../../lib/metrics'
import { CEILING, studentLook, WEAK, WEAK_ERRORS, WEAK_LABELS, type Look } from '../../lib/roles'
import { SEALED_TEXT, type ShownState } from '../../lib/runs'
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
  /** Where it is measured at every step, and goes up and down with the batch: what of it is smoothed. */
  batch?: { name: string; split: '' }
}

/** A height that is known: what the supervisor reached, or the ceiling. */
export interface Level {
  label: string
  value: number
  look: Look
}
/** What a panel draws. */
export interface Drawn {
  curve: Columns
  /** Its moving average over all that was stored of it; the curve stands behind it then. */
  smooth: Columns | null
  /** The same quantity of the other seeds of the arm. */
  others: readonly Columns[]
  levels: readonly Level[]
}

const ROLE_LOOK: Record<Role, Look> = {
  weak: WEAK,
  student: studentLook(0),
  ceiling: CEILING,
  reference: { ...CEILING, dash: [3, 3] },
}
const UNIT = [0, 1] as const
/** What stands beside the title of what is measured on test rows. */
const TEST = 'test'
const batchOf = (name: string) => ({ name, split: '' as const })
const ALONE = 'Only a student has a supervisor to agree with.'

/**
 * The panels of a training, coloured by its role; the two of a language model, which has none.
 * @param measured ids of what there are curves of: a schedule is shown where the loss has one
 */
export function panelsOf(role: Role | null, measured: ReadonlySet<string>): readonly Panel[] {
  const look = role === null ? studentLook(0) : ROLE_LOOK[role]
  const alone = role === 'student' ? '' : ALONE
  const test = { note: TEST, format: (v: number) => share(v), bounds: UNIT }
  const open = { look, format: number, bounds: [0, Infinity], absent: '' } as const
  const loss = { id: curveId(LOSS, ''), title: 'Loss', note: 'training batch, nats', ...open, batch: batchOf(LOSS) }
  if (role === null)
    return [loss, { id: curveId(BITS_PER_BYTE, ''), title: 'Bits per byte', note: 'held-out texts', ...open }]
  const schedule = { look, format: number, bounds: UNIT, absent: '' }
  const schedules: Panel[] = [
    { id: curveId(ALPHA, ''), title: 'Alpha', note: 'weight of the student’s own predictions', ...schedule },
    {
      id: curveId(THRESHOLD, ''),
      title: 'Threshold',
      note: 'of hardening, on class 0',
      ...schedule,
      batch: batchOf(THRESHOLD),
    },
  ]
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
    ...schedules.filter(({ id }) => measured.has(id)),
  ]
}

const STOPPED: readonly string[] = ['failed', 'skipped', 'cancelled', 'interrupted']

/** What stands where a panel has no points. @param sealed whether what is found on test rows is withheld */
export function emptyText(panel: Panel, state: ShownState, sealed: boolean): string {
  if (panel.absent) return panel.absent
  if (sealed && panel.note === TEST) return SEALED_TEXT
  if (state === 'not begun') return 'There is none: the stage was not begun.'
  if (!STOPPED.includes(state)) return 'The first point comes with the first evaluation.'
  return `There is none: the stage ${state === 'failed' ? state : `was ${state}`}.`
}

const BUCKETS = 300
/** Behind what stands out. */
const FAINT = '40'

type LineDataset = ChartConfiguration<'line'>['data']['datasets'][number]

/** Whether the y axis of a panel may go by powers. */
export const hasLog = ({ bounds }: Panel): boolean => bounds[1] === Infinity

interface Options {
  /** How many there will be: the x axis is as long, so that the curve is seen to grow. */
  steps: number
  log: boolean
  palette: Palette
}

/** One live curve with what stands beside it. */
export function panelChart(
  panel: Panel,
  { curve, smooth, others, levels }: Drawn,
  { steps, log, palette: p }: Options,
): ChartConfiguration<'line'> {
  const drawn = bucketed(curve, BUCKETS)
  const end = Math.max(steps, ...[curve, ...others].map(({ step }) => step[step.length - 1] ?? 0))
  const seen = [drawn, ...others].flatMap(({ value }) => value)
  const range = niceRange([...seen, ...levels.map(({ value }) => value)], panel.bounds, 5)
  const isShare = panel.bounds[1] === 1
  const tick = (v: number) => (isShare ? share(v, Math.max(2, range.digits)) : tickNumber(v, range.digits))
  const options = lineOptions(
    p,
    { min: 0, max: end || undefined, title: '', format: count, whole: true },
    { ...range, format: panel.format, tick },
    levels.length > 0 ? LEVEL_ROOM : undefined,
  )
  const least = seen.reduce((low, v) => (v > 0 && v < low ? v : low), Infinity)
  const scales = log && hasLog(panel) ? { y: logAxis(options.scales?.['y'], [least, range.max], number) } : {}
  return {
    type: 'line',
    options: { ...options, scales: { ...options.scales, ...scales } },
    data: {
      datasets: [
        ...linesOf(panel, drawn, smooth, p),
        ...others.map((other) => faint(other, p[panel.look.color])),
        ...levels.map((level) => levelLine(level, end, p)),
        ...marksOf(curve, p),
      ],
    },
  }
}

/** Room for the names of levels at the right. */
const LEVEL_ROOM = 84

function linesOf({ title, look }: Panel, drawn: Columns, smooth: Columns | null, p: Palette): LineDataset[] {
  const color = p[look.color]
  const shown = smooth ?? drawn
  const radius = shown.step.length < 60 ? 2 : 0
  const line = { borderColor: color, borderDash: [...look.dash], borderWidth: 1.75, pointRadius: radius, order: 1 }
  const main: LineDataset = {
    label: smooth ? `${title}, smoothed` : title,
    data: pointsOf(shown),
    ...line,
    backgroundColor: color,
  }
  return smooth ? [main, faint(drawn, color)] : [main]
}

const faint = (curve: Columns, color: string): LineDataset => ({
  ...{ silent: true, data: pointsOf(curve), borderColor: color + FAINT, borderWidth: 1, pointRadius: 0, order: 3 },
})

const levelLine = ({ label, value, look }: Level, end: number, p: Palette): LineDataset => ({
  ...{ silent: true, endLabel: label, borderColor: p[look.color], borderDash: [5, 4], borderWidth: 1.25, order: 2 },
  ...{ pointRadius: 0, data: [0, end].map((x) => ({ x, y: value })) },
})

/** What is no finite number has no height: it is marked where its neighbour stands. */
function marksOf(curve: Columns, p: Palette): LineDataset[] {
  const data = gapsOf(curve)
  if (data.length === 0) return []
  const mark = { pointStyle: 'crossRot' as const, pointRadius: 5, borderColor: p.warn, borderWidth: 2 }
  return [{ label: 'not a number', silent: true, showLine: false, data, order: 0, ...mark }]
}
