import { expect, test } from 'vitest'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { withShares } from '../../src-main/lab/queue/power-share'
import { totalsOf } from '../../src-main/lab/runs/use'
import type { CardRead, ReadingName, Readings } from '../../src-main/science/readings'

const sample = (readings: Readings): EngineEvent => ({ type: 'use', key: 'k', at: 2, seconds: 2, readings })

test('what a card takes is shared out among the stages on it, and other facts stay as they are', () => {
  const log: EngineEvent = { type: 'log', key: 'k', at: 1, level: 'info', text: 'Hello.' }
  const plain = sample({ cpu: 0.5 })
  const told = withShares([log, plain, sample({ cpu: 0.5, gpuPower: 300 })], () => 3)
  expect(told).toEqual([log, plain, sample({ cpu: 0.5, gpuPower: 300, gpuPowerShare: 100 })])
})

test('the energy of stages side by side is that of their card, once; earlier runs go by what they kept', () => {
  const of = (name: 'gpuPower' | 'gpuPowerShare', mean: number) => ({ name, seconds: 1800, mean, high: mean })
  const beside = [of('gpuPower', 300), of('gpuPowerShare', 150), of('gpuPower', 300), of('gpuPowerShare', 150)]
  expect(totalsOf(beside)).toMatchObject({ wattHours: 150, wattSeconds: 3600 })
  expect(totalsOf([of('gpuPower', 300)])).toMatchObject({ wattHours: 150, wattSeconds: 1800 })
})

test('of two cards each has its own peak and energy, and the energies are summed', () => {
  const [first, second] = ['GPU-ae3738d5-1', 'GPU-0a1b2c3d-2'].map((uuid) => ({ uuid, name: 'A100' })) as [
    CardRead,
    CardRead,
  ]
  const of = (card: CardRead | undefined, name: ReadingName, mean: number, high = mean) => ({
    card,
    name,
    seconds: 1800,
    mean,
    high,
  })
  const used = [
    ...[of(first, 'memory', 5), of(first, 'gpuMemory', 40, 70), of(first, 'gpuPowerShare', 300)],
    ...[of(second, 'gpuMemory', 20, 30), of(second, 'gpuPowerShare', 100), of(second, 'gpuMemory', 25)],
  ]
  const cards = [
    { card: 'A100 (GPU-0a1b2c3d)', peakGpuBytes: 30, wattHours: 50, wattSeconds: 1800 },
    { card: 'A100 (GPU-ae3738d5)', peakGpuBytes: 70, wattHours: 150, wattSeconds: 1800 },
  ]
  expect(totalsOf(used)).toEqual({ peakBytes: 5, peakGpuBytes: 70, wattHours: 200, wattSeconds: 3600, cards })
  // What earlier versions kept, without shares and cards, counts beside that.
  const before = [of(undefined, 'gpuPower', 20)]
  expect(totalsOf([...used, ...before])).toMatchObject({
    ...{ wattHours: 210, wattSeconds: 5400 },
    cards: [{ card: '', peakGpuBytes: null, wattHours: 10 }, ...cards],
  })
  expect(totalsOf([of(undefined, 'memory', 5)])).toMatchObject({ peakGpuBytes: null, wattHours: null, cards: [] })
})
