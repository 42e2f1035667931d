import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { canGoOn, placeInQueue } from '../../src-renderer/views/monitor/choose'
import { eventsOf } from '../../src-renderer/views/monitor/events'
import { groupStages, linesOf } from '../../src-renderer/views/monitor/stage-names'
import { piecesOf } from '../../src-renderer/views/monitor/strip'
import { costText, shownState, timeText, tookText } from '../../src-renderer/lib/runs'
import type { RunDetail, RunSummary, StageStatus } from '../../src-preload/contract'
import { createFakeBridge, STATUS } from './bridge'
import { heard, open } from './window'

async function sample(id: string): Promise<RunDetail> {
  const reply = await createFakeBridge().call('runDetail', id)
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value
}
async function sampleRuns(): Promise<RunSummary[]> {
  const reply = await createFakeBridge().call('runs')
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value
}
const region = () => within(screen.getByRole('complementary', { name: 'Queue and stages' }))
const text = (element: HTMLElement) => element.textContent.replace(/\s+/g, ' ').trim()
afterEach(cleanup)

describe('stages by name', () => {
  const named = (stages: StageStatus[]) =>
    groupStages(stages).map(({ task, rows }) => [task, ...rows.map(({ name, seed }) => `${name} | ${seed}`)])
  it('say what tells them apart, their seeds beside it', async () => {
    const [[task, ...rows]] = named((await sample('run-next')).stages) as [string[]]
    expect(task).toBe('')
    expect(rows[0]).toMatch(/^data · .+ \| $/)
    expect(rows.filter((row) => row.endsWith('seed 2'))).toEqual([
      'weak | seed 2',
      'labels | seed 2',
      'ceiling | seed 2',
      'student · naive | seed 2',
      'student · confidence, alpha schedule as in the paper | seed 2',
    ])
  })
  it('stand under their task where there are several', async () => {
    const { stages } = await sample('run-five')
    const groups = named(stages)
    expect(groups).toHaveLength(5)
    expect(new Set(groups.map(([task]) => task)).size).toBe(5)
    expect(groups[4]!.slice(1, 3)).toEqual(['data | ', 'weak | seed 0'])
    expect(groups.flatMap(([, ...rows]) => rows)).toHaveLength(stages.length)
  })
  it('are one list of lines, each task before its own', async () => {
    const { stages } = await sample('run-five')
    const lines = linesOf(groupStages(stages))
    expect(lines).toHaveLength(stages.length + 5)
    expect(lines[0]).toMatchObject({ kind: 'task' })
    const [one] = linesOf(groupStages((await sample('run-next')).stages))
    expect(one).toMatchObject({ kind: 'stage' })
  })
  it('keep models that differ, and the whole of what stands alone', async () => {
    const { stages } = await sample('run-next')
    const task = { by: '', from: '', task: 'Spam', seed: 0 }
    const facts = [
      { ...task, does: 'data', of: '', seed: null },
      { ...task, does: 'weak', of: 'words 30' },
      { ...task, does: 'weak', of: 'words 50' },
      { ...task, does: 'ceiling', of: 'big' },
    ]
    expect(named(facts.map((facts, i) => ({ ...stages[i]!, facts })))[0]).toEqual([
      '',
      'data · Spam | ',
      'weak · words 30 | seed 0',
      'weak · words 50 | seed 0',
      'ceiling · big | seed 0',
    ])
  })
})

describe('a run in the queue', () => {
  it('says so first, with its place and what it takes', async () => {
    const { stages } = await sample('run-next')
    const cached = stages.map((stage, i) => (i === 0 ? { ...stage, state: 'done' as const, cached: true } : stage))
    const next = { ...(await sample('run-next')), stages: cached, stagesDone: 1 }
    open('#/monitor/run-next', { runDetail: () => next })
    await screen.findByRole('heading', { level: 1, name: next.name })
    expect(text(screen.getByRole('main'))).toMatch(/queued ?1 before it · takes about 55 s · 1 of \d+ stages done/)
    expect(screen.queryByRole('button', { name: 'Open the result' })).toBeNull()
    await fireEvent.click(region().getByRole('button', { name: /^done data/ }))
    await waitFor(() => expect(text(screen.getByRole('main'))).toContain('done cached'))
    expect(text(screen.getByRole('main'))).toContain('1 before it')
  })
  it('is told in lists by what it takes, and leads to where it will work', async () => {
    open('#/home')
    const table = within(await screen.findByRole('table', { name: 'Recent runs' }))
    const row = table.getByText('queued').closest('tr')!
    expect(text(row)).toContain('queued takes about 55 s')
    expect(within(row).getByRole('link').getAttribute('href')).toBe('#/monitor/run-next')
  })
  it('is next when none comes before it', async () => {
    const runs = await sampleRuns()
    const next = runs.find(({ id }) => id === 'run-next')!
    expect(placeInQueue(next, runs)).toBe('1 before it')
    expect(placeInQueue(next, [next])).toBe('next')
  })
})

