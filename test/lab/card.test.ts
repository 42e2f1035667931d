// Runs on an NVIDIA card, from the choice to the result: the real engine and addon over a library that a test breaks.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { LabEvent } from '../../src-preload/contract'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { createLab, type SpawnEngine } from '../../src-main/lab'
import { fakeCard } from '../engine/card'
import { nativeMissing } from '../engine/runtimes'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses, RESOURCES } from './built'
import { ended, event, keyOf, tinySpec } from './tools'

const POCKET = { model: 'pretrained', checkpoint: 'pocket-s', tokens: 16, tune: 'last', blocks: 1 }
/** A supervisor of words, which no card computes, and a student that is a transformer. */
const SPEC = tinySpec({
  strong: [POCKET],
  evaluations: 2,
  optimiser: { epochs: 1, batch: 10 },
  sizes: { weak: 20, transfer: 20, validation: 20, test: 20 },
})

describe.skipIf(nativeMissing || process.platform !== 'linux')('a run on an NVIDIA card', () => {
  const built = builtProcesses()
  const card = fakeCard()
  const cache = mkdtempSync(path.join(tmpdir(), 'w2s-cache-'))
  const sound = { quick: 1 }
  beforeAll(() => {
    for (const [name, value] of Object.entries({ ...card.env, W2S_CACHE: cache })) vi.stubEnv(name, value)
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    rmSync(cache, { recursive: true, force: true })
  })

  /** A lab that takes what is best; `engines`: how many processes ran stages or errands so far. */
  async function openHere() {
    const pids: (number | undefined)[] = []
    const fork = forkEngine(built.entry('engine'))
    const spawnEngine: SpawnEngine = (onMessage, onExit) => {
      const handle = fork(onMessage, onExit)
      pids.push(handle.pid)
      return handle
    }
    const processes = { analyst: built.entry('analyst'), librarian: built.entry('librarian') }
    const places = { home: temporaryFolder(), resources: RESOURCES, cache, appVersion: '0.0.0-test' }
    const lab = await createLab({ ...places, spawnEngine, ...processes })
    onTestFinished(() => lab.close())
    return { lab, pids }
  }
  const failure = (key: string) => (e: LabEvent) => e.type === 'state' && e.key === key && e.state === 'failed'
  const stageOf = (run: Awaited<ReturnType<typeof ended>>, role: string) => run.stages.find((s) => s.role === role)!

  test('goes there and elsewhere stage by stage, says why, and has its result', async () => {
    card.set(sound)
    const { lab } = await openHere()
    const { runId } = await lab.calls.run(SPEC)
    const run = await ended(lab, runId)
    expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])
    const device = 'Fake card (compute 8.9, driver 550.54.14)'
    for (const role of ['student', 'ceiling']) expect(stageOf(run, role)).toMatchObject({ backend: 'cuda', device })
    expect(stageOf(run, 'student').reason).toMatch(/^There is an NVIDIA card; NVIDIA card passed its self-test/)
    expect(stageOf(run, 'weak')).toMatchObject({ backend: 'cpu' })
    expect(stageOf(run, 'weak').reason).toMatch(/^NVIDIA card does not compute this; Native engine passed/)
    const { arms } = await lab.calls.result({ runId, stop: 'last' })
    expect(arms[0]!.measures['accuracy']!.student.value).toBeGreaterThan(0)
    expect(await lab.calls.status()).toMatchObject({ backend: 'cuda', device })
  }, 180_000)

  test('a card that fails takes its stage and its process, and the next stage goes on, on the card again', async () => {
    card.set(sound)
    const { lab, pids } = await openHere()
    await lab.calls.preview(SPEC)
    card.set({ ...sound, fault: 700, after: 150 })
    const { runId } = await lab.calls.run(SPEC)
    const ceiling = keyOf(await lab.calls.runDetail(runId), 'ceiling')
    await event(lab, failure(ceiling))
    card.set(sound)
    const before = pids.length
    const run = await ended(lab, runId)
    expect(stageOf(run, 'ceiling')).toMatchObject({ state: 'failed', remedy: { does: 'place', place: 'doctor' } })
    expect(stageOf(run, 'ceiling').error).toMatch(/^The NVIDIA card failed in the middle of work \(.*error 700\)\./)
    expect(stageOf(run, 'student')).toMatchObject({ state: 'done', backend: 'cuda' })
    expect((await lab.calls.status()).lanes).toMatchObject([{ backend: 'cuda', fault: '' }])
    expect(pids.length).toBe(before + 1)
  }, 180_000)

  test('where the user allows it, what waits goes on, on the next backend', async () => {
    card.set(sound)
    const { lab } = await openHere()
    const spec = { ...SPEC, fallback: true }
    await lab.calls.preview(spec)
    card.set({ ...sound, fault: 719, after: 150 })
    const { runId } = await lab.calls.run(spec)
    const run = await ended(lab, runId)
    expect(stageOf(run, 'ceiling')).toMatchObject({ state: 'failed', backend: 'cuda' })
    expect(stageOf(run, 'student')).toMatchObject({ state: 'done', backend: 'cpu' })
    expect(stageOf(run, 'student').reason).toMatch(/^The NVIDIA card failed .*error 719.* Native engine passed/)
    const [lane] = (await lab.calls.status()).lanes
    expect(lane).toMatchObject({ backend: 'cuda', fault: stageOf(run, 'ceiling').error })
  }, 180_000)

  test('without enough memory its stage fails by what it needs, and the process lives', async () => {
    card.set(sound)
    const { lab, pids } = await openHere()
    await lab.calls.preview(SPEC)
    card.set({ ...sound, room: 7e5 })
    const { runId } = await lab.calls.run(SPEC)
    const ceiling = keyOf(await lab.calls.runDetail(runId), 'ceiling')
    await event(lab, failure(ceiling))
    const before = pids.length
    card.set(sound)
    const run = await ended(lab, runId)
    const { error, remedy } = stageOf(run, 'ceiling')
    expect(error).toMatch(
      /^The NVIDIA card has not enough memory: .* more were asked for, .* of .* are free\. The training has/,
    )
    expect(error).toMatch(
      /of weights, .* of gradients, .* of moments, .* of activations\. A smaller batch or fewer tokens of a text take less\.$/,
    )
    expect(remedy).toMatchObject({ does: 'again', set: 'batch', value: 5 })
    expect(pids.length).toBe(before)
  }, 180_000)

  test('is refused before it is there where it asks for a card that does not work', async () => {
    card.set({ error: 100 })
    const { lab } = await openHere()
    const refusal: object = {
      code: 'unavailable',
      message: expect.stringContaining('The driver sees no card.') as string,
    }
    await expect(lab.calls.run({ ...SPEC, backend: 'cuda' })).rejects.toMatchObject(refusal)
    await expect(lab.checkBackend('cuda')).rejects.toMatchObject(refusal)
    expect(await lab.calls.runs()).toEqual([])
    const plain = await lab.calls.preview({ ...SPEC, backend: 'cpu' })
    expect(plain.valid).toBe(true)
  }, 60_000)
})
