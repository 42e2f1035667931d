import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { exampleText } from '../../src-renderer/views/inspector/slice'
import { heard, open } from './window'

afterEach(cleanup)
const press = (key: string) => fireEvent.keyDown(document.body, { key })

describe('triage in the inspector', () => {
  it('flags by 1 to 5, notes, and takes both back by u', async () => {
    const bridge = open('#/inspector/run-done')
    const drawer = await screen.findByRole('complementary', { name: 'Selected example' })
    const flag = (n: number) => within(drawer).findByRole('button', { name: String(n) })
    const said = () => heard(bridge, 'remark').at(-1)?.args[0]
    await flag(3)
    await press('3')
    await waitFor(async () => expect((await flag(3)).getAttribute('aria-pressed')).toBe('true'))
    expect(said()).toMatchObject({ flag: 3, note: '' })
    await press('n')
    const note = within(drawer).getByRole('textbox', { name: 'Note on this example' })
    expect(document.activeElement).toBe(note)
    await fireEvent.change(note, { target: { value: 'a slip of the label' } })
    await waitFor(() => expect(said()).toMatchObject({ flag: 3, note: 'a slip of the label' }))
    await press('u')
    await waitFor(() => expect(said()).toMatchObject({ flag: 3, note: '' }))
    await press('u')
    await waitFor(() => expect(said()).toMatchObject({ flag: 0, note: '' }))
    await waitFor(async () => expect((await flag(3)).getAttribute('aria-pressed')).toBe('false'))
    await press('u')
    expect(heard(bridge, 'remark')).toHaveLength(4)
  })

  it('saves a slice, tells its counts, and applies it again', async () => {
    const filter = { cells: ['001' as const], search: '', weakConfidence: [0.9, 1] as [number, number] }
    const bridge = open('#/inspector/run-done?sure=0.9..1&cells=001', {
      slices: (task) => [{ task, name: 'sure and copied', filter }],
    })
    await press('s')
    const field = await screen.findByRole('textbox', { name: 'Name of the slice' })
    await fireEvent.input(field, { target: { value: 'mine' } })
    await fireEvent.submit(field.closest('form')!)
    await waitFor(() =>
      expect(heard(bridge, 'sliceSave')[0]?.args[0]).toEqual({ task: 'person-artifact', name: 'mine', filter }),
    )
    const slices = screen.getByRole('list', { name: 'Slices' })
    expect(within(slices).getByText(/^n = \d+; right: weak 0.%, student 0.%, ceiling 100.%$/)).toBeTruthy()
    await fireEvent.click(screen.getByRole('button', { name: 'Show all' }))
    await waitFor(() => expect(location.hash).toContain('cells=all'))
    await fireEvent.click(within(slices).getByRole('button', { name: 'sure and copied' }))
    await waitFor(() =>
      expect(heard(bridge, 'examples').some(({ args }) => 'weakConfidence' in (args[0] as object))).toBe(true),
    )
    expect(location.hash).toMatch(/cells=001.*sure=0\.9\.\.1|sure=0\.9\.\.1.*cells=001/)
  })

  it('makes a dataset of a slice, says what that is, and opens the builder on it', async () => {
    const filter = { cells: [], search: '', length: [0, 40] as [number, number] }
    const said = { ...filter, cells: ['001' as const] }
    const bridge = open('#/inspector/run-done', {
      slices: (task) => [
        { task, name: 'short', filter },
        { task, name: 'copied', filter: said },
      ],
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Use the slice copied in the builder' }))
    let dialog = within(await screen.findByRole('dialog'))
    dialog.getByText(/^These examples were chosen by what models of this run said/)
    await fireEvent.click(dialog.getByRole('button', { name: 'Cancel' }))
    expect(heard(bridge, 'sliceUse')).toEqual([])
    await fireEvent.click(screen.getByRole('button', { name: 'Use the slice short in the builder' }))
    dialog = within(await screen.findByRole('dialog'))
    dialog.getByText(/so none is trained on/)
    expect(dialog.queryByText(/were chosen by what models/)).toBeNull()
    await fireEvent.click(dialog.getByRole('button', { name: 'Make it, and open the builder' }))
    await screen.findByText('Spam is the task.', {}, { timeout: 10_000 })
    expect(heard(bridge, 'sliceUse')[0]?.args[0]).toMatchObject({ runId: 'run-done', name: 'short', filter })
  }, 20_000)
  it('says why a slice makes no task', async () => {
    const filter = { cells: [], search: '', truth: 1 }
    open('#/inspector/run-done', {
      slices: (task) => [{ task, name: 'persons', filter }],
      sliceUse: () => {
        throw new Error('test: expected 5 of each class')
      },
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Use the slice persons in the builder' }))
    await fireEvent.click(await screen.findByRole('button', { name: 'Make it, and open the builder' }))
    await screen.findByText('test: expected 5 of each class')
  })
})

it('an example is copied with its options, its truth and what each model says', () => {
  const said = (says: number, confidence: number) => ({ says, confidence, right: says === 1 })
  const row = {
    ...{ index: 0, text: 'Which is better?', options: ['this', 'that'], group: 'g', truth: 1, cell: '001' as const },
    ...{ weak: said(0, 0.9), student: said(0, 0.6), ceiling: said(1, 0.75) },
  }
  expect(exampleText(row, ['first', 'second']).split('\n')).toEqual([
    ...['Which is better?', 'first: this', 'second: that', 'truth: second'],
    ...['weak: first, p = .900, wrong', 'student: first, p = .600, wrong', 'ceiling: second, p = .750, right'],
  ])
})
