// The arms of a study as its page shows them: named apart, laid out by two of their fields, with what differs in their set-up.
import { foundColumns, hidden, told, words } from '../../lib/columns'
import { interval, pgrText } from '../../lib/format'
import { isLive, TO_COME, type Lacking } from '../../lib/runs'
import { tableOf, type Table, type Value } from '../../lib/tables'
import type { Arm, ArmResult, Measured, MetricInfo, StudyArm, StudyResult } from '../../lib/types'

/** An arm under a name of its own: `result.arm.id` is unlike every other one's, and so is its place in all fields. */
export interface ShownArm {
  result: ArmResult
  /** Where its numbers come from; the first is where it opens. */
  runs: StudyArm['runs']
  /** Names of the runs. */
  run: string
  /** What stands for a result where there is none. */
  lacking: Lacking
}

/** One that is still in the queue may bring it; else the first says how it ended. */
function lackingIn(runs: StudyResult['runs']): Lacking {
  const [first] = runs
  if (!first || first.state === 'done' || runs.some(({ state }) => isLive(state))) return TO_COME
  return { word: first.state, why: first.why || `Its run is ${first.state}.` }
}

const place = ({ task, weakTitle, strongTitle, methodTitle }: Arm) =>
  JSON.stringify([task, weakTitle, strongTitle, methodTitle])

/**
 * Arms that look alike and are not the same (other settings, other seeds) say in their method which run they are of.
 * @param only ids of the runs to show; empty means all
 */
export function shownArms(
  { arms, runs: all }: Pick<StudyResult, 'arms' | 'runs'>,
  only: readonly string[],
): ShownArm[] {
  const asked = arms.filter(({ runs }) => only.length === 0 || runs.some(({ runId }) => only.includes(runId)))
  const alike = new Map<string, number>()
  for (const { result } of asked) alike.set(place(result.arm), (alike.get(place(result.arm)) ?? 0) + 1)
  const names = new Map(all.map(({ id, name }) => [id, name]))
  const twice = new Set(all.map(({ name }) => name).filter((name, i, names) => names.indexOf(name) !== i))
  const nameOf = (id: string) => {
    const name = names.get(id) ?? id
    return twice.has(name) ? `${name} ${id}` : name
  }
  return asked.map(({ id, runs, result }) => {
    const run = runs.map(({ runId }) => nameOf(runId)).join(', ')
    const { arm } = result
    const several = (alike.get(place(arm)) ?? 0) > 1
    const methodTitle = several ? `${arm.methodTitle} (${run})` : arm.methodTitle
    const lacking = lackingIn(all.filter(({ id }) => runs.some(({ runId }) => runId === id)))
    return { runs, run, lacking, result: { ...result, arm: { ...arm, id, methodTitle } } }
  })
}

export const FIELDS = ['task', 'weak', 'strong', 'method', 'run'] as const
export type Field = (typeof FIELDS)[number]
export const FIELD_TITLES: Record<Field, string> = {
  task: 'Task',
  weak: 'Weak',
  strong: 'Student',
  method: 'Method',
  run: 'Run',
}
export const fieldNamed = (text: string | undefined): Field | undefined => FIELDS.find((field) => field === text)

export function fieldOf(field: Field, { result: { arm }, run }: ShownArm, taskTitle: (id: string) => string): string {
  const of = { task: taskTitle(arm.task), weak: arm.weakTitle, strong: arm.strongTitle, method: arm.methodTitle, run }
  return of[field]
}

export interface Matrix {
  rows: string[]
  columns: string[]
  /** Arms by row and column; none where that was not run. */
  cells: ShownArm[][][]
  /** Fields that tell arms of one cell apart. */
  inside: Field[]
  /** By row what its arms are told apart by, each once, in the order of all arms. */
  lines: string[][]
}

/** What tells an arm apart from others of its cell; '' where nothing does. */
export const lineOf = ({ inside }: Pick<Matrix, 'inside'>, arm: ShownArm, taskTitle: (id: string) => string): string =>
  inside.map((field) => fieldOf(field, arm, taskTitle)).join(' · ')

