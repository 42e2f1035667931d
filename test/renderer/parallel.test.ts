import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Arm, RunDetail } from '../../src-preload/contract'
import {
  brushed,
  brushesOf,
  brushesToText,
  brushOf,
  brushText,
  isThrough,
  placeText,
  reachOf,
  spansOf,
} from '../../src-renderer/views/curves/brush'
import { axesOf, linesOf, moved, NONE, ordered, parallelTable, stepped } from '../../src-renderer/views/curves/parallel'
import { tickLabel } from '../../src-renderer/views/result/arms-chart'
import { blended, fitted, fittedApart, placeAt, roomOf, yOf } from '../../src-renderer/views/curves/parallel-drawing'
import { createFakeBridge } from './bridge'
import { heard, open } from './window'

async function sample(id: string): Promise<RunDetail> {
  const reply = await createFakeBridge().call('runDetail', id)
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value
}
afterEach(() => {
  vi.restoreAllMocks()
  cleanup()
})

const METHODS: Arm['method'][] = [
  { method: 'naive' },
  { method: 'confidence', alphaMax: 0.5, warmup: 0.2, schedule: 'linear' },
  { method: 'confidence', alphaMax: 0.75, warmup: 0.2, schedule: 'linear' },
  { method: 'confidence', alphaMax: 0.75, warmup: 0.5, schedule: 'linear' },
]
/** Arms of two supervisors and four methods with their PGRs: the first far out, the last none. */
async function eight() {
  const run = await sample('run-done')
  const [first] = run.arms
  const arms = [10, 500].flatMap((words, w) =>
    METHODS.map((method, m) => ({
      ...{ ...first!, id: `arm-${w}${m}`, method, methodTitle: `method ${m}` },
      ...{ weak: { model: 'words', words }, weakTitle: `words ${words}` },
    })),
  )
  const known = { metric: 'accuracy', floor: 0.6, student: 0.7, ceiling: 0.8, low: 0.1, high: 0.9, reason: '' }
  const figures = arms.map(({ id }, i) => ({
    ...{ ...run.figures[0]!, ...known, arm: id },
    ...{ pgr: i === 7 ? null : i === 0 ? -14 : i / 5, warning: i === 0 ? 'small gap' : null },
  }))
  const lines = linesOf([{ ...run, arms, figures }])
  return { lines, axes: axesOf(lines, [], (id) => id) }
}

