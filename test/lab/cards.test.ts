// Several NVIDIA cards, each a place of its own: the real engines and addon over a library that stands in for two cards.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { LabEvent, RunDetail } from '../../src-preload/contract'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { createProber } from '../../src-main/engine/backends/probe'
import { createLab, type LabOptions, type SpawnEngine } from '../../src-main/lab'
import { fakeCard } from '../engine/card'
import { nativeMissing } from '../engine/runtimes'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses, RESOURCES } from './built'
import { ended, event, tinySpec } from './tools'

const POCKET = { model: 'pretrained', checkpoint: 'pocket-s', tokens: 16, tune: 'last', blocks: 1 }
const spec = (seeds: number[]) =>
  tinySpec({
    ...{ strong: [POCKET], seeds, evaluations: 2 },
    optimiser: { epochs: 1, batch: 10 },
    sizes: { weak: 20, transfer: 20, validation: 20, test: 20 },
  })
const two = { cards: 2, quick: 1, 'name@1': 'Large', 'name@2': 'Small' }
const uuidOf = (card: number) => `GPU-00000000-0000-0000-0000-00000000000${card}`

describe.skipIf(nativeMissing || process.platform !== 'linux')('two cards', () => {
  const built = builtProcesses()
  const card = fakeCard()
  const cache = mkdtempSync(path.join(tmpdir(), 'w2s-cache-'))
  beforeAll(async () => {
    for (const [name, value] of Object.entries({ ...card.env, W2S_CACHE: cache })) vi.stubEnv(name, value)
    card.set(two)
    // What passes a self-test is kept: in the emulation one takes so long that a busy machine would give the card up.
    for (const uuid of [uuidOf(1), uuidOf(2)]) await createProber(built.entry('engine'), 300_000)('cuda', false, uuid)
  }, 600_000)
  afterAll(() => {
    vi.unstubAllEnvs()
    rmSync(cache, { recursive: true, force: true })
  })

  /** A lab that takes what is best; `sees`: what each engine was told to see. */
  async function open(options: Partial<LabOptions> = {}) {
    const sees: (string | undefined)[] = []
    const fork = forkEngine(built.entry('engine'))
    const spawnEngine: SpawnEngine = (hear, end, env) => {
      sees.push(env?.['CUDA_VISIBLE_DEVICES'])
      return fork(hear, end, env)
    }
    const processes = { analyst: built.entry('analyst'), librarian: built.entry('librarian') }
    const places = { home: temporaryFolder(), resources: RESOURCES, cache, appVersion: '0.0.0-test' }
    const reserve = () => ({ memoryBytes: 0, gpuBytes: 0 })
    const lab = await createLab({ ...places, spawnEngine, reserve, ...processes, ...options })
    onTestFinished(() => lab.close())
    return { lab, sees }
  }
  const onCards = ({ stages }: RunDetail) => stages.filter(({ backend }) => backend === 'cuda')
  /** How many stages of some were at work at a time, at most. */
  const mostAtOnce = (stages: RunDetail['stages']) =>
    Math.max(
      ...stages.map((at) => stages.filter((s) => s.startedAt! <= at.startedAt! && s.endedAt! > at.startedAt!).length),
    )

  test('of different capacity drain one queue, each by engines that see it alone', async () => {
    card.set(two)
    const { lab, sees } = await open({ atOnceByCard: () => [2, 1] })
    const { runId } = await lab.calls.run(spec([0, 1, 2, 3]))
    await event(lab, (e) => e.type === 'state' && e.state === 'running' && e.backend === 'cuda')
    const { lanes, cards } = await lab.calls.status()
    expect(cards).toEqual([
      { number: 1, name: 'Large' },
      { number: 2, name: 'Small' },
    ])
    expect(lanes.map((lane) => lane.card).toSorted()).toEqual(['', 'card 1', 'card 1', 'card 2'])
    const run = await ended(lab, runId)
    expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])
    const of = (name: string) => onCards(run).filter(({ device }) => device.startsWith(name))
    expect([mostAtOnce(of('Large')), mostAtOnce(of('Small'))]).toEqual([2, 1])
    expect(onCards(run)).toHaveLength(8)
    expect(sees.filter((uuid) => uuid === uuidOf(2))).toHaveLength(1)
    expect(new Set(sees.filter(Boolean))).toEqual(new Set([uuidOf(1), uuidOf(2)]))
  }, 240_000)

  test('of which one fails: that takes its own stage, and the other goes on', async () => {
    card.set(two)
    const { lab } = await open()
    await lab.calls.preview(spec([0]))
    card.set({ ...two, 'fault@2': 700, 'after@2': 150 })
    const { runId } = await lab.calls.run(spec([0, 1, 2]))
    const failed = (e: LabEvent) => e.type === 'state' && e.state === 'failed' && e.cause === 'card'
    await event(lab, failed)
    const { lanes } = await lab.calls.status()
    expect(lanes.find((lane) => lane.card === 'card 2')!.fault).toMatch(/^The NVIDIA card failed in the middle of work/)
    const run = await ended(lab, runId)
    const lost = onCards(run).filter(({ state }) => state === 'failed')
    expect(lost.map(({ device }) => device.split(' ')[0])).toEqual(['Small'])
    const others = onCards(run).filter(({ state }) => state === 'done')
    expect(others).toHaveLength(5)
    const later = others.filter(({ startedAt }) => startedAt! > lost[0]!.endedAt!)
    expect(new Set(later.map(({ device }) => device.split(' ')[0]))).toEqual(new Set(['Large']))
  }, 240_000)

  test('of which one has no memory for a stage: the other does all that takes as much, until the Doctor was asked', async () => {
    card.set(two)
    const { lab } = await open()
    await lab.calls.preview(spec([0]))
    card.set({ ...two, 'room@2': 700_000 })
    const run = await ended(lab, (await lab.calls.run(spec([0, 1, 2]))).runId)
    const lost = onCards(run).filter(({ error }) => error.startsWith('The NVIDIA card has not enough memory'))
    expect(lost.map(({ device }) => device.split(' ')[0])).toEqual(['Small'])
    expect(onCards(run).filter(({ state }) => state === 'done')).toHaveLength(5)
    card.set(two)
    await lab.calls.doctor()
    const again = await ended(lab, (await lab.calls.run(spec([3, 4]))).runId)
    const used = onCards(again).map(({ device }) => device.split(' ')[0]!)
    expect([again.state, used.toSorted().filter((name, i, all) => name !== all[i - 1])]).toEqual([
      'done',
      ['Large', 'Small'],
    ])
  }, 300_000)

  test('the first of which fails its self-test: the second does all that is for a card', async () => {
    card.set({ ...two, 'name@1': 'Bad', 'wrong@1': 1 })
    const { lab, sees } = await open()
    const { runId } = await lab.calls.run(spec([0]))
    const run = await ended(lab, runId)
    expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])
    expect(onCards(run).map(({ device }) => device.split(' ')[0])).toEqual(['Small', 'Small'])
    // It is the second all the same.
    expect((await lab.calls.status()).cards).toEqual([{ number: 2, name: 'Small' }])
    expect(sees).toContain(uuidOf(2))
    expect(sees).not.toContain(uuidOf(1))
  }, 240_000)

  test('the only sound one of which is left alone: nothing is computed on a card', async () => {
    card.set({ ...two, 'name@1': 'Bad', 'wrong@1': 1 })
    const why = 'Every NVIDIA card that passed its self-test is left alone (card 2, Small)'
    let counts = [1, 1]
    const { lab } = await open({ atOnceByCard: () => counts })
    // Planned while one was there.
    await lab.calls.pause('on')
    const before = await lab.calls.run(spec([0]))
    counts = [1, 0]
    await lab.calls.pause('off')
    const errors = (await ended(lab, before.runId)).stages.flatMap(({ error }) => error || [])
    expect(errors.length).toBeGreaterThan(0)
    expect(errors.filter((error) => !error.includes(why))).toEqual([])
    await expect(lab.calls.run({ ...spec([1]), backend: 'cuda' })).rejects.toThrow(why)
    const run = await ended(lab, (await lab.calls.run(spec([2]))).runId)
    expect(run.state).toBe('done')
    expect(onCards(run)).toEqual([])
    expect(run.stages.find(({ backend }) => backend === 'cpu')!.reason).toContain(why)
  }, 240_000)
})
