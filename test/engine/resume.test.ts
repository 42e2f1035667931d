import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readUnfinished, unfinishedFile } from '../../src-main/data/unfinished'
import type { EngineEvent } from '../../src-main/engine/protocol'
import type { Stage } from '../../src-main/science/stages'
import { golden } from '../data/checkpoints/golden'
import { temporaryFolder } from '../store/temporary'
import { endsOf, hashesOf, planned, runStages, type Planned } from './plans'
import { nativeMissing } from './runtimes'

const places = { tiny: golden('tiny-gpt2') }
const tiny = { model: 'pretrained', checkpoint: 'tiny', tokens: 12, optimiser: { lr: 0.01, epochs: 3 } }
const world = (strong: object, backend: string) =>
  planned(temporaryFolder(), { strong: [strong], evaluations: 4 }, { places, backend })

const studentOf = ({ stages }: Planned): [before: Stage[], student: Stage] => {
  const at = stages.findIndex(({ kind, config }) => kind === 'train' && 'role' in config && config.role === 'student')
  return [stages.slice(0, at), stages[at]!]
}
const logsOf = (events: EngineEvent[], level: string) =>
  events.flatMap((event) => (event.type === 'log' && event.level === level ? [event.text] : []))

/** The student of a plan as it is when nothing stops it, and the world in which all before it is done. */
async function both(strong: object, backend: string) {
  const [whole, stopped] = [world(strong, backend), world(strong, backend)]
  await runStages(whole)
  const [before, student] = studentOf(stopped)
  await runStages(stopped, before)
  return { expected: await hashesOf(whole, student), stopped, student }
}

describe.each(nativeMissing ? ['wasm'] : ['wasm', 'cpu'])('on %s a training that was stopped', (backend) => {
  // 21 updates, evaluated at 0, 7, 14 and 21.
  it.each([
    ['words', { model: 'words', words: 10 }],
    ['a transformer', tiny],
    ['its last block', { ...tiny, tune: 'last', blocks: 1 }],
  ])('goes on to the bytes of one that never was: %s', { timeout: 120_000 }, async (_, strong) => {
    const { expected, stopped, student } = await both(strong, backend)
    const file = unfinishedFile(stopped.artifacts, student.key)
    for (const updates of [1, 7, 13]) {
      // What is told again of before counts as well.
      expect(endsOf(await runStages(stopped, [student], updates))).toEqual(['cancelled'])
      expect((await readUnfinished(file))!.step).toBe(updates)
    }
    const events = await runStages(stopped, [student])
    expect(endsOf(events)).toEqual(['done'])
    expect(logsOf(events, 'info')).toContain('Going on after update 13.')
    const told = events.flatMap((event) => (event.type === 'progress' ? [event.share] : []))
    expect(told[0]).toBeGreaterThan(0.5)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    // Its clock went on, and is no part of the bytes.
    const clock = events.flatMap((event) => (event.type === 'clock' ? [event] : []))
    const end = events.reduce((most, event) => (event.type === 'metric' ? Math.max(most, event.step) : most), 0)
    expect([clock[0]!.step, clock.at(-1)!.step]).toEqual([0, end])
    const seconds = clock.map((mark) => mark.seconds)
    expect(seconds).toEqual(seconds.toSorted((a, b) => a - b))
    expect(await hashesOf(stopped, student)).toEqual(expected)
    expect(existsSync(file)).toBe(false)
  })
})

it('begins anew, saying so, where what was kept is damaged', async () => {
  const { expected, stopped, student } = await both({ model: 'words', words: 10 }, 'wasm')
  await runStages(stopped, [student], 9)
  const file = unfinishedFile(stopped.artifacts, student.key)
  const bytes = await readFile(file)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(file, bytes)
  const events = await runStages(stopped, [student])
  expect(logsOf(events, 'warn')).toEqual([expect.stringMatching(/cannot be read, so it begins anew: .*sha256/)])
  expect(await hashesOf(stopped, student)).toEqual(expected)
})

it('is called off where it cannot be kept, saying so, and begins anew', async () => {
  const { expected, stopped, student } = await both({ model: 'words', words: 10 }, 'wasm')
  // A file where the folder should be: nothing can be written.
  const inTheWay = `${stopped.artifacts}/unfinished`
  await writeFile(inTheWay, '')
  const events = await runStages(stopped, [student], 9)
  expect(endsOf(events)).toEqual(['cancelled'])
  expect(logsOf(events, 'warn').at(-1)).toMatch(/^How far it is could not be kept: /)
  await rm(inTheWay)
  await runStages(stopped, [student])
  expect(await hashesOf(stopped, student)).toEqual(expected)
})
