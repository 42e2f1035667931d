// One list of actions: keys, palette and the dialog of keys are made from it.
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { ACTION_IDS, ACTIONS, keyGroups, keyText } from '../../src-renderer/lib/actions'
import { SEALED_TEXT } from '../../src-renderer/lib/runs'
import { actions } from '../../src-renderer/state/actions.svelte'
import { createFakeBridge } from './bridge'
import { PRESETS } from './sample'
import { heard, open } from './window'

const press = (key: string, extra: KeyboardEventInit = {}, at: Element | Window = window) =>
  fireEvent(at, new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...extra }))
const control = { ctrlKey: true, modifierCtrlKey: true } as KeyboardEventInit
const palette = async () => {
  await press('k', control)
  const dialog = within(await screen.findByRole('dialog', { name: 'Find an action, a run or a page' }))
  const field = dialog.getByRole('combobox', { name: 'What to find' })
  const type = (text: string) => fireEvent.input(field, { target: { value: text } })
  const titles = () => dialog.queryAllByRole('option').map((option) => option.querySelector('.title')!.textContent)
  const chosen = () => dialog.getByRole('option', { selected: true })
  return { dialog, field, type, titles, chosen }
}

// Fields among so many take a while to find by their roles.
afterEach(cleanup)

describe('actions', () => {
  it('print their keys as one says them', () => {
    expect(
      ['g h', 'Control+Enter', 'Control+Shift+z', 'Shift+?', 'Alt+ArrowLeft', 'Shift+P', 'e'].map(keyText),
    ).toEqual(['g h', 'Ctrl ⏎', 'Ctrl Shift Z', '?', 'Alt ←', 'Shift P', 'e'])
  })
  it('with keys all stand in the dialog of keys, and no place has one key twice', () => {
    const keyed = ACTION_IDS.filter((id) => ACTIONS[id].keys)
    expect(
      keyGroups()
        .flatMap(({ actions }) => actions.map(({ id }) => id))
        .toSorted(),
    ).toEqual(keyed.toSorted())
    const places = keyed.map((id) => `${ACTIONS[id].where} ${ACTIONS[id].keys}`)
    expect(new Set(places).size).toBe(places.length)
  })
  it('are done by the view that came last, and not where they cannot be', () => {
    const done: string[] = []
    let why = ''
    const stops = [
      actions.offer({ search: () => done.push('first') }),
      actions.offer({ search: { run: () => done.push('second'), unless: () => why } }),
    ]
    expect(actions.run('search')).toBe(true)
    why = 'not now'
    expect(actions.run('search')).toBe(true)
    stops[1]!()
    actions.run('search')
    stops[0]!()
    expect(actions.run('search')).toBe(false)
    expect(done).toEqual(['second', 'first'])
  })
})

describe('the palette', () => {
  it('lists every action, with why one cannot be done here', async () => {
    open('#/home')
    await screen.findByRole('heading', { level: 1, name: /at work/ })
    const { dialog, type, titles } = await palette()
    for (const { title, where } of ACTION_IDS.map((id) => ACTIONS[id]))
      if (where !== 'Everywhere' && where !== 'Tables') {
        await type(title)
        expect(titles(), title).toContain(title)
      }
    await type('Export the bundle')
    const option = dialog.getAllByRole('option')[0]!
    expect(option.getAttribute('aria-disabled')).toBe('true')
    expect(option.textContent).toContain('only in: Result')
  })
  it('goes to runs, tasks, models and pages of the guide by their names, however they are shortened', async () => {
    open('#/home')
    await screen.findByRole('heading', { level: 1, name: /at work/ })
    const { type, titles, field } = await palette()
    await type('fvtsk')
    expect(titles()).toContain('Five tasks')
    await type('nothing is called so')
    expect(titles()).toEqual([])
    await type('calibration')
    await type('Spam')
    await press('Enter', {}, field)
    await waitFor(() => expect(location.hash).toBe('#/data?task=spam'))
    expect(screen.queryByRole('dialog')).toBeNull()
  })
  it('is walked by the arrow keys, and runs a preset', async () => {
    const bridge = open('#/home')
    await screen.findByRole('button', { name: 'Run Quick start' })
    const { type, field, chosen } = await palette()
    await type('quick start')
    const first = chosen().textContent
    await press('ArrowDown', {}, field)
    expect(chosen().textContent).not.toBe(first)
    expect(field.getAttribute('aria-activedescendant')).toBe(chosen().id)
    await type('run quick start')
    expect(chosen().textContent).toContain('Run Quick start')
    await press('Enter', {}, field)
    await waitFor(() => expect(heard(bridge, 'run')[0]?.args).toEqual([PRESETS[0]!.spec]))
  })
})

