import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { STATUS } from './bridge'
import { STORAGE } from './sample-storage'
import { heard, open } from './window'

afterEach(cleanup)
const here = '#/doctor?storage=1'
/** As it is printed: no break before a unit. */
const printed = (text: string) => text.replace(/ (?=[MG]?B\b)/g, '\u00a0')

describe('storage', () => {
  it('is reached from the status bar, and says what lies where', async () => {
    open('#/home')
    await fireEvent.click(await screen.findByRole('link', { name: new RegExp(printed('store 212 MB')) }))
    location.hash = here
    await screen.findByRole('heading', { name: printed('Data folder 297 MB · Cache 2.3 GB') })
    expect(within(screen.getByRole('row', { name: /^Artifacts/ })).getByText('200 MB')).toBeTruthy()
    expect(screen.getByRole('row', { name: /trained models and what they said, of 40 stages/ })).toBeTruthy()
    expect(screen.queryByText('Damaged artifacts')).toBeNull()
  })
  it('frees what is computed again without asking, and measures anew', async () => {
    const bridge = open(here)
    await fireEvent.click(await screen.findByRole('button', { name: 'Free all of it' }))
    await screen.findByText('31 MB are free again.')
    expect(heard(bridge, 'storageFree').map(({ args }) => args)).toEqual([['results']])
    await waitFor(() => expect(heard(bridge, 'storage')).toHaveLength(2))
  })
  it('asks first where something is lost', async () => {
    const bridge = open(here)
    await fireEvent.click(await screen.findByRole('button', { name: printed('Free 16 MB…') }))
    await screen.findByRole('dialog', { name: 'Free 1 unfinished training?' })
    await fireEvent.click(screen.getByRole('button', { name: 'Keep it' }))
    expect(heard(bridge, 'storageFree')).toEqual([])
    await fireEvent.click(screen.getByRole('button', { name: 'Empty the trash…' }))
    expect((await screen.findByRole('dialog')).textContent).toContain('2 runs and what no other run needs go for good')
    await fireEvent.click(screen.getByRole('button', { name: 'Empty it' }))
    await waitFor(() => expect(heard(bridge, 'trashEmpty')).toHaveLength(1))
  })
  it('only shows what the user has put there', async () => {
    const bridge = open(here)
    await fireEvent.click(await screen.findByRole('button', { name: 'Show Bundles in the file manager' }))
    expect(heard(bridge, 'reveal')[0]?.args).toEqual(['/home/ada/lab/bundles'])
  })
  it('frees nothing in a lab that looks on, or that runs in the queue want', async () => {
    const bridge = open(here, { storage: () => ({ ...STORAGE, idle: { trainings: 0, bytes: 0 } }) })
    const unfinished = await screen.findByRole<HTMLButtonElement>('button', { name: printed('Free 0 B…') })
    expect([unfinished.disabled, unfinished.title]).toEqual([true, 'Runs in the queue go on from all of these'])
    bridge.emit([{ type: 'status', status: { ...STATUS, readOnly: 'Looking on.' } }])
    await waitFor(() =>
      expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Free all of it' }).disabled).toBe(true),
    )
    expect(screen.getByRole<HTMLButtonElement>('button', { name: /Empty the trash/ }).disabled).toBe(true)
  })
})
