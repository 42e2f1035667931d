import { cleanup, screen, waitFor } from '@testing-library/svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { GroupQuery } from '../../src-preload/contract'
import { api } from '../../src-renderer/lib/api'
import { answers } from '../../src-renderer/state/answers'
import { router } from '../../src-renderer/state/router.svelte'
import { STATUS } from './bridge'
import { heard, open } from './window'

afterEach(cleanup)

const calls = (bridge: ReturnType<typeof open>, name: string) => heard(bridge, name).length

it('of a stage that another process works on are its curves, again and again', async () => {
  const bridge = open('#/monitor/run-live', { status: () => ({ ...STATUS, readOnly: 'Another process writes.' }) })
  await screen.findByText('Another process writes.')
  const read = () => heard(bridge, 'curves').filter(({ args }) => JSON.stringify(args).includes('"loss"')).length
  await waitFor(() => expect(read()).toBeGreaterThan(0))
  const before = read()
  bridge.emit([{ type: 'run', id: 'run-live' }])
  await waitFor(() => expect(read()).toBeGreaterThan(before))
})

describe('answers of the lab', () => {
  it('stand at once when one comes back, and are asked for anew once something changed', async () => {
    const bridge = open('#/monitor/run-done')
    await screen.findByRole('heading', { name: /Quick start: done/ })
    const before = calls(bridge, 'runDetail')
    router.go('guide')
    await waitFor(() => expect(screen.queryByRole('heading', { name: /Quick start: done/ })).toBeNull())
    router.go('monitor', 'run-done')
    await screen.findByRole('heading', { name: /Quick start: done/ })
    expect(calls(bridge, 'runDetail')).toBe(before)
    bridge.emit([{ type: 'run', id: 'run-done' }])
    await waitFor(() => expect(calls(bridge, 'runDetail')).toBeGreaterThan(before))
  })

  it('are asked for anew where the lab counts looks, and are the same object where they are the same', async () => {
    const bridge = open('#/guide')
    await screen.findByRole('navigation', { name: 'Places' })
    const query = { runId: 'run-done', stop: 'last' } as const
    const first = await answers.ask('result', [query])
    const asked = calls(bridge, 'result')
    expect(await answers.ask('result', [query])).toBe(first)
    expect(calls(bridge, 'result')).toBe(asked + 1)
    expect(answers.of('result', [query])).toBe(first)
    expect(answers.of('result', [{ ...query, stop: 'oracle' }])).toBeUndefined()
  })

  it('are forgotten with every call that changes something, and not kept where that came between', async () => {
    open('#/guide')
    await screen.findByRole('navigation', { name: 'Places' })
    await answers.ask('runDetail', ['run-done'])
    expect(answers.of('runDetail', ['run-done'])).toBeDefined()
    await api.mark({ runs: ['run-done'], starred: true })
    expect(answers.of('runDetail', ['run-done'])).toBeUndefined()
    const late = answers.ask('runDetail', ['run-done'])
    answers.forget()
    await late
    expect(answers.of('runDetail', ['run-done'])).toBeUndefined()
  })

  it('are asked for once, however many ask meanwhile', async () => {
    const bridge = open('#/guide')
    await screen.findByRole('navigation', { name: 'Places' })
    const before = calls(bridge, 'runDetail')
    const [one, other] = await Promise.all([1, 2].map(() => answers.ask('runDetail', ['run-done'])))
    expect(one).toBe(other)
    expect(calls(bridge, 'runDetail')).toBe(before + 1)
  })

  it('outlast what runs do where they go by datasets and models alone', async () => {
    open('#/guide')
    await screen.findByRole('navigation', { name: 'Places' })
    const rows = { task: 'sotu', model: '', turn: 0 }
    await answers.ask('taskRows', [rows])
    await answers.ask('runDetail', ['run-done'])
    answers.forget('runs')
    expect(answers.of('taskRows', [rows])).toBeDefined()
    expect(answers.of('runDetail', ['run-done'])).toBeUndefined()
    answers.forget()
    expect(answers.of('taskRows', [rows])).toBeUndefined()
  })

  it('are few where each is large', async () => {
    open('#/guide')
    await screen.findByRole('navigation', { name: 'Places' })
    const whole = { axis: 'step', from: null, to: null, summary: 'mean-t', smoothing: 0, each: false } as const
    const query = (buckets: number): GroupQuery => ({ groups: [], series: [], ...whole, buckets })
    for (let buckets = 1; buckets <= 6; buckets++) await answers.ask('groupCurves', [query(buckets)])
    const kept = [1, 2, 3, 4, 5, 6].filter((buckets) => answers.of('groupCurves', [query(buckets)]) !== undefined)
    expect(kept).toEqual([3, 4, 5, 6])
  })
})

