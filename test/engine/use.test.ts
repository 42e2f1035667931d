import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Cards } from '../../src-main/data/machine/cards'
import { parseCards, parseUsers } from '../../src-main/data/machine/smi'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createGate } from '../../src-main/engine/gate'
import { cardReadings, watchUse } from '../../src-main/engine/use'
import { CARDS, USERS } from '../data/machine/answers'

const INTERVAL = 40
const FOUND: Cards = { cards: parseCards(CARDS.rtx4080), users: parseUsers(USERS.rtx4080), why: '' }

function watched(options: Partial<Parameters<typeof watchUse>[0]> = {}) {
  const events: EngineEvent[] = []
  const gate = createGate()
  const watch = watchUse({ key: 'k', emit: (e) => events.push(e), gate, gpu: false, interval: INTERVAL, ...options })
  const samples = () => events.flatMap((event) => (event.type === 'use' ? [event] : []))
  return { events, gate, watch, samples }
}

function busyFor(ms: number) {
  const end = performance.now() + ms
  while (performance.now() < end) Math.sqrt(end)
}

test('a stage at work is sampled again and again, and a last time at its end', async () => {
  const { watch, samples } = watched()
  busyFor(3 * INTERVAL)
  await wait(3 * INTERVAL)
  const before = samples().length
  expect(before).toBeGreaterThan(0)
  await watch.stop()
  expect(samples()).toHaveLength(before + 1)
  await wait(3 * INTERVAL)
  expect(samples()).toHaveLength(before + 1)
  for (const { readings } of samples()) {
    expect(readings.memory).toBeGreaterThan(1e7)
    expect(readings.memoryMachine).toBeGreaterThan(readings.memory!)
    expect(readings.cpu).toBeLessThanOrEqual(1)
    expect(readings.gpuPower).toBeUndefined()
  }
  // A thread that was busy for the whole of a sample is one core of all.
  expect(samples()[0]!.readings.cpu).toBeGreaterThan(0)
})

test('a pause is of no sample', async () => {
  const { gate, watch, samples } = watched()
  gate.close()
  await wait(4 * INTERVAL)
  expect(samples()).toEqual([])
  gate.open()
  await wait(2.5 * INTERVAL)
  await watch.stop()
  const covered = samples().reduce((sum, { seconds }) => sum + seconds, 0)
  expect(covered).toBeGreaterThan(0)
  expect(covered).toBeLessThan((5 * INTERVAL) / 1000)
  expect(samples()[0]!.at).toBeGreaterThan((4 * INTERVAL) / 1000)
})

test('a GPU is read where the stage computes on one, ours apart from the others', () => {
  expect(cardReadings(FOUND, 5022)).toEqual({
    ...{ gpu: 0.07, gpuMemory: 503 * 2 ** 20, gpuMemoryOthers: (1474 - 503) * 2 ** 20, gpuPower: 84.24 },
    ...{ gpuTemperature: 46, gpuClock: 2805, gpuMemoryClock: 11251, gpuSlowed: 0 },
  })
  const laptop = { cards: parseCards(CARDS.laptop), users: [], why: '' }
  expect(cardReadings(laptop, 1)).toMatchObject({ gpuSlowed: 1 })
  expect(Object.keys(cardReadings(laptop, 1))).not.toContain('gpuPower')
  expect(cardReadings({ cards: parseCards(CARDS.a100), users: [], why: '' }, 1)).toEqual({})
})

test('why a GPU cannot be read is told once; the processor is read all the same', async () => {
  const why = 'The NVIDIA driver runs, and finds no card.'
  const { events, watch, samples } = watched({ gpu: true, cards: () => Promise.resolve({ cards: [], users: [], why }) })
  await wait(4 * INTERVAL)
  await watch.stop()
  expect(samples().length).toBeGreaterThan(1)
  expect(events.filter(({ type }) => type === 'log')).toMatchObject([{ text: `GPU not watched. ${why}`, once: true }])
})

test('what is the matter with a card is told once', async () => {
  const [, failing] = CARDS.a100.trimEnd().split('\n')
  const found = { cards: parseCards(`${failing}\n`), users: [], why: '' }
  const { events, watch, samples } = watched({ gpu: true, cards: () => Promise.resolve(found) })
  await wait(4 * INTERVAL)
  await watch.stop()
  expect(samples().length).toBeGreaterThan(1)
  const logs = events.flatMap((event) => (event.type === 'log' ? [event.text] : []))
  expect(events.some((event) => event.type === 'log' && event.once)).toBe(false)
  expect(logs).toEqual([expect.stringMatching(/^2 errors of the card’s memory could not be corrected/)])
})

test('every sample names the card of this process among several, and none where that is not known', async () => {
  const found = { cards: parseCards(CARDS.a100), users: [], why: '' }
  const sampled = async () => {
    const { watch, samples } = watched({ gpu: true, cards: () => Promise.resolve(found) })
    await wait(3 * INTERVAL)
    await watch.stop()
    expect(samples().length).toBeGreaterThan(0)
    return samples()
  }
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const { uuid, name, watts } of found.cards) {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', uuid)
    for (const { card, readings } of await sampled()) {
      expect(card).toEqual({ uuid, name })
      expect(readings.gpuPower).toBe(watts)
    }
  }
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined)
  for (const { card, readings } of await sampled()) {
    expect(card).toBeUndefined()
    expect(readings.gpuPower).toBeUndefined()
  }
})