/** Arms by two of their fields; whatever else they differ in stands side by side in a cell, so that none is left out. */
export function matrixOf(
  arms: readonly ShownArm[],
  [down, across]: readonly [Field, Field],
  taskTitle: (id: string) => string,
): Matrix {
  const of = (field: Field, arm: ShownArm) => fieldOf(field, arm, taskTitle)
  const values = (field: Field) => [...new Set(arms.map((arm) => of(field, arm)))]
  const [rows, columns] = [values(down), values(across)]
  const cells = rows.map((row) =>
    columns.map((column) => arms.filter((arm) => of(down, arm) === row && of(across, arm) === column)),
  )
  const shared = cells.flat()
  const inside = FIELDS.filter(
    (field) =>
      field !== down &&
      field !== across &&
      // Who made an arm tells nothing where its method does.
      !(field === 'run' && down !== 'method' && across !== 'method') &&
      shared.some((cell) => new Set(cell.map((arm) => of(field, arm))).size > 1),
  )
  const order = [...new Set(arms.map((arm) => lineOf({ inside }, arm, taskTitle)))]
  const lines = cells.map((row) => {
    const own = new Set(row.flat().map((arm) => lineOf({ inside }, arm, taskTitle)))
    return order.filter((line) => own.has(line))
  })
  return { rows, columns, cells, inside, lines }
}

/** The two fields that a matrix begins with: those of which there are most, models before the rest. */
export function usualAxes(arms: readonly ShownArm[], taskTitle: (id: string) => string): [Field, Field] {
  const size = (field: Field) => new Set(arms.map((arm) => fieldOf(field, arm, taskTitle))).size
  const varying = (['weak', 'strong', 'task', 'method'] as const).filter((field) => size(field) > 1)
  if (varying.length >= 2) return [varying[0]!, varying[1]!]
  const [only = 'method'] = varying
  return only === 'weak' ? ['weak', 'strong'] : [only === 'strong' ? 'weak' : 'strong', only]
}

/** PGR as a cell tells it: value, interval and n; what stands for it where there is none. */
function pgrCell({ result, lacking }: ShownArm, metric: string): string {
  const pgr = result.measures[metric]?.pgr
  if (!pgr) return lacking.word
  if (!pgr.defined) return `undefined, n ${pgr.seeds}`
  return `${pgrText(pgr)} [${interval(pgr.low, pgr.high)}], n ${pgr.seeds}`
}

/** As it is laid out to be read; programs get an arm a line, by all of its fields. */
export function matrixTable(
  matrix: Matrix,
  [down, across]: readonly [Field, Field],
  metric: MetricInfo,
  taskTitle: (id: string) => string,
): Table {
  const { rows, columns, cells, inside, lines } = matrix
  const named = inside.map((field) => FIELD_TITLES[field]).join(' · ')
  const laid = rows.flatMap((row, r) => lines[r]!.map((line) => ({ row, line, cells: cells[r]! })))
  type Laid = (typeof laid)[number]
  const inCell = ({ line, cells }: Laid, c: number) =>
    cells[c]!.filter((arm) => lineOf(matrix, arm, taskTitle) === line)
      .map((arm) => pgrCell(arm, metric.id))
      .join('; ')
  const read = tableOf(laid, [
    words(`${FIELD_TITLES[down]} / ${FIELD_TITLES[across]}`, ({ row }) => row),
    ...(named ? [words<Laid>(named, ({ line }) => line)] : []),
    ...columns.map((column, c) => words<Laid>(column, (of) => inCell(of, c))),
  ])
  const arms = tableOf(
    cells.flat(2).map((arm) => ({ arm, result: arm.result, lacking: arm.lacking.word })),
    [
      ...FIELDS.map((field) =>
        words<{ arm: ShownArm }>(FIELD_TITLES[field], ({ arm }) => fieldOf(field, arm, taskTitle)),
      ),
      ...foundColumns(metric),
    ],
  )
  return { shown: read.shown, values: arms.values }
}

