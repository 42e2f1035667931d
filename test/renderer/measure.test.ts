import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import App from '../../src-renderer/App.svelte'
import { createFakeBridge } from './bridge'
import { preview } from './sample-plans'

function open(change: Parameters<typeof createFakeBridge>[0]) {
  localStorage.clear()
  location.hash = '#/builder'
  window.w2s = createFakeBridge(change)
  render(App)
}
afterEach(cleanup)

describe('the time of a plan', () => {
  it('is measured where it is a guess, and no guess from then on', async () => {
    let known = false
    const guessed = (spec: unknown) => {
      const told = preview(spec)
      if (told.valid) told.stages = told.stages.map((stage) => ({ ...stage, rough: !stage.cached && !known }))
      return told
    }
    const trial = { heading: 'Train students', title: 'student', seconds: 3.4, memoryBytes: 2e6, why: '' }
    const measure = () => ((known = true), [trial])
    open({ preview: guessed, measure })
    expect(await screen.findByText(/^Roughly: nothing like/)).toBeTruthy()
    await fireEvent.click(screen.getByRole('button', { name: 'Measure' }))
    const table = within(await screen.findByRole('table', { name: 'Measured' }))
    expect(table.getByRole('rowheader').textContent).toBe('Train students')
    await waitFor(() => expect(screen.queryByText(/^Roughly: nothing like/)).toBeNull())
    expect(screen.queryByRole('button', { name: 'Measure' })).toBeNull()
  })
  it('says why it could not be measured', async () => {
    const rough = (spec: unknown) => {
      const told = preview(spec)
      if (told.valid) told.stages = told.stages.map((stage) => ({ ...stage, rough: true }))
      return told
    }
    const measure = () => {
      throw new Error('Stages are at work.')
    }
    open({ preview: rough, measure })
    await fireEvent.click(await screen.findByRole('button', { name: 'Measure' }))
    expect((await screen.findByRole('alert')).textContent).toMatch(/^It was not measured: /)
  })
})
