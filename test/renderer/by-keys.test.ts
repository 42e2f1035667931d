// What one does without a pointer: the fake lab hears it, and the focus is where one goes on.
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, expect, it } from 'vitest'
import { createFakeBridge } from './bridge'
import { heard, open } from './window'

afterEach(cleanup)
const active = () => document.activeElement as HTMLElement
const press = (key: string) => fireEvent.keyDown(active(), { key })

it('goes to a place that a key names, and again where one is there already', async () => {
  open('#/studies')
  await screen.findByRole('grid', { name: 'Studies and runs' })
  for (const key of ['g', 'd']) await fireEvent.keyDown(window, { key })
  await waitFor(() => expect(active()).toBe(document.querySelector('main')))
  screen.getByRole('link', { name: /^Models/ }).focus()
  for (const key of ['g', 'd']) await press(key)
  expect(active()).toBe(document.querySelector('main'))
})

it('selects a run of the list by the space bar and opens it by Enter', async () => {
  open('#/studies')
  const grid = await screen.findByRole('grid', { name: 'Studies and runs' })
  grid.focus()
  await waitFor(async () => {
    await press('ArrowDown')
    await press(' ')
    expect(screen.getByText(/^1 selected of/)).toBeTruthy()
  })
  expect(active()).toBe(grid)
  await press('Enter')
  expect(location.hash).toMatch(/^#\/(results|monitor)\//)
})

it('says that all runs are hidden, and shows them', async () => {
  const reply = await createFakeBridge().call('runs')
  if (!reply.ok) throw new Error('no runs')
  const runs = reply.value.map((run) => ({ ...run, hidden: true }))
  open('#/studies', { runs: () => runs, findRuns: () => ({ ids: [], parts: [], problem: null }), studies: () => [] })
  await fireEvent.click(await screen.findByRole('button', { name: `Show ${runs.length} hidden runs` }))
  expect(location.hash).toContain(encodeURIComponent('is:hidden'))
})

it('goes to the fields of a supervisor that is added, to a field of a sweep, and to a part of the form', async () => {
  open('#/builder?preset=quickstart')
  await fireEvent.click(await screen.findByRole('button', { name: 'Add a supervisor' }))
  await waitFor(() => expect(active()).toBe(screen.getByRole('combobox', { name: 'supervisor 2' })))
  await fireEvent.click(screen.getByRole('button', { name: 'Sweep over a field' }))
  await waitFor(() => expect(active()).toBe(screen.getByRole('combobox', { name: 'Field 1 of the sweep' })))
  const parts = within(screen.getByRole('region', { name: 'Parts of the experiment' }))
  await fireEvent.click(parts.getByRole('button', { name: /Seeds/ }))
  expect(active().id).toBe('s-seeds')
})

it('queues more seeds by Enter in their field, by the button that sends it', async () => {
  const bridge = open('#/monitor/run-done')
  await fireEvent.click(await screen.findByRole('button', { name: 'Add seeds…' }))
  const dialog = within(await screen.findByRole('dialog', { name: /^Add seeds to/ }))
  const send = await dialog.findByRole<HTMLButtonElement>('button', { name: /^Queue \d+ more seeds/ })
  expect(send.type).toBe('submit')
  await waitFor(() => expect(send.disabled).toBe(false))
  await fireEvent.submit(send.form!)
  await waitFor(() => expect(heard(bridge, 'run')).toHaveLength(1))
})

it('sets a rule by Enter in a field, by the button that sends it', async () => {
  const bridge = open('#/studies/s')
  await fireEvent.click(await screen.findByRole('button', { name: /^(Change…|Set a rule…)$/ }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Decision rule' }))
  const send = dialog.getByRole<HTMLButtonElement>('button', { name: 'Set the rule' })
  expect(send.form).toBe(dialog.getByRole('textbox', { name: 'Value' }).closest('form'))
  await fireEvent.submit(send.form!)
  await waitFor(() => expect(heard(bridge, 'studySay')).toHaveLength(1))
  expect(heard(bridge, 'studySay')[0]!.args).toMatchObject([{ id: 's', rule: { quantity: 'pgr' } }])
})

it('renames the selected run by F2, and hides it by the palette', async () => {
  const bridge = open('#/studies')
  const grid = await screen.findByRole('grid', { name: 'Studies and runs' })
  grid.focus()
  await press('End')
  await waitFor(() => expect(screen.getByText('selected run')).toBeTruthy())
  await press('F2')
  await screen.findByRole('dialog', { name: /^Rename / })
  await fireEvent.click(screen.getByRole('button', { name: 'Leave it' }))
  await fireEvent.keyDown(window, { key: 'k', ctrlKey: true })
  const field = await screen.findByRole('combobox', { name: 'What to find' })
  await fireEvent.input(field, { target: { value: 'Hide the selected' } })
  expect(await screen.findByText('Hide the selected runs, or show them')).toBeTruthy()
  await fireEvent.keyDown(field, { key: 'Enter' })
  await waitFor(() => expect(heard(bridge, 'mark')).toHaveLength(1))
  expect(heard(bridge, 'mark')[0]!.args).toMatchObject([{ hidden: true }])
})

it('goes from a chosen dataset to what can be done with it: the other datasets are no stops between', async () => {
  open('#/data')
  await screen.findByRole('heading', { name: /of your own$/ })
  const rows = document.querySelectorAll<HTMLElement>('main [data-row]')
  const chosen = rows[0]!
  chosen.focus()
  expect([...rows].filter(({ tabIndex }) => tabIndex === 0)).toEqual([chosen])
  await press('ArrowDown')
  expect(active()).toBe(rows[1])
  expect(rows[1]!.getAttribute('aria-pressed')).toBe('true')
})

it('sets a rule from the palette, which says where diagnostics are copied', async () => {
  open('#/studies/s')
  await screen.findByRole('button', { name: /^(Change…|Set a rule…)$/ })
  await fireEvent.keyDown(window, { key: 'k', ctrlKey: true })
  const field = await screen.findByRole('combobox', { name: 'What to find' })
  await fireEvent.input(field, { target: { value: 'diagnostics' } })
  const found = within(screen.getByRole('listbox', { name: 'Found' }))
  expect(found.getAllByRole('option')[0]!.textContent).toContain('only in: Doctor')
  await fireEvent.input(field, { target: { value: 'decision rule' } })
  await fireEvent.keyDown(field, { key: 'Enter' })
  await screen.findByRole('dialog', { name: 'Decision rule' })
})
