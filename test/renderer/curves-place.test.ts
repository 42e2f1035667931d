import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { GroupCurve, GroupQuery, RunDetail } from '../../src-preload/contract'
import { SEALED_TEXT } from '../../src-renderer/lib/runs'
import { epochsOf } from '../../src-renderer/views/curves/epochs'
import { DIMENSIONS, groupsOf, trainingsOf } from '../../src-renderer/views/curves/groups'
import { linesOf, offLog, panelChart, panelTable, tickText } from '../../src-renderer/views/curves/panel-chart'
import { possible, QUANTITIES } from '../../src-renderer/views/curves/panels'
import { Crosshair } from '../../src-renderer/views/curves/crosshair.svelte'
import { nearest, readingsAt, stopsOf, walked } from '../../src-renderer/views/curves/readings'
import { bandWords, chosenRuns, parseView, runsToQuery, stretchToQuery } from '../../src-renderer/views/curves/view'
import { wholeOf, zoomed } from '../../src-renderer/views/curves/zoom'
import { theme } from '../../src-renderer/state/theme.svelte'
import { createFakeBridge, type FakeBridge } from './bridge'
import { heard, open } from './window'

async function sample(id: string): Promise<RunDetail> {
  const reply = await createFakeBridge().call('runDetail', id)
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value
}
const title = (id: string) => id
const text = (element: HTMLElement) => element.textContent.replace(/\s+/g, ' ').trim()
afterEach(cleanup)

const curve = (change: Partial<GroupCurve> = {}): GroupCurve => ({
  ...{
    group: 'g',
    name: 'accuracy',
    split: 'test',
    key: '',
    step: [0, 10, 20],
    x: [0, 10, 20],
    value: [0.5, 0.8, 0.9],
  },
  ...{ raw: null, n: [3, 3, 3], low: [0.4, 0.7, 0.8], high: [0.6, 0.9, 1], end: 20, bucket: 1, offAxis: '', epoch: 4 },
  ...change,
})

describe('groups of trainings', () => {
  it('are the arms: everything but the seed', async () => {
    const run = await sample('run-five')
    const students = trainingsOf([run], title).filter(({ role }) => role === 'student')
    const groups = groupsOf(students, DIMENSIONS)
    expect(groups.map(({ keys }) => keys)).toEqual(run.arms.map(({ seeds }) => seeds.map(({ student }) => student)))
    expect(groups.map(({ label }) => label)[0]).toMatch(/^naive · spam$/)
    // One colour a method on all tasks, and dashes that differ within it.
    expect(new Set(groups.map(({ look }) => look.color)).size).toBe(2)
    expect(new Set(groups.slice(0, 8).map(({ look }) => `${look.color} ${look.dash.join()}`)).size).toBe(8)
  })
  it('hold every training once, however many arms share it', async () => {
    const run = await sample('run-done')
    const groups = groupsOf(trainingsOf([run, { ...run, id: 'again' }], title), ['task'])
    const [students, ceilings, weak] = groups
    expect([students, ceilings, weak].map((group) => [group!.role, group!.keys.length])).toEqual([
      ['student', 6],
      ['ceiling', 3],
      ['weak', 3],
    ])
    expect(groups).toHaveLength(3)
  })
  it('stay what they are when another run or arm comes', async () => {
    const [one, five] = [await sample('run-done'), await sample('run-five')]
    fc.assert(
      fc.property(fc.subarray([...five.arms]), fc.subarray([...DIMENSIONS]), (arms, extra) => {
        const by = DIMENSIONS.filter((name) => name === 'run' || extra.includes(name))
        const keysOf = (runs: RunDetail[]) => groupsOf(trainingsOf(runs, title), by).map(({ id, keys }) => [id, keys])
        const alone = keysOf([one])
        const beside = new Map(keysOf([{ ...five, arms }, one]) as [string, string[]][])
        for (const [id, keys] of alone as [string, string[]][]) expect(beside.get(id)).toEqual(keys)
      }),
    )
  })
  it('name runs of one name by their times', async () => {
    const run = await sample('run-done')
    const again = { ...run, id: 'again', createdAt: run.createdAt - 3_600_000 }
    const names = new Set(trainingsOf([run, again], title).map((one) => one.names.run))
    expect(names.size).toBe(2)
  })
})

