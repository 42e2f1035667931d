import type { Arm, ArmResult } from '../../../src-preload/contract'
import type { FigureRow } from '../../store'

const NOTHING = {
  metric: '',
  floor: null,
  student: null,
  ceiling: null,
  pgr: null,
  low: null,
  high: null,
  reason: '',
  warning: '',
}

/** The same while what was found is withheld: not even how many seeds were counted. */
export const withheld = (row: FigureRow): FigureRow => ({ ...row, seeds: null, ...NOTHING })

/**
 * What is kept of an arm beside the headline of its run.
 * @param result what came out of it; none before the first seed
 */
export function figureOf(run: string, position: number, arm: Arm, result?: ArmResult, metric = ''): FigureRow {
  const { id, task, weakTitle: weak, strongTitle: strong, methodTitle: method, seeds } = arm
  const named = { run, arm: id, position, task, weak, strong, method, asked: seeds.length }
  const measured = result?.measures[metric]
  if (!measured) return { ...named, seeds: result?.seedsDone ?? 0, ...NOTHING }
  const { pgr } = measured
  return {
    ...named,
    seeds: result.seedsDone,
    metric,
    floor: measured.weak.value,
    student: measured.student.value,
    ceiling: measured.ceiling.value,
    ...(pgr.defined
      ? { pgr: pgr.value, low: pgr.low, high: pgr.high, reason: '', warning: pgr.warning ?? '' }
      : { pgr: null, low: null, high: null, reason: pgr.reason, warning: '' }),
  }
}
