import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { Notice } from '../../src-preload/contract'
import { createFakeBridge } from './bridge'
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
    expect(screen.getByText('column "again" is empty')).toBeTruthy()
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Import 812 examples' }).disabled).toBe(true)
  })
  it('says first that there are too many classes, of which bad lines come', async () => {
    const sample = await createFakeBridge().call('datasetPreview', {
      path: '',
    })
    const counts = ['a', 'b', 'c'].map((label) => ({ label, n: 20 }))
    open('#/data?import=1', {
      datasetPreview: () => ({ ...(sample.ok ? sample.value : never()), counts, values: 1319, badLines: 20 }),
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Choose a file…' }))
    await screen.findByText(
      /exactly two classes for now; the label column has 1[^0-9]319 values\. The most frequent are “no”/,
    )
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