describe('the address', () => {
  it('has all that is shown, and leaves what it does not know', () => {
    expect(parseView({})).toMatchObject({
      side: 'panels',
      panels: null,
      by: DIMENSIONS,
      summary: 'mean-t',
      axis: 'step',
    })
    const odd = parseView({
      panels: 'loss@,nonsense',
      by: 'task,nonsense',
      smooth: '7',
      x: 'miles',
      from: '9',
      to: '3',
    })
    expect(odd).toMatchObject({ panels: ['loss@'], by: ['task'], smoothing: 0, axis: 'step', from: null, to: null })
    expect(parseView({ by: 'nothing', from: '0', to: '2.5', at: '0' })).toMatchObject({
      by: [],
      from: 0,
      to: 2.5,
      at: 0,
    })
  })
  it('names the first run as every place does, and the others beside it', () => {
    expect(chosenRuns('a', { runs: 'b,a,c' })).toEqual(['a', 'b', 'c'])
    expect(runsToQuery(['a', 'b', 'c'])).toEqual({ id: 'a', runs: 'b,c' })
    expect(stretchToQuery({ from: 1 / 3, to: 2 })).toEqual({ from: '0.3333333', to: '2' })
  })
})

describe('zooming', () => {
  const whole = { from: 0, to: 100 }
  it('keeps the place under the pointer, and ends at the whole', () => {
    expect(zoomed(whole, whole, 0.5, 40)).toEqual({ from: 20, to: 70 })
    expect(zoomed({ from: 0, to: 20 }, whole, 2, 0)).toEqual({ from: 0, to: 40 })
    expect(zoomed({ from: 20, to: 70 }, whole, 4, 40)).toBeNull()
  })
  it('never leaves the whole', () => {
    const ends = fc.tuple(fc.double({ min: 0, max: 99, noNaN: true }), fc.double({ min: 0.5, max: 1, noNaN: true }))
    fc.assert(
      fc.property(
        ends,
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([from, size], factor, share) => {
          const now = { from, to: from + size }
          const got = zoomed(now, whole, factor, from + share * size)
          expect(got!.from).toBeGreaterThanOrEqual(0)
          expect(got!.to).toBeLessThanOrEqual(100 + 1e-9)
          expect(got!.to - got!.from).toBeCloseTo(size * factor, 6)
        },
      ),
    )
  })
  it('knows the whole by the curve that is longest', () => {
    expect(wholeOf([{ x: [0, 5] }, { x: [0, 9] }, { x: [] }])).toEqual({ from: 0, to: 9 })
    expect(wholeOf([])).toEqual({ from: 0, to: 1 })
  })
})

describe('the crosshair', () => {
  it('reads the nearest point of every curve, and none far beyond its ends', () => {
    expect([-5, 4, 5, 6, 99].map((at) => nearest([0, 5, 10], at))).toEqual([0, 1, 1, 1, 2])
    expect(nearest([], 3)).toBe(-1)
    const short = curve({ x: [0, 1, 2], group: 'short' })
    expect(readingsAt([curve(), short], 11).map(({ curve, index }) => [curve.group, index])).toEqual([['g', 1]])
  })
  it('walks by evaluations, within what is looked at', () => {
    const batch = curve({ split: '', name: 'loss', x: [0, 1, 2, 3] })
    const places = stopsOf([batch, curve()])
    expect(places).toEqual([0, 10, 20])
    expect(stopsOf([batch])).toEqual([0, 1, 2, 3])
    const walk = (at: number, by: 1 | -1) => walked(places, at, by, [0, 15])
    expect([walk(0, 1), walk(3, 1), walk(10, 1), walk(12, -1), walk(0, -1), walk(20, -1)]).toEqual([
      10, 10, 10, 10, 0, 10,
    ])
    expect(walked([], 4, 1, [0, 9])).toBe(4)
  })
  it('tells who follows it, until they stop', () => {
    const crosshair = new Crosshair()
    const seen: (number | null)[] = []
    const stop = crosshair.follow(() => seen.push(crosshair.x))
    for (const x of [3, 3, 4]) crosshair.move(x)
    stop()
    crosshair.move(5)
    expect(seen).toEqual([3, 4])
  })
})

