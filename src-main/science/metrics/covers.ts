import type { ArmResult, Covers } from './result'

type Covered = Pick<ArmResult, 'covers' | 'arm'>

/**
 * What the intervals of a run cover, in one sentence for all its arms: chance between test rows or groups of them, and
 * between seeds; what a seed draws anew, and what stays one draw. '' before the first seed.
 */
export function coversText(arms: readonly Covered[]): string {
  const begun = arms.flatMap(({ covers, arm }) => (covers ? [{ task: arm.task, measure: arm.measure, ...covers }] : []))
  if (begun.length === 0) return ''
  const split = begun[0]!.measure === 'test' ? 'test split' : 'set of development rows'
  return `95 % intervals cover chance between ${rowsOf(begun)} of one fixed ${split}${seedsOf(begun)}`
}

type Begun = Covers & Pick<ArmResult['arm'], 'task' | 'measure'>

/** E.g. "test rows", "46 groups of test rows", "groups of test rows (46 in sotu, 45 in brown; elsewhere single rows)". */
function rowsOf(begun: readonly Begun[]): string {
  const tasks = [...new Map(begun.map((arm) => [arm.task, arm])).values()]
  const grouped = tasks.filter(({ groups, rows }) => groups < rows)
  if (grouped.length === 0) return 'the rows'
  if (tasks.length === 1) return `the ${grouped[0]!.groups} groups of rows`
  const counts = grouped.map(({ task, groups }) => `${groups} in ${task}`).join(', ')
  return `the groups of rows (${counts}${grouped.length < tasks.length ? '; elsewhere single rows' : ''})`
}

function seedsOf(begun: readonly Begun[]): string {
  const seeds = begun.map((arm) => arm.seeds)
  const [least, most] = [Math.min(...seeds), Math.max(...seeds)]
  if (most === 1) return ', not chance between trainings: that takes more than one seed.'
  const count = least === most ? `${most}` : `${least} to ${most}`
  const few = least < 3 ? ' Two seeds tell little of it, and one nothing.' : ''
  return begun.every(({ redraw }) => redraw === 'halves')
    ? ` and between ${count} seeds, each of which draws its weak and its transfer half anew.${few}`
    : ` and between ${count} seeds in the order of training alone: the halves are one draw, and others may give other numbers.${few}`
}