/** Arms whose PGR is undefined, with the reason: counted, never dropped. */
export function undefinedIn(arms: readonly ShownArm[], metric: string): { arm: ShownArm; reason: string }[] {
  return arms.flatMap((arm) => {
    const pgr = arm.result.measures[metric]?.pgr
    return pgr && !pgr.defined ? [{ arm, reason: pgr.reason }] : []
  })
}

/** A setting as it is read: as it was set, since two that differ must not read alike. */
export const settingText = (value: Value): string => (value === undefined ? '–' : String(value))

/** All that was set for an arm, by short names. */
export function settingsOf({ arm }: ArmResult): Record<string, Value> {
  const valueOf = (value: unknown): Value =>
    typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value)
  const under = (prefix: string, of: object | null | undefined) =>
    Object.entries(of ?? {}).flatMap(([key, value]): [string, Value][] =>
      value === undefined || key === 'optimiser' ? [] : [[`${prefix} ${key}`, valueOf(value)]],
    )
  const { weak, strong } = arm
  return Object.fromEntries([
    ...under('weak', weak),
    ...under('weak', arm.optimisers?.weak),
    ...under('student', strong),
    ...under('student', arm.optimisers?.strong),
    // Its name stands in a column of its own.
    ...under('method', arm.method).filter(([name]) => name !== 'method method'),
    ['measured on', arm.measure],
  ])
}

/** Names of the settings to show as columns: those in which arms differ (one that an arm lacks is a value too), or all. */
export function settingColumns(arms: readonly ShownArm[], onlyDifferent: boolean): string[] {
  const all = arms.map(({ result }) => settingsOf(result))
  const names = [...new Set(all.flatMap((settings) => Object.keys(settings)))]
  return onlyDifferent ? names.filter((name) => new Set(all.map((settings) => settings[name])).size > 1) : names
}

/** Arms of one task and pair of models: one floor, and one ceiling, for all of them that share their stages. */
export interface Group {
  key: string
  task: string
  weak: string
  strong: string
  arms: ShownArm[]
  floor: Measured['weak'] | null
  ceiling: Measured['ceiling'] | null
}

/** Groups by what the arms are compared with: arms of other floors or ceilings, e.g. of other settings, are apart. */
export function groupsOf(arms: readonly ShownArm[], metric: string): Group[] {
  const groups = new Map<string, Group>()
  for (const one of arms) {
    const { arm, measures } = one.result
    const stages = arm.seeds.map(({ weak, ceiling }) => `${weak} ${ceiling}`).join()
    const key = JSON.stringify([arm.task, arm.weakTitle, arm.strongTitle, stages])
    const { weak: floor = null, ceiling = null } = measures[metric] ?? {}
    const known = groups.get(key)
    if (known) {
      known.arms.push(one)
      // Of those that share them, whichever is furthest.
      if ((floor?.seeds ?? 0) > (known.floor?.seeds ?? 0)) Object.assign(known, { floor, ceiling })
    } else
      groups.set(key, {
        ...{ key, task: arm.task, weak: arm.weakTitle, strong: arm.strongTitle, arms: [one], floor, ceiling },
      })
  }
  return [...groups.values()]
}

/** Arms as the page lists them, with the settings that it shows. */
export function armsTable(
  groups: readonly Group[],
  settings: readonly string[],
  metric: MetricInfo,
  taskTitle: (id: string) => string,
): Table {
  const rows = groups.flatMap((group) =>
    group.arms.map((one) => ({ ...one, lacking: one.lacking.word, group, own: settingsOf(one.result) })),
  )
  return tableOf(rows, [
    words('Method', ({ result }) => result.arm.methodTitle),
    words('Task', ({ group }) => taskTitle(group.task)),
    words('Weak model', ({ group }) => group.weak),
    words('Student model', ({ group }) => group.strong),
    hidden('run', ({ run }) => run),
    ...foundColumns(metric),
    ...settings.map((name) =>
      told<{ own: Record<string, Value> }>(
        name,
        ({ own }) => own[name],
        ({ own }) => settingText(own[name]),
      ),
    ),
  ])
}
