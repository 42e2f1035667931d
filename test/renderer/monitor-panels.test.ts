import { fireEvent, screen, waitFor } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import type { Curve, RunDetail } from '../../src-preload/contract'
import { SEALED_TEXT } from '../../src-renderer/lib/runs'
import { curveId } from '../../src-renderer/state/live'
import { marked, paceOf, type Mark } from '../../src-renderer/state/pace'
import { theme } from '../../src-renderer/state/theme.svelte'
import { begunOf, besideOf, levelsOf } from '../../src-renderer/views/monitor/beside'
import { emptyText, panelChart, panelsOf } from '../../src-renderer/views/monitor/panel'
import { chartsOf, useChart, useTable, useText } from '../../src-renderer/views/monitor/use-chart'
import { createFakeBridge } from './bridge'
import { heard, open } from './window'

async function sample(id: string): Promise<RunDetail> {
  const reply = await createFakeBridge().call('runDetail', id)
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value
}
const curveOf = (key: string, name: string, value: number[]): Curve => ({
  ...{ key, name, split: 'test', step: value.map((_, i) => i * 10), value, bucket: 1 },
})
const ALPHA = curveId('alpha', '')

describe('the panels of a training', () => {
  const panel = (id: string) => panelsOf('student', new Set([ALPHA])).find((one) => one.id === id)!
  const drawn = { curve: { step: [0, 10, 20], value: [0.5, 0.7, 0.8] }, smooth: null, others: [], levels: [] }
  const options = { steps: 100, log: false, palette: theme.palette }

  it('have those of a schedule where the loss has one', () => {
    expect(panelsOf('student', new Set()).some(({ id }) => id === ALPHA)).toBe(false)
    expect(panel(ALPHA).title).toBe('Alpha')
    expect(panelsOf(null, new Set([ALPHA])).map(({ title }) => title)).toEqual(['Loss', 'Bits per byte'])
  })
  it('say why nothing is drawn of test rows that are sealed, and of no others', () => {
    const told = (id: string, sealed: boolean) => emptyText(panel(id), 'running', sealed)
    expect(told(curveId('accuracy', 'test'), true)).toBe(SEALED_TEXT)
    expect(told(curveId('accuracy', 'test'), false)).toBe('The first point comes with the first evaluation.')
    expect(told(curveId('loss', ''), true)).toBe('The first point comes with the first evaluation.')
  })
  it('hold floor and ceiling, named at their ends, and the other seeds', () => {
    const levels = [{ label: 'ceiling .950', value: 0.95, look: panel(ALPHA).look }]
    const others = [{ step: [0, 200], value: [0.4, 0.6] }]
    const { data, options: shown } = panelChart(
      panel(curveId('accuracy', 'test')),
      { ...drawn, levels, others },
      options,
    )
    expect(data.datasets.map(({ endLabel }) => endLabel ?? '')).toContain('ceiling .950')
    expect(data.datasets.filter(({ silent }) => silent)).toHaveLength(2)
    const { x, y } = shown!.scales as Record<'x' | 'y', { min: number; max: number }>
    expect(x.max).toBe(200)
    expect(x).toMatchObject({ ticks: { precision: 0 } })
    expect(y.max).toBeGreaterThanOrEqual(0.95)
    expect(y.min).toBeLessThanOrEqual(0.4)
  })
  it('draw a moving average before what was measured, and mark what is no number', () => {
    const curve = { step: [0, 1, 2], value: [0.5, 0.7, NaN] }
    const { data } = panelChart(
      panel(curveId('loss', '')),
      { ...drawn, curve, smooth: { step: [0, 1], value: [0.5, 0.6] } },
      options,
    )
    expect(data.datasets.map(({ label, silent }) => `${label ?? ''} ${silent ?? false}`)).toEqual([
      'Loss, smoothed false',
      ' true',
      'not a number true',
    ])
    expect(data.datasets[2]!.data).toEqual([{ x: 2, y: 0.7 }])
  })
  it('go by powers where losses are', () => {
    const log = { ...options, log: true }
    const type = (id: string) => panelChart(panel(id), drawn, log).options!.scales!['y']!.type
    expect(type(curveId('loss', ''))).toBe('logarithmic')
    expect(type(curveId('accuracy', 'test'))).toBe('linear')
  })
})

