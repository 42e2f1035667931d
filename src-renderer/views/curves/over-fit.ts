import type { ChartConfiguration } from '../../lib/charting'
import { ACCURACY, AGREEMENT, AGREEMENT_WEAK_WRONG } from '../../lib/metrics'
import { points, share } from '../../lib/format'
import { stopPoints, valueAt } from '../../lib/stops'
import { WEAK_ERRORS, WEAK_LABELS, type Look } from '../../lib/roles'
import type { ArmResult, GroupCurve, Measured, RunDetail, Stop } from '../../lib/types'
import { curveId } from '../../state/live'
import type { Palette } from '../../state/theme.svelte'
import { pointsRange } from '../result/headline'
import { stopMarks, type StopMark } from '../result/training-chart'
import type { Group, Training } from './groups'
import { linesOf, panelChart, type Drawn } from './panel-chart'
import { QUANTITIES, type Quantity } from './panels'
import { nearest } from './readings'

/** What an arm learns, from top to bottom. */
export const LEARNT: readonly Quantity[] = [ACCURACY, AGREEMENT, AGREEMENT_WEAK_WRONG].map((name) =>
  QUANTITIES.find(({ id }) => id === curveId(name, 'test'))!,
)
const NAMES: Record<string, string> = {
  [ACCURACY]: 'student',
  [AGREEMENT]: 'agrees with weak',
  [AGREEMENT_WEAK_WRONG]: 'copies weak errors',
}
const ROOM_FOR_LABELS = 156

/** An arm of one of the runs. */
export interface ArmPlace {
  run: RunDetail
  arm: RunDetail['arms'][number]
}

/** Arms whose students may be looked at. */
export const armPlaces = (runs: readonly RunDetail[]): ArmPlace[] =>
  runs.flatMap((run) => run.arms.map((arm) => ({ run, arm })))

/** The arm that the address names, else the first. */
export function armChosen(places: readonly ArmPlace[], { arm, of }: { arm: string; of: string }): ArmPlace | undefined {
  const named = places.filter((place) => place.arm.id === arm)
  return named.find(({ run }) => run.id === of) ?? named[0] ?? places[0]
}

/** The students of one arm as a group: each quantity in the colour that it has everywhere. */
export function armGroup({ run, arm }: ArmPlace, trainings: readonly Training[]): Group {
  const keys = arm.seeds.map(({ student }) => student)
  const look = trainings.find(({ key, of }) => keys.includes(key) && of.run === run.id)!.look
  return { id: `${run.id} ${arm.id}`, label: 'student', role: 'student', task: '', look, keys }
}

/** The arm as one of its quantities. */
export const learntGroup = (group: Group, quantity: Quantity): Group => ({
  ...group,
  label: NAMES[quantity.name]!,
  look: lookOf(quantity, group.look),
})
const lookOf = ({ name }: Quantity, student: Look): Look =>
  name === AGREEMENT ? WEAK_LABELS : name === AGREEMENT_WEAK_WRONG ? WEAK_ERRORS : student

/** One quantity of the arm on an axis of its own, with its stops. */
export function learntChart(
  curve: GroupCurve,
  group: Group,
  result: ArmResult | undefined,
  options: Parameters<typeof panelChart>[2] & { onopen: (stop: Stop) => void },
): ChartConfiguration<'line'> {
  const { quantity, palette: p, onopen } = options
  const drawn: Drawn[] = [
    { curve, group: { ...group, label: NAMES[quantity.name]!, look: lookOf(quantity, group.look) } },
  ]
  const end = ({ curve: { value }, group: { label } }: Drawn) => `${label} ${quantity.format(value[value.length - 1]!)}`
  const measured = result?.measures[ACCURACY]
  const levels = quantity.name === ACCURACY && measured ? levelsOf(measured, curve, p) : []
  const config = panelChart(drawn, [...linesOf(drawn, '', p, end), ...levels.map(({ line }) => line)], {
    ...options,
    beside: levels.map(({ held }) => held),
    right: ROOM_FOR_LABELS,
    close: true,
  })
  const annotations = result && measured ? marksOf(result, measured, curve, drawn[0]!.group.look, p, onopen) : {}
  return {
    ...config,
    options: { ...config.options, plugins: { ...config.options?.plugins, annotation: { clip: false, annotations } } },
  }
}

/** Floor and ceiling, and what of them the axis has to hold. */
function levelsOf({ weak, ceiling }: Measured, curve: GroupCurve, p: Palette) {
  const ends = [curve.x[0]!, curve.end]
  return [
    { name: 'weak floor', y: weak.value, color: p.weak },
    { name: 'ceiling', y: ceiling.value, color: p.ceiling },
  ].map(({ name, y, color }) => {
    const value = [y, y]
    return {
      held: { ...curve, x: ends, value, low: value, high: value, raw: null },
      line: {
        ...{
          label: name,
          endLabel: `${name} ${share(y)}`,
          silent: true,
          borderColor: color,
          borderWidth: 1.5,
          order: 2,
        },
        data: ends.map((x) => ({ x, y })),
      },
    }
  })
}

/** The stops on the axis: of accuracy as the result has them, of the others where their curve stands then. */
function marksOf(
  result: ArmResult,
  measured: Measured,
  { name, step, x, value }: GroupCurve,
  look: Look,
  p: Palette,
  onopen: (stop: Stop) => void,
) {
  if (step.length < 2) return {}
  const marks = stopPoints(result).map((point): StopMark => {
    const y = name === ACCURACY ? valueAt(measured, point) : value[nearest(step, point.step)]!
    return { ...point, x: placeOf(point.step, step, x), y }
  })
  return stopMarks(marks, p[look.color], p, onopen)
}

/** Where a step is on the axis: evenly between the two that it lies between. */
function placeOf(at: number, step: readonly number[], x: readonly number[]): number {
  const after = Math.max(
    1,
    Math.min(
      step.length - 1,
      step.findIndex((one) => one >= at),
    ),
  )
  const [from, to] = [step[after - 1]!, step[after]!]
  return x[after - 1]! + ((at - from) / (to - from)) * (x[after]! - x[after - 1]!)
}

/** Where a line begins that its axis has no room for; '' where it has. */
export function startText({ value }: GroupCurve, { format }: Quantity, config: ChartConfiguration<'line'>): string {
  const [start] = value
  const { min, max } = config.options?.scales?.['y'] ?? {}
  const inside = start === undefined || (start >= Number(min) && start <= Number(max))
  return inside ? '' : `begins at ${format(start)}, off the axis`
}

/** What stopping by weak labels costs, where that is sure; '' where it is not. */
export function taxText({ tax }: ArmResult): string {
  if (!tax || tax.low <= 0) return ''
  return `Where weak validation labels stop it, ground truth would add ${points(tax.value)} (${pointsRange(tax)}).`
}
