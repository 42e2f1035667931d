// The settings of a machine where every card that works is left alone, so that none was found to compute on.
import { fireEvent, screen, within } from '@testing-library/svelte'
import { expect, it } from 'vitest'
import { settings } from '../../src-renderer/state/settings.svelte'
import { STATUS } from './bridge'
import { heard, open } from './window'

it('cards that are left alone can be taken back where nothing computes on any', async () => {
  const bridge = open('#/monitor', { status: () => ({ ...STATUS, cards: [] }) })
  await settings.change({ atOnceByCard: [1, 0] })
  await fireEvent(window, new KeyboardEvent('keydown', { key: ',', ctrlKey: true, bubbles: true, cancelable: true }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Settings' }))
  const field = await dialog.findByRole<HTMLInputElement>('spinbutton', { name: /on card 2 0 leaves it alone/ })
  expect(dialog.queryByRole('spinbutton', { name: /on card 1/ })).toBeNull()
  await fireEvent.change(field, { target: { value: '1' } })
  expect(heard(bridge, 'settings').at(-1)!.args).toEqual([{ atOnceByCard: [1, 1] }])
})
