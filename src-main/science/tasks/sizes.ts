import { SPLITS, type DataConfig, type Split } from '../stages'

/** How many rows a task has; `test`: those that the source declares as test, null where that is not known. */
export interface RowCounts {
  all: number
  test: number | null
}

/**
 * Most examples that every split can get (see `splitTask`): where a pool has fewer rows than its splits ask for, each
 * gets its share. Balance of classes, groups and equal texts may leave fewer.
 */
export function largestSizes(sizes: DataConfig['sizes'], { all, test }: RowCounts): Record<Split, number> {
  const share = (splits: readonly Split[], rows: number) => {
    const wanted = splits.reduce((sum, split) => sum + sizes[split], 0)
    const part = Math.min(1, rows / wanted)
    return splits.map((split) => [split, Math.floor(sizes[split] * part)] as const)
  }
  const pools = test
    ? [
        ...share(
          SPLITS.filter((s) => s !== 'test'),
          all - test,
        ),
        ...share(['test'], test),
      ]
    : share(SPLITS, all)
  return Object.fromEntries(pools) as Record<Split, number>
}
