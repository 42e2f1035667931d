import { cleanup, fireEvent, screen } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { RunDetail, StageStatus } from '../../src-preload/contract'
import { lackingOf, TO_COME } from '../../src-renderer/lib/runs'
import { Pane } from '../../src-renderer/state/pane.svelte'
import { createFakeBridge } from './bridge'
import { open } from './window'

afterEach(cleanup)

const press = (key: string) => fireEvent(window, new KeyboardEvent('keydown', { key, bubbles: true, shiftKey: true }))

describe('the drawer of a place', () => {
  it('goes and comes by its button and its key, and stays as it was left', async () => {
    open('#/models')
    const button = await screen.findByRole('button', { name: 'Selected model' })
    expect(button.getAttribute('aria-expanded')).toBe('true')
    await fireEvent.click(button)
    expect(screen.queryByRole('complementary', { name: 'Selected model' })).toBeNull()
    expect(new Pane('Models').open).toBe(false)
    expect(new Pane('Data').open).toBe(true)
    await press('D')
    expect(await screen.findByRole('complementary', { name: 'Selected model' })).toBeTruthy()
    expect(new Pane('Models').open).toBe(true)
  })

  it('has an edge that keys move, within what leaves both panes something', () => {
    localStorage.clear()
    const pane = new Pane('Models')
    const [more, less] = pane.dock === 'right' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown']
    expect([pane.keyed(more, 300, 900), pane.keyed(less, 300, 900), pane.keyed('a', 300, 900)]).toEqual([
      324,
      276,
      null,
    ])
    pane.resize(2000, 900)
    expect(new Pane('Models').size).toBe(780)
    pane.resize(0, 900)
    expect(new Pane('Models').size).toBe(120)
    pane.reset()
    expect(new Pane('Models').size).toBeNull()
  })
})

describe('an arm without a result', () => {
  const sample = async (id: string): Promise<RunDetail> => {
    const reply = await createFakeBridge().call('runDetail', id)
    if (!reply.ok) throw new Error(reply.error.message)
    return reply.value
  }
  const marked = (run: RunDetail, key: string, change: Partial<StageStatus>): RunDetail => ({
    ...run,
    stages: run.stages.map((stage) => (stage.key === key ? { ...stage, ...change } : stage)),
  })

  it('is to come while its run is live', async () => {
    const run = await sample('run-live')
    expect(lackingOf(run, run.arms.at(-1)!)).toBe(TO_COME)
  })
  it('says which stage failed, its own or one that it needed, in a live run too', async () => {
    const run = await sample('run-live')
    const arm = run.arms.at(-1)!
    const { student } = arm.seeds[0]!
    const broken = { state: 'failed', startedAt: 1, error: 'It diverged.\nat step 3' } as const
    const own = lackingOf(marked(run, student, broken), arm)
    expect(own.word).toBe('failed')
    expect(own.why).toMatch(/^“.+” failed: It diverged\.$/)
    const data = run.stages[0]!.key
    const left = marked(marked(run, data, broken), student, { state: 'failed', startedAt: null })
    expect(lackingOf(left, arm).why).toBe(`“${run.stages[0]!.title}” failed: It diverged.`)
  })
  it('is not to come where its run was cancelled', async () => {
    const run = { ...(await sample('run-stop')), state: 'cancelled' as const }
    expect(lackingOf(run, run.arms[0]!)).toMatchObject({ word: 'cancelled' })
  })
})
