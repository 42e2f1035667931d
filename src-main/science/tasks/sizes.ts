import { SPLITS, TRAINING, type DataConfig, type Measure, type Split } from '../stages'
import { DEVELOPMENT_SHARE } from './development'

/** How many rows a task has; `test`: those that the source declares as test, null where that is not known. */
export interface RowCounts {
  all: number
  test: number | null
}

/**
 * Most examples that every split can get (see `splitTask`): where a pool has fewer rows than its splits ask for, each
 * gets its share. Balance of classes, groups and equal texts may leave fewer, and as many development rows as there are
 * to be expected may be a few more or less.
 */
export function largestSizes(
  sizes: DataConfig['sizes'],
  { all, test }: RowCounts,
  measure: Measure = 'test',
  halves: 'any' | 'easy-to-hard' = 'any',
): Record<Split, number> {
  const share = (splits: readonly Split[], rows: number) => {
    const wanted = splits.reduce((sum, split) => sum + sizes[split], 0)
    // By difficulty a split keeps about half of the rows that it is dealt.
    const usable = halves === 'any' ? rows : rows / 2
    const part = Math.min(1, usable / wanted)
    return splits.map((split) => [split, Math.floor(sizes[split] * part)] as const)
  }
  const development = (rows: number) => Math.floor(DEVELOPMENT_SHARE * rows)
  const wanted = SPLITS.reduce((sum, split) => sum + sizes[split], 0)
  // Without declared test rows the pool is shared out whole, in proportion, and the development rows are none of the test's.
  const tested = test || Math.min(all - development(all), Math.floor((all * sizes.test) / wanted))
  const [training, measured] =
    measure === 'test'
      ? [all - tested, tested]
      : [all - tested - development(test ? all - tested : all), development(test ? all - tested : all)]
  return Object.fromEntries([...share(TRAINING, training), ...share(['test'], measured)]) as Record<Split, number>
}
