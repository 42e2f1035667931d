// The rows of the list: studies with their runs below them, or runs alone in the order of a column.
import { HEDGE, interval, plural, share } from '../../lib/format'
import type { ArmsFound, RunSummary, StudySummary } from '../../lib/types'

export const COLUMNS = [
  { id: 'name', title: 'Run', right: false },
  { id: 'state', title: 'State', right: false },
  { id: 'pgr', title: 'PGR of its arms', right: true },
  { id: 'arms', title: 'arms', right: true },
  { id: 'seeds', title: 'seeds', right: true },
  { id: 'took', title: 'took', right: true },
  { id: 'begun', title: 'begun', right: true },
] as const
export type Column = (typeof COLUMNS)[number]['id']
export interface Sort {
  by: Column
  down: boolean
}

export interface StudyRow {
  kind: 'study'
  id: string
  question: string
  runs: number
  hasRule: boolean
}
export interface RunRow {
  kind: 'run'
  id: string
  run: RunSummary
  /** Whether it stands below its study. */
  inside: boolean
}
export type Row = StudyRow | RunRow

/** As an address has it: `pgr`, or `-pgr` from the highest down. */
export function sortNamed(text: string | undefined): Sort | null {
  const by = COLUMNS.find(({ id }) => id === text?.replace(/^-/, ''))?.id
  return by ? { by, down: text!.startsWith('-') } : null
}
export const sortName = (sort: Sort | null): string => (sort ? `${sort.down ? '-' : ''}${sort.by}` : '')

/** What a click on a column asks for next: down, up, then by study again; names begin with a. */
export function nextSort(sort: Sort | null, by: Column): Sort | null {
  const first = by !== 'name' && by !== 'state'
  if (sort?.by !== by) return { by, down: first }
  return sort.down === first ? { by, down: !first } : null
}

/**
 * @param runs newest first
 * @param said studies of which something is said; those without runs are listed where `all` says that nothing is sought
 */
export function rowsOf(
  runs: readonly RunSummary[],
  said: readonly StudySummary[],
  sort: Sort | null,
  all: boolean,
): Row[] {
  if (sort) return sorted(runs, sort).map((run) => ({ kind: 'run', id: run.id, run, inside: false }))
  const studies = new Map<string, RunSummary[]>()
  for (const run of runs) {
    const known = studies.get(run.study)
    if (known) known.push(run)
    else studies.set(run.study, [run])
  }
  const ruled = new Set(said.filter(({ hasRule }) => hasRule).map(({ id }) => id))
  const waiting = said.filter(({ id, question }) => all && question !== '' && !studies.has(id))
  return [
    ...waiting.map(({ id, question, hasRule }): Row => ({ kind: 'study', id, question, runs: 0, hasRule })),
    ...[...studies].flatMap(([id, own]): Row[] => {
      const alone = own[0]!.question.trim() === ''
      const rows = own.map((run): Row => ({ kind: 'run', id: run.id, run, inside: !alone }))
      const { question } = own[0]!
      return alone ? rows : [{ kind: 'study', id, question, runs: own.length, hasRule: ruled.has(id) }, ...rows]
    }),
  ]
}

const KEYS: Record<Column, (run: RunSummary) => string | number | null> = {
  name: (run) => run.name.toLowerCase(),
  state: (run) => run.state,
  pgr: (run) => run.found.pgr?.high ?? null,
  arms: (run) => run.found.arms,
  seeds: (run) => run.found.seeds?.high ?? null,
  took: (run) => (run.endedAt === null ? null : run.seconds),
  begun: (run) => run.createdAt,
}

/** Runs without the value come last, whichever way. */
function sorted(runs: readonly RunSummary[], { by, down }: Sort): RunSummary[] {
  const keyed = runs.map((run) => ({ run, key: KEYS[by](run) }))
  const order = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)
  return keyed
    .sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null)
      return down ? order(b.key, a.key) : order(a.key, b.key)
    })
    .map(({ run }) => run)
}

/** PGR over the arms of a run: `.52`, `≈ −.10 to .61, 1 undefined` where one is hardly a number; '' while there is none. */
export function pgrOver({ arms, undefined: missing, doubtful, pgr }: ArmsFound): string {
  const hedge = doubtful > 0 ? HEDGE : ''
  const range = pgr === null ? '' : hedge + (pgr.low === pgr.high ? share(pgr.low, 2) : interval(pgr.low, pgr.high))
  const gone = missing === 0 ? '' : arms === 1 ? 'undefined' : `${missing} undefined`
  return [range, gone].filter(Boolean).join(', ')
}

/** What is to be known beside that: how many arms have a PGR that is hardly a number; '' of none. */
export const doubtOver = ({ arms, doubtful }: ArmsFound): string =>
  doubtful === 0 ? '' : `≈: in ${doubtful} of ${plural(arms, 'arm')} the PGR comes with a warning`

/** Finished seeds of the arms: `3`, `2 to 5 of 5`. */
export function seedsOver({ seeds, asked }: ArmsFound): string {
  if (!seeds) return ''
  const range = seeds.low === seeds.high ? String(seeds.low) : `${seeds.low} to ${seeds.high}`
  return seeds.low < asked ? `${range} of ${asked}` : range
}

/** A choice with one thing in it turned round. */
export function toggled(chosen: ReadonlySet<string>, one: string): ReadonlySet<string> {
  return new Set(chosen.has(one) ? [...chosen].filter((other) => other !== one) : [...chosen, one])
}

/** Moves a place in the list within it. */
export const moved = (at: number, by: number, total: number) => Math.min(total - 1, Math.max(0, at + by))

export const studyNote = ({ runs, hasRule }: StudyRow) =>
  [runs === 0 ? 'no run yet' : plural(runs, 'run'), hasRule ? 'rule set' : ''].filter(Boolean).join(' · ')
