import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { Preview } from '../../src-preload/contract'
import { placeName } from '../../src-renderer/views/builder/labels'
import { fieldFaults } from '../../src-renderer/views/builder/sweep'
import { CATALOG } from './bridge'
import { preview } from './sample-plans'
import { detailOf, RUNS } from './sample-runs'
import { heard, open } from './window'

afterEach(cleanup)

const field = (name: string | RegExp) => screen.findByRole<HTMLInputElement>('textbox', { name })

describe('the lab of the confidence loss', () => {
  async function opened(change: Parameters<typeof open>[1] = {}) {
    const bridge = open('#/builder', change)
    const summary = await screen.findByText('Targets of a real batch', {}, { timeout: 10_000 })
    await screen.findByRole('button', { name: /^Run \d+ stages/ }, { timeout: 10_000 })
    const details = summary.closest('details')!
    details.open = true
    await fireEvent(details, new Event('toggle'))
    return bridge
  }
  it('asks for a batch once it is opened, and mixes it by how much of the training is done', async () => {
    const bridge = await opened()
    await screen.findByText('α = .50')
    screen.getByText(/^hardens to “before 1913” from \.\d\d on$/)
    screen.getByText(/^The 3 rows of update 124, the last one of the student of/)
    await fireEvent.input(screen.getByRole('slider', { name: 'Part of training done' }), { target: { value: '0.1' } })
    await screen.findByText('α = .25')
    expect(heard(bridge, 'batchMix').map(({ args }) => args[0])).toMatchObject([
      { method: 1, progress: 1 },
      { method: 1, progress: 0.1 },
    ])
    const table = screen.getByRole('table', { name: 'Targets of a real batch', hidden: true })
    const cells = within(table).getAllByRole('cell', { hidden: true }).slice(0, 6)
    expect(cells.map(({ textContent }) => textContent)).toEqual([
      ...['Passage 1', 'after 1913', '.10', '.30', 'before 1913', '.08'],
    ])
  })
  it('says what is missing where nothing was trained', async () => {
    await opened({ batchMix: () => ({ found: false }) })
    await screen.findByText(/^No finished run has such models on this task/)
    expect(screen.queryByText(/^α =/)).toBeNull()
  })
})

describe('a sweep', () => {
  /** What is said beside a field of it. */
  async function describedAs(name: string) {
    const id = (await field(name)).getAttribute('aria-describedby')
    return id === null ? '' : document.getElementById(id)!.textContent
  }
  async function sweptOver(change: Parameters<typeof open>[1] = {}) {
    open('#/builder', change)
    await fireEvent.click(await screen.findByRole('button', { name: 'Sweep over a field' }, { timeout: 10_000 }))
  }
  it('says beside a field that it has no values yet', async () => {
    await sweptOver()
    await fireEvent.input(await field('Values of Epochs'), { target: { value: ' , ' } })
    expect(await describedAs('Values of Epochs')).toBe('Give it values, between commas.')
    const part = (name: string) => screen.getByRole('button', { name }).textContent
    await waitFor(() => expect(part('Seeds')).toContain('✓'))
    expect(part('Sweep')).not.toContain('✓')
  })
  it('says what the lab refuses of it beside the field, in the words of the form', async () => {
    const problems = [
      { path: 'axes[0]', expected: 'every value of optimiser.epochs once', got: '2' },
      { path: 'axes', expected: 'a sweep of at most 64 runs', got: '65' },
    ]
    await sweptOver({
      sweepPlan: () => {
        throw Object.assign(new Error('axes[0]: expected every value once'), { problems })
      },
    })
    await screen.findByText('A sweep has 64 runs at most; this one would have 65. Take fewer values.')
    expect(await describedAs('Values of Epochs')).toBe('Give every value once; 2 is there twice.')
    expect(document.body.textContent).not.toMatch(/axes|expected/)
  })
  it('that goes over a field which is not there now asks for another', () => {
    expect(fieldFaults({ path: 'methods[3].alphaMax', text: '1' }, undefined, null)).toEqual([
      'Choose a field to sweep.',
    ])
  })
  it('is a grid of runs, planned as it is typed, and queued together', async () => {
    const bridge = open('#/builder')
    await fireEvent.click(await screen.findByRole('button', { name: 'Sweep over a field' }, { timeout: 10_000 }))
    await fireEvent.change(screen.getByRole('combobox', { name: 'Field 1 of the sweep' }), {
      target: { value: 'methods[1].alphaMax' },
    })
    const values = await field('Values of method 2, Largest alpha')
    expect(values.value).toBe('0.5')
    await fireEvent.input(values, { target: { value: '0.25, 0.5' } })
    await fireEvent.click(screen.getByRole('button', { name: 'Add a second field' }))
    await fireEvent.change(screen.getByRole('combobox', { name: 'Field 2 of the sweep' }), {
      target: { value: 'labels' },
    })
    await fireEvent.input(await field('Values of Weak labels'), { target: { value: 'soft, hard' } })
    const table = await screen.findByRole('table', { name: 'Runs of the sweep' })
    await waitFor(() => expect(within(table).getAllByText(/^\d+ stages/)).toHaveLength(4))
    await fireEvent.click(screen.getByRole('button', { name: 'Queue 4 runs' }))
    await screen.findByText('4 runs queued.')
    expect(heard(bridge, 'sweep')[0]!.args).toMatchObject([
      {
        axes: [
          { path: 'methods[1].alphaMax', values: [0.25, 0.5] },
          { path: 'labels', values: ['soft', 'hard'] },
        ],
      },
    ])
    expect(location.hash).toBe('#/monitor/run-0')
  })
  it('says in the grid what is wrong with a value, and queues nothing', async () => {
    open('#/builder')
    await fireEvent.click(await screen.findByRole('button', { name: 'Sweep over a field' }, { timeout: 10_000 }))
    await fireEvent.input(await field('Values of Epochs'), { target: { value: '1, many' } })
    const table = await screen.findByRole('table', { name: 'Runs of the sweep' })
    await within(table).findByText('Type a number; "many" is none.')
    expect((await field('Values of Epochs')).getAttribute('aria-invalid')).toBe('true')
    expect(await describedAs('Values of Epochs')).toBe('many: Type a number; "many" is none.')
    const queue = screen.getByRole('button', { name: 'Queue 2 runs' })
    await waitFor(() => expect(queue.title).toBe('1 run of it cannot be planned'))
    await fireEvent.click(screen.getByRole('button', { name: 'Sweep over Epochs no more' }))
    expect(screen.queryByRole('table', { name: 'Runs of the sweep' })).toBeNull()
  })
})