describe('a panel', () => {
  const quantity = QUANTITIES[0]!
  const look = { color: 'student', dash: [6, 4], marker: 'circle' } as const
  const group = { id: 'g', label: 'naive', role: 'student' as const, task: 'spam', look, keys: ['a'] }
  const pointing = {
    ...{
      crosshair: new Crosshair(),
      tell: () => [],
      onstretch() {},
      onwheel() {},
      onwhole() {},
      onpick() {},
      onwidth() {},
    },
  }
  const chart = (
    one: GroupCurve,
    change: { stretch?: { from: number; to: number }; log?: boolean; close?: boolean } = {},
  ) => {
    const drawn = [{ group, curve: one }]
    return panelChart(drawn, linesOf(drawn, '', theme.palette), {
      ...{
        quantity,
        focus: '',
        axis: 'step' as const,
        stretch: { from: 0, to: 20 },
        log: false,
        palette: theme.palette,
        pointing,
      },
      ...change,
    })
  }
  it('draws a line, a band where there are several seeds, and what was before smoothing', () => {
    expect(chart(curve()).data.datasets).toHaveLength(3)
    const none = { low: [NaN, NaN, NaN], high: [NaN, NaN, NaN] }
    expect(chart(curve({ n: [2, 2, 2], ...none })).data.datasets).toHaveLength(1)
    const smooth = chart(curve({ raw: [0.5, 0.9, 0.7] })).data.datasets
    expect(smooth).toHaveLength(4)
    expect(smooth[0]).toMatchObject({ label: 'naive', borderDash: [6, 4] })
    expect(smooth[1]!.data.map((point) => (point as { y: number }).y)).toEqual([0.5, 0.9, 0.7])
  })
  it('has no bands where many lines would hide behind them, but that of the chosen one', () => {
    const drawn = Array.from({ length: 7 }, (_, i) => ({ group: { ...group, id: `g${i}` }, curve: curve() }))
    expect(linesOf(drawn.slice(1), '', theme.palette)).toHaveLength(3 * 6)
    expect(linesOf(drawn, '', theme.palette)).toHaveLength(7)
    expect(linesOf(drawn, 'g3', theme.palette)).toHaveLength(7 + 2)
    const smooth = drawn.map(({ group, curve }) => ({ group, curve: { ...curve, raw: curve.value } }))
    expect(linesOf(smooth.slice(1), '', theme.palette)).toHaveLength(4 * 6)
    expect(linesOf(smooth, 'g3', theme.palette)).toHaveLength(7 + 3)
  })
  it('marks what is not a number', () => {
    const marks = chart(curve({ value: [0.5, NaN, 0.9] })).data.datasets.at(-1)
    expect(marks).toMatchObject({ label: 'not a number', showLine: false, data: [{ x: 10, y: 0.5 }] })
  })
  it('gives its axis to what is looked at', () => {
    const y = (change: Parameters<typeof chart>[1]) =>
      chart(curve({ n: [1, 1, 1], low: [0.5, 0.8, 0.9], high: [0.5, 0.8, 0.9] }), change).options!.scales!['y']!
    expect(Number(y({}).min)).toBeLessThanOrEqual(0.5)
    expect(Number(y({ stretch: { from: 8, to: 20 } }).min)).toBeGreaterThan(0.7)
    expect(Number(y({ close: true }).min)).toBeGreaterThan(0.7)
    expect(y({ log: true })).toMatchObject({ type: 'logarithmic', min: 0.5, max: 0.9 })
    expect(offLog([curve({ value: [0, -1, 2] })])).toBe(2)
  })
  it('draws the marks at the ends of lines whole, and cuts lines that go on', () => {
    const clip = (stretch: { from: number; to: number }) => chart(curve(), { stretch }).options!.clip
    expect(clip({ from: 0, to: 20 })).toMatchObject({ left: 6, right: 6 })
    expect(clip({ from: 5, to: 20 })).toMatchObject({ left: 0, right: 6 })
    expect(clip({ from: 0, to: 19 })).toMatchObject({ left: 6, right: 0 })
  })
  it('has no tick twice, however far it is zoomed', () => {
    const ticks = (...values: number[]) => {
      const all = values.map((value) => ({ value }))
      return values.map((value) => tickText(value, all, (x) => String(Math.round(x))))
    }
    expect(ticks(0, 50, 100)).toEqual(['0', '50', '100'])
    expect(ticks(10.5, 11, 11.5)).toEqual(['10.5', '11.0', '11.5'])
    expect(ticks(1.00001, 1.00002)).toEqual(['1.00001', '1.00002'])
    expect(chart(curve()).options!.scales!['x']).toMatchObject({ ticks: { precision: 0 } })
  })
  it('marks the ends of epochs of one length, fewer where they would hatch it', () => {
    expect(epochsOf([curve()], { from: 0, to: 20 })).toEqual({ places: [4, 8, 12, 16, 20], every: 1 })
    expect(epochsOf([curve()], { from: 7, to: 13 })!.places).toEqual([8, 12])
    const many = epochsOf([curve({ end: 1000, epoch: 1 })], { from: 0, to: 1000 })!
    expect([many.every, many.places.length, many.places[0]]).toEqual([50, 20, 50])
    expect(epochsOf([curve(), curve({ epoch: 5 })], { from: 0, to: 20 })).toBeNull()
    expect(epochsOf([curve({ epoch: null })], { from: 0, to: 20 })).toBeNull()
  })
  it('has its numbers as a table', () => {
    const { shown, values } = panelTable([{ group, curve: curve() }], 'step', quantity)
    expect(shown.head).toEqual(['of', 'step', 'value', 'band low', 'band high', 'n'])
    expect(shown.rows[1]).toEqual(['naive', '10', '.800', '.700', '.900', '3'])
    expect(values.head).toEqual(['of', 'step', 'value', 'value unit', 'band low', 'band high', 'n'])
    expect(values.rows[1]).toEqual(['naive', 10, curve().value[1], 'share', curve().low[1], curve().high[1], 3])
  })
})

