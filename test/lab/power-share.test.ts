import { expect, test } from 'vitest'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { withShares } from '../../src-main/lab/queue/power-share'
import { totalsOf } from '../../src-main/lab/runs/use'
import type { Readings } from '../../src-main/science/readings'

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