describe('the monitor of a run that none was named of', () => {
  it('stays with the run that is cancelled, which can go on', async () => {
    let runs = await sampleRuns()
    const live = await sample('run-live')
    let state: RunDetail['state'] = 'running'
    const ended = () => ({ state, endedAt: state === 'cancelled' ? live.createdAt + 60_000 : null })
    const bridge = open('#/monitor', {
      runs: () => runs,
      runDetail: () => ({ ...live, ...ended() }),
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel…' }))
    expect(location.hash).toBe('#/monitor/run-live')
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel the run' }))
    state = 'cancelled'
    runs = runs.map((run) => (run.id === 'run-live' ? { ...run, ...ended() } : run))
    bridge.emit([{ type: 'run', id: 'run-live' }])
    const left = live.stagesTotal - live.stagesDone
    // A role among so many stages takes a while to find.
    await screen.findByRole('button', { name: `Go on, ${left} stages left` }, { timeout: 10_000 })
    expect(screen.queryByRole('button', { name: 'Cancel…' })).toBeNull()
    expect(region().getByRole('heading', { name: 'Can go on' })).toBeTruthy()
    expect(text(region().getByRole('link', { name: live.name }).closest('li')!)).toContain('cancelled')
  }, 30_000)
  it('counts as able to go on whatever ended with something left', async () => {
    const able = (await sampleRuns()).filter(canGoOn).map(({ id }) => id)
    expect(able).toEqual(['run-fail', 'run-stop'])
  })
})

describe('following', () => {
  it('is taken up again from another stage, and kept by choosing the one at work', async () => {
    open('#/monitor/run-live')
    await screen.findByText(/61 of 310 steps/)
    expect(screen.queryByRole('button', { name: 'Follow' })).toBeNull()
    await fireEvent.click(region().getAllByRole('button', { name: /^done weak/ })[0]!)
    expect(location.hash).toMatch(/stage=/)
    await fireEvent.click(await screen.findByRole('button', { name: 'Follow' }))
    expect(location.hash).toBe('#/monitor/run-live')
    await fireEvent.click(region().getAllByRole('button', { name: /^done weak/ })[0]!)
    await fireEvent.click(region().getByRole('button', { name: /^running/ }))
    expect(location.hash).toBe('#/monitor/run-live')
  })
})

describe('a stage that did not end well', () => {
  it('has its reason among the events, and no curves to wait for', async () => {
    open('#/monitor/run-fail', { curves: () => [] })
    const events = within(await screen.findByRole('log', { name: 'Events' }))
    expect(events.getByText(/failed, 4.s: The engine ended with signal SIGKILL while it trained\.$/)).toBeTruthy()
    expect(screen.getAllByText('There is none: the stage failed.')).not.toHaveLength(0)
    expect(screen.queryByText(/The first point comes/)).toBeNull()
  })
  it('that waits for another attempt keeps its event, and shows no time', async () => {
    const stop = await sample('run-live')
    const at = stop.createdAt
    const again = { startedAt: at, endedAt: at + 9000, seconds: 9, state: 'waiting' as const, cached: false }
    const stages = stop.stages.map((stage, i) => (i === 20 ? { ...stage, ...again } : stage))
    expect(eventsOf(stages, []).find(({ key }) => key === stages[20]!.key)?.text).toMatch(
      /stopped, to go on later, 9.s$/,
    )
    open('#/monitor/run-live', { runDetail: () => ({ ...stop, stages }) })
    await screen.findByText(/61 of 310 steps/)
    const row = region().getByTitle(stages[20]!.title).closest('button')!
    expect(text(row)).not.toMatch(/\d s/)
  })
  it('is counted on the card of its run', async () => {
    const live = await sample('run-live')
    const failed = { state: 'failed' as const, error: 'no' }
    const stages = live.stages.map((stage, i) =>
      i === 20 ? { ...stage, ...failed } : i === 22 ? { ...stage, ...failed, startedAt: null } : stage,
    )
    open('#/home', { runDetail: () => ({ ...live, stages }) })
    await screen.findByText('1 failed')
  })
})

describe('a pause', () => {
  it('is told on Home, which can end it', async () => {
    const bridge = open('#/home')
    bridge.emit([{ type: 'status', status: { ...STATUS, pause: 'on' } }])
    await screen.findByRole('heading', { name: '1 run is paused, 1 waiting' })
    expect(text(screen.getByRole('contentinfo'))).toContain('paused student')
    await fireEvent.click(screen.getByRole('button', { name: 'Go on' }))
    expect(bridge.heard.filter(({ name }) => name === 'pause').map(({ args }) => args)).toEqual([['off']])
    bridge.emit([{ type: 'status', status: STATUS }])
    await screen.findByRole('heading', { name: '1 run is at work, 1 waiting' })
  })
  it('is left out of the time that a run took', async () => {
    open('#/home')
    const table = within(await screen.findByRole('table', { name: 'Recent runs' }))
    expect(text(table.getByText('interrupted').closest('tr')!)).toContain('31 s')
  })
})

it('what a run took is held against what was expected of it', async () => {
  const reply = await createFakeBridge().call('runDetail', 'run-done')
  if (!reply.ok) throw new Error(reply.error.message)
  const run = { ...reply.value, seconds: 250 }
  const expected = { seconds: 180, rough: false, memoryBytes: 210e6 }
  const use = { ...run.use, peakBytes: 190e6 }
  const text = (change: object) => costText({ ...run, use, expected, ...change }).replaceAll('\u00a0', ' ')
  expect(text({})).toBe(
    'Estimated about 3 min, its stages took 4 min 10 s; memory estimated 210 MB, was 190 MB at most.',
  )
  expect(text({ expected: null })).toBe('Its stages took 4 min 10 s; memory 190 MB at most.')
  const gpu = { peakBytes: 190e6, peakGpuBytes: 2.1e9, wattHours: 5.25, wattSeconds: 200, cards: [] }
  expect(text({ use: gpu, expected: { ...expected, memoryBytes: 3e9, rough: true } })).toBe(
    'Estimated roughly 3 min, its stages took 4 min 10 s; GPU memory estimated 3.0 GB, was 2.1 GB at most; 5.3 Wh by the GPU over 3 min 20 s that were sampled.',
  )
  const of = (card: string, peakGpuBytes: number | null) => ({ card, peakGpuBytes, wattHours: 3, wattSeconds: 100 })
  const cards = [of('A100 (GPU-ae3738d5)', 2.1e9), of('Tesla T4 (GPU-0a1b2c3d)', 1.2e9)]
  expect(text({ use: { ...gpu, cards } })).toBe(
    'Estimated about 3 min, its stages took 4 min 10 s; GPU memory estimated 210 MB, was 2.1 GB on A100 (GPU-ae3738d5) and 1.2 GB on Tesla T4 (GPU-0a1b2c3d) at most; 5.3 Wh by 2 GPUs over 3 min 20 s that were sampled.',
  )
  expect(text({ use: { ...gpu, cards: [cards[0]!, of('', 7e8)] }, expected: null })).toContain(
    'GPU memory 2.1 GB on A100 (GPU-ae3738d5) and 700 MB on a card that is not known at most',
  )
  // The driver tells a card's power, and not what the engine holds there.
  const untold = { ...gpu, peakGpuBytes: null, cards: [of('A100 (GPU-ae3738d5)', null)] }
  expect(text({ use: untold })).toContain('its stages took 4 min 10 s; memory 190 MB at most; 5.3 Wh by the GPU')
  expect(text({ state: 'cancelled' })).toBe('')
  expect(text({ seconds: 0 })).toBe('')
})

it('a run of which nothing was computed here took no time', () => {
  expect(tookText({ endedAt: 1, seconds: 0 })).toBe('–')
  expect(tookText({ endedAt: null, seconds: 5 })).toBe('–')
  expect(tookText({ endedAt: 1, seconds: 0.2 })).toContain('under 1')
})

describe('home', () => {
  it('has the runs above the presets', async () => {
    open('#/home')
    const recent = await screen.findByRole('heading', { name: 'Recent runs' })
    const presets = screen.getByRole('heading', { name: 'Start from a preset' })
    expect(recent.compareDocumentPosition(presets) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy()
  })
})

describe('the monitor', () => {
  it('asks before it cancels', async () => {
    const bridge = open('#/monitor')
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel…' }))
    expect(heard(bridge, 'cancel')).toHaveLength(0)
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel the run' }))
    expect(heard(bridge, 'cancel')[0]?.args).toEqual(['run-live'])
    expect(await screen.findByRole('button', { name: 'Stopping…' })).toBeTruthy()
  })
  it('is paused and goes on, for as long as the lab says so', async () => {
    const bridge = open('#/monitor/run-live')
    bridge.emit([{ type: 'status', status: STATUS }])
    await fireEvent.click(await screen.findByRole('button', { name: 'Pause' }, { timeout: 10_000 }))
    expect(heard(bridge, 'pause')[0]?.args).toEqual(['on'])
    bridge.emit([{ type: 'status', status: { ...STATUS, pause: 'on' } }])
    const goOn = await screen.findByRole('button', { name: /^Go on/ })
    expect(screen.getByRole('contentinfo').textContent).toContain('paused')
    expect(screen.getAllByText('paused').length).toBeGreaterThan(1)
    await fireEvent.click(goOn)
    expect(heard(bridge, 'pause')[1]?.args).toEqual(['off'])
  })
  it('puts a run of the queue first', async () => {
    const bridge = open('#/monitor/run-live')
    const [button, ...others] = await screen.findAllByRole('button', { name: / first$/ })
    expect(others).toEqual([])
    await fireEvent.click(button!)
    await waitFor(() => expect(heard(bridge, 'runMove')[0]?.args).toEqual([{ runId: 'run-next', before: 'run-live' }]))
  })
  it('moves the run that is looked at, or the one with the focus, by keys', async () => {
    const bridge = open('#/monitor/run-live')
    const queue = within(await screen.findByRole('list', { name: 'Queue' }))
    const asked = () => heard(bridge, 'runMove').map(({ args }) => args[0])
    await fireEvent.keyDown(document.body, { key: 'ArrowDown', altKey: true })
    await waitFor(() => expect(asked()).toEqual([{ runId: 'run-live', before: null }]))
    const [, next] = queue.getAllByRole('link')
    next!.focus()
    await fireEvent.keyDown(next!, { key: 'ArrowDown', altKey: true })
    await fireEvent.keyDown(next!, { key: 'ArrowUp', altKey: true })
    await waitFor(() => expect(asked().slice(1)).toEqual([{ runId: 'run-next', before: 'run-live' }]))
  })
  it('pauses after the stage at work, and takes that back', async () => {
    const bridge = open('#/monitor/run-live')
    bridge.emit([{ type: 'status', status: STATUS }])
    await screen.findByRole('button', { name: 'Pause after this' }, { timeout: 10_000 })
    await fireEvent.keyDown(document.body, { key: 'p' })
    bridge.emit([{ type: 'status', status: { ...STATUS, pause: 'after' } }])
    await screen.findByText(/What is at work goes on to its end/)
    await fireEvent.click(screen.getByRole('button', { name: 'Do not pause' }))
    expect(heard(bridge, 'pause').map(({ args }) => args)).toEqual([['after'], ['off']])
  })
  it('says until when a stage that is being stopped is waited for, and ends it before', async () => {
    const bridge = open('#/monitor/run-stop')
    await screen.findByRole('button', { name: /^Go on/ })
    const [lane] = STATUS.lanes
    const lanes = [{ ...lane!, forcedAt: Date.now() + 27_000 }]
    bridge.emit([{ type: 'status', status: { ...STATUS, lanes } }])
    expect(text(await screen.findByText(/its process is ended all the same/))).toMatch(/In 2[678].s its process/)
    expect(screen.getByRole('contentinfo').textContent).toContain('stopping')
    await fireEvent.click(screen.getByRole('button', { name: 'End it now' }))
    expect(heard(bridge, 'force')[0]?.args).toEqual([lane!.key])
  })
  it('shows why a stage failed and goes on from there', async () => {
    const bridge = open('#/monitor/run-fail')
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toContain('The engine ended with signal SIGKILL')
    await fireEvent.click(screen.getByRole('button', { name: /^Go on, \d+ stages left$/ }))
    expect(heard(bridge, 'resume')[0]?.args).toEqual(['run-fail'])
  })
  it('moves with the events of the engine', async () => {
    const bridge = open('#/monitor/run-live')
    await screen.findByText(/61 of 310 steps/)
    const detail = await bridge.call('runDetail', 'run-live')
    const key = detail.ok ? detail.value.stages.find((s) => s.state === 'running')!.key : ''
    bridge.emit([
      { type: 'progress', key, done: 124, total: 310, unit: 'steps', share: 0.4, phase: '', etaSeconds: 12 },
      { type: 'metric', key, name: 'loss', split: '', step: 124, value: 0.4321 },
    ])
    await screen.findByText(/124 of 310 steps/)
    await screen.findByText(/0\.4321 at step 124/)
    expect(screen.getByRole('progressbar', { name: 'Stage' }).getAttribute('aria-valuenow')).toBe('124')
  })
})

describe('a stage that never began', () => {
  it('is not begun, whatever became of its run; one that did is what it is', async () => {
    const [stage] = (await sample('run-next')).stages as [StageStatus]
    const shown = (state: StageStatus['state'], startedAt: number | null) => shownState({ ...stage, state, startedAt })
    expect(shown('interrupted', null)).toBe('not begun')
    expect(shown('cancelled', null)).toBe('not begun')
    expect(shown('failed', null)).toBe('skipped')
    expect(shown('waiting', null)).toBe('waiting')
    for (const state of ['interrupted', 'cancelled', 'failed', 'done'] as const) expect(shown(state, 5)).toBe(state)
  })
  it('is said so in the list', async () => {
    const next = await sample('run-next')
    const stages = next.stages.map((stage) => ({ ...stage, state: 'interrupted' as const, startedAt: null }))
    const stopped = { ...next, state: 'interrupted' as const, endedAt: 1, stages }
    open('#/monitor/run-next', { runDetail: () => stopped })
    expect(await region().findAllByRole('button', { name: /^not begun/ })).toHaveLength(stages.length)
    expect(region().queryByRole('button', { name: /^interrupted/ })).toBeNull()
  })
})

describe('the strip of a run', () => {
  it('has a piece a stage while they fit, and one for neighbours that look alike beyond', async () => {
    const { stages } = await sample('run-next')
    const many = (n: number, state: StageStatus['state']) =>
      Array.from({ length: n }, (_, i): StageStatus => ({ ...stages[0]!, key: `${state}${i}`, state, startedAt: 1 }))
    expect(piecesOf(many(120, 'done'), '')).toHaveLength(120)
    const long = [...many(300, 'done'), ...many(1, 'running'), ...many(273, 'waiting')]
    const pieces = piecesOf(long, 'waiting9')
    expect(pieces.map(({ state, count, chosen }) => [state, count, chosen])).toEqual([
      ['done', 300, false],
      ['running', 1, false],
      ['waiting', 9, false],
      ['waiting', 1, true],
      ['waiting', 263, false],
    ])
    expect(pieces[0]!.title).toBe('300 stages: done')
    expect(new Set(pieces.map(({ key }) => key)).size).toBe(pieces.length)
  })
})

it('a queued run that shares the stage at work says what it waits for', async () => {
  const run = (await sampleRuns()).find(({ id }) => id === 'run-next')!
  expect(timeText({ ...run, sharing: true })).toBe('waits for a shared stage')
  expect(timeText({ ...run, sharing: false })).toMatch(/^takes about/)
})
