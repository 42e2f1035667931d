// All that the place shows, in the query of its address and back.
import { stopNamed } from '../../lib/stops'
import type { CurveAxis, GroupCurve, Stop, Summary } from '../../lib/types'
import { DIMENSIONS, type Dimension, type GroupRole } from './groups'
import { QUANTITIES } from './panels'

export type Query = Readonly<Record<string, string>>

export interface View {
  /** `panels`: quantities by groups; `overfit`: one arm by what it learns; `parallel`: arms over choices and results. */
  side: (typeof SIDES)[number]
  /** Ids of the quantities, in the order of their panels; null for the usual ones. */
  panels: readonly string[] | null
  by: readonly Dimension[]
  roles: readonly GroupRole[]
  summary: Summary
  /** Every training as a line of its own. */
  each: boolean
  smoothing: number
  axis: CurveAxis
  log: boolean
  /** Panels of a quantity share their y axis. */
  sharedY: boolean
  /** A panel for every task. */
  byTask: boolean
  from: number | null
  to: number | null
  at: number | null
  /** The group that stands out; '' for none. */
  focus: string
  /** The arm of the over-fit side, and its run; '' for the first. */
  arm: string
  of: string
  /** Where its students are read. */
  stop: Stop
  /** Of the parallel side: what its axes let through (see `brushesOf`), and what its lines are coloured by. */
  brush: string
  /** Of its axes, where some were moved (see `ordered`). */
  order: string
  color: 'method' | 'pgr'
}
const SIDES = ['panels', 'overfit', 'parallel'] as const

export const SUMMARIES: readonly { value: Summary; label: string; title: string }[] = [
  {
    ...{ value: 'mean-t', label: 'mean, 95 %' },
    title: 'Mean over seeds, and its 95 % interval by Student’s t: chance between trainings, not between test rows',
  },
  { value: 'mean-range', label: 'mean, min–max', title: 'Mean over seeds, and from the least to the most of them' },
  {
    value: 'median-range',
    label: 'median, min–max',
    title: 'Median over seeds, and from the least to the most of them',
  },
]
/** What lines and their bands are, in a sentence about the picture. @param cut whether intervals were cut to what can be */
export function bandWords(summary: Summary, curves: readonly Pick<GroupCurve, 'n' | 'low'>[], cut: boolean): string {
  const some = (has: (n: number) => boolean) => curves.some(({ n }) => n.some(has))
  if (!some((n) => n > 1)) return 'one training a line, which has no band'
  if (!curves.some(({ low }) => low.some((v) => Number.isFinite(v))))
    return 'means over all seeds, without bands: two trainings are too few for an interval, min–max shows both'
  return [
    BAND_WORDS[summary],
    cut ? 'cut where no value can be' : '',
    summary === 'mean-t' && some((n) => n === 2) ? 'none where only two trainings are' : '',
  ]
    .filter(Boolean)
    .join(', ')
}
const BAND_WORDS: Record<Summary, string> = {
  'mean-t': 'means over all seeds, bands: 95 % t-intervals of chance between trainings',
  'mean-range': 'means over all seeds, bands from the least to the most of them',
  'median-range': 'medians over all seeds, bands from the least to the most of them',
}
export const AXES: readonly { value: CurveAxis; label: string; title: string }[] = [
  { value: 'step', label: 'step', title: 'Updates' },
  { value: 'epoch', label: 'epoch', title: 'Passes over the rows that are learnt from: steps × batch / rows' },
  {
    ...{ value: 'labels', label: 'labels' },
    title: 'Labels shown: steps × batch, a label that is shown again counted again',
  },
  {
    ...{ value: 'seconds', label: 'time' },
    title:
      'Seconds that a training worked, its evaluations counted in, pauses not; of a line the mean of its trainings',
  },
  {
    ...{ value: 'flops', label: 'FLOPs' },
    title: 'Operations of the matrix products of all updates: 6 for a weight and row, 4 in the first layer',
  },
]
export const SMOOTHINGS = [0, 0.5, 0.8, 0.9, 0.95, 0.99] as const
const ROLES: readonly GroupRole[] = ['student', 'ceiling', 'weak', '']

const words = (text: string | undefined) => text?.split(',').filter(Boolean)
const among = <T extends string>(all: readonly T[], text: string | undefined): T[] | undefined => {
  const named = words(text)
  return named && all.filter((one) => named.includes(one))
}
const one = <T extends string>(all: readonly { value: T }[], text: string | undefined): T | undefined =>
  all.find(({ value }) => value === text)?.value
const finite = (text: string | undefined): number | null => {
  const value = Number(text || NaN)
  return Number.isFinite(value) ? value : null
}

/** What an address asks for; whatever it says that is not known stands as if it were not said. */
export function parseView(query: Query): View {
  const known = QUANTITIES.map(({ id }) => id)
  const panels = words(query['panels'])?.filter((id) => known.includes(id))
  const smoothing = finite(query['smooth'])
  const roles = among(ROLES, query['roles'])
  const [from, to] = [finite(query['from']), finite(query['to'])]
  const zoomed = from !== null && to !== null && from < to
  return {
    side: SIDES.find((side) => side === query['side']) ?? 'panels',
    panels: panels && panels.length > 0 ? panels : null,
    by: query['by'] === undefined ? DIMENSIONS : (among(DIMENSIONS, query['by']) ?? []),
    roles: roles && roles.length > 0 ? roles : ['student', ''],
    summary: one(SUMMARIES, query['summary']) ?? 'mean-t',
    each: query['each'] === '1',
    smoothing: smoothing !== null && smoothing > 0 && smoothing < 1 ? smoothing : 0,
    axis: one(AXES, query['x']) ?? 'step',
    log: query['log'] === '1',
    sharedY: query['y'] === 'shared',
    byTask: query['tasks'] === '1',
    ...{ from: zoomed ? from : null, to: zoomed ? to : null },
    at: finite(query['at']),
    focus: query['group'] ?? '',
    arm: query['arm'] ?? '',
    of: query['of'] ?? '',
    stop: stopNamed(query['stop']) ?? 'last',
    brush: query['brush'] ?? '',
    order: query['axes'] ?? '',
    color: query['color'] === 'pgr' ? 'pgr' : 'method',
  }
}

/** The runs that are chosen: the one that the address is about, and those beside it. */
export function chosenRuns(id: string, query: Query): string[] {
  return [...new Set([id, ...(words(query['runs']) ?? [])].filter(Boolean))]
}

/** The same as an address has it. */
export const runsToQuery = ([id = '', ...others]: readonly string[]): { id: string; runs: string } => ({
  id,
  runs: others.join(','),
})

/** A stretch of an axis, in the digits that it takes. */
export const stretchToQuery = (stretch: { from: number; to: number } | null) => ({
  from: stretch ? String(Number(stretch.from.toPrecision(7))) : '',
  to: stretch ? String(Number(stretch.to.toPrecision(7))) : '',
})

/** One more or one less, in the order of all. */
export const toggled = <T>(all: readonly T[], chosen: readonly T[], one: T): T[] =>
  all.filter((each) => (each === one ? !chosen.includes(each) : chosen.includes(each)))
