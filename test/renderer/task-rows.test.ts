import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { LengthCounts } from '../../src-preload/contract'
import { binText, drawnSeries } from '../../src-renderer/views/data/lengths'
import { rowsOf } from './sample-rows'
import { heard, open } from './window'

afterEach(cleanup)

describe('the rows of a task', () => {
  it('are told by class, length and examples, and others are shown on demand', async () => {
    const bridge = open('#/data?task=spam')
    await fireEvent.click(await screen.findByRole('button', { name: 'Examples and lengths' }))
    await screen.findByRole('heading', { name: '3,600 rows of Spam' })
    expect(location.hash).toBe('#/data/spam')
    const classes = within(screen.getByRole('table', { name: 'Rows by class' }))
    expect(classes.getByRole('row', { name: /^spam/ }).textContent).toMatch(/1,800.*50\.0.%.*13/)
    await screen.findByText('Example of turn 0.')
    await fireEvent.click(screen.getByRole('button', { name: 'Show others' }))
    await screen.findByText('Example of turn 1.')
    expect(heard(bridge, 'taskRows').map(({ args }) => args)).toEqual([
      [{ task: 'spam', model: '', turn: 0 }],
      [{ task: 'spam', model: '', turn: 1 }],
    ])
  })
  it('are measured in tokens of a model, with what it cuts', async () => {
    const bridge = open('#/data/spam')
    const measure = await screen.findByRole('combobox', { name: 'Length in' })
    await fireEvent.change(measure, { target: { value: 'small' } })
    await screen.findByText(/^12.% are longer than the 40 that it can read$/)
    expect(heard(bridge, 'taskRows').at(-1)?.args).toMatchObject([{ model: 'small' }])
  })
  it('show every option of an example and which is right, and games with their board', async () => {
    const examples = [
      { text: '', options: ['A fine film.', 'A dull film.'], at: 1, right: 'option 2' },
      {
        ...{ text: '1. e4 1...', at: null, right: ' e5' },
        fen: 'rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq - 0 1',
      },
    ]
    open('#/data/spam', { taskRows: (query) => ({ ...rowsOf(query), examples }) })
    const options = within(await screen.findByRole('list', { name: 'Options' })).getAllByRole('listitem')
    expect(options.map((option) => option.textContent?.replace(/\s+/g, ' ').trim())).toEqual([
      'option 1 A fine film.',
      'option 2, the right one A dull film.',
    ])
    await screen.findByText('Black to move, at the bottom. Right: e5 (e7 to e5).')
  })
  it('are drawn apart where there are two classes, as one where there are more', () => {
    const series = ['a', 'b', 'c'].map((name) => ({ name, texts: 3, median: 1, counts: [2, 1] }))
    const of = (names: number): LengthCounts => ({
      of: 'texts',
      from: [0, 5],
      longest: 9,
      series: series.slice(0, names),
    })
    expect(drawnSeries(of(2)).map(({ name }) => name)).toEqual(['a', 'b'])
    expect(drawnSeries(of(3))).toEqual([{ name: 'texts of all classes', texts: 9, counts: [6, 3] }])
    expect([binText(of(2), 0), binText(of(2), 1)]).toEqual(['0 to 4', '5 and more'])
  })
  it('are read from the file that is there, or it is said that they are not', async () => {
    open('#/data/spam', {
      taskRows: () => {
        throw new Error('line 3: expected a JSON object')
      },
    })
    await screen.findByText(/line 3: expected a JSON object/)
  })
})

describe('what is used in the builder', () => {
  it('is a dataset, in place of the tasks of the draft, which can be had back', async () => {
    open('#/data?task=reviews')
    await fireEvent.click(await screen.findByRole('button', { name: 'Use in the builder' }))
    await screen.findByText('Our reviews is the task.')
    expect(location.hash).toBe('#/builder')
    const box = (name: RegExp) => screen.getByRole<HTMLInputElement>('checkbox', { name })
    await waitFor(() => expect(box(/^Our reviews/).checked).toBe(true))
    expect(box(/^Person or artifact/).checked).toBe(false)
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(box(/^Our reviews/).checked).toBe(false))
  }, 20_000)
  it('says so where it is not there', async () => {
    open('#/builder?task=gone')
    await screen.findByText('What was to be used is not there any more.', {}, { timeout: 10_000 })
  }, 20_000)
})
