import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { Arm, RunDetail } from '../../src-preload/contract'
import {
  axesOf,
  brushed,
  brushesOf,
  brushesToText,
  isThrough,
  linesOf,
  NONE,
  parallelTable,
  stepped,
} from '../../src-renderer/views/curves/parallel'
import { tickLabel } from '../../src-renderer/views/result/arms-chart'
import { blended, fitted, fittedApart, placeAt, roomOf, yOf } from '../../src-renderer/views/curves/parallel-drawing'
import { createFakeBridge } from './bridge'
import { heard, open } from './window'

async function sample(id: string): Promise<RunDetail> {
  const reply = await createFakeBridge().call('runDetail', id)
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value
}
afterEach(cleanup)

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
    const brushes = brushed(brushed(new Map(), 'weak.words', { low: 0.5, high: 1 }), 'method.alphaMax', {
      low: 0,
      high: 1,
    })
    expect(lines.map((line) => isThrough(line, axes, brushes))).toEqual([
      ...Array<boolean>(5).fill(false),
      true,
      true,
      true,
    ])
    expect(brushesOf(brushesToText(brushes))).toEqual(brushes)
    expect(brushed(brushes, 'weak.words', { low: NONE, high: 1 }).size).toBe(1)
    expect(brushesOf('nonsense,pgr:1:0,pgr:a:b').size).toBe(0)
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
    const { head, rows } = parallelTable(lines, axes)
    expect(head.slice(0, 3)).toEqual(['arm', 'supervisor words', 'method'])
    expect(rows[1]!.slice(1, 4)).toEqual(['10', 'method 1', '0.5'])
    expect(rows[1]!.slice(-3)).toEqual(['.20', '.100 to .900', '3'])
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
    await fireEvent.keyDown(task, { key: 'ArrowUp' })
    await screen.findByRole('heading', { level: 1, name: /8 of 10 arms within/ })
    expect(decodeURIComponent(location.hash)).toContain('brush=task:')
    expect(within(screen.getByRole('list', { name: /^Arms within/ })).getAllByRole('link')).toHaveLength(8)
    await fireEvent.keyDown(task, { key: 'Escape' })
    await waitFor(() => expect(location.hash).not.toContain('brush='))
    await fireEvent.click(screen.getByRole('radio', { name: 'by PGR' }))
    expect(location.hash).toContain('color=pgr')
    await fireEvent.click(screen.getByRole('button', { name: /^As a table/ }))
    expect(screen.getAllByRole('row')).toHaveLength(11)
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
