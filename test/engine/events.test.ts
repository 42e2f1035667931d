import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createEmitter } from '../../src-main/engine/events'
import type { EngineEvent } from '../../src-main/engine/protocol'

const metric = (step: number): EngineEvent => ({ type: 'metric', key: 'k', name: 'loss', split: '', step, value: 1 })
const cancelled: EngineEvent = { type: 'state', key: 'k', state: 'cancelled', at: 0 }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('events leave in order, in batches, and at once with a state', async () => {
  const batches: EngineEvent[][] = []
  const emitter = createEmitter((events) => {
    batches.push(events)
    return Promise.resolve()
  })
  emitter.emit(metric(0))
  emitter.emit(metric(1))
  await vi.advanceTimersByTimeAsync(99)
  expect(batches).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(batches).toEqual([[metric(0), metric(1)]])

  emitter.emit(metric(2))
  emitter.emit(cancelled)
  expect(batches[1]).toEqual([metric(2), cancelled])
  await vi.advanceTimersByTimeAsync(1000)
  await emitter.flush()
  expect(batches).toHaveLength(2)
})