describe('the words about bands', () => {
  it('say of one training a line, and of two without an interval, that there is none', () => {
    expect(bandWords('mean-t', [curve()], false)).toMatch(/t-intervals of chance between trainings$/)
    expect(bandWords('mean-t', [curve({ n: [1, 1, 1], low: [NaN, NaN, NaN] })], false)).not.toMatch(/interval/)
    expect(bandWords('mean-t', [curve({ n: [2, 2, 2], low: [NaN, NaN, NaN] })], false)).toMatch(/two .* too few/)
    expect(bandWords('mean-t', [curve(), curve({ n: [2, 2, 2] })], true)).toMatch(
      /, cut where no value can be, none where only two trainings are$/,
    )
    expect(bandWords('mean-range', [curve({ n: [2, 2, 2] })], false)).not.toMatch(/two/)
  })
  it('are of intervals that end where an accuracy does', () => {
    const inside = curve()
    expect(possible(inside)).toEqual({ curve: inside, cut: false })
    const got = possible(curve({ low: [-0.2, 0.7, NaN], high: [0.6, 1.3, NaN] }))
    expect(got).toMatchObject({ cut: true, curve: { low: [0, 0.7, NaN], high: [0.6, 1, NaN] } })
    expect(possible(curve({ name: 'loss', split: '', high: [2, 3, 4] })).cut).toBe(false)
  })
})