describe('what stands beside a training', () => {
  it('are the other seeds of its arm, and of a student what is done of supervisor and ceiling', async () => {
    const run = await sample('run-live')
    const [arm] = run.arms
    const [first, second, third] = arm!.seeds
    const beside = besideOf(run.arms, { key: first!.student, role: 'student' })
    expect(beside).toEqual({ others: [second!.student, third!.student], weak: first!.weak, ceiling: first!.ceiling })
    expect(besideOf(run.arms, { key: first!.weak, role: 'weak' })).toMatchObject({ weak: '', ceiling: '' })
    expect(besideOf(run.arms, { key: 'none', role: null }).others).toEqual([])
    const stages = run.stages.map((stage) => ({ ...stage, state: 'waiting' as const }))
    const done = stages.map((stage) => (stage.key === first!.weak ? { ...stage, state: 'done' as const } : stage))
    expect(begunOf({ ...run, stages: done }, beside)).toEqual({ others: [], levels: [first!.weak] })
  })
  it('are heights at their last step', () => {
    const beside = { others: [], weak: 'w', ceiling: 'c' }
    const curves = [curveOf('w', 'accuracy', [0.5, 0.71]), curveOf('w', 'loss', [9]), curveOf('x', 'accuracy', [1])]
    expect(levelsOf(beside, curves).map(({ label }) => label)).toEqual(['weak .710'])
  })
})

describe('the pace', () => {
  it('is of the last ten seconds, and not told before one', () => {
    let marks: readonly Mark[] = []
    for (let s = 0; s <= 30; s++) marks = marked(marks, { at: s * 1000, done: s < 20 ? s : 20 + (s - 20) * 5 })
    expect(paceOf(marks)).toBeCloseTo(5)
    expect(paceOf(marked([], { at: 0, done: 3 }))).toBeNull()
    // Begun anew.
    expect(marked(marks, { at: 31_000, done: 1 })).toEqual([{ at: 31_000, done: 1 }])
  })
})

describe('what a stage makes of the machine', () => {
  const columns = { at: [2, 4, 60], seconds: [2, 2, 2], mean: [80, 90, 85], low: [70, 90, 85], high: [95, 90, 85] }
  const power = { name: 'gpuPower', title: 'GPU power', note: 'of the whole card', unit: 'watts', ...columns } as const
  const memory = { ...power, name: 'gpuMemory', title: 'GPU memory', unit: 'bytes' } as const

  it('stands together by quantity, and only where it was read', () => {
    const others = { ...memory, name: 'gpuMemoryOthers' } as const
    expect(chartsOf([power, others, memory]).map((curves) => curves.map(({ name }) => name))).toEqual([
      ['gpuMemory', 'gpuMemoryOthers'],
      ['gpuPower'],
    ])
    expect(useText(power)).toBe('85 W (70 W to 95 W)')
  })
  it('has a gap where some time was not sampled, and the span of each stretch behind its mean', () => {
    const { datasets } = useChart([power], theme.palette).data
    expect(datasets.map(({ silent }) => silent ?? false)).toEqual([false, true, true])
    const [mean, low, high] = datasets.map(({ data }) => (data as { x: number; y: number }[]).map(({ y }) => y))
    expect(mean).toEqual([80, 90, NaN, 85])
    expect([low, high]).toEqual([
      [70, 90, NaN, 85],
      [95, 90, NaN, 85],
    ])
  })
  it('is taken with the card of its stage', () => {
    const { head, rows } = useTable([power], 'RTX 4090 (GPU-0a1b2c3d)').values
    expect(rows.map((row) => row[head.indexOf('card')])).toEqual(power.at.map(() => 'RTX 4090 (GPU-0a1b2c3d)'))
  })
  it('is told beneath the curves', async () => {
    const bridge = open('#/monitor/run-live')
    await screen.findByText('6 s of this stage sampled, every 2 s; the GPU is RTX 4090 (GPU-0a1b2c3d)')
    expect(screen.getByRole('img', { name: /^GPU power of the whole card .*: 86.4 W/ })).toBeTruthy()
    expect(heard(bridge, 'use')).not.toHaveLength(0)
  })
})

describe('the monitor', () => {
  it('asks for the average of every point, and how sure the training is', async () => {
    const bridge = open('#/monitor/run-live')
    await screen.findByText(/61 of 310 steps/)
    await waitFor(() => expect(heard(bridge, 'groupCurves')[0]?.args).toMatchObject([{ smoothing: 0.9, each: true }]))
    expect(heard(bridge, 'sureness')).not.toHaveLength(0)
    await fireEvent.keyDown(document.body, { key: 'l' })
    await waitFor(() => expect(location.hash).toContain('log=1'))
    await fireEvent.click(screen.getByLabelText('.99'))
    await waitFor(() => expect(heard(bridge, 'groupCurves').at(-1)?.args).toMatchObject([{ smoothing: 0.99 }]))
    expect(location.hash).toContain('smooth=0.99')
  })
  it('says that how sure a training is of test rows is sealed', async () => {
    const run = { ...(await sample('run-live')), sealed: true }
    open('#/monitor/run-live', { runDetail: () => run, sureness: () => null })
    const card = (await screen.findByRole('heading', { name: /^Confidence/ })).closest('section')!
    await waitFor(() => expect(card.textContent).toContain(SEALED_TEXT))
  })
})
