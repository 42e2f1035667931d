import { cleanup, configure, fireEvent, screen, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { planExperiment } from '../../src-main/science/plan/plan'
import type { Arm, Comparison } from '../../src-preload/contract'
import { comparisonOf, CONTEXT, PRESETS } from './sample'
import { LOOKS } from './sample-looks'
import { heard, open } from './window'

afterEach(cleanup)
// Lists of a thousand examples take jsdom their time.
configure({ asyncUtilTimeout: 8000 })

const press = (key: string) => fireEvent(window, new KeyboardEvent('keydown', { key, bubbles: true }))
const [naive, confidence] = planExperiment(PRESETS[0]!.spec, CONTEXT).arms as [Arm, Arm]
const found = comparisonOf(confidence, naive, 'last', 3)
const addressed = `#/results/run-done?arm=${confidence.id}&with=${naive.id}`
const plain = (text: string | null) => (text ?? '').replace(/\s+/g, ' ')

describe('two arms of a result', () => {
  it('are chosen by x and compared by c, what comes later against what comes first', async () => {
    const bridge = open('#/results/run-done')
    const table = await screen.findByRole('table', { name: 'Arms' })
    const compare = screen.getByRole('button', { name: /Compare two arms/ })
    expect(compare).toHaveProperty('disabled', true)
    await press('c')
    expect(await screen.findByText('Choose two arms in the table')).toBeTruthy()
    for (const key of ['j', 'x', 'k', 'x']) await press(key)
    expect(
      within(table)
        .getAllByRole<HTMLInputElement>('checkbox')
        .map(({ checked }) => checked),
    ).toEqual([true, true])
    await press('c')
    await screen.findByRole('table', { name: 'Ledger' })
    expect(heard(bridge, 'compare')[0]!.args).toEqual([
      {
        arm: { runId: 'run-done', armId: confidence.id },
        against: { runId: 'run-done', armId: naive.id },
        stop: 'last',
      },
    ])
    await press('Escape')
    expect(await screen.findByRole('table', { name: 'Arms' })).toBeTruthy()
  })

  it('are two at most, and of one task', async () => {
    open('#/results/run-five')
    const table = await screen.findByRole('table', { name: 'Arms' })
    const boxes = within(table).getAllByRole<HTMLInputElement>('checkbox')
    const ticked = () => boxes.flatMap(({ checked }, i) => (checked ? [i] : []))
    for (const at of [0, 2]) await fireEvent.click(boxes[at]!)
    expect(screen.getByRole('button', { name: /Compare two arms/ }).title).toBe('These two are of different tasks')
    await fireEvent.click(boxes[3]!)
    expect(ticked()).toEqual([2, 3])
    expect(screen.getByRole('button', { name: /Compare two arms/ })).toHaveProperty('disabled', false)
  })

  it('are opened from the row of their difference', async () => {
    open('#/results/run-done')
    const table = await screen.findByRole('table', { name: 'Paired differences' })
    const link = within(table).getByRole('link', { name: /^confidence.* naive$/ })
    expect(link.getAttribute('href')).toContain(`arm=${confidence.id}&with=${naive.id}&stop=last&metric=accuracy`)
  })
})

describe('a comparison', () => {
  it('is restored by its address: sentence, both PGR, difference with interval, seeds, ledger', async () => {
    open(addressed)
    await screen.findByRole('heading', { name: /^Confidence is \d\.\d\spoints (above|below) naive \(/ })
    expect(screen.getByText(/paired over 3 seeds \(0, 1 and 2\)/)).toBeTruthy()
    const both = within(screen.getByRole('table', { name: 'Both arms' })).getAllByRole('row')
    expect(both.map((row) => plain(row.textContent))).toEqual([
      expect.stringContaining('PGR'),
      expect.stringMatching(/confidence\.\d+ ± \.\d{3}\.\d\d \.\d\d to /),
      expect.stringMatching(/naive\.\d+ ± \.\d{3}\.\d\d \.\d\d to /),
      expect.stringMatching(/difference, paired[+−]?\.\d{3} .* to .*[+−]?\.\d\d .* to/),
    ])
    const ledger = screen.getByRole('table', { name: 'Ledger' })
    const rows = within(ledger).getAllByRole('row').slice(1)
    expect(rows).toHaveLength(4)
    const [first] = found.ledger
    const counts = within(rows[0]!)
      .getAllByRole('cell')
      .map((cell) => plain(cell.textContent).trim())
    expect(counts.slice(0, 3)).toEqual(['seed 0', String(first!.corrected), String(first!.broken)])
    expect(screen.getByText(/do not add up over seeds/)).toBeTruthy()
    expect(screen.queryByText(/Left out/)).toBeNull()
  })

  it('opens the examples of a count in the inspector, both students side by side', async () => {
    const bridge = open(addressed)
    const ledger = await screen.findByRole('table', { name: 'Ledger' })
    const { corrected } = found.ledger[1]!
    await fireEvent.click(
      within(ledger).getByRole('button', { name: `${corrected} corrected, seed 1. Show the examples` }),
    )
    const grid = await screen.findByRole('grid', { name: 'Examples' })
    await within(grid).findByRole('columnheader', { name: 'naive' })
    const heads = within(grid).getAllByRole('columnheader')
    expect(heads.map((head) => head.textContent)).toEqual([
      'Text',
      'truth',
      'weak',
      'naive',
      'confidence',
      'ceiling',
      'between',
    ])
    expect(plain(screen.getByRole('main').textContent)).toContain(`${corrected} of 1,000 examples`)
    expect(heard(bridge, 'examples').at(-1)!.args[0]).toMatchObject({
      ...{ runId: 'run-done', armId: confidence.id, seed: 1, moves: ['copied-right', 'own-right'] },
      against: { runId: 'run-done', armId: naive.id },
    })
    const probabilities = await screen.findByRole('table', { name: 'Probabilities' })
    expect(
      within(probabilities)
        .getAllByRole('rowheader')
        .map((head) => head.textContent),
    ).toEqual([...['weak', 'naive', 'confidence', 'ceiling']])
    expect(screen.getByText(/^corrected: copies an error, then right$/)).toBeTruthy()
    await fireEvent.click(screen.getByRole('button', { name: 'One student only' }))
    await screen.findByRole('columnheader', { name: 'verdict' })
  })

  it('opens one cell of what became of each example', async () => {
    const bridge = open(addressed)
    const table = await screen.findByRole('table', { name: /^What became of each example, seed 0/ })
    const n = found.ledger[0]!.moves['right-right']
    await fireEvent.click(within(table).getByRole('button', { name: new RegExp(`^${n} both right`) }))
    await screen.findByRole('grid', { name: 'Examples' })
    expect(heard(bridge, 'examples').at(-1)!.args[0]).toMatchObject({ seed: 0, moves: ['right-right'] })
  })

  it('is turned round, and set against an arm of another run', async () => {
    const bridge = open(addressed)
    await screen.findByRole('table', { name: 'Ledger' })
    await fireEvent.click(screen.getByRole('button', { name: 'Swap' }))
    await screen.findByRole('heading', { name: /^Naive is/ })
    const run = screen.getByRole('combobox', { name: 'Run of the arm to compare with' })
    await fireEvent.change(run, { target: { value: 'run-five' } })
    await expect.poll(() => heard(bridge, 'compare').at(-1)!.args[0]).toMatchObject({ against: { runId: 'run-five' } })
  })

  it('names the seeds that are left out, and says why PGR do not compare', async () => {
    const partial: Comparison = {
      ...found,
      ...{ only: { arm: [], against: [7] }, groups: 46, differ: ['weak'] },
      measures: { accuracy: { ...found.measures['accuracy']!, pgr: null } },
    }
    open(addressed, { compare: () => ({ ...partial, looks: LOOKS }) })
    expect(await screen.findByText('Left out, as the other arm has not done them: seed 7 of naive.')).toBeTruthy()
    expect(screen.getByText(/Shares of different gaps do not compare/)).toBeTruthy()
    expect(screen.getByText(/come in 46 groups: go by the interval/)).toBeTruthy()
  })

  it('says why two arms are not compared', async () => {
    open(`#/results/run-done?arm=${confidence.id}&with=nobody`)
    expect(await screen.findByText('These two are not compared')).toBeTruthy()
    expect(screen.getByText('This run has no arm "nobody".')).toBeTruthy()
  })
})