/** What waits for the window to have nothing else to do. */
function stubIdle() {
  let idle: (() => void)[] = []
  vi.stubGlobal('requestIdleCallback', (work: () => void) => idle.push(work))
  vi.stubGlobal('cancelIdleCallback', () => (idle = []))
  return { waiting: () => idle.length, go: () => idle.splice(0).forEach((work) => work()) }
}
afterEach(() => vi.unstubAllGlobals())

it('what is kept stands before the lab is asked for it again, which counts as a look', async () => {
  const bridge = open('#/results/run-done')
  const stands = () => screen.findByRole('button', { name: /Export bundle/ })
  const head = () => screen.findByRole('heading', { name: /^PGR/ })
  await stands()
  await head()
  router.go('guide')
  await waitFor(() => expect(screen.queryByRole('button', { name: /Export bundle/ })).toBeNull())
  const idle = stubIdle()
  const before = calls(bridge, 'result')
  router.go('results', 'run-done')
  await head()
  expect(calls(bridge, 'result')).toBe(before)
  idle.go()
  await waitFor(() => expect(calls(bridge, 'result')).toBe(before + 1))
})

describe('the Builder', () => {
  it('finds what it shows asked for, once Home has been looked at for a while', async () => {
    const idle = stubIdle()
    const bridge = open('#/home')
    await screen.findByRole('navigation', { name: 'Places' })
    bridge.emit([{ type: 'status', status: { ...STATUS, engine: 'idle' } }])
    await waitFor(() => expect(idle.waiting()).toBeGreaterThan(0))
    expect(calls(bridge, 'taskShown')).toBe(0)
    idle.go()
    await waitFor(() => expect(calls(bridge, 'taskShown')).toBe(1))
    await waitFor(() => expect(calls(bridge, 'outlook')).toBe(1))
    const planned = calls(bridge, 'preview')
    router.go('builder')
    await screen.findByRole('heading', { name: 'What is to be run' })
    await screen.findByRole('table', { name: 'Rows of every part' })
    expect(['taskShown', 'outlook'].map((name) => calls(bridge, name))).toEqual([1, 1])
    expect(calls(bridge, 'preview')).toBe(planned)
  })

  it('checks a draft again that one comes back to after something changed', async () => {
    const bridge = open('#/builder')
    await screen.findByRole('table', { name: 'Rows of every part' })
    router.go('guide')
    await waitFor(() => expect(screen.queryByRole('table', { name: 'Rows of every part' })).toBeNull())
    const [before, runs] = [calls(bridge, 'preview'), calls(bridge, 'runs')]
    bridge.emit([{ type: 'run', id: 'run-done' }])
    await waitFor(() => expect(calls(bridge, 'runs')).toBeGreaterThan(runs))
    router.go('builder')
    await waitFor(() => expect(calls(bridge, 'preview')).toBeGreaterThan(before))
  })
})

it('curves that one comes back to stand as they were, and are asked for anew once something changed', async () => {
  const bridge = open('#/curves/run-done')
  await screen.findByText('Loss')
  const asked = () => heard(bridge, 'groupCurves').length
  await waitFor(() => expect(asked()).toBeGreaterThan(0))
  router.go('guide')
  await waitFor(() => expect(screen.queryByText('Loss')).toBeNull())
  const before = [asked(), heard(bridge, 'runDetail').length]
  router.go('curves', 'run-done')
  await screen.findByText('Loss')
  expect([asked(), heard(bridge, 'runDetail').length]).toEqual(before)
  router.go('guide')
  await waitFor(() => expect(screen.queryByText('Loss')).toBeNull())
  const runs = heard(bridge, 'runs').length
  bridge.emit([{ type: 'run', id: 'run-done' }])
  await waitFor(() => expect(heard(bridge, 'runs').length).toBeGreaterThan(runs))
  router.go('curves', 'run-done')
  await waitFor(() => expect(asked()).toBeGreaterThan(before[0]!))
})
