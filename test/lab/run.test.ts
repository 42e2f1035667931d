import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { LabEvent, Said } from '../../src-preload/contract'
import { verifyBundle } from '../../src-main/bundle'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, event, keyOf, longSpec, openLab, tinySpec, training } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })

describe('a run', () => {
  test('goes from a spec to results, examples, curves and a bundle', async () => {
    const home = temporaryFolder()
    const lab = await openLab({ home, ...engine() })
    const events: LabEvent[] = []
    lab.subscribe((batch) => void events.push(...batch))
    const { runId } = await lab.calls.run(tinySpec())
    const run = await ended(lab, runId)
    expect(run).toMatchObject({ state: 'done', stagesDone: 5, stagesTotal: 5, etaSeconds: null })
    expect(run.stages.map((stage) => [stage.kind, stage.role, stage.state, stage.cached])).toEqual([
      ['data', null, 'done', false],
      ['train', 'weak', 'done', false],
      ['label', null, 'done', false],
      ['train', 'ceiling', 'done', false],
      ['train', 'student', 'done', false],
    ])
    expect(run.stages[0]).toMatchObject({ backend: 'typescript', threads: 1, isa: null })
    expect(run.stages[1]).toMatchObject({ backend: 'wasm', threads: 1, error: '' })
    expect(run.stages[1]!.isa).toBe(/SIMD/.test(run.stages[1]!.device) ? 'wasm-simd' : 'wasm')

    const { arms } = await lab.calls.result({ runId, stop: 'last' })
    const [arm] = arms
    expect(arm).toMatchObject({ seedsDone: 1, stop: 'last' })
    expect(arm!.measures['accuracy']!.weak).toMatchObject({ seeds: 1, examples: 20 })
    // The store's numbers agree with what the engine measured while it trained.
    const curves = await lab.calls.curves({
      keys: [keyOf(run, 'student')],
      names: [],
      splits: ['test', ''],
      buckets: 50,
    })
    const accuracy = curves.find((c) => c.name === 'accuracy' && c.split === 'test')!
    expect(accuracy.step).toEqual(arm!.training!.step)
    accuracy.value.forEach((value, i) => expect(value).toBeCloseTo(arm!.measures['accuracy']!.training!.mean[i]!, 6))
    expect(curves.find((c) => c.name === 'loss')).toMatchObject({ split: '', bucket: 1 })

    const ref = { runId, armId: arm!.arm.id, seed: 0, stop: 'last' as const }
    const cube = await lab.calls.cube(ref)
    expect(Object.values(cube.counts).reduce((a, b) => a + b)).toBe(20)
    const query = { ...ref, cells: [], search: '', sort: 'weak-confidence' as const, offset: 0, limit: 5 }
    const page = await lab.calls.examples(query)
    expect(page.total).toBe(20)
    const sure = page.rows.map((row) => row.weak.confidence)
    expect(sure).toEqual(sure.toSorted((a, b) => b - a))
    const [first] = page.rows
    const same = await lab.calls.examples({
      ...query,
      cells: [first!.cell],
      search: first!.text.slice(0, 20),
      limit: 20,
    })
    expect(same.rows).toContainEqual(first)
    expect(same.rows.every((row) => row.cell === first!.cell)).toBe(true)
    const detail = await lab.calls.example({ ...ref, index: first!.index })
    expect(detail).toMatchObject(first!)
    expect(detail.history.step).toEqual(arm!.training!.step)
    const ofClass1 = ({ says, confidence }: Said) =>
      expect.closeTo(says === 1 ? confidence : 1 - confidence, 12) as number
    expect(detail.history).toMatchObject({ of: 1, weak: ofClass1(first!.weak), ceiling: ofClass1(first!.ceiling) })
    expect(detail.history.probability.at(-1)).toEqual(ofClass1(first!.student))
    expect(detail.history.fate.at(-1) === 'right').toBe(first!.student.right)

    const log = await lab.calls.log({ runId, limit: 100 })
    expect(log.length).toBeGreaterThan(0)
    const bundle = (await lab.calls.exportBundle({ runId, path: '' }))!
    expect(bundle.path.startsWith(join(home, 'bundles'))).toBe(true)
    expect(await verifyBundle(bundle.path)).toMatchObject({ problems: [] })
  })

  test('is there at once when all of it is done, and has a headline', async () => {
    const lab = await openLab(engine())
    const first = await lab.calls.run(tinySpec())
    await ended(lab, first.runId)
    const second = await lab.calls.run(tinySpec({ name: 'Again' }))
    const run = await lab.calls.runDetail(second.runId)
    expect(run.state).toBe('done')
    expect(run.stages.every((stage) => stage.cached)).toBe(true)
    while (!(await lab.calls.runs()).every((r) => r.headline)) await event(lab, (e) => e.type === 'run')
    expect((await lab.calls.runs()).map((r) => [r.name, r.headline.split(':')[0]])).toEqual([
      ['Again', 'naive'],
      ['Tiny', 'naive'],
    ])
    const preview = await lab.calls.preview(tinySpec())
    expect(preview).toMatchObject({ valid: true, seconds: 0, bytes: 0 })
  })

  test('tells what it has found with every finished seed, not at its end alone', async () => {
    const lab = await openLab(engine())
    const strong = { epochs: 200, batch: 2 }
    const { runId } = await lab.calls.run(tinySpec({ seeds: [0, 1], optimiser: { weak: { epochs: 1 }, strong } }))
    const line = async () => (await lab.calls.runs())[0]!.headline
    while ((await line()) === '') await event(lab, (e) => e.type === 'run')
    const { state, stages } = await lab.calls.runDetail(runId)
    expect([state, stages.filter((s) => s.role === 'student').map((s) => s.state)[0]]).toEqual(['running', 'done'])
    expect(await line()).toMatch(/^naive: /)
    await lab.calls.cancel(runId)
    await ended(lab, runId)
  })

  test('shares its stages with another run in the queue: each is run once', async () => {
    const lab = await openLab(engine())
    const started: string[] = []
    lab.subscribe((events) => {
      for (const e of events) if (e.type === 'state' && e.state === 'running') started.push(e.key)
    })
    const a = await lab.calls.run(tinySpec())
    const b = await lab.calls.run(tinySpec({ methods: [{ method: 'naive' }, { method: 'confidence' }] }))
    await ended(lab, a.runId)
    const run = await ended(lab, b.runId)
    expect(run).toMatchObject({ state: 'done', stagesTotal: 6 })
    expect(started.toSorted()).toEqual(run.stages.map((stage) => stage.key).toSorted())
  })

  test('that is paused after the stage at work has that one done and no other begun', async () => {
    const lab = await openLab(engine())
    const { runId } = await lab.calls.run(tinySpec())
    const [first, second] = (await lab.calls.runDetail(runId)).stages
    const done = event(lab, (e) => e.type === 'state' && e.key === first!.key && e.state === 'done')
    await event(lab, (e) => e.type === 'state' && e.key === first!.key && e.state === 'running')
    await lab.calls.pause('after')
    expect((await lab.calls.status()).pause).toBe('after')
    await done
    await setTimeout(300)
    expect((await lab.calls.status()).pause).toBe('on')
    const stages = async () => (await lab.calls.runDetail(runId)).stages
    expect((await stages()).map(({ state }) => state)).toEqual(['done', ...Array<string>(4).fill('waiting')])
    await lab.calls.pause('off')
    await event(lab, (e) => e.type === 'state' && e.key === second!.key && e.state === 'done')
    await ended(lab, runId)
    // Nothing is at work: it need not be waited for.
    await lab.calls.pause('after')
    expect((await lab.calls.status()).pause).toBe('on')
  })

  test('that is paused stands still, with all behind it, until it is told to go on', async () => {
    const lab = await openLab(engine())
    const { runId } = await lab.calls.run(longSpec())
    const ceiling = keyOf(await lab.calls.runDetail(runId), 'ceiling')
    await training(lab, ceiling)
    await lab.calls.pause('on')
    expect(await lab.calls.status()).toMatchObject({ pause: 'on', engine: 'running' })
    const steps = async () => (await lab.calls.runDetail(runId)).stages.find((stage) => stage.key === ceiling)!.done
    await setTimeout(500) // what was on its way arrives
    const held = await steps()
    await setTimeout(700)
    expect(await steps()).toBe(held)
    await lab.calls.pause('off')
    await event(lab, (e) => e.type === 'progress' && e.key === ceiling && e.done > held)

    await lab.calls.pause('on')
    const stopped = event(lab, (e) => e.type === 'state' && e.key === ceiling && e.state === 'cancelled')
    await lab.calls.cancel(runId)
    await stopped
    const { seconds, startedAt, endedAt } = (await lab.calls.runDetail(runId)).stages.find((s) => s.key === ceiling)!
    expect(seconds).toBeLessThan((endedAt! - startedAt!) / 1000 - 1)
    const next = await lab.calls.run(tinySpec())
    const last = await lab.calls.run(tinySpec({ name: 'First after all', seeds: [1] }))
    await lab.calls.runMove({ runId: last.runId, before: next.runId })
    for (const move of [
      { runId, before: null },
      { runId: last.runId, before: runId },
    ])
      await expect(lab.calls.runMove(move)).rejects.toMatchObject({ code: 'conflict' })
    await setTimeout(300)
    expect(await lab.calls.runDetail(next.runId)).toMatchObject({ state: 'queued' })
    await lab.calls.pause('off')
    expect(await ended(lab, last.runId)).toMatchObject({ state: 'done' })
    expect((await lab.calls.runDetail(next.runId)).state).not.toBe('done')
    expect(await ended(lab, next.runId)).toMatchObject({ state: 'done' })
  })

  test('that is cancelled stops at the next step, keeps what is done, and can be resumed', async () => {
    const lab = await openLab(engine())
    const { runId } = await lab.calls.run(longSpec())
    const ceiling = keyOf(await lab.calls.runDetail(runId), 'ceiling')
    await training(lab, ceiling)
    await event(lab, (e) => e.type === 'status' && /^ceiling .*, steps [\d,]+ of 20,000$/.test(e.status.activity))
    expect(await lab.calls.status()).toMatchObject({ engine: 'running', queue: 1, backend: 'wasm', readOnly: '' })
    await expect(lab.calls.remove(runId)).rejects.toMatchObject({ code: 'conflict' })
    const stopped = event(lab, (e) => e.type === 'state' && e.key === ceiling && e.state === 'cancelled')
    await lab.calls.cancel(runId)
    expect((await lab.calls.runDetail(runId)).state).toBe('cancelled')
    await stopped
    const run = await lab.calls.runDetail(runId)
    expect(run.stages.map((stage) => stage.state)).toEqual(['done', 'done', 'done', 'cancelled', 'cancelled'])
    await expect(lab.calls.cancel(runId)).rejects.toMatchObject({ code: 'conflict' })
    await lab.calls.resume(runId)
    await training(lab, ceiling)
    expect((await lab.calls.runDetail(runId)).stages.map((stage) => stage.state)).toEqual([
      'done',
      'done',
      'done',
      'running',
      'waiting',
    ])
    await expect(lab.calls.resume(runId)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('that is cancelled does not stop a stage that another run waits for', async () => {
    const lab = await openLab(engine())
    const one = await lab.calls.run(longSpec())
    const two = await lab.calls.run(longSpec({ name: 'Other' }))
    const ceiling = keyOf(await lab.calls.runDetail(one.runId), 'ceiling')
    await training(lab, ceiling)
    await lab.calls.cancel(one.runId)
    await training(lab, ceiling)
    expect((await lab.calls.runDetail(two.runId)).state).toBe('running')
    expect((await lab.calls.runDetail(one.runId)).state).toBe('cancelled')
  })

  test('that is removed frees what no other run wants, and nothing else', async () => {
    const home = temporaryFolder()
    const lab = await openLab({ home, ...engine() })
    const both = await lab.calls.run(tinySpec({ methods: [{ method: 'naive' }, { method: 'confidence' }] }))
    const one = await lab.calls.run(tinySpec())
    await ended(lab, both.runId)
    await ended(lab, one.runId)
    const keysOf = async (id: string) => (await lab.calls.runDetail(id)).stages.map((stage) => stage.key)
    const kept = await keysOf(one.runId)
    const own = (await keysOf(both.runId)).filter((key) => !kept.includes(key))
    expect(own).toHaveLength(1)
    const { freedBytes } = await lab.calls.remove(both.runId)
    expect(freedBytes).toBeGreaterThan(0)
    const artifacts = readdirSync(join(home, 'artifacts')).filter((name) => name !== 'tmp')
    expect(artifacts.toSorted()).toEqual(kept.toSorted())
    await expect(lab.calls.runDetail(both.runId)).rejects.toMatchObject({ code: 'not-found' })
    expect((await lab.calls.result({ runId: one.runId, stop: 'last' })).arms[0]!.seedsDone).toBe(1)
    await lab.calls.remove(one.runId)
    expect(readdirSync(join(home, 'artifacts')).filter((name) => name !== 'tmp')).toEqual([])
    expect(existsSync(join(home, 'lab.sqlite'))).toBe(true)
  })

  test('resumed twice at once is resumed once; resumed while it is removed it is gone', async () => {
    const lab = await openLab(engine())
    const { runId } = await lab.calls.run(longSpec())
    await lab.calls.cancel(runId)
    const both = await Promise.allSettled([lab.calls.resume(runId), lab.calls.resume(runId)])
    expect(both.map((reply) => reply.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await lab.calls.cancel(runId)
    while ((await lab.calls.status()).activity !== '') await event(lab, (e) => e.type === 'status')
    const resumed = expect(lab.calls.resume(runId)).rejects.toMatchObject({ code: 'not-found' })
    await lab.calls.remove(runId)
    await resumed
    expect(await lab.calls.runs()).toEqual([])
  })

  test('takes the word vectors that came with the app', async () => {
    const lab = await openLab(engine())
    const strong = [{ model: 'vectors', hidden: 4, tuneEmbeddings: false }]
    const { runId } = await lab.calls.run(tinySpec({ strong }))
    const pretrain = (await lab.calls.runDetail(runId)).stages.find((stage) => stage.kind === 'pretrain')
    expect(pretrain).toMatchObject({ state: 'done', cached: true, startedAt: null, endedAt: null })
    expect((await ended(lab, runId)).state).toBe('done')
  })
})