describe('the place', () => {
  const side = () => within(screen.getByRole('complementary', { name: 'Values and choices' }))
  const asked = (bridge: FakeBridge) => heard(bridge, 'groupCurves').at(-1)!.args[0] as GroupQuery
  it('draws the arms of a run, all seeds of each, and says what the bands are', async () => {
    const bridge = open('#/curves/run-done')
    await screen.findByRole('heading', { level: 1, name: /2 lines of 6 trainings/ })
    expect(text(screen.getByRole('main'))).toContain('Means over all seeds, bands: 95 % t-intervals')
    const { groups, summary, each } = asked(bridge)
    expect(groups.map(({ keys }) => keys.length)).toEqual([3, 3])
    expect([summary, each]).toEqual(['mean-t', false])
    const table = side().getByRole('table', { name: /^Ground truth accuracy/ })
    expect(within(table).getAllByRole('row')).toHaveLength(3)
    expect(text(within(table).getAllByRole('row')[1]!)).toMatch(/^naive\.\d{3}\.\d{3} to \.\d{3}3$/)
  })
  it('adds a run, groups, smooths, and asks for what is chosen', async () => {
    const bridge = open('#/curves/run-done')
    await screen.findByRole('heading', { level: 1, name: /2 lines/ })
    await fireEvent.click(side().getAllByRole('checkbox').at(-1)!)
    await waitFor(() => expect(location.hash).toContain('runs='))
    await fireEvent.click(side().getByRole('button', { name: 'method' }))
    await waitFor(() => expect(asked(bridge).groups.every(({ id }) => !id.includes('confidence'))).toBe(true))
    await fireEvent.click(side().getByRole('radio', { name: '.9' }))
    await waitFor(() => expect(asked(bridge).smoothing).toBe(0.9))
    await fireEvent.click(side().getByRole('radio', { name: 'median, min–max' }))
    await waitFor(() => expect(asked(bridge).summary).toBe('median-range'))
    await fireEvent.click(screen.getByRole('radio', { name: 'epoch' }))
    await waitFor(() => expect(asked(bridge).axis).toBe('epoch'))
    await fireEvent.click(side().getByRole('button', { name: 'alpha' }))
    await waitFor(() => expect(asked(bridge).series.map(({ name }) => name)).toContain('alpha'))
  })
  it('walks, zooms and shows trainings one by one by keys', async () => {
    const bridge = open('#/curves/run-done')
    await screen.findByRole('heading', { level: 1, name: /2 lines/ })
    const at = () => text(side().getByRole('heading', { name: /^At step/ }))
    await waitFor(() => expect(at()).toMatch(/^At step 6/))
    await fireEvent.keyDown(window, { key: 'ArrowLeft' })
    await waitFor(() => expect(at()).toMatch(/^At step 48/))
    await fireEvent.keyDown(window, { key: 'ArrowLeft' })
    await waitFor(() => expect(at()).toMatch(/^At step 32/))
    await fireEvent.keyDown(window, { key: '=' })
    await waitFor(() => expect(asked(bridge).from).not.toBeNull())
    expect(asked(bridge).to! - asked(bridge).from!).toBeCloseTo(32, 3)
    await waitFor(() => expect(location.hash).toContain('from='))
    await fireEvent.keyDown(window, { key: '0' })
    await waitFor(() => expect(location.hash).not.toContain('from='))
    await fireEvent.keyDown(window, { key: 'b' })
    await waitFor(() => expect(asked(bridge).each).toBe(true))
    await waitFor(() => expect(side().getAllByRole('button', { name: /· seed 2$/ }).length).toBeGreaterThan(0))
  })
  it('says of panels of test rows that they are sealed', async () => {
    const run = { ...(await sample('run-done')), sealed: true }
    open('#/curves/run-done', { runDetail: () => run, groupCurves: () => [] })
    expect((await screen.findAllByText(SEALED_TEXT)).length).toBeGreaterThan(0)
    const loss = screen.getByText('None of these trainings has it.')
    expect(text(loss.closest('section')!)).toMatch(/^Loss/)
  })
  it('shows what one arm learns, and opens the examples of a stop', async () => {
    open('#/curves/run-done?side=overfit')
    await screen.findByRole('heading', { level: 1, name: /stopping well would save|Stopping well would save/ })
    const stops = screen.getByRole('list', { name: 'Where training may stop' })
    await fireEvent.click(within(stops).getByRole('button', { name: 'Inspect ground-truth oracle' }))
    expect(location.hash).toMatch(/^#\/inspector\/run-done\?.*stop=oracle/)
  })
  it('forgets where one looked when another arm is chosen', async () => {
    open('#/curves/run-done?side=overfit&at=32&from=8&to=40')
    await screen.findByRole('heading', { level: 1, name: /topping/ })
    const at = () => text(side().getByRole('heading', { name: /^At step/ }))
    await waitFor(() => expect(at()).toMatch(/^At step 32/))
    await fireEvent.change(screen.getByLabelText('Arm'), { target: { value: '1' } })
    await waitFor(() => expect(at()).toMatch(/^At step 64/))
    expect(location.hash).not.toMatch(/at=|from=/)
  })
  it('says of an address that names nothing that it does, and offers what is there', async () => {
    open('#/curves/nope')
    await screen.findByRole('heading', { level: 1, name: 'This run is not there' })
    expect(screen.getByRole('link', { name: 'see the latest curves' }).getAttribute('href')).toBe('#/curves')
    expect(side().getAllByRole('checkbox').length).toBeGreaterThan(0)
    expect(side().queryByRole('heading', { name: /^At step/ })).toBeNull()
  })
  it('says that the arm of an address is not there', async () => {
    open('#/curves/run-done?side=overfit&arm=nope')
    await screen.findByText('The arm that the address names is not there: this is the first.')
  })
  it('says why a line is not on an axis', async () => {
    open('#/curves/run-done?x=seconds', {
      groupCurves: ({ groups, series }) =>
        groups.flatMap(({ id }) =>
          series.map((one) => ({
            ...curve({ group: id, ...one, offAxis: 'Its times were not kept.', epoch: null }),
            ...{ step: [], x: [], value: [], n: [], low: [], high: [] },
          })),
        ),
    })
    expect((await screen.findAllByText('Its times were not kept.')).length).toBe(4)
    await fireEvent.click(screen.getByRole('radio', { name: 'Over-fitting' }))
    await waitFor(() => expect(screen.getAllByText('Its times were not kept.')).toHaveLength(1))
  })
  it('says which chosen run is not there', async () => {
    open('#/curves/run-done?runs=gone')
    await screen.findByText('1 chosen run could not be read and is left out.')
  })
  it('is reached from the monitor with the run', async () => {
    open('#/monitor/run-done')
    await fireEvent.click(await screen.findByRole('button', { name: 'Curves' }))
    expect(location.hash).toMatch(/^#\/curves\/run-done(\?|$)/)
  })
})
