// A run again, otherwise: in the Builder with what is changed told, with more seeds, and by what mends a failure.
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { changedName, seedsToAdd, withMoreSeeds } from '../../src-renderer/lib/again'
import { changesOf } from '../../src-renderer/lib/diff'
import type { RunDetail } from '../../src-preload/contract'
import { createFakeBridge } from './bridge'
import { PRESETS } from './sample'
import { heard, open } from './window'

const SPEC = PRESETS[0]!.spec

// Fields among so many take a while to find by their roles.
afterEach(cleanup)

describe('what is changed', () => {
  it('is told field by field, lists of numbers as ranges', () => {
    const after = { ...SPEC, seeds: [0, 1, 2, 3], sizes: { ...SPEC.sizes, weak: 7 }, probe: true }
    expect(changesOf(SPEC, after)).toEqual(
      [
        { path: 'sizes.weak', before: String(SPEC.sizes.weak), after: '7' },
        { path: 'seeds', before: '0-2', after: '0-3' },
        { path: 'probe', before: 'false', after: 'true' },
      ].toSorted(
        (a, b) => Object.keys(SPEC).indexOf(a.path.split('.')[0]!) - Object.keys(SPEC).indexOf(b.path.split('.')[0]!),
      ),
    )
    expect(changesOf(SPEC, SPEC)).toEqual([])
  })
  it('takes an entry that was put between others for one more, not for a change of those after it', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((model) => ({ model }))
    expect(changesOf({ weak: [a, b] }, { weak: [a, c, b] })).toEqual([
      { path: 'weak[1]', before: '', after: 'model c' },
    ])
    expect(changesOf({ weak: [a, b] }, { weak: [b] })).toEqual([{ path: 'weak[0]', before: 'model a', after: '' }])
  })
  it('has a name of its own', () => {
    expect(changedName('Quick start')).toBe('Quick start, changed')
    expect(changedName('Quick start, changed')).toBe('Quick start, changed 2')
    expect(changedName('Quick start, changed 9')).toBe('Quick start, changed 10')
  })
  it('adds the seeds after the largest', () => {
    expect([1, 3, 4, 12].map(seedsToAdd)).toEqual([2, 2, 1, 4])
    const more = withMoreSeeds({ ...SPEC, seeds: [0, 7] }, 2)
    expect(more).toMatchObject({ name: 'Quick start, 4 seeds', seeds: [0, 7, 8, 9] })
    expect(withMoreSeeds(more, 1).name).toBe('Quick start, 5 seeds')
  })
})

describe('a run in the builder', () => {
  it('is its draft, with the changes told as they are made, and loses its name by them', async () => {
    open('#/monitor/run-done')
    await fireEvent.click(await screen.findByRole('button', { name: 'Open in the builder' }))
    const changes = within(await screen.findByRole('region', { name: 'Changes' }))
    expect(changes.getByText(/^Nothing yet/)).toBeTruthy()
    const name = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Name' })
    const alpha = screen.getByRole<HTMLInputElement>('textbox', { name: 'Largest alpha' })
    const before = alpha.value
    await fireEvent.input(alpha, { target: { value: '0.25' } })
    const row = (await changes.findByText('methods[1].alphaMax')).closest('li')!
    expect(row.textContent).toContain(`${before} → 0.25`)
    expect(name.value).toBe('Quick start, changed')
    await fireEvent.input(alpha, { target: { value: before } })
    await changes.findByText(/^Nothing yet/)
    expect(name.value).toBe('Quick start')
  })
  it('leaves the draft before it to be had back', async () => {
    open('#/builder')
    const name = () => screen.findByRole<HTMLInputElement>('textbox', { name: 'Name' })
    await fireEvent.input(await name(), { target: { value: 'Mine' } })
    location.hash = '#/builder?run=run-five'
    await waitFor(async () => expect((await name()).value).toBe('Five tasks'))
    await fireEvent.click(await screen.findByRole('button', { name: 'Undo' }))
    await waitFor(async () => expect((await name()).value).toBe('Mine'))
  })
  it('is found again with its changes after a reload', async () => {
    open('#/builder?run=run-done')
    await screen.findByText(/^Nothing yet/)
    await fireEvent.click(screen.getByRole('button', { name: 'Remove method 2' }))
    cleanup()
    const { render } = await import('@testing-library/svelte')
    const { default: App } = await import('../../src-renderer/App.svelte')
    window.w2s = createFakeBridge()
    render(App)
    const changes = within(await screen.findByRole('region', { name: 'Changes' }))
    expect(await changes.findByText('methods[1]')).toBeTruthy()
  })
})

it('seeds are added to a run, with what is cached told', async () => {
  const bridge = open('#/monitor/run-done')
  await fireEvent.click(await screen.findByRole('button', { name: 'Add seeds…' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Add seeds to Quick start' }))
  await dialog.findByText(/stages to run, \d+ cached/)
  await dialog.findByText('5 seeds then: 0-4')
  await fireEvent.click(dialog.getByRole('button', { name: 'Queue 2 more seeds' }))
  await waitFor(() => expect(heard(bridge, 'run')).toHaveLength(1))
  expect(heard(bridge, 'run')[0]!.args[0]).toMatchObject({ name: 'Quick start, 5 seeds', seeds: [0, 1, 2, 3, 4] })
  await waitFor(() => expect(location.hash).toBe('#/monitor/run-live'))
})

describe('a failure', () => {
  const failed = async (remedy: RunDetail['stages'][0]['remedy']) => {
    const bridge = createFakeBridge()
    const reply = await bridge.call('runDetail', 'run-fail')
    if (!reply.ok) throw new Error(reply.error.message)
    const run = reply.value
    const stages = run.stages.map((stage) => (stage.state === 'failed' ? { ...stage, remedy } : stage))
    return open('#/monitor/run-fail', { runDetail: () => ({ ...run, stages }) })
  }
  it('that a lower rate mends is run again with it, for that model alone', async () => {
    const bridge = await failed({ does: 'again', path: 'strong[0]', set: 'lr', value: 0.001 })
    await fireEvent.click(await screen.findByRole('button', { name: 'Run again with a third of its learning rate' }))
    await waitFor(() => expect(heard(bridge, 'run')).toHaveLength(1))
    const spec = heard(bridge, 'run')[0]!.args[0]
    expect(changesOf(SPEC, spec)).toEqual([
      { path: 'name', before: 'Quick start', after: 'Quick start, changed' },
      { path: 'strong[0].optimiser', before: '', after: 'lr 0.001' },
    ])
  })
  it('that is mended elsewhere leads there', async () => {
    await failed({ does: 'place', place: 'models' })
    await fireEvent.click(await screen.findByRole('button', { name: 'Look for the model' }))
    await waitFor(() => expect(location.hash).toBe('#/models'))
  })
})
