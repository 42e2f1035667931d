import { describeCatalog } from '../../src-main/science/catalog'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readText } from '../../src-preload/spec-text'
import App from '../../src-renderer/App.svelte'
import { toasts } from '../../src-renderer/state/toasts.svelte'
import type { Cell } from '../../src-preload/contract'
import { accuracyIn, armResult, PRESETS, resultOf, withAccuracy } from './sample'
import { createFakeBridge, STATUS, type FakeBridge } from './bridge'
import { heard, open } from './window'

const press = (key: string, extra: KeyboardEventInit = {}) =>
  fireEvent(window, new KeyboardEvent('keydown', { key, bubbles: true, ...extra }))

afterEach(cleanup)

describe('the frame', () => {
  it('warns of the fallback runtime and shows backend, device, queue and disk', async () => {
    open('#/home')
    await screen.findByText(STATUS.fallbackRuntime)
    const bar = within(screen.getByRole('contentinfo', { name: 'Status' }))
    expect(bar.getByText(/wasm · CPU/)).toBeTruthy()
    expect(bar.getByText('queue: 1 stage')).toBeTruthy()
    expect(bar.getByRole('link', { name: 'why?' }).getAttribute('href')).toBe('#/doctor')
  })
  it('goes to a place by its keys and marks it in the rail', async () => {
    open('#/home')
    await press('g')
    await press('d')
    await screen.findByRole('heading', { name: '5 bundled tasks, 1 of your own' })
    expect(screen.getByRole('link', { name: 'Data' }).getAttribute('aria-current')).toBe('page')
  })
  it('stays where it is while one types', async () => {
    open('#/builder')
    const name = await screen.findByRole('textbox', { name: 'Name' })
    await fireEvent(name, new KeyboardEvent('keydown', { key: 'g', bubbles: true }))
    await fireEvent(name, new KeyboardEvent('keydown', { key: 'd', bubbles: true }))
    expect(location.hash).toBe('#/builder')
  })
  it('shows its keys on ?', async () => {
    open('#/home')
    await press('?', { shiftKey: true })
    expect(await screen.findByRole('dialog', { name: 'Keys' })).toBeTruthy()
  })
  it('announces how a run ended', async () => {
    let state: 'running' | 'done' = 'running'
    const one = (bridge: FakeBridge) => bridge.call('runs').then((r) => (r.ok ? r.value[0]! : null))
    const sample = await one(createFakeBridge())
    const bridge = open('#/home', { runs: () => [{ ...sample!, state, headline: 'naive: PGR 0.52' }] })
    await screen.findByRole('heading', { name: /1 run is at work/ })
    state = 'done'
    bridge.emit([{ type: 'run', id: sample!.id }])
    await screen.findByText('Five tasks: done. naive: PGR 0.52')
  })
  it('takes notes away by itself, those of failures later', () => {
    vi.useFakeTimers()
    const texts = () => toasts.all.map(({ text }) => text)
    toasts.say('Done.')
    toasts.fail('Not done.')
    vi.advanceTimersByTime(9000)
    expect(texts()).toEqual(['Not done.'])
    vi.advanceTimersByTime(4000)
    expect(texts()).toEqual([])
    vi.useRealTimers()
  })
  it('says so when no lab answers', async () => {
    delete window.w2s
    location.hash = '#/home'
    render(App)
    await screen.findByText(/The lab does not answer/)
  })
})

