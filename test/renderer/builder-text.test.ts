import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import App from '../../src-renderer/App.svelte'
import { open } from './window'

const field = (name: string) => screen.findByRole<HTMLTextAreaElement>('textbox', { name })
const type = async (name: string, value: string) => fireEvent.input(await field(name), { target: { value } })

afterEach(cleanup)

describe('the text', () => {
  const area = () => field('Experiment spec as YAML')
  const COMMENTED = `# as discussed
version: 1
name: Mine # for now
tasks: [sotu]

# who teaches
weak:
  - model: words
    words: 50
strong:
  - model: vectors
methods:
  - method: naive
  - method: confidence
    alphaMax: 0.5 # half
seeds: [0, 1, 2]
`
  it('keeps comments, order and blank lines of the user when the form is filled in', async () => {
    open('#/builder?tab=spec')
    await type('Experiment spec as YAML', COMMENTED)
    await fireEvent.click(screen.getByRole('radio', { name: 'Form' }))
    await type('Largest alpha', '0.75')
    await type('Seeds', '0-3')
    await fireEvent.click(screen.getByRole('button', { name: 'Remove method 1' }))
    await fireEvent.click(screen.getByRole('radio', { name: 'YAML' }))
    const method = '  - method: naive\n'
    const wanted = COMMENTED.replace('0.5 #', '0.75 #').replace('[0, 1, 2]', '[0, 1, 2, 3]').replace(method, '')
    expect((await area()).value).toBe(wanted)
  })
  it('is kept as it is over a reload, comments and all', async () => {
    open('#/builder?tab=spec')
    await type('Experiment spec as YAML', COMMENTED)
    cleanup()
    render(App)
    expect((await area()).value).toBe(COMMENTED)
  })
  it('has what is wrong with it at its line in exact words, where the form says what to do', async () => {
    open('#/builder?tab=spec')
    const wrong = COMMENTED.replace('[sotu]', '[]').replace('alphaMax: 0.5', 'alfaMax: 5')
    await type('Experiment spec as YAML', wrong)
    const marks = document.getElementById('spec-marks')!
    await waitFor(() => expect(marks.textContent).toContain('Line 4: expected at least 1 entry, got []'))
    expect(marks.textContent).toContain('Line 15: expected no such key; did you mean "alphaMax"?, got 5')
    const at = screen.getByRole('button', { name: /^methods\[1\]\.alfaMax ?, line 15$/ })
    await fireEvent.click(at)
    const { value, selectionStart, selectionEnd } = await area()
    expect(value.slice(selectionStart ?? 0, selectionEnd ?? 0)).toBe('    alfaMax: 5 # half')
    await fireEvent.click(screen.getByRole('radio', { name: 'Form' }))
    expect(await screen.findAllByText('Choose a task.')).toHaveLength(2)
    screen.getByText('There is no field of this name; "alphaMax" is one. Remove it in the text.')
    screen.getByRole('button', { name: 'Tasks' })
  })
  it('says in which line it is none', async () => {
    open('#/builder?tab=spec')
    await type('Experiment spec as YAML', 'version: 1\nname: a\nname: b\n')
    await screen.findByText('Line 3 is no spec yet; the form keeps the last text that was one.')
    screen.getByText('This key stands twice in one object.')
    expect(screen.getByRole<HTMLButtonElement>('button', { name: /^Run/ }).title).toBe(
      'The text is no spec yet: line 3',
    )
  })
})
