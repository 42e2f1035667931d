import { describe, expect, it } from 'vitest'
import type { EngineEvent } from '../../src-preload/contract'
import { createRng } from '../../src-main/science/maths/rng'
import { curveId, Live } from '../../src-renderer/state/live'

const metric = (step: number, value: number, name = 'loss'): EngineEvent => ({
  type: 'metric',
  key: 'k',
  name,
  split: '',
  step,
  value,
})
const running = (at: number): EngineEvent => ({
  type: 'state',
  key: 'k',
  state: 'running',
  at,
  backend: 'wasm',
  device: 'CPU',
  threads: 2,
  isa: 'avx2',
  reason: '',
})
const progress = (done: number): EngineEvent => ({
  type: 'progress',
  key: 'k',
  done,
  total: 100,
  unit: 'step',
  share: done / 100,
  phase: '',
  etaSeconds: 1,
})
const hear = (events: readonly EngineEvent[]) => {
  const live = new Live()
  for (const event of events) live.apply(event)
  return live
}
const curve = (live: Live) => live.stages.get('k')?.curves.get(curveId('loss', ''))

describe('curves', () => {
  it('are the same in whatever order and however often their points are heard', () => {
    const events = Array.from({ length: 40 }, (_, i) => metric(i, i * i))
    const straight = curve(hear(events))
    const shuffled = createRng('order').shuffle([...events, ...events, ...events])
    expect(curve(hear(shuffled))).toEqual(straight)
    expect(straight?.step).toEqual(Array.from({ length: 40 }, (_, i) => i))
  })
  it('take the later word about the same step', () => {
    expect(curve(hear([metric(3, 1), metric(3, 2)]))).toEqual({ step: [3], value: [2] })
  })
  it('join what was stored with what was heard meanwhile', () => {
    const live = hear([metric(2, 20), metric(3, 30)])
    live.merge('k', 'loss', '', { step: [0, 1, 2], value: [0, 10, 20] })
    expect(curve(live)).toEqual({ step: [0, 1, 2, 3], value: [0, 10, 20, 30] })
  })
})

it('thins a very long curve and keeps its spikes', () => {
  const live = new Live()
  for (let i = 0; i < 60_000; i++) live.metric('k', 'loss', '', i, i === 31_234 ? 99 : 1)
  const long = curve(live)
  expect(long?.step.length).toBeLessThan(20_000)
  expect(long?.value).toContain(99)
  expect([long?.step[0], long?.step.at(-1)]).toEqual([0, 59_999])
})

describe('states', () => {
  it('keep the newest fact when an older one comes late', () => {
    const failed: EngineEvent = { type: 'state', key: 'k', state: 'failed', at: 20, error: 'out of memory' }
    const live = hear([running(10), failed, running(10)])
    expect(live.stages.get('k')).toMatchObject({ state: 'failed', at: 20, error: 'out of memory' })
  })
  it('begin anew, without the old error and progress, when the stage is tried again', () => {
    const failed: EngineEvent = { type: 'state', key: 'k', state: 'failed', at: 20, error: 'out of memory' }
    const live = hear([running(10), progress(60), failed, running(30)])
    expect(live.stages.get('k')).toMatchObject({ state: 'running', error: '', progress: null })
  })
  it('do not forget progress when the same start is heard twice', () => {
    expect(hear([running(10), progress(60), running(10)]).stages.get('k')?.progress?.done).toBe(60)
  })
  it('do not go back when progress comes out of order', () => {
    expect(hear([progress(7), progress(5)]).stages.get('k')?.progress?.done).toBe(7)
  })
})

describe('the log', () => {
  const line = (at: number, text: string): EngineEvent => ({ type: 'log', key: 'k', at, level: 'info', text })
  it('is in order of time and holds no line twice', () => {
    const live = hear([line(2, 'b'), line(1, 'a'), line(2, 'b'), line(2, 'c')])
    expect(live.log.map((l) => l.text)).toEqual(['a', 'b', 'c'])
  })
})

it('lets the oldest stages go', () => {
  const live = new Live()
  for (let i = 0; i < 100; i++) live.metric(`k${i}`, 'loss', '', 0, 1)
  expect(live.stages.size).toBeLessThanOrEqual(24)
  expect(live.stages.has('k99')).toBe(true)
})