describe('home', () => {
  it('teaches when there is no run, and runs a preset', async () => {
    const bridge = open('#/home', { runs: () => [] })
    await screen.findByRole('heading', { name: /Can a weak supervisor draw out/ })
    await fireEvent.click(await screen.findByRole('button', { name: 'Run Quick start' }))
    expect(heard(bridge, 'run')[0]?.args).toEqual([PRESETS[0]!.spec])
    await waitFor(() => expect(location.hash).toBe('#/monitor/run-live'))
  })
  it('has a study to show before the first run', async () => {
    const bridge = open('#/home', { runs: () => [], sample: () => ({ runId: 'run-sample' }) })
    await fireEvent.click(await screen.findByRole('button', { name: 'Open the sample study' }))
    await waitFor(() => expect(location.hash).toMatch(/^#\/results\/run-sample/))
    expect(heard(bridge, 'run')).toEqual([])
  })
  it('tells of a PGR that is no finding without a look at the result', async () => {
    const known = await createFakeBridge().call('runs')
    const run = known.ok ? known.value.find(({ state }) => state === 'done')! : null
    const found = { ...run!.found, arms: 4, undefined: 1, doubtful: 2 }
    const bridge = open('#/home', { runs: () => [{ ...run!, found }] })
    const row = within(await screen.findByRole('list', { name: 'Needs you' }))
    row.getByText('The PGR is in doubt or undefined in 3 of 4 arms; the result says why.')
    expect(['result', 'compare', 'examples', 'study'].flatMap((name) => heard(bridge, name))).toEqual([])
  })
})

describe('the builder', () => {
  it('shows a problem at its field and in the list, and refuses to run', async () => {
    open('#/builder')
    const alpha = await screen.findByRole('textbox', { name: 'Largest alpha' })
    await fireEvent.input(alpha, { target: { value: '3' } })
    await waitFor(() => expect(alpha.getAttribute('aria-invalid')).toBe('true'))
    const message = document.getElementById(alpha.getAttribute('aria-describedby')!)
    expect(message?.textContent).toBe('Take 1 or less; it is 3.')
    // Once as a problem, by its field, once as what is changed, by its path.
    const side = within(screen.getByRole('complementary'))
    side.getByText('method 2, Largest alpha')
    side.getByText('methods[1].alphaMax')
    expect(screen.getByRole<HTMLButtonElement>('button', { name: /^Run/ }).disabled).toBe(true)
  })
  it('keeps what cannot be a number and says what is wrong with it', async () => {
    open('#/builder')
    const all = await screen.findByRole('region', { name: /^Optimiser/ })
    const epochs = within(all).getByRole<HTMLInputElement>('textbox', { name: 'Epochs' })
    expect(epochs.placeholder).toBe('by model')
    await fireEvent.input(epochs, { target: { value: 'ten' } })
    await screen.findAllByText('Type a number; "ten" is none.')
    expect(epochs.value).toBe('ten')
  })
  it('shows what each model is trained by, and takes another value for one alone', async () => {
    open('#/builder')
    const supervisor = await screen.findByRole('group', { name: 'supervisor 1' })
    const rate = within(supervisor).getByLabelText<HTMLInputElement>('Learning rate')
    await waitFor(() => expect(rate.placeholder).toBe('0.01'))
    const student = within(screen.getByRole('group', { name: 'student 1' }))
    expect(student.getByLabelText<HTMLInputElement>('Learning rate').placeholder).toBe('0.003')
    await fireEvent.input(rate, { target: { value: '0.02' } })
    await within(supervisor).findByText('Optimiser · 1 set')
    const schedule = within(supervisor).getByLabelText<HTMLSelectElement>('Schedule')
    await fireEvent.change(schedule, { target: { value: 'constant' } })
    await within(supervisor).findByText('Optimiser · 2 set')
    await fireEvent.change(schedule, { target: { value: '' } })
    await within(supervisor).findByText('Optimiser · 1 set')
    expect(readText(localStorage.getItem('w2s.draft')!).value).toMatchObject({
      weak: [{ model: 'words', optimiser: { lr: 0.02 } }],
    })
  })
  it('writes the form into the text and reads the text into the form, JSON too', async () => {
    open('#/builder')
    await fireEvent.input(await screen.findByRole('textbox', { name: 'Name' }), { target: { value: 'Mine' } })
    await fireEvent.click(screen.getByRole('radio', { name: 'YAML' }))
    const text = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Experiment spec as YAML' })
    const spec = readText(text.value).value as (typeof PRESETS)[0]['spec']
    expect(spec.name).toBe('Mine')
    await fireEvent.input(text, { target: { value: JSON.stringify({ ...spec, labels: 'hard', seeds: [4, 5, 6] }) } })
    await fireEvent.click(screen.getByRole('radio', { name: 'Form' }))
    expect((await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Weak labels' })).value).toBe('hard')
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Seeds' }).value).toBe('4-6')
  })
  it('says when the text is none and keeps the last one that was', async () => {
    open('#/builder?tab=spec')
    const text = await screen.findByRole('textbox', { name: 'Experiment spec as YAML' })
    await fireEvent.input(text, { target: { value: '{ "version": 1,' } })
    await screen.findByText(/^Line 1 is no spec yet/)
    await fireEvent.click(screen.getByRole('radio', { name: 'Form' }))
    expect((await screen.findByRole<HTMLInputElement>('textbox', { name: 'Name' })).value).toBe('Quick start')
  })
  it('runs on Ctrl+Enter, also from a field, with the stages counted on its button', async () => {
    const bridge = open('#/builder')
    await screen.findByRole('button', { name: 'Run 15 stages' })
    const name = screen.getByRole('textbox', { name: 'Name' })
    const init = { key: 'Enter', ctrlKey: true, modifierCtrlKey: true, bubbles: true }
    await fireEvent(name, new KeyboardEvent('keydown', init))
    await waitFor(() => expect(heard(bridge, 'run')).toHaveLength(1))
    await waitFor(() => expect(location.hash).toBe('#/monitor/run-live'))
  })
  it('adds and removes methods and tells an entry that stands twice', async () => {
    open('#/builder')
    await fireEvent.click(await screen.findByRole('button', { name: 'Remove method 2' }))
    await waitFor(() => expect(screen.queryByRole('textbox', { name: 'Largest alpha' })).toBeNull())
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Remove method 1' }).disabled).toBe(true)
    await fireEvent.click(screen.getByRole('button', { name: 'Add a method' }))
    expect(await screen.findByRole('textbox', { name: 'Largest alpha' })).toBeTruthy()
    await fireEvent.change(screen.getByRole('combobox', { name: 'method 2' }), { target: { value: 'naive' } })
    expect(await screen.findAllByText('This is method 1 once more; change or remove one.')).toHaveLength(2)
  })
  it('tells what is refused when the run is started', async () => {
    open('#/builder', {
      run: () => {
        throw new Error('the disk is full')
      },
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Run 15 stages' }))
    await screen.findByText('It was not started: the disk is full')
  })
})

describe('the result', () => {
  it('says why PGR is undefined', async () => {
    const foods = (arm: Parameters<typeof armResult>[0]) => ({ ...arm, task: 'foods' })
    open('#/results/run-done', {
      result: ({ runId, stop }) => resultOf(runId, [armResult(foods(quickArm), stop)]),
    })
    await screen.findByRole('heading', { name: 'PGR is undefined: the ceiling is not above its supervisor' })
    expect(screen.getByText('The ceiling does not exceed the supervisor.')).toBeTruthy()
    expect(screen.getByText(/gap −0\.4.points · 3 seeds × 1,000 examples/)).toBeTruthy()
  })
  it('says once what its intervals cover, what warnings its arm has, and the paired differences', async () => {
    const warning = 'The supervisor leans to one class.'
    open('#/results/run-done', {
      result: ({ runId, stop }) =>
        resultOf(
          runId,
          [quickArm, { ...quickArm, id: 'other', methodTitle: 'confidence' }].map((arm) => ({
            ...armResult(arm, stop),
            warnings: [warning],
          })),
        ),
    })
    await screen.findByText(/^95 % intervals cover chance between the rows of one fixed test split and between 3 seeds/)
    expect(screen.getAllByText(warning)).toHaveLength(1)
    const table = within(screen.getByRole('table', { name: 'Paired differences' }))
    expect(table.getByRole('cell', { name: /confidence − naive/ })).toBeTruthy()
    expect(table.getByText(/−\.004 to \+\.028/)).toBeTruthy()
  })
  it('tells the PGR over several arms by conventions, each under its name', async () => {
    open('#/results/run-done', {
      result: ({ runId, stop }) =>
        resultOf(runId, [armResult(quickArm, stop), armResult({ ...quickArm, id: 'other', task: 'foods' }, stop)]),
    })
    const table = within(await screen.findByRole('table', { name: 'PGR over arms' }))
    const headings = table.getAllByRole('columnheader').map((cell) => cell.textContent.trim())
    expect(headings.slice(1)).toEqual(['median of arms', 'median of arms and seeds', 'ratio of means of arms', 'arms'])
    expect(table.getAllByRole('cell').map((cell) => cell.textContent.trim())).toEqual([
      quickArm.methodTitle,
      ...Array.from({ length: 3 }, () => expect.stringMatching(/^−?\d?\.\d\d$/) as string),
      '2',
    ])
  })
  it('tells of test sets from elsewhere beside the task’s own, and where its student stands there', async () => {
    open('#/results/run-done', {
      result: ({ runId, stop }) => {
        const told = armResult(quickArm, stop)
        const { weak, student, ceiling, bySeed } = accuracyIn(told)
        const none = { defined: false as const, reason: 'There is no gap.', gap: -0.01 }
        const pgr = { ...none, seeds: 3, examples: 498, convention: 'ratio of means' }
        const measured = { weak, student: { ...student, value: 0.123 }, ceiling, pgr, bySeed }
        const elsewhere = [{ id: 'news', rows: 498, groups: 120, measures: { accuracy: measured } }]
        return resultOf(runId, [{ ...told, elsewhere }])
      },
    })
    const table = within(await screen.findByRole('table', { name: 'Test sets from elsewhere' }))
    const [, own, news] = table.getAllByRole('row').map((row) => row.textContent.replace(/\s+/g, ' '))
    expect(own).toMatch(/^the task’s own/)
    expect(news).toMatch(/^news.*\.123 .*undefined ?3 ?498$/)
    expect(screen.queryByText(/There the student stands at its last step/)).toBeNull()
    await fireEvent.click(screen.getByRole('radio', { name: /oracle/ }))
    await screen.findByText(/There the student stands at its last step/)
  })
  it('labels the oracle as one, and never as the result', async () => {
    open('#/results/run-done')
    await fireEvent.click(await screen.findByRole('radio', { name: /oracle/ }))
    await screen.findByText(/an upper bound, never the\s+result/)
    expect(location.hash).toContain('stop=oracle')
  })
  it('opens the examples of a cell', async () => {
    open('#/results/run-done')
    await fireEvent.click(await screen.findByRole('button', { name: /copied: weak wrong, ceiling right/ }))
    const cells: Cell = '001'
    await waitFor(() => expect(location.hash).toMatch(new RegExp(`^#/inspector/run-done.*cells=${cells}`)))
  })
  it('exports on e and shows where, how much and its hash', async () => {
    const bridge = open('#/results/run-done')
    await screen.findByRole('table', { name: 'Arms' })
    await press('e')
    expect(heard(bridge, 'exportBundle')[0]?.args).toEqual([{ runId: 'run-done', path: '' }])
    await screen.findByText('/home/ada/quick-start.w2s.zip')
    screen.getByText(describeCatalog().textsInBundles)
    await fireEvent.click(screen.getByRole('button', { name: 'Show in folder' }))
    expect(heard(bridge, 'reveal')[0]?.args).toEqual(['/home/ada/quick-start.w2s.zip'])
  })
  it('walks its arms with j and k', async () => {
    open('#/results/run-done')
    await screen.findByRole('table', { name: 'Arms' })
    expect(screen.getByRole('button', { name: 'naive', pressed: true })).toBeTruthy()
    await press('j')
    expect(await screen.findByRole('button', { name: 'confidence', pressed: true })).toBeTruthy()
  })
  it('marks a PGR with a warning and says the warning', async () => {
    const warned = armResult(quickArm, 'last')
    const { pgr } = accuracyIn(warned)
    const warning = 'The gap is less than twice its standard error.'
    open('#/results/run-done', {
      result: ({ runId }) =>
        resultOf(runId, [withAccuracy(warned, { pgr: { ...(pgr.defined ? pgr : never()), value: -1, warning } })]),
    })
    await screen.findByRole('heading', { name: /^The gap is too small to say anything/ })
    const row = within(screen.getByRole('table', { name: 'Arms' })).getByTitle(warning)
    expect(row.textContent).toMatch(/^≈.−1\.00/)
  })
  it('shows the first arm that has a result', async () => {
    open('#/results/run-five', {
      result: ({ runId, stop }) =>
        resultOf(
          runId,
          fiveArms.map((arm, i) => armResult(arm, stop, i < 3 ? 0 : 1)),
        ),
    })
    const table = await screen.findByRole('table', { name: 'Arms' })
    const pressed = within(table)
      .getAllByRole('button')
      .map((button) => button.getAttribute('aria-pressed'))
    expect(pressed.indexOf('true')).toBe(3)
  })
  it('shows the plotted numbers as a table, without what the marks mean', async () => {
    open('#/results/run-done')
    expect(await screen.findByText('ceiling (ground truth)')).toBeTruthy()
    await fireEvent.click(
      await screen.findByRole('button', {
        name: 'As a table: Accuracy on ground truth, and PGR',
      }),
    )
    expect(screen.getByRole('columnheader', { name: 'arm' })).toBeTruthy()
    expect(screen.queryByText('ceiling (ground truth)')).toBeNull()
  })
})

describe('the inspector', () => {
  it('names the arms of a run by what tells them apart, the method first', async () => {
    open('#/inspector/run-done')
    const names = async () =>
      within(await screen.findByRole('combobox', { name: 'Arm' }))
        .queryAllByRole('option')
        .map((option) => option.textContent)
    await waitFor(async () => expect(await names()).toEqual(['naive', 'confidence']))
    cleanup()
    open('#/inspector/run-five')
    await waitFor(async () => expect((await names())[0]).toBe('naive · Spam'))
  })
  it('begins with the first arm and seed that have examples', async () => {
    const whole = await createFakeBridge().call('runDetail', 'run-done')
    const detail = whole.ok ? whole.value : never()
    const [naive, confidence] = detail.arms
    const waiting = new Set([...naive!.seeds.map((s) => s.student), confidence!.seeds[0]!.student])
    const stages = detail.stages.map((stage) =>
      waiting.has(stage.key) ? { ...stage, state: 'waiting' as const } : stage,
    )
    const bridge = open('#/inspector/run-done', { runDetail: () => ({ ...detail, stages }) })
    await screen.findByText(/of 1,000 examples/)
    const asked = heard(bridge, 'examples').map((call) => call.args[0])
    expect(asked[0]).toMatchObject({ armId: confidence!.id, seed: confidence!.seeds[1]!.seed })
  })
  it('says that a run is not there, with a way to those that are', async () => {
    open('#/inspector/run-gone')
    await screen.findByRole('heading', { name: 'This run is not there' })
    expect(screen.getByRole('link', { name: /See the results/ }).getAttribute('href')).toBe('#/studies')
    expect(screen.queryByText(/Counting who was right/)).toBeNull()
    expect(screen.queryByRole('combobox', { name: 'Arm' })).toBeNull()
  })
  it('searches on / and opens the row under j', async () => {
    const bridge = open('#/inspector/run-done?cells=001')
    await screen.findByText(/of 1,000 examples/)
    await press('j')
    await waitFor(() => expect(heard(bridge, 'example').length).toBeGreaterThan(1))
    await press('/')
    const search = screen.getByRole<HTMLInputElement>('searchbox', { name: 'Search the texts' })
    expect(document.activeElement).toBe(search)
    // The lab takes no more: a pasted page is cut, not answered by an error where the examples stand.
    expect(search.maxLength).toBe(500)
  })
  it('opens on the supervisor’s errors, filters by verdict and takes all filters off', async () => {
    const bridge = open('#/inspector/run-done')
    await screen.findByText(/of 1,000 examples/)
    const asked = () => heard(bridge, 'examples').at(-1)?.args[0]
    expect(asked()).toMatchObject({ cells: ['011', '001', '010', '000'], sort: 'weak-confidence' })
    await fireEvent.click(screen.getByRole('button', { name: /^corrected/ }))
    await waitFor(() => expect(asked()).toMatchObject({ cells: ['001', '000'] }))
    await fireEvent.click(screen.getByRole('button', { name: 'Show all' }))
    await waitFor(() => expect(heard(bridge, 'examples').at(-1)?.args[0]).toMatchObject({ cells: [] }))
  })
})

describe('the doctor', () => {
  it('says sizes before it installs, then shows progress and failure', async () => {
    const bridge = open('#/doctor')
    await screen.findByText(/236.MB to fetch, 910.MB on disk/)
    await fireEvent.click(await screen.findByRole('button', { name: 'Install for CPU' }))
    expect(heard(bridge, 'install')[0]?.args).toEqual([{ backend: 'tensorflow', gpu: false }])
    const event = { type: 'install', backend: 'tensorflow', phase: 'fetching', done: 5e7, total: 2e8 } as const
    bridge.emit([{ ...event, finished: false, error: '' }])
    await screen.findByText(/fetching, 50.MB of 200.MB/)
    bridge.emit([{ ...event, finished: true, error: 'the connection broke off' }])
    await screen.findByText('the connection broke off')
  })
})

function never(): never {
  throw new Error('the sample has no preview')
}
const armsOf = (run: string) =>
  createFakeBridge()
    .call('runDetail', run)
    .then((reply) => (reply.ok ? reply.value.arms : never()))
const quickArm = (await armsOf('run-done'))[0]!
const fiveArms = await armsOf('run-five')
