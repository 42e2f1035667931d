import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import App from '../../src-renderer/App.svelte'
import { Steps } from '../../src-renderer/state/steps'
import { toasts } from '../../src-renderer/state/toasts.svelte'
import { readText } from '../../src-preload/spec-text'
import { CATALOG, createFakeBridge, type FakeBridge } from './bridge'
import { preview } from './sample-plans'

vi.mock('../../src-main/science/methods', async (original) => {
  const { METHODS } = await original<{ METHODS: object }>()
  return { METHODS: { ...METHODS, ladder: (await import('../science/ladder')).ladder } }
})

function open(
  hash: string,
  kept: object | null = null,
  change: Parameters<typeof createFakeBridge>[0] = {},
): FakeBridge {
  localStorage.clear()
  if (kept) localStorage.setItem('w2s.draft', JSON.stringify(kept))
  toasts.all.forEach(({ id }) => toasts.close(id))
  location.hash = hash
  const bridge = createFakeBridge(change)
  window.w2s = bridge
  render(App)
  return bridge
}
const keptDraft = () => readText(localStorage.getItem('w2s.draft')!).value
const field = (name: string) => screen.findByRole<HTMLInputElement>('textbox', { name })
const type = async (name: string, value: string) => fireEvent.input(await field(name), { target: { value } })
const runs = () => screen.getByRole<HTMLButtonElement>('button', { name: /^Run/ })
/** Ctrl+Z, or Ctrl+Shift+Z, at an element or wherever the focus is. */
const undo = (at: Element | Window = window, shift = false) =>
  fireEvent(
    at,
    new KeyboardEvent('keydown', {
      key: shift ? 'Z' : 'z',
      ctrlKey: true,
      modifierCtrlKey: true,
      shiftKey: shift,
      modifierShiftKey: shift,
      bubbles: true,
    } as KeyboardEventInit),
  )

afterEach(cleanup)

describe('steps', () => {
  it('go back and forth, and what is typed into one field is one of them', () => {
    const steps = new Steps<string>()
    steps.record('', 'name')
    steps.record('a', 'name')
    steps.record('ab', 'question')
    expect(steps.undo('ab c')).toBe('ab')
    expect(steps.undo('ab')).toBe('')
    expect(steps.undo('')).toBeUndefined()
    expect(steps.redo('')).toBe('ab')
    steps.record('ab')
    expect(steps.redo('abc')).toBeUndefined()
  })
  it('are not joined over an undo', () => {
    const steps = new Steps<string>()
    steps.record('', 'name')
    steps.record('a')
    steps.undo('b')
    steps.record('a', 'name')
    expect(steps.undo('ac')).toBe('a')
  })
  it('are kept up to a hundred', () => {
    const steps = new Steps<number>()
    for (let i = 0; i < 150; i++) steps.record(i)
    let last = 150
    for (let state = steps.undo(last); state !== undefined; state = steps.undo(state)) last = state
    expect(last).toBe(50)
  })
})

describe('the seeds', () => {
  it('that are none stop the run and stand among the problems, until they are mended', async () => {
    open('#/builder')
    await screen.findByRole('button', { name: 'Run 15 stages' }, { timeout: 10_000 })
    await type('Seeds', '0, 3-')
    expect(runs().disabled).toBe(true)
    await waitFor(() => expect(screen.getAllByText('Type a number; "3-" is none.')).toHaveLength(2))
    expect((await field('Seeds')).getAttribute('aria-invalid')).toBe('true')
    expect((await field('Seeds')).value).toBe('0, 3-')
    expect(runs().disabled).toBe(true)
    await type('Seeds', '0, 3-4')
    await waitFor(() => expect(runs().disabled).toBe(false))
  }, 20_000)
})

describe('seeds to plan for', () => {
  it('say how wide PGR will be, from what, and take what a narrower one needs', async () => {
    open('#/builder')
    const side = within(await screen.findByRole('region', { name: 'Seeds to plan for' }, { timeout: 10_000 }))
    const told = await side.findByText(/^\d+ seeds: PGR ±.*at a gap of 12\.0.points, the widest of its arms/)
    expect(told.textContent).not.toContain('may hold both')
    const use = side.getByRole('button', { name: /^Use \d+$/ })
    const wanted = Number(use.textContent.replace(/\D/g, ''))
    await fireEvent.click(use)
    expect((await field('Seeds')).value).toBe(`0-${wanted - 1}`)
    await side.findByText(new RegExp(`^${wanted} seeds: PGR ±.\\.(0\\d|10) at a gap`))
  })
  it('are not guessed where nothing is known', async () => {
    open('#/builder', null, { outlook: () => [{ arm: 'a', seeds: 3, past: null, halfWidth: null, next: null }] })
    await screen.findByText(/^Nothing is known here of chance between seeds: no finished run/, {}, { timeout: 10_000 })
    expect(screen.queryByText(/PGR ±/)).toBeNull()
  })
})

