import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { chainsOf } from '../../src-renderer/views/builder/chain'
import { CATALOG } from './bridge'
import { preview } from './sample-plans'
import { open } from './window'

afterEach(cleanup)

const spec = (changes: object = {}) => ({ ...CATALOG.presets[0]!.spec, ...changes })
const words = (n: number) => ({ model: 'words', words: n })
const climb = { method: 'bootstrap', between: [words(60), words(70)] }
const chains = (draft: object) => {
  const planned = preview(draft)
  return chainsOf(CATALOG, draft, planned.valid ? planned : null)
}

describe('the chains of a draft', () => {
  it('are pairs where nothing stands between, of one kind a column', () => {
    const { rungs, lessons } = chains(
      spec({ weak: [words(20), words(30)], strong: [{ model: 'vectors', hidden: 16 }] }),
    )
    expect(rungs.map(({ path, role, column, row }) => [path, role, column, row])).toEqual([
      ['weak[0]', 'supervisor', 0, 0],
      ['weak[1]', 'supervisor', 0, 1],
      ['strong[0]', 'student', 1, 0],
    ])
    expect(rungs.map(({ title }) => title)).toEqual(['Words 20', 'Words 30', expect.stringContaining('16')])
    expect(lessons.map(({ from, to, into }) => [from, to, into])).toEqual([
      ['weak[0]', 'strong[0]', null],
      ['weak[1]', 'strong[0]', null],
    ])
    expect(chains(spec({ weak: [words(20), words(30)], pairs: [[1, 0]] })).lessons.map(({ from }) => from)).toEqual([
      'weak[1]',
    ])
  })
  it('go over the models that a method brings in, each with the trainings that make it', () => {
    const { rungs, lessons } = chains(spec({ weak: [words(20)], methods: [climb], seeds: [0, 1] }))
    expect(rungs.map(({ path, column }) => [path, column])).toEqual([
      ['weak[0]', 0],
      ['methods[0].between[0]', 1],
      ['methods[0].between[1]', 2],
      ['strong[0]', 3],
    ])
    expect(lessons.map(({ to, into }) => [to, into?.at])).toEqual([
      ['methods[0].between[0]', 0],
      ['methods[0].between[1]', 1],
      ['strong[0]', 2],
    ])
    // Two seeds of each; the student is told once for the method, whose rungs are arms of other models.
    expect(rungs.map(({ all, done }) => [all, done])).toEqual([
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
    ])
  })
  it('stand there before the draft can be planned', () => {
    expect(chains(spec({ tasks: [] })).rungs.map(({ done }) => done)).toEqual([null, null])
  })
})

it('is edited in the graph: a rung is put in, opened in the form, and taken out', async () => {
  open('#/builder')
  const kind = await screen.findByRole('combobox', { name: 'method 2' }, { timeout: 10_000 })
  await fireEvent.change(kind, { target: { value: 'bootstrap' } })
  await fireEvent.click(await screen.findByRole('button', { name: 'Add a model' }))
  const graph = within(screen.getByRole('region', { name: 'Who teaches whom' }))
  const puts = await graph.findAllByRole('button', { name: /^Add a rung between/ })
  expect(puts).toHaveLength(2)
  await fireEvent.click(puts[1]!)
  expect(await graph.findAllByRole('button', { name: /^Add a rung between/ })).toHaveLength(3)
  const form = within(screen.getByRole('region', { name: /^Methods/ }))
  expect(form.getAllByRole('combobox', { name: /^model \d/ })).toHaveLength(2)
  const [remove] = await graph.findAllByLabelText(/^Remove the rung/)
  await fireEvent.click(remove!)
  await waitFor(() => expect(form.getAllByRole('combobox', { name: /^model \d/ })).toHaveLength(1))
})
