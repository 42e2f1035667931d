// What the window says where stages are put on two cards of a machine, the first of whose three cannot be used.
import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte'
import { afterEach, expect, it } from 'vitest'
import type { Status } from '../../src-preload/contract'
import StatusBar from '../../src-renderer/StatusBar.svelte'
import { createFakeBridge, STATUS } from './bridge'
import { heard, open } from './window'

const lane = (card: string, device: string, key: string, fault = '') => ({
  ...{ backend: 'cuda', device, card, fault, key, title: key, forcedAt: null },
})
const CARDS = [
  { number: 2, name: 'RTX 4090' },
  { number: 3, name: 'RTX 3060' },
]
const status = (...lanes: Status['lanes']): Status => ({
  ...STATUS,
  ...{ backend: 'cuda', device: 'RTX 4090', cards: CARDS, lanes },
})

afterEach(cleanup)

const SAID = 'The NVIDIA card failed in the middle of work: it was lost.'

it('settings and queue count cards as their driver does, and say which one failed', async () => {
  const lanes = [lane('card 2', 'RTX 4090', 'a'), lane('card 3', 'RTX 3060', '', SAID)]
  const bridge = open('#/monitor', { status: () => status(...lanes) })
  const failed = await screen.findByTitle(SAID)
  expect(failed.textContent).toContain('cuda · card 3 · RTX 3060')
  expect(failed.textContent).toContain('failed')
  const bar = screen.getByLabelText('Status')
  expect(within(bar).getByText('cuda · RTX 4090')).toBeTruthy()
  await fireEvent(window, new KeyboardEvent('keydown', { key: ',', ctrlKey: true, bubbles: true, cancelable: true }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Settings' }))
  const field = await dialog.findByRole<HTMLInputElement>('spinbutton', { name: /on card 3 RTX 3060/ })
  expect(dialog.queryByRole('spinbutton', { name: /on card 1/ })).toBeNull()
  await fireEvent.change(field, { target: { value: '2' } })
  // What holds for the first one, which cannot be used, stays.
  expect(heard(bridge, 'settings').at(-1)!.args).toEqual([{ atOnceByCard: [1, 1, 2] }])
})

it('the status bar tells of every device at work, in few words', () => {
  const [one, other] = [lane('card 2', 'RTX 4090', 'a'), lane('card 3', 'RTX 3060', 'b')]
  render(StatusBar, { status: status(one, other, lane('', 'CPU', 'c')) })
  expect(screen.getByText('card 2, card 3 and CPU').title).toBe('card 2: RTX 4090\ncard 3: RTX 3060\nCPU')
})

it('a result says of which seed, and on which card, what was trained alone', async () => {
  const bridge = createFakeBridge()
  const reply = await bridge.call('runDetail', 'run-done')
  if (!reply.ok) throw new Error(reply.error.message)
  const run = reply.value
  const card = (name: string) => ({ card: name, peakGpuBytes: null, wattHours: 1, wattSeconds: 9 })
  const of = (...cards: ReturnType<typeof card>[]) => ({ ...run.use, cards })
  const [large, small] = [card('RTX 4090 (GPU-0a1b2c3d)'), card('RTX 3060 (GPU-ae3738d5)')]
  const stages = run.stages.map((stage) => ({ ...stage, use: of(small) }))
  open('#/results/run-done', { runDetail: () => ({ ...run, stages, use: of(large, small) }) })
  const facts = within(await screen.findByRole('table', { name: 'Selected arm' }, { timeout: 10_000 }))
  const said = (name: string) => facts.getByRole('rowheader', { name }).nextElementSibling!.textContent.trim()
  expect(said('backend')).toMatch(/ · RTX 3060 \(GPU-ae3738d5\) ?seed 0$/)
  expect(said('student trained')).toMatch(/seed 0$/)
  expect(said('label set')).toMatch(/seed 0$/)
})