describe('the memory of a plan', () => {
  const GIGA = 1e9
  const room = (availableBytes: number) => () => ({
    ...{
      of: 'gpu' as const,
      device: 'NVIDIA GeForce RTX 4080 SUPER',
      totalBytes: 16 * GIGA,
      reserveBytes: GIGA,
      why: '',
    },
    ...{ freeBytes: availableBytes + GIGA, availableBytes, diskFreeBytes: 80 * GIGA },
    others: [{ name: 'ollama', bytes: 9 * GIGA }],
  })
  it('stands item by item, against what is free beside what is left alone', async () => {
    open('#/builder', null, { room: room(4 * GIGA) })
    expect(await screen.findByText('fits now')).toBeTruthy()
    expect(
      screen.getByText(/482 MB at most; NVIDIA GeForce RTX 4080 SUPER has 5.0 GB free, of which 1.0 GB/),
    ).toBeTruthy()
    const table = within(screen.getByLabelText('Memory: Train students'))
    const values = table
      .getAllByRole('cell', { hidden: true })
      .map(({ textContent }) => textContent.replace('\u00a0', ' '))
    expect(values).toEqual(['68 MB', '68 MB', '136 MB', '60 MB', '30 MB', '2.0 MB', '118 MB'])
  })
  it('is that of as many of the largest stages as run at a time', async () => {
    const several = (spec: unknown) => {
      const told = preview(spec)
      if (told.valid) told.together = { stages: 3, bytes: 1446e6 }
      return told
    }
    open('#/builder', null, { preview: several, room: room(1 * GIGA) })
    expect(await screen.findByText('does not fit now')).toBeTruthy()
    expect(screen.getByText(/1.4 GB at most of the 3 largest stages.*Fewer stages at a time, a smaller/)).toBeTruthy()
  })
  it('that is not there now is told with who has it', async () => {
    open('#/builder', null, { room: room(0.2 * GIGA) })
    expect(await screen.findByText('does not fit now')).toBeTruthy()
    expect(screen.getByText(/Computing there now: ollama \(9.0 GB\)/)).toBeTruthy()
  })
})

describe('undo', () => {
  it('brings back a removed method and takes it away again', async () => {
    open('#/builder')
    await fireEvent.click(await screen.findByRole('button', { name: 'Remove method 2' }))
    expect(screen.queryByRole('combobox', { name: 'method 2' })).toBeNull()
    await undo()
    await screen.findByRole('combobox', { name: 'method 2' })
    await undo(window, true)
    await waitFor(() => expect(screen.queryByRole('combobox', { name: 'method 2' })).toBeNull())
  })
  it('is left to a field of text, but not to a choice', async () => {
    open('#/builder')
    const labels = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Weak labels' })
    await fireEvent.change(labels, { target: { value: 'hard' } })
    await undo(await field('Name'))
    expect(labels.value).toBe('hard')
    await undo(labels)
    await waitFor(() => expect(labels.value).toBe('soft'))
  })
  it('takes back what was typed into a field at once', async () => {
    open('#/builder')
    await type('Name', 'M')
    await type('Name', 'Mine')
    await type('Question', 'Why?')
    await undo()
    await waitFor(async () => expect((await field('Question')).value).not.toBe('Why?'))
    expect((await field('Name')).value).toBe('Mine')
    await undo()
    await waitFor(async () => expect((await field('Name')).value).toBe('Quick start'))
  })
  it('brings back a text that is no YAML yet', async () => {
    open('#/builder?tab=spec')
    const label = 'Experiment spec as YAML'
    await type(label, '{ "version": 1,')
    await fireEvent.click(screen.getByRole('radio', { name: 'Form' }))
    await type('Name', 'Mine')
    await undo()
    await fireEvent.click(screen.getByRole('radio', { name: 'YAML' }))
    expect((await field(label)).value).toBe('{ "version": 1,')
    await screen.findByText(/^Line 1 is no spec yet/)
  })
})

