// What stands beside the curves of a training: other seeds of its arm, and what its supervisor and ceiling reached.
import { share } from '../../lib/format'
import { ACCURACY } from '../../lib/metrics'
import { CEILING, WEAK } from '../../lib/roles'
import type { Arm, Curve, RunDetail, StageStatus } from '../../lib/types'
import type { Level } from './panel'

/** Keys of stages beside one. */
export interface Beside {
  /** The same training of the other seeds of its arm. */
  others: string[]
  weak: string
  ceiling: string
}
const NOTHING: Beside = { others: [], weak: '', ceiling: '' }
const ROLES = ['weak', 'student', 'ceiling'] as const

/** What there is beside a stage of a run; levels of a student alone. */
export function besideOf(arms: readonly Arm[], { key, role }: Pick<StageStatus, 'key' | 'role'>): Beside {
  const own = ROLES.find((one) => one === role)
  const arm = own && arms.find(({ seeds }) => seeds.some((seed) => seed[own] === key))
  if (!own || !arm) return NOTHING
  const others = [...new Set(arm.seeds.map((seed) => seed[own]))].filter((other) => other !== key)
  const seed = own === 'student' ? arm.seeds.find(({ student }) => student === key) : undefined
  return { others, weak: seed?.weak ?? '', ceiling: seed?.ceiling ?? '' }
}

/** Those of a run's stages that have something to show. */
export function begunOf(
  { stages }: RunDetail,
  { others, weak, ceiling }: Beside,
): { others: string[]; levels: string[] } {
  const at = (wanted: string, states: readonly StageStatus['state'][]) =>
    stages.some(({ key, state }) => key === wanted && states.includes(state))
  return {
    others: others.filter((key) => at(key, ['done', 'running', 'failed'])),
    // What is not done has not reached anything yet.
    levels: [weak, ceiling].filter((key) => at(key, ['done'])),
  }
}

/** Accuracy at the last step of supervisor and ceiling, where they are known. */
export function levelsOf({ weak, ceiling }: Beside, curves: readonly Curve[]): Level[] {
  const last = (of: string) => curves.find(({ key, name }) => key === of && name === ACCURACY)?.value.at(-1)
  const level = (name: string, key: string, look: Level['look']): Level[] => {
    const value = last(key)
    return value === undefined ? [] : [{ label: `${name} ${share(value)}`, value, look }]
  }
  return [...level('weak', weak, WEAK), ...level('ceiling', ceiling, CEILING)]
}
