import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { heard, open } from './window'

afterEach(cleanup)

const carrying = (...names: string[]) => ({
  dataTransfer: { types: ['Files'], files: names.map((name) => new File([], name)) },
})

describe('what is dropped on the window', () => {
  it('is read for the import where it is a dataset, also in place of another one', async () => {
    const bridge = open('#/home')
    await screen.findByRole('contentinfo')
    await fireEvent.drop(document.body, carrying('reviews.csv'))
    await screen.findByText('/home/ada/reviews.csv')
    expect(heard(bridge, 'datasetPreview')[0]?.args).toEqual([{ path: '/home/ada/reviews.csv' }])
    await fireEvent.drop(document.body, carrying('notes.csv'))
    await screen.findByText('/home/ada/notes.csv')
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }))
    await fireEvent.click(await screen.findByRole('button', { name: 'Import a dataset…' }))
    await screen.findByRole('button', { name: 'Choose a file…' })
    expect(heard(bridge, 'datasetPreview')).toHaveLength(2)
  })
  it('is added where it is a model', async () => {
    const bridge = open('#/home')
    await screen.findByRole('contentinfo')
    await fireEvent.drop(document.body, carrying('small.gguf'))
    await screen.findByText('mine is on the list; it stays where it is.')
    expect(heard(bridge, 'modelAdd').map(({ args }) => args)).toEqual([['/home/ada/small.gguf']])
  })
  it('is told what the window takes where it is neither, or more than one', async () => {
    open('#/home')
    await screen.findByRole('contentinfo')
    await fireEvent.drop(document.body, carrying('paper.pdf'))
    await screen.findByText(/^paper\.pdf is not taken: the window takes datasets \(CSV/)
    await fireEvent.drop(document.body, carrying('a.csv', 'b.csv'))
    await screen.findByText('One file or folder at a time.')
    expect(location.hash).toBe('#/home')
  })
  it('is awaited while it is over the window; a text that is dragged is not', async () => {
    open('#/home')
    await screen.findByRole('contentinfo')
    const over = await fireEvent.dragOver(document.body, carrying('a.csv'))
    expect(over).toBe(false)
    await screen.findByText(/^Drop it: datasets/)
    await fireEvent.dragLeave(document.body, { relatedTarget: null })
    await waitFor(() => expect(screen.queryByText(/^Drop it/)).toBeNull())
    expect(await fireEvent.dragOver(document.body, { dataTransfer: { types: ['text/plain'], files: [] } })).toBe(true)
  })
})