describe('a preset', () => {
  it.each([
    ['chosen in the builder', false],
    ['opened from Home, also in place of a draft of an earlier day', true],
  ])('%s gives a changed draft back', async (_how, fromHome) => {
    if (fromHome) open('#/builder?preset=five-tasks', { version: 1, name: 'Mine' })
    else {
      open('#/builder')
      await type('Name', 'Mine')
      const presets = screen.getByRole('combobox', { name: 'Start from a preset' })
      await fireEvent.change(presets, { target: { value: 'five-tasks' } })
    }
    await screen.findByText('Draft replaced.')
    expect((await field('Name')).value).toBe('Five tasks')
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(async () => expect((await field('Name')).value).toBe('Mine'))
    expect(screen.queryByText('Draft replaced.')).toBeNull()
  })
  it('replaces another without a word', async () => {
    open('#/builder')
    const presets = await screen.findByRole('combobox', { name: 'Start from a preset' })
    await fireEvent.change(presets, { target: { value: 'five-tasks' } })
    await waitFor(async () => expect((await field('Name')).value).toBe('Five tasks'))
    expect(screen.queryByText('Draft replaced.')).toBeNull()
  })
})

describe('the form', () => {
  it('stands where it was when one comes back to it', async () => {
    open('#/builder')
    await field('Name')
    const pane = screen.getByRole('main')
    pane.scrollTop = 320
    await fireEvent.scroll(pane)
    location.hash = '#/data'
    await screen.findByRole('heading', { name: /bundled tasks/ })
    location.hash = '#/builder'
    await field('Name')
    expect(screen.getByRole('main').scrollTop).toBe(320)
  })
  it('leads from a model that is not here to that model', async () => {
    open('#/builder')
    await fireEvent.change(await screen.findByRole('combobox', { name: 'student 1' }), {
      target: { value: 'pretrained' },
    })
    await fireEvent.change(screen.getByRole('combobox', { name: 'Model' }), { target: { value: 'large' } })
    await waitFor(() => {
      const link = screen.getByRole('link', { name: 'Open Models' })
      expect(link.getAttribute('href')).toBe('#/models?model=large')
    })
  })
  it('gives a model back as it was when its kind is changed and changed back', async () => {
    open('#/builder')
    const kind = async (value: string) =>
      fireEvent.change(await screen.findByRole('combobox', { name: 'student 1' }), { target: { value } })
    await kind('pretrained')
    await type('Longest text', '48')
    await kind('words')
    await kind('pretrained')
    expect((await field('Longest text')).value).toBe('48')
  })
})

describe('a method with models of its own', () => {
  it('has a form for each of them, as many as it takes', async () => {
    const methods = [{ method: 'ladder', between: [{ model: 'vectors' }, { model: 'words' }] }]
    open('#/builder', { version: 1, name: 'Mine', methods })
    const second = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'model 2' })
    expect(second.value).toBe('words')
    const ofIt = within(second.closest('fieldset')!)
    await fireEvent.input(ofIt.getByRole('textbox', { name: /words/i }), { target: { value: '70' } })
    const add = screen.getByRole('button', { name: 'Add a model' })
    expect(add.getAttribute('aria-disabled')).not.toBe('true')
    await fireEvent.click(add)
    await screen.findByRole('combobox', { name: 'model 3' })
    expect(screen.getByRole('button', { name: 'Add a model' }).title).toBe('It takes at most 3')
    const { methods: kept } = keptDraft() as { methods: unknown[] }
    expect(kept).toMatchObject([{ method: 'ladder', between: [{}, { model: 'words', words: 70 }, {}] }])
  })
})

it('takes the models of a ladder, set against each other as asked, and can have them back', async () => {
  open('#/builder')
  const picker = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Take the models of a ladder' })
  await fireEvent.change(picker, { target: { value: 'pocket/chain' } })
  expect(await screen.findByText('Of 4 pairs of supervisor and student, the spec names 2.')).toBeTruthy()
  const kept = () => keptDraft() as { weak: object[]; strong: object[]; pairs?: number[][] }
  expect(kept()).toMatchObject({
    weak: [{ checkpoint: 'pocket-s' }, { checkpoint: 'pocket-m' }],
    strong: [{ checkpoint: 'pocket-m' }, { checkpoint: 'pocket-l' }],
    pairs: [
      [0, 0],
      [1, 1],
    ],
  })
  await fireEvent.click(screen.getByRole('button', { name: 'All pairs instead' }))
  expect(kept()).not.toHaveProperty('pairs')
  expect(screen.queryByText(/the spec names/)).toBeNull()
})

