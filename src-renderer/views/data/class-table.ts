import { amount, counted, words } from '../../lib/columns'
import { count, percent } from '../../lib/format'
import { tableOf, type Table } from '../../lib/tables'
import type { TaskRows } from '../../lib/types'

/** How many rows each class has, and how long they are. @param unit of lengths */
export function classTable({ names, classes, rows, lengths }: TaskRows, unit: string): Table {
  const { train, test } = classes ?? { train: [], test: null }
  const all = names.map((name, i) => ({
    name,
    train: train[i],
    test: test?.[i],
    median: lengths[0]?.series[i]?.median,
  }))
  return tableOf(all, [
    words('Class', ({ name }) => name),
    counted(test ? 'to train on' : 'rows', ({ train }) => train),
    ...(test ? [counted<(typeof all)[number]>('to test on', ({ test }) => test)] : []),
    amount('share of rows', {
      ...{ of: ({ train = 0, test = 0 }) => (train + test) / rows, unit: 'share', shown: (v) => percent(v, 1) },
    }),
    amount('median length', { of: ({ median }) => median, unit, shown: count }),
  ])
}
