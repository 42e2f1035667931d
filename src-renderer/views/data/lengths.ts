import { barOptions, type ChartConfiguration } from '../../lib/charting'
import { counted, hidden } from '../../lib/columns'
import { count, percent } from '../../lib/format'
import { tableOf, type Table } from '../../lib/tables'
import type { LengthCounts } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'

type Series = LengthCounts['series'][number]

/** What is drawn apart: two can be told from each other, more are drawn as one. */
export function drawnSeries({ of, series }: LengthCounts): Pick<Series, 'name' | 'texts' | 'counts'>[] {
  if (series.length <= 2) return series
  const counts = series[0]!.counts.map((_, bin) => series.reduce((sum, each) => sum + each.counts[bin]!, 0))
  return [{ name: `${of} of all classes`, texts: series.reduce((sum, { texts }) => sum + texts, 0), counts }]
}

/** A bin as it is written: `24 to 35`, or from where on. */
export function binText({ from }: LengthCounts, bin: number): string {
  const [low, next] = [from[bin]!, from[bin + 1]]
  if (next === undefined) return `${count(low)} and more`
  return next - low === 1 ? count(low) : `${count(low)} to ${count(next - 1)}`
}

const shareOf = ({ counts, texts }: Pick<Series, 'counts' | 'texts'>, bin: number) =>
  texts > 0 ? counts[bin]! / texts : 0

/** Share of the texts of each series in every bin; the first is filled, the second an outline. */
export function lengthsChart(lengths: LengthCounts, unit: string, p: Palette): ChartConfiguration<'bar'> {
  const series = drawnSeries(lengths)
  const looks = [
    { backgroundColor: p.edge, borderColor: p.edge },
    { backgroundColor: 'transparent', borderColor: p.ink },
  ]
  return {
    type: 'bar',
    data: {
      labels: lengths.from.map((from) => count(from)),
      datasets: series.map((each, i) => ({
        label: each.name,
        data: lengths.from.map((_, bin) => shareOf(each, bin)),
        ...looks[i]!,
        ...{ borderWidth: 1, borderRadius: 1, barPercentage: 1, categoryPercentage: 0.92, grouped: false, order: -i },
      })),
    },
    options: barOptions(p, {
      x: { title: unit },
      y: { format: (part) => percent(part) },
      bin: (i) => `${binText(lengths, i)} ${unit}`,
      bar: (name, _, part) => `${name}  ${percent(part, 1)}`,
    }),
  }
}

/** The counts of every series in each bin, drawn apart or not. */
export const lengthsTable = (lengths: LengthCounts, unit: string): Table =>
  tableOf(
    lengths.from.map((from, bin) => ({ from, bin })),
    [
      { shown: { head: unit, of: ({ bin }) => binText(lengths, bin) }, values: [] },
      hidden('from', ({ from }) => from),
      hidden('to', ({ bin }) => (bin + 1 < lengths.from.length ? lengths.from[bin + 1]! - 1 : null)),
      hidden('unit', () => unit),
      ...lengths.series.map(({ name, counts }) => counted<{ bin: number }>(name, ({ bin }) => counts[bin])),
    ],
  )