describe('prompting', () => {
  const boxOf = (name: string | RegExp) => screen.findByRole<HTMLInputElement>('checkbox', { name })
  const kept = (): unknown => (keptDraft() as { prompting?: unknown }).prompting

  it('is turned on with zero and five examples, has the numbers typed and the labels ticked, and comes back as it was', async () => {
    open('#/builder')
    expect((await boxOf('Prompting')).checked).toBe(false)
    expect(screen.queryByRole('textbox', { name: 'Examples' })).toBeNull()
    await fireEvent.click(await boxOf('Prompting'))
    expect(kept()).toEqual({ shots: [0, 5], labels: ['truth', 'weak'] })
    await type('Examples', '0-2, 8')
    await fireEvent.click(await boxOf('ground truth'))
    expect(kept()).toEqual({ shots: [0, 1, 2, 8], labels: ['weak'] })
    await fireEvent.click(await boxOf('ground truth'))
    expect(kept()).toEqual({ shots: [0, 1, 2, 8], labels: ['truth', 'weak'] })
    await fireEvent.click(await boxOf('Prompting'))
    expect(kept()).toBeUndefined()
    await fireEvent.click(await boxOf('Prompting'))
    expect((await field('Examples')).value).toBe('0-2, 8')
  })

  it('says what is wrong with it where it stands', async () => {
    open('#/builder')
    await fireEvent.click(await boxOf('Prompting'))
    await type('Examples', '40')
    const problem = () => document.getElementById('f-prompting.shots[0]-problem')?.textContent
    await waitFor(() => expect(problem()).toBe('Take 32 or less; it is 40.'))
    expect((await field('Examples')).getAttribute('aria-invalid')).toBe('true')
  })
})

describe('what a task comes to', () => {
  it('is drawn with the rows that will come, their balance and what is cut of them', async () => {
    open('#/builder')
    const table = await screen.findByRole('table', { name: 'Rows of every part' }, { timeout: 10_000 })
    expect(within(table).getByRole('row', { name: /^Transfer half 1,000/ }).textContent).toContain('500 · ')
    screen.getByRole('img', { name: /labels the transfer half/ })
    screen.getByText(
      /^Pocket S on the transfer half: 31 tokens at the median, 140 at most; 2.% of 1,000 texts measured there are longer than the 128/,
    )
    screen.getByText('We will hold to our course.')
  }, 20_000)
  it('says why it cannot be shown', async () => {
    const change = {
      taskShown: () => {
        throw new Error('weak: expected 20 of each class')
      },
    }
    open('#/builder', null, change)
    await screen.findByText('The rows could not be cut: weak: expected 20 of each class', {}, { timeout: 10_000 })
  })
})

describe('a preset of one’s own', () => {
  const mine = { ...CATALOG.presets[1]!, id: 'mine', title: 'Mine', origin: 'own' } as const
  const catalog = () => ({ ...CATALOG, presets: [...CATALOG.presets, mine] })
  it('is kept under a name that is not one of the app', async () => {
    const bridge = open('#/builder')
    const keep = await screen.findByRole('button', { name: 'Keep as a preset…' })
    await waitFor(() => expect(keep).toHaveProperty('disabled', false), { timeout: 10_000 })
    await fireEvent.click(keep)
    const dialog = within(await screen.findByRole('dialog'))
    expect(dialog.getByRole('button', { name: 'Keep' })).toHaveProperty('title', 'That one came with the app')
    await fireEvent.input(dialog.getByRole('textbox', { name: 'Name' }), { target: { value: 'Mine' } })
    await fireEvent.click(dialog.getByRole('button', { name: 'Keep' }))
    await screen.findByText('“Mine” is kept among the presets.')
    expect(bridge.heard.find(({ name }) => name === 'presetSave')?.args).toMatchObject([{ title: 'Mine' }])
  }, 20_000)
  it('stands among the others, is deleted, and brought back', async () => {
    const bridge = open('#/builder', null, { catalog })
    const option = await screen.findByRole('option', { name: 'Mine' }, { timeout: 10_000 })
    expect(option.closest('optgroup')?.label).toBe('Your own')
    const presets = screen.getByRole('combobox', { name: 'Start from a preset' })
    await fireEvent.change(presets, { target: { value: 'mine' } })
    expect(presets).toHaveProperty('value', 'mine')
    await fireEvent.click(await screen.findByRole('button', { name: 'Delete preset' }, { timeout: 10_000 }))
    await screen.findByText('“Mine” is deleted.')
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
    const said = () =>
      bridge.heard.filter(({ name }) => name.startsWith('preset')).map(({ name, args }) => [name, args])
    await waitFor(() =>
      expect(said()).toEqual([
        ['presetRemove', ['mine']],
        ['presetSave', [{ title: 'Mine', spec: mine.spec }]],
      ]),
    )
  }, 20_000)
  it('goes out as a file of its spec', async () => {
    const bridge = open('#/builder')
    await fireEvent.click(await screen.findByRole('button', { name: 'Export spec…' }, { timeout: 10_000 }))
    await screen.findByText(/^Saved as/)
    const [file] = bridge.heard.find(({ name }) => name === 'saveFile')!.args as [{ name: string; base64: string }]
    expect(file.name).toBe('Quick-start.yaml')
    expect(readText(atob(file.base64)).value).toMatchObject({ version: 1, name: 'Quick start' })
  })
})
