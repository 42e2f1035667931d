import { cleanup, fireEvent, screen, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { planExperiment } from '../../src-main/science/plan/plan'
import type { ArmResult, Estimate } from '../../src-preload/contract'
import { quantities, sizesChart, sizesOf, sizesTable, toldIn } from '../../src-renderer/views/result/sizes'
import type { Palette } from '../../src-renderer/state/theme.svelte'
import { ACCURACY, accuracyIn, armResult, CONTEXT, PRESETS, resultOf, withAccuracy } from './sample'
import { open } from './window'

afterEach(cleanup)
const palette = new Proxy({}, { get: () => '#000000' }) as Palette
const arms = planExperiment(PRESETS[0]!.spec, CONTEXT).arms
const task = arms[0]!.task

/** The methods of the quick start for two supervisors and three students, of sizes that are known or not. */
function ladder(sizes: readonly (number | null)[] = [160_000, 400_000, 1_330_000]): ArmResult[] {
  return ['prose-1', 'prose-2'].flatMap((weakTitle) =>
    sizes.flatMap((strong, s) =>
      arms.map((arm) => {
        const strongTitle = `student ${s + 2}`
        const id = `${weakTitle} ${strongTitle} ${arm.methodTitle}`
        return armResult({ ...arm, id, weakTitle, strongTitle, parameters: { weak: 70_000, strong } }, 'last')
      }),
    ),
  )
}
const estimate = (value: number): Estimate => ({
  value,
  low: value - 0.05,
  high: value + 0.05,
  seeds: 3,
  examples: 400,
})
const { good, agreement, entropy, stops } = quantities(ACCURACY)

describe('arms over sizes', () => {
  it('stand on a log axis of weights, a line a supervisor and method: a hue a method, a dash and mark a supervisor', () => {
    const sizes = sizesOf(ladder(), task)!
    expect(sizes.axis).toBe('weights of the student, log')
    expect(sizes.ticks.map(({ size }) => size)).toEqual(['160 k', '400 k', '1.33 M'])
    expect(sizes.ticks.map(({ x }) => x)).toEqual([160_000, 400_000, 1_330_000].map(Math.log10))
    expect(sizes.series).toHaveLength(4)
    const looks = sizes.series.map(({ look }) => look)
    expect(new Set(looks.map(({ color }) => color)).size).toBe(2)
    expect(looks[0]!.color).not.toBe(looks[1]!.color)
    expect(looks[0]!.color).toBe(looks[2]!.color)
    expect(looks[0]!.marker).toBe(looks[1]!.marker)
    expect(looks[0]!.marker).not.toBe(looks[2]!.marker)
  })
  it('stand in the order of the list where a size is not known, and nowhere where there is one pair', () => {
    const sizes = sizesOf(ladder([160_000, null, 1_330_000]), task)!
    expect(sizes.axis).toBe('student, in the order of the list')
    expect(sizes.ticks.map(({ x, title }) => [x, title])).toEqual([2, 3, 4].map((n) => [n - 1, `student ${n}`]))
    expect(sizesOf(ladder([160_000]).slice(0, 2), task)).toBeNull()
    expect(sizesOf(ladder(), 'another task')).toBeNull()
  })
  it('stand over their supervisors where there is one student', () => {
    const one = ladder([160_000]).map((result) => {
      const weak = result.arm.weakTitle === 'prose-1' ? 70_000 : 160_000
      return { ...result, arm: { ...result.arm, parameters: { weak, strong: 160_000 } } }
    })
    const sizes = sizesOf(one, task)!
    expect(sizes).toMatchObject({ side: 'weak', axis: 'weights of the supervisor, log' })
    expect(sizes.ticks.map(({ size }) => size)).toEqual(['70 k', '160 k'])
    expect(sizes.series.map(({ label }) => label)).toEqual(arms.map(({ methodTitle }) => methodTitle))
  })

  it('draw every value at its size with its whole interval, the ceilings once a size', () => {
    const results = ladder()
    const sizes = sizesOf(results, task)!
    const { datasets } = sizesChart(sizes, good[0]!, ACCURACY, palette).data
    // Interval, line and marks of each; two floors; the seeds of each line.
    expect(datasets).toHaveLength(3 * (4 + 1) + 2 + 4)
    const [bars, line] = datasets as { data: { x: number; y: number }[] }[]
    const own = sizes.series[0]!.arms.map((result) => accuracyIn(result).student)
    expect(line!.data.map(({ y }) => y)).toEqual(own.map(({ value }) => value))
    line!.data.forEach(({ x }, i) => expect(Math.abs(x - sizes.ticks[i]!.x)).toBeLessThan(0.1))
    expect(bars!.data.map(({ y }) => y).filter((y) => !Number.isNaN(y))).toEqual(
      own.flatMap(({ low, high }) => [low, high]),
    )
    // A ceiling a size, a floor over all sizes for each supervisor, three seeds for each of three sizes.
    const lengths = datasets.slice(-7).map(({ data }) => data.length)
    expect(lengths).toEqual([3, 3, 3, 9, 9, 9, 9])
    const scale = sizesChart(sizes, good[0]!, ACCURACY, palette).options!.scales!['y'] as { min: number; max: number }
    expect(scale.min).toBeLessThanOrEqual(Math.min(...own.map(({ low }) => low)))
  })
  it('leave a gap where a PGR is undefined, and say so in the table', () => {
    const [first, ...others] = ladder()
    const { pgr } = accuracyIn(first!)
    const none = { ...pgr, defined: false as const, reason: 'There is no gap.' }
    const sizes = sizesOf([withAccuracy(first!, { pgr: none }), ...others], task)!
    const pgrOf = good[1]!
    const [, line] = sizesChart(sizes, pgrOf, ACCURACY, palette).data.datasets
    expect(line!.data).toHaveLength(2)
    const { shown, values } = sizesTable(sizes, pgrOf)
    expect(shown.head).toEqual(['line', 'student', 'value', 'seeds', 'examples'])
    expect(shown.rows[0]).toEqual([sizes.series[0]!.label, 'student 2 (160 k)', 'none', '–', '–'])
    expect(values.head).toEqual([
      ...[
        'line',
        'student',
        'weights',
        'value',
        'value 95 % low',
        'value 95 % high',
        'value unit',
        'seeds',
        'examples',
      ],
    ])
    const next = sizes.series[0]!.arms[1]!
    const second = accuracyIn(next).pgr as { value: number; low: number; high: number }
    expect(values.rows[1]!.slice(2)).toEqual([
      ...[next.arm.parameters!.strong, second.value, second.low, second.high, 'share of the gap', 3, 1000],
    ])
  })
  it('tell cross-entropies and the price of a stop only where arms have them', () => {
    const plain = sizesOf(ladder(), task)!
    expect(toldIn(entropy, plain)).toEqual([])
    expect(toldIn(stops, plain).map(({ id }) => id)).toEqual(['saving'])
    const told = ladder().map((result) => ({
      ...result,
      tax: estimate(0.01),
      crossEntropy: { all: estimate(0.7), weakRight: estimate(0.6), weakWrong: null },
    }))
    const sizes = sizesOf(told, task)!
    expect(toldIn(entropy, sizes).map(({ id }) => id)).toEqual(['all', 'weakRight'])
    expect(toldIn(stops, sizes)).toHaveLength(2)
    expect(toldIn(agreement, sizes)).toHaveLength(3)
  })
})

describe('the result of a ladder', () => {
  it('shows its charts over sizes, each with a table, and none where there is one pair', async () => {
    open('#/results/run-done', { result: ({ runId }) => resultOf(runId, ladder()) })
    const section = within(await screen.findByRole('region', { name: 'Over sizes' }))
    expect(section.getAllByText(/prose-1 ·/).length).toBeGreaterThan(0)
    await fireEvent.click(section.getByRole('button', { name: 'As a table: … where it is wrong' }))
    expect(section.getAllByRole('row')).toHaveLength(1 + 12)
    cleanup()
    open('#/results/run-done', {})
    await screen.findByRole('table', { name: 'Arms' })
    expect(screen.queryByRole('region', { name: 'Over sizes' })).toBeNull()
  })
})