describe('axes of arms', () => {
  it('are what differs, each way of parting them once, and what was found', async () => {
    const { axes } = await eight()
    expect(axes.map(({ title }) => title.filter(Boolean).join(' '))).toEqual([
      'supervisor words',
      'method',
      'method alphaMax',
      'method warmup',
      'supervisor accuracy',
      'student accuracy',
      'ceiling accuracy',
      'PGR',
    ])
  })
  it('place what has no number at a place of its own, and a PGR far out at its end', async () => {
    const { lines, axes } = await eight()
    const places = (id: string) => lines.map(axes.find((axis) => axis.id === id)!.place)
    expect(places('method.alphaMax')).toEqual([NONE, 0, 1, 1, NONE, 0, 1, 1])
    expect(places('pgr')[0]).toBe(0)
    expect(places('pgr')[7]).toBe(NONE)
    const pgr = axes.at(-1)!
    expect([pgr.text(lines[0]!), pgr.text(lines[1]!), pgr.text(lines[7]!)]).toEqual(['≈\u00a0−14.00', '.20', 'none'])
    expect(pgr.ticks.map(({ text }) => text)).toContain('none')
    // 10 and 500: by powers.
    expect(places('weak.words')).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  })
  it('stay as they are whatever is brushed, and let through what all of them let', async () => {
    const { lines, axes } = await eight()
    const named = (id: string) => axes.find((axis) => axis.id === id)!
    const upper = brushOf(named('weak.words'), { low: 0.5, high: 1 }, true)
    const some = brushOf(named('method.alphaMax'), { low: 0, high: 1 }, true)
    const brushes = brushed(brushed(new Map(), 'weak.words', upper), 'method.alphaMax', some)
    // Half way by powers from 10 to 500; any number, but not none.
    expect(upper).toEqual({ from: 70, to: null, none: false })
    expect(some).toEqual({ from: null, to: null, none: false })
    expect(lines.map((line) => isThrough(line, axes, brushes))).toEqual([
      ...Array<boolean>(5).fill(false),
      true,
      true,
      true,
    ])
    expect(brushesOf(brushesToText(brushes))).toEqual(brushes)
    expect(brushed(brushes, 'weak.words', brushOf(named('weak.words'), { low: NONE, high: 1 }, false)).size).toBe(1)
    for (const text of ['nonsense', '[1]', '{"pgr":[0,1]}', '{"pgr":{"from":"a","to":1,"none":true}}', 'null'])
      expect(brushesOf(text).size).toBe(0)
  })
  it('are brushed by values, which are told, and stay when an axis gets another range or order', async () => {
    const { lines, axes } = await eight()
    const pgr = axes.at(-1)!
    const brush = brushOf(pgr, { low: pgr.place(lines[1]!), high: pgr.place(lines[3]!) }, false)!
    expect(brush).toEqual({ from: 0.2, to: 0.6, none: false })
    expect([brushText(brush, pgr), brushText({ from: null, to: 0.5, none: true }, pgr)]).toEqual([
      '.20 to .60',
      'up to .50, or none',
    ])
    const brushes = new Map([['pgr', brush]])
    // Without the arm that is far out the axis has another range: another place, the same lines.
    const fewer = lines.slice(1)
    const closer = axesOf(fewer, [], (id) => id)
    expect(reachOf(brush, closer.at(-1)!).low).not.toBeCloseTo(reachOf(brush, pgr).low, 2)
    const kept = (of: typeof lines, by: typeof axes) =>
      of.filter((line) => isThrough(line, by, brushes)).map(({ arm }) => arm.id)
    expect(kept(fewer, closer)).toEqual(kept(lines, axes))
    expect(kept(lines, ordered(axes, 'pgr,method'))).toEqual(kept(lines, axes))
    // A pointer sets round numbers that hold what it went over; the far one is held where it stands.
    expect(brushOf(pgr, { low: 0.501, high: 0.702 }, true)).toMatchObject({ from: expect.closeTo(0.5, 1) as number })
    expect(isThrough(lines[0]!, axes, new Map([['pgr', { from: -1, to: 0, none: false }]]))).toBe(true)
    expect(brushOf(pgr, { low: NONE, high: -0.05 }, true)).toEqual({ names: [null] })
    expect(placeText(pgr, NONE)).toBe('none')
  })
  it('say nothing of places on an axis of a result that no arm has yet', async () => {
    const { lines } = await eight()
    const without = lines.map((line) => ({ ...line, figures: undefined }))
    const texts = axesOf(without, [], (id) => id).map((axis) => placeText(axis, 1))
    expect(texts.at(-1)).toBe('')
  })
  it('keep names that are let through, also where these no longer stand together', async () => {
    const { lines, axes } = await eight()
    const method = axes.find(({ id }) => id === 'method')!
    const brush = brushOf(method, { low: 0.6, high: 1 }, true)!
    expect(brush).toEqual({ names: ['method 0', 'method 1'] })
    expect([spansOf(brush, method).length, brushText(brush, method)]).toEqual([1, 'method 0 and method 1'])
    const turned = [lines[0]!, lines[2]!, lines[3]!, lines[1]!]
    const others = axesOf(turned, [], (id) => id)
    expect(
      spansOf(
        brush,
        others.find(({ id }) => id === 'method')!,
      ),
    ).toEqual([
      { low: 0, high: 0 },
      { low: 1, high: 1 },
    ])
    const held = turned.filter((line) => isThrough(line, others, new Map([['method', brush]])))
    expect(held.map(({ arm }) => arm.methodTitle)).toEqual(['method 0', 'method 1'])
  })
  it('are moved among each other, and stay where an order does not name them', async () => {
    const { axes } = await eight()
    const ids = axes.map(({ id }) => id)
    expect(moved(axes, ids[0]!, 1).split(',').slice(0, 2)).toEqual([ids[1], ids[0]])
    expect(moved(axes, ids[0]!, -1).split(',')).toEqual(ids)
    expect(moved(axes, ids[0]!, 99).split(',').at(-1)).toBe(ids[0])
    expect(ordered(axes, moved(axes, 'pgr', -7)).map(({ id }) => id)[0]).toBe('pgr')
    expect(ordered(axes, 'pgr,weak.words').map(({ id }) => id)).toEqual(['pgr', ...ids.slice(1, -1), 'weak.words'])
    expect(ordered(axes, '')).toEqual(axes)
  })
  it('are walked by the places of their lines', async () => {
    const { lines, axes } = await eight()
    const alpha = axes.find(({ id }) => id === 'method.alphaMax')!
    expect([stepped(lines, alpha, NONE, 1), stepped(lines, alpha, 0, 1), stepped(lines, alpha, 1, 1)]).toEqual([
      0, 1, 1,
    ])
    expect([stepped(lines, alpha, 1, -1), stepped(lines, alpha, NONE, -1)]).toEqual([0, NONE])
  })
  it('have all numbers in a table', async () => {
    const { lines, axes } = await eight()
    const { shown, values } = parallelTable(lines, axes)
    expect(shown.head.slice(0, 3)).toEqual(['arm', 'supervisor words', 'method'])
    expect(shown.rows[1]!.slice(1, 4)).toEqual(['10', 'method 1', '0.5'])
    expect(shown.rows[1]!.slice(-3)).toEqual(['.20', '.100 to .900', '3'])
    expect(values.head.slice(-6)).toEqual([
      ...['PGR', 'PGR 95 % low', 'PGR 95 % high', 'PGR unit', 'PGR note', 'seeds'],
    ])
    expect(values.rows[0]!.slice(-6)).toEqual([-14, 0.1, 0.9, 'share of the gap', 'small gap', 3])
  })
  it('are drawn where the pointer finds them', () => {
    for (const place of [NONE, 0, 0.3, 1]) expect(placeAt(yOf(place))).toBeCloseTo(place, 9)
    expect([placeAt(-99), placeAt(9999)]).toEqual([1, NONE])
    expect([blended('#000000', '#ff8000', 0.5), blended('#102030', '#ffffff', 0)]).toEqual(['#804000', '#102030'])
  })
})

