import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { Notice, RunDetail } from '../../src-preload/contract'
import { createFakeBridge } from './bridge'
import { detailOf, find, RUNS } from './sample-runs'
import { heard, open } from './window'

afterEach(cleanup)

function never(): never {
  throw new Error('the bridge of the tests failed')
}

describe('data', () => {
  it('names bad lines and imports nothing until they are mended', async () => {
    open('#/data?import=1')
    await fireEvent.click(await screen.findByRole('button', { name: 'Choose a file…' }))
    await screen.findByText('line 17')
    // Where the form is: the drawer may be small, or below.
    expect(screen.getByRole('main').contains(screen.getByText('line 17'))).toBe(true)
    expect(screen.getByText('column "again" is empty')).toBeTruthy()
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Import 812 examples' }).disabled).toBe(true)
  })
  it('names the runs in the queue that a dataset is removed from under', async () => {
    const live = detailOf(RUNS.find(({ state }) => state === 'running')!)
    if (!live.spec) return never()
    const { spec } = live
    const uses = (tasks: string[]) => ({
      runDetail: (id: string): RunDetail =>
        id === live.id ? { ...live, spec: { ...spec, tasks } } : detailOf(find(id)),
    })
    const bridge = open('#/data?task=reviews', uses(['reviews', 'spam']))
    await screen.findByRole('contentinfo')
    await fireEvent.click(await screen.findByRole('button', { name: 'Remove this dataset…' }))
    await screen.findByText('1 run in the queue uses it.')
    screen.getByText(`“${live.name}”: what is not read from it by then fails.`)
    await fireEvent.click(screen.getByRole('button', { name: 'Keep it' }))
    expect(heard(bridge, 'datasetRemove')).toEqual([])
    cleanup()
    const other = open('#/data?task=reviews', uses(['spam']))
    await fireEvent.click(await screen.findByRole('button', { name: 'Remove this dataset…' }))
    await fireEvent.click(await screen.findByRole('button', { name: 'Remove' }))
    await screen.findByText('Our reviews is removed.')
    expect(heard(other, 'datasetRemove').map(({ args }) => args)).toEqual([['reviews']])
  })
  it('imports more than two classes, in the order that they are put in', async () => {
    const sample = await createFakeBridge().call('datasetPreview', { path: '' })
    const classes = ['east', 'north', 'south', 'west']
    const bridge = open('#/data?import=1', {
      datasetPreview: () => ({
        ...(sample.ok ? sample.value : never()),
        counts: classes.map((label) => ({ label, n: 203 })),
        values: 4,
        classes,
        perClass: { train: [153, 153, 153, 153], test: [50, 50, 50, 50] },
        errors: [],
        badLines: 0,
      }),
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Choose a file…' }))
    await screen.findByRole('button', { name: 'Put west before south' })
    expect(screen.getAllByText('153 to train on, 50 to test on, 25 %')).toHaveLength(4)
    await fireEvent.click(screen.getByRole('button', { name: 'Put south before north' }))
    await fireEvent.click(screen.getByRole('button', { name: 'Put south before east' }))
    await fireEvent.input(screen.getByRole('textbox', { name: 'Licence' }), { target: { value: 'own' } })
    await fireEvent.click(screen.getByRole('button', { name: 'Import 812 examples' }))
    expect(heard(bridge, 'datasetImport')[0]?.args[0]).toMatchObject({ classes: ['south', 'east', 'north', 'west'] })
  })
  it('forgets which labels were said to be classes with the column that they are of', async () => {
    const sample = await createFakeBridge().call('datasetPreview', { path: '' })
    const doubt: Notice = {
      kind: 'ask',
      text: 'Is it a class?',
      offers: [{ label: 'It is', reading: { classes: ['-1', '0', '1'] } }],
    }
    const bridge = open('#/data?import=1', {
      datasetPreview: ({ classes }) => ({
        ...(sample.ok ? sample.value : never()),
        classes: ['-1', '0', '1'],
        perClass: { train: [30, 30, 30], test: null },
        notices: classes ? [] : [doubt],
      }),
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Choose a file…' }))
    await fireEvent.click(await screen.findByRole('button', { name: 'It is' }))
    await waitFor(() => expect(screen.queryByText('Is it a class?')).toBeNull())
    await fireEvent.change(screen.getByRole('combobox', { name: 'Label' }), { target: { value: '=fold' } })
    await screen.findByText('Is it a class?')
    expect(heard(bridge, 'datasetPreview').at(-1)?.args[0]).toMatchObject({ label: 'fold', classes: undefined })
  })
  it('imports what it shows: none is none, and what the file asks is asked', async () => {
    const header: Notice = {
      kind: 'ask',
      text: 'The first line looks like a row.',
      offers: [
        { label: 'There is no header', reading: { header: false } },
        { label: 'It names the columns', reading: { header: true } },
      ],
    }
    const usual = await createFakeBridge().call('datasetPreview', { path: '/a/x.csv' })
    const bridge = open('#/data?import=1', {
      datasetPreview: ({ header: said, group = 'customer' }) => ({
        ...(usual.ok ? usual.value : never()),
        group,
        errors: [],
        badLines: 0,
        notices: said === undefined ? [header] : [{ kind: 'note', text: '3 rows repeat an earlier text.', offers: [] }],
      }),
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Choose a file…' }))
    await fireEvent.input(await screen.findByRole('textbox', { name: 'Licence' }), { target: { value: 'own' } })
    await screen.findByText('The first line looks like a row.')
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Import 812 examples' }).disabled).toBe(true)
    await fireEvent.click(screen.getByRole('button', { name: 'There is no header' }))
    await screen.findByText('3 rows repeat an earlier text.')
    const group = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Group' })
    expect(group.selectedOptions[0]?.text).toBe('customer')
    await fireEvent.change(group, { target: { value: '-' } })
    await waitFor(() => expect(heard(bridge, 'datasetPreview').at(-1)?.args[0]).toMatchObject({ group: null }))
    await waitFor(() => expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Group' }).value).toBe('-'))
    expect(heard(bridge, 'datasetPreview').at(-1)?.args[0]).toMatchObject({ header: false, group: null })
    await fireEvent.click(screen.getByRole('button', { name: 'Import 812 examples' }))
    expect(heard(bridge, 'datasetImport')[0]?.args[0]).toMatchObject({ header: false, group: null, split: null })
  })
  it('offers to read another encoding, and says the cause before all else', async () => {
    const usual = await createFakeBridge().call('datasetPreview', { path: '/a/x.csv' })
    const cause: Notice = {
      kind: 'cause',
      text: 'Not UTF-8; it looks like Windows-1252.',
      offers: [{ label: 'Read it as Windows-1252', reading: { encoding: 'windows-1252' } }],
    }
    const bridge = open('#/data?import=1', {
      datasetPreview: ({ encoding }) => ({
        ...(usual.ok ? usual.value : never()),
        ...(encoding ? {} : { text: null, label: null, notices: [cause] }),
      }),
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Choose a file…' }))
    expect(await screen.findAllByText('Not UTF-8; it looks like Windows-1252.')).toHaveLength(1)
    await fireEvent.click(screen.getByRole('button', { name: 'Read it as Windows-1252' }))
    await waitFor(() => expect(screen.queryByText('Not UTF-8; it looks like Windows-1252.')).toBeNull())
    expect(heard(bridge, 'datasetPreview').at(-1)?.args[0]).toMatchObject({ encoding: 'windows-1252' })
  })
  it('makes the rows of a folder by the template that is offered, and takes its words', async () => {
    const usual = await createFakeBridge().call('datasetPreview', { path: '/a/sciq' })
    const offer: Notice = {
      kind: 'note',
      text: 'The columns are those of SciQ.',
      offers: [{ label: 'Make rows as SciQ has them', reading: { template: 'sciq' } }],
    }
    const bridge = open('#/data?import=1', {
      chooseDataset: (what) => `/a/${what}`,
      datasetPreview: ({ path, template }) => ({
        ...(usual.ok ? usual.value : never()),
        ...{ path, format: 'parquet', errors: [], badLines: 0 },
        ...(template === undefined
          ? { notices: [offer] }
          : { id: 'sciq', title: 'SciQ', question: 'Is it right?', text: 'text', label: 'label' }),
      }),
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Choose a folder…' }))
    await fireEvent.change(await screen.findByRole('combobox', { name: 'Group' }), { target: { value: '=customer' } })
    await fireEvent.click(await screen.findByRole('button', { name: 'Make rows as SciQ has them' }))
    await waitFor(() => expect(screen.queryByText('The columns are those of SciQ.')).toBeNull())
    expect(heard(bridge, 'datasetPreview').at(-1)?.args[0]).toEqual({ path: '/a/folder', template: 'sciq' })
    await fireEvent.input(screen.getByRole('textbox', { name: 'Licence' }), { target: { value: 'own' } })
    await fireEvent.click(screen.getByRole('button', { name: 'Import 812 examples' }))
    expect(heard(bridge, 'datasetImport')[0]?.args[0]).toMatchObject({
      ...{ path: '/a/folder', template: 'sciq', id: 'sciq', title: 'SciQ', question: 'Is it right?', text: 'text' },
    })
  })
  it('fetches a published dataset when asked, and reads it by its template', async () => {
    const bridge = open('#/data?published=1')
    expect(await screen.findByRole('cell', { name: 'allenai/sciq' })).toBeTruthy()
    await fireEvent.input(screen.getByRole('searchbox', { name: 'Search templates' }), { target: { value: 'sciq' } })
    expect(screen.queryByRole('cell', { name: 'google/boolq' })).toBeNull()
    expect(heard(bridge, 'datasetFetch')).toEqual([])
    await fireEvent.click(screen.getByRole('button', { name: 'Fetch SciQ' }))
    await waitFor(() =>
      expect(heard(bridge, 'datasetPreview').map(({ args }) => args[0])).toEqual([
        { path: '/home/ada/lab/fetched/sciq', template: 'sciq' },
      ]),
    )
    expect(screen.getByText('/home/ada/lab/fetched/sciq')).toBeTruthy()
  })
  it('says why a published dataset was not fetched, and stays', async () => {
    open('#/data?published=1', {
      datasetFetch: () => {
        throw new Error('SciQ could not be fetched. The hub does not answer.')
      },
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Fetch SciQ' }))
    expect((await screen.findByRole('alert')).textContent).toContain('The hub does not answer.')
    expect(screen.getByRole('button', { name: 'Fetch SciQ' })).toBeTruthy()
  })
  it('imports with the mapping, the classes in order and the licence', async () => {
    const whole = createFakeBridge()
    const clean = await whole.call('datasetPreview', {
      path: '/a/Our notes.csv',
    })
    const bridge = open('#/data?import=1', {
      chooseDataset: () => '/a/Our notes.csv',
      datasetPreview: () => ({ ...(clean.ok ? clean.value : never()), errors: [], badLines: 0 }),
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Choose a file…' }))
    await fireEvent.click(await screen.findByRole('button', { name: 'Swap' }))
    await fireEvent.input(screen.getByRole('textbox', { name: 'Licence' }), { target: { value: 'own' } })
    await fireEvent.click(screen.getByRole('button', { name: 'Import 812 examples' }))
    expect(heard(bridge, 'datasetImport')[0]?.args[0]).toMatchObject({
      id: 'our-notes',
      title: 'Our notes',
      text: 'review',
      label: 'again',
      classes: ['yes', 'no'],
      licence: 'own',
    })
  })
})