describe('what is looked at', () => {
  it('goes with one from one side of a run to the other', async () => {
    open('#/results/run-done?arm=some&seed=2&metric=auroc')
    await screen.findByRole('button', { name: /Export bundle/ })
    await press('g')
    await press('i')
    await waitFor(() => expect(location.hash).toBe('#/inspector/run-done?arm=some&seed=2'))
    await press('g')
    await press('m')
    await waitFor(() => expect(location.hash).toBe('#/monitor/run-done?arm=some&seed=2'))
    const rail = () => screen.getByRole('link', { name: 'Inspector' }).getAttribute('href')
    await waitFor(() => expect(rail()).toBe('#/inspector/run-done?arm=some&seed=2'))
    await press('g')
    await press('r')
    await waitFor(() => expect(location.hash).toBe('#/results/run-done?arm=some&seed=2'))
    expect(screen.getByRole('link', { name: 'Studies' }).getAttribute('aria-current')).toBe('page')
    await press('g')
    await press('r')
    await waitFor(() => expect(location.hash).toBe('#/results'))
  })
  it('is where one finds oneself again at the start', async () => {
    open('#/guide')
    await screen.findByRole('navigation', { name: 'Places' })
    location.hash = '#/data?task=spam'
    await waitFor(() => expect(localStorage.getItem('w2s.place')).toBe('#/data?task=spam'))
    cleanup()
    history.replaceState(null, '', location.pathname)
    const { render } = await import('@testing-library/svelte')
    render((await import('../../src-renderer/App.svelte')).default)
    await waitFor(() => expect(location.hash).toBe('#/data?task=spam'))
  })
})

describe('an ended run', () => {
  it('leads to its result by Enter, but not where Enter presses something', async () => {
    open('#/monitor/run-done')
    await screen.findByRole('heading', { level: 1, name: 'Quick start: done' })
    expect(screen.getByRole('region', { name: 'How it ended' }).textContent).toContain('naive: PGR .52')
    await press('Enter', {}, screen.getByRole('button', { name: 'Add seeds…' }))
    expect(location.hash).toBe('#/monitor/run-done')
    await press('Enter')
    await waitFor(() => expect(location.hash).toBe('#/results/run-done'))
  })
  it('whose study is sealed says so', async () => {
    const done = await createFakeBridge().call('runDetail', 'run-done')
    if (!done.ok) throw new Error(done.error.message)
    open('#/monitor/run-done', { runDetail: () => ({ ...done.value, sealed: true, headline: '' }) })
    const part = await screen.findByRole('region', { name: 'How it ended' })
    expect(part.textContent).toContain(SEALED_TEXT)
  })
  it('that broke off says what is known, what is not done and why', async () => {
    open('#/monitor/run-stop')
    const part = within(await screen.findByRole('region', { name: 'How it ended' }))
    expect(part.getByText(/stages of \d+ are not done: .*The engine or the app ended while it worked\./s)).toBeTruthy()
    const table = within(part.getByRole('table', { name: 'What is known' }))
    await waitFor(() => expect(table.getAllByRole('row')[1]!.textContent).toMatch(/supervisor.*\.8\d\d/))
  })
})

it('a view is kept under a name, found by it, and forgotten', async () => {
  open('#/inspector/run-done?cells=001&q=noon')
  await screen.findByRole('navigation', { name: 'Places' })
  const keeper = await palette()
  await keeper.type('keep this view')
  await press('Enter', {}, keeper.field)
  const dialog = within(await screen.findByRole('dialog', { name: 'Keep this view' }))
  const name = dialog.getByRole<HTMLInputElement>('textbox', { name: 'Name' })
  name.focus()
  expect([name.selectionStart, name.selectionEnd], 'what is proposed gives way to what is typed').toEqual([
    0,
    name.value.length,
  ])
  await fireEvent.input(name, { target: { value: 'x'.repeat(201) } })
  expect(dialog.getByText('A name has 200 characters at most; this one has 201.')).toBeTruthy()
  await fireEvent.submit(name.closest('form')!)
  expect([name.value.length, localStorage.getItem('w2s.views')]).toEqual([201, null])
  await fireEvent.input(name, { target: { value: 'Copied at noon' } })
  await fireEvent.click(dialog.getByRole('button', { name: 'Keep' }))
  location.hash = '#/guide'
  await screen.findByRole('region', { name: 'Pages of the guide' })
  const finder = await palette()
  await finder.type('Copied at noon')
  await press('Enter', {}, finder.field)
  await waitFor(() => expect(location.hash).toBe('#/inspector/run-done?cells=001&q=noon'))
  const remover = await palette()
  await remover.type('forget the view copied')
  await press('Enter', {}, remover.field)
  expect(localStorage.getItem('w2s.views')).toBe('[]')
})

it('settings are asked for once and changed one by one', async () => {
  const bridge = open('#/home')
  await press(',', control)
  const dialog = within(await screen.findByRole('dialog', { name: 'Settings' }))
  await fireEvent.click(await dialog.findByRole('radio', { name: 'dark' }))
  await fireEvent.click(dialog.getByRole('checkbox', { name: /Tell me when a run ends/ }))
  expect(heard(bridge, 'settings').map(({ args }) => args[0])).toEqual([{}, { theme: 'dark' }, { notify: false }])
})

it('a setting that cannot be is not kept, stays as it was typed, and says what was expected', async () => {
  const bridge = open('#/home')
  await press(',', control)
  const dialog = within(await screen.findByRole('dialog', { name: 'Settings' }))
  const field = await dialog.findByRole<HTMLInputElement>('spinbutton', { name: /Stages at a time/ })
  await fireEvent.change(field, { target: { value: '99' } })
  expect((await dialog.findByRole('alert')).textContent).toContain('Expected a whole number from 1 to 16')
  expect([field.value, field.getAttribute('aria-invalid')]).toEqual(['99', 'true'])
  expect(heard(bridge, 'settings')).toHaveLength(1)
  await fireEvent.change(field, { target: { value: '3' } })
  await waitFor(() => expect(dialog.queryByRole('alert')).toBeNull())
  expect(heard(bridge, 'settings').at(-1)!.args).toEqual([{ atOnce: 3 }])
})