describe('arms side by side', () => {
  it('are filtered by keys, as the address says, and open their results', async () => {
    const bridge = open('#/curves/run-five?side=parallel')
    await screen.findByRole('heading', { level: 1, name: /arms over choices and results/ })
    expect(heard(bridge, 'groupCurves')).toHaveLength(0)
    const task = screen.getByRole('slider', { name: 'task, at least' })
    expect(task.getAttribute('aria-valuetext')).not.toBe('')
    await fireEvent.keyDown(task, { key: 'ArrowUp' })
    await screen.findByRole('heading', { level: 1, name: /8 of 10 arms within/ })
    expect(decodeURIComponent(location.hash)).toContain('brush={"task":{"names":[')
    const chip = screen.getByRole('button', { name: /^task .+, .+ and / })
    expect(task.getAttribute('aria-valuetext')).toMatch(/; task .+ and /)
    await fireEvent.click(chip)
    await waitFor(() => expect(location.hash).not.toContain('brush='))
    const pgr = screen.getByRole('slider', { name: 'PGR, at least' })
    await fireEvent.keyDown(pgr, { key: 'ArrowUp' })
    await screen.findByRole('button', { name: /^PGR from \.\d+ on/ })
    await fireEvent.keyDown(pgr, { key: 'Escape' })
    await waitFor(() => expect(location.hash).not.toContain('brush='))
    const title = screen.getByRole('button', { name: /^Axis of task;/ })
    await fireEvent.keyDown(title, { key: 'ArrowRight' })
    await waitFor(() => expect(decodeURIComponent(location.hash)).toMatch(/axes=[^,]+,task,/))
    expect(screen.getAllByRole('slider')[2]!.getAttribute('aria-label')).toBe('task, at most')
    await fireEvent.keyDown(task, { key: 'ArrowUp' })
    await waitFor(() => expect(location.hash).toContain('brush='))
    expect(within(screen.getByRole('list', { name: /^Arms within/ })).getAllByRole('link')).toHaveLength(8)
    await fireEvent.keyDown(task, { key: 'Escape' })
    await waitFor(() => expect(location.hash).not.toContain('brush='))
    await fireEvent.click(screen.getByRole('radio', { name: 'by PGR' }))
    expect(location.hash).toContain('color=pgr')
    const said = (kind: RegExp) => fireEvent.click(screen.getByRole('button', { name: kind }))
    let copied = ''
    vi.spyOn(navigator.clipboard, 'writeText').mockImplementation((text) => Promise.resolve(void (copied = text)))
    await said(/^Copy the plotted numbers/)
    await waitFor(() => expect(copied.trimEnd().split('\r\n')).toHaveLength(11))
    expect(copied).toMatch(/^arm,run,.*,PGR,PGR 95 % low,PGR 95 % high,PGR unit,PGR note,seeds\r\n/)
    await said(/^Save as SVG/)
    await said(/^Save the plotted numbers/)
    await waitFor(() => expect(heard(bridge, 'saveFile')).toHaveLength(2))
    const files = heard(bridge, 'saveFile').map(({ args }) => args[0] as { name: string; base64: string })
    expect(files.map(({ name }) => name.replace(/.*\./, ''))).toEqual(['svg', 'csv'])
    expect(atob(files[0]!.base64)).toMatch(/^<\?xml.*\n<svg [^]*<\/svg>\n$/)
    await said(/^As a table/)
    expect(screen.getAllByRole('row')).toHaveLength(11)
    await said(/^Copy as LaTeX/)
    await waitFor(() => expect(copied).toMatch(/^\\begin{tabular}/))
  })
})

describe('the words at an axis', () => {
  it('stand whole where they have their room, and are cut where they have less', () => {
    for (const text of ['confidence', 'words 30 → vectors 32']) {
      expect(fitted(text, roomOf(text))).toBe(text)
      expect(fitted(text, roomOf(text) - 10)).toMatch(/…$/)
    }
  })
  it('are told by their ends where they would be cut to the same', () => {
    const methods = ['naive', 'confidence, largest alpha 0.75', 'confidence, largest alpha 0.25, warm-up 0.5']
    const cut = fittedApart(methods, roomOf('confidence, la'))
    expect(cut).toEqual(['naive', '…st alpha 0.75', '…, warm-up 0.5'])
    expect(fittedApart(methods, 1000)).toEqual(methods)
  })
})

it('the rows of a result give the method a line of its own, unless all else has no room on one', () => {
  const method = 'confidence, largest alpha 0.75'
  expect(tickLabel(['words 20', 'vectors 8', method])).toEqual(['words 20 · vectors 8', method])
  const task = 'State of the Union: which century'
  expect(tickLabel([task, 'words 20', 'naive'])).toEqual([task, 'words 20 · naive'])
  expect(tickLabel(['naive'])).toBe('naive')
})