it('tells a name that is too long of the name, not of the question', async () => {
  const problems = [{ path: 'name', expected: 'at most 120 characters', got: '"xxx"' }]
  open('#/builder', { preview: () => ({ valid: false, problems, courses: [], price: null }) })
  await waitFor(
    () => expect(document.getElementById('f-name-problem')?.textContent).toBe('Takes 120 characters at most.'),
    {
      timeout: 10_000,
    },
  )
  expect(placeName(CATALOG, {}, 'name')).toBe('Name')
  expect(placeName(CATALOG, {}, 'question')).toBe('Question')
})

it('a plan says what is cached by now as other runs get done, and can be worked at meanwhile', async () => {
  let cached = 0
  const known = (spec: unknown): Preview => {
    const told = preview(spec)
    return told.valid ? { ...told, stages: told.stages.map((stage, i) => ({ ...stage, cached: i < cached })) } : told
  }
  const done = () => RUNS.map(detailOf).map((run) => ({ ...run, stagesDone: run.stagesDone + cached }))
  const bridge = open('#/builder', { preview: known, runs: done })
  const plan = within(await screen.findByRole('table', { name: 'What will run' }))
  const told = () => plan.getByRole('rowheader', { name: 'cached' }).parentElement!.textContent
  await waitFor(() => expect(told()).toContain('0 stages'))
  cached = 2
  bridge.emit([{ type: 'run', id: 'run-done' }])
  await waitFor(() => expect(told()).toContain('2 stages'), { timeout: 5000 })
})

it('tells of a preset of one’s own that cannot be read, and deletes it', async () => {
  const broken = { id: 'odd', file: '/home/ada/presets/odd.json', reason: 'tasks: expected a list, got nothing' }
  const bridge = open('#/builder', { catalog: () => ({ ...CATALOG, brokenPresets: [broken] }) })
  await screen.findByText('The preset “odd” of your own cannot be read, and is left out.', {}, { timeout: 10_000 })
  screen.getByText(broken.reason)
  await fireEvent.click(screen.getByRole('button', { name: 'Delete the preset odd' }))
  await waitFor(() => expect(heard(bridge, 'presetRemove')[0]!.args).toEqual(['odd']))
})

it('opens a run again at the field that is to be another', async () => {
  open('#/results/run-done')
  await fireEvent.click(await screen.findByRole('button', { name: 'Run again with…' }, { timeout: 10_000 }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Run again with…' }))
  location.hash = dialog.getByRole('link', { name: 'another learning rate' }).getAttribute('href')!
  await screen.findByRole('region', { name: 'Changes' }, { timeout: 10_000 })
  await waitFor(() => expect(document.activeElement?.id).toBe('f-optimiser.lr'))
  expect(location.hash).toBe('#/builder')
})
