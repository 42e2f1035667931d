import { cleanup, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { Cube, ExampleDetail, Said } from '../../src-preload/contract'
import { placeOf, story, verdictOn } from '../../src-renderer/views/inspector/slice'
import { CATALOG } from './bridge'
import { open } from './window'

afterEach(cleanup)

const CLASSES = ['north', 'east', 'south', 'west']
const said = (says: number, confidence: number, truth: number): Said => ({ says, confidence, right: says === truth })
/** South, which the supervisor takes for east; one student repeats that, another says west. */
const EXAMPLE: ExampleDetail = {
  ...{ index: 0, text: 'where the sun stands at noon', group: 'sky', truth: 2, cell: '001' },
  ...{ weak: said(1, 0.7, 2), student: said(3, 0.46, 2), ceiling: said(2, 0.98, 2) },
  history: { step: [0, 10], fate: ['own', 'own'], of: 2, probability: [0.25, 0.3], weak: 0.1, ceiling: 0.98 },
}
const CUBE: Cube = {
  counts: { '000': 0, '001': 1, '010': 0, '011': 0, '100': 0, '101': 0, '110': 0, '111': 0 },
  ...{ choices: 4, examples: 1, copiedByConfidence: [] },
}
const fourClasses = (example: ExampleDetail) =>
  open('#/inspector/run-done', {
    catalog: () => ({ ...CATALOG, tasks: CATALOG.tasks.map((task) => ({ ...task, classes: CLASSES })) }),
    cube: () => CUBE,
    examples: () => ({ total: 1, right: { weak: 0, student: 0, ceiling: 1 }, rows: [example] }),
    example: () => example,
  })

describe('the inspector of four classes', () => {
  it('says what each model says and how sure it is of that', async () => {
    fourClasses(EXAMPLE)
    const table = await screen.findByRole('table', { name: 'Probabilities' })
    expect(within(table).getByRole('columnheader', { name: 'confidence' })).toBeTruthy()
    const rows = within(table).getAllByRole('row').slice(1)
    const cells = rows.map((row) => within(row).getAllByRole('cell').slice(1))
    expect(cells.map((row) => row.map((cell) => cell.textContent.replace(/\s+/g, ' ')))).toEqual([
      ['.700', 'east wrong'],
      ['.460', 'west wrong'],
      ['.980', 'south right'],
    ])
    expect(screen.getAllByRole('img', { name: 'weak east, .70' }).length).toBeGreaterThan(0)
    expect(screen.getByRole('heading', { name: 'p(south) while the student trained' })).toBeTruthy()
    expect(screen.getByText('truth: south', { exact: false })).toBeTruthy()
  })

  it('calls an error copied only where it is the supervisor’s', async () => {
    expect(verdictOn(EXAMPLE).name).toBe('still wrong')
    // One colour for what is called the same, whatever the ceiling says.
    for (const cell of ['001', '000'] as const) {
      expect(verdictOn({ ...EXAMPLE, cell, student: said(1, 0.5, 2) })).toEqual({ verdict: 'copied', name: 'copied' })
      expect(verdictOn({ ...EXAMPLE, cell })).toEqual({ verdict: 'hard', name: 'still wrong' })
    }
    fourClasses(EXAMPLE)
    expect(await screen.findByRole('button', { name: /^1 still wrong: weak wrong, ceiling right/ })).toBeTruthy()
    expect(screen.getByRole('button', { name: /^still wrong \(ceiling right\) 1/ })).toBeTruthy()
    expect(screen.queryByText('copied')).toBeNull()
  })
})

it('the result of four classes calls no error copied of which that is not known', async () => {
  open('#/results/run-done', { cube: () => CUBE })
  const moved = await screen.findByRole('heading', { name: /^What moved/ })
  expect(within(moved.parentElement!).getByText('still wrong')).toBeTruthy()
})

describe('the inspector of texts', () => {
  const wrote = (says: string, confidence: number): Said => ({ says, confidence, right: says === ' Nc6' })
  const MOVE: ExampleDetail = {
    ...{ index: 0, text: '1. e4 e5 2. Nf3', group: 'game', truth: ' Nc6', cell: '001' },
    ...{ weak: wrote('1', 0.2), student: wrote('', 0.1), ceiling: wrote(' Nc6', 0.9) },
    history: { step: [0, 10], fate: ['own', 'own'], of: null, probability: [0.01, 0.1], weak: 0.2, ceiling: 0.9 },
  }

  it('shows the prompt, the right text and what each model wrote, blanks seen', async () => {
    const tasks = CATALOG.tasks.map((task) => ({ ...task, form: 'text' as const, classes: [] }))
    open('#/inspector/run-done', {
      catalog: () => ({ ...CATALOG, tasks }),
      cube: () => ({ ...CUBE, choices: 0 }),
      examples: () => ({ total: 1, right: { weak: 0, student: 0, ceiling: 1 }, rows: [MOVE] }),
      example: () => MOVE,
    })
    const table = await screen.findByRole('table', { name: 'Probabilities' })
    expect(within(table).getByRole('columnheader', { name: 'confidence' })).toBeTruthy()
    const rows = within(table).getAllByRole('row').slice(1)
    const cells = rows.map((row) => within(row).getAllByRole('cell').slice(1))
    expect(cells.map((row) => row.map((cell) => cell.textContent.replace(/\s+/g, ' ')))).toEqual([
      ['.200', '“1” wrong'],
      ['.100', '“” wrong'],
      ['.900', '“ Nc6” right'],
    ])
    expect(screen.getByText('truth: “ Nc6”', { exact: false })).toBeTruthy()
    expect(screen.getAllByText('1. e4 e5 2. Nf3').length).toBeGreaterThan(0)
    expect(screen.getByRole('heading', { name: 'Confidence while the student trained' })).toBeTruthy()
    expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('and the data page say nothing of classes where there are none', async () => {
    const [task] = CATALOG.tasks
    const tasks = [{ ...task!, form: 'text' as const, classes: [], lengthAlone: null }]
    open('#/data', { catalog: () => ({ ...CATALOG, tasks }) })
    expect(await screen.findByText(/right to the letter/)).toBeTruthy()
    expect(screen.queryByText('told by class shares')).toBeNull()
    expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined/)
  })
})

describe('the inspector of two classes', () => {
  it('means one thing by copied everywhere: what the result counts is the sum of what the chips do', async () => {
    open('#/inspector/run-done?cells=001')
    const chip = (name: RegExp) =>
      waitFor(() => Number(/\d+/.exec(screen.getByRole('button', { name }).textContent)![0]))
    const chips = [await chip(/^copied \(ceiling right\)/), await chip(/^copied \(ceiling wrong\)/)]
    cleanup()
    open('#/results/run-done')
    const moved = await screen.findByRole('table', { name: 'What moved' })
    const row = within(moved).getByRole('rowheader', { name: 'copied' }).parentElement!
    const words = [...within(row).getByRole('cell').childNodes].map(({ textContent }) => textContent).join(' ')
    const told = words.match(/\d+/g)!.map(Number)
    expect(told).toEqual([chips[0]! + chips[1]!, ...chips])
    screen.getByText('copied: the student says what its supervisor wrongly says')
  })
  it('shows the probability of class 1, and calls a shared error copied', async () => {
    open('#/inspector/run-done?cells=001')
    const table = await screen.findByRole('table', { name: 'Probabilities' })
    const [, second] = CATALOG.tasks.find(({ id }) => id === 'person-artifact')!.classes
    expect(within(table).getByRole('columnheader', { name: `p(${second})` })).toBeTruthy()
    expect(screen.getByRole('heading', { name: `p(${second}) while the student trained` })).toBeTruthy()
    expect(screen.getAllByText('copied').length).toBeGreaterThan(1)
    expect(screen.queryByText('still wrong')).toBeNull()
  })
})

it('an answer stands at the probability of class 1, or between chance and certainty', () => {
  expect([said(1, 0.75, 1), said(0, 0.75, 1)].map((s) => placeOf(s, 2))).toEqual([0.75, 0.25])
  expect([0.25, 0.625, 1].map((confidence) => placeOf(said(3, confidence, 0), 4))).toEqual([0, 0.5, 1])
  expect(placeOf({ says: 'e4', confidence: 0.3, right: true }, 0)).toBe(0.3)
})

it('tells how the student came to its answer, and nothing of evaluations without one', () => {
  const step = [0, 10, 20]
  const told = (fate: ExampleDetail['history']['fate'], weakRight = false) => story({ step, fate }, weakRight)
  expect(told(['right', 'right', 'copied'])).toBe('Last right at step 10; in the end it says what its supervisor says.')
  expect(told(['right', 'right', 'own'])).toBe('Last right at step 10; in the end wrong in a way of its own.')
  expect(told(['right', 'right', 'own'], true)).toBe('Last right at step 10; in the end wrong against its supervisor.')
  expect(told(['copied', 'copied', 'right'])).toBe('Right from step 20 on, against its supervisor.')
  expect(told(['own', 'right', 'right'], true)).toBe('Right from step 10 on.')
  expect(told(['own', 'copied', 'own'])).toBe('Wrong at every evaluation.')
  // An untrained net that holds all answers for equally probable was not right, whatever stands first.
  expect(told([null, 'copied', 'copied'])).toBe('Wrong from step 10 on, the first with an answer.')
  expect(told([null, 'right', 'right'])).toBe('Right from step 10 on, the first with an answer.')
  expect(told(['right', 'right', 'right'])).toBe('Right at every evaluation.')
  expect(told(['right', 'copied', 'copied'])).toBe(
    'Right at step 0 alone, before any training; in the end it says what its supervisor says.',
  )
  expect(told(['right', 'right', null])).toBe('In the end it holds no answer for more probable than another.')
})
