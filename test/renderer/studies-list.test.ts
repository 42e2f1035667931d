import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte'
import { afterEach, expect, it } from 'vitest'
import type { ArmsFound } from '../../src-preload/contract'
import { doubtOver, pgrOver } from '../../src-renderer/views/studies/rows'
import { heard, open } from './window'

afterEach(cleanup)

const press = (key: string) => fireEvent(window, new KeyboardEvent('keydown', { key, bubbles: true }))

it('refuses a tag that is too long, and says why', async () => {
  const bridge = open('#/studies', { findRuns: () => ({ ids: ['run-done'], parts: [], problem: null }) })
  await screen.findByText('1 run')
  await press('j')
  await press('x')
  await fireEvent.click((await screen.findAllByRole('button', { name: 'Tags…' }))[0]!)
  const field = await screen.findByRole('textbox', { name: /New tags/ })
  await fireEvent.input(field, { target: { value: `paper, ${'long'.repeat(16)}` } })
  await screen.findByText('“longlonglonglonglong…” has 64 characters; a tag has 60 at most.')
  expect(screen.getByRole('button', { name: 'Keep' }).hasAttribute('disabled')).toBe(true)
  await fireEvent.submit(field.closest('form')!)
  expect(heard(bridge, 'mark')).toEqual([])
  await fireEvent.input(field, { target: { value: `paper, ${'long'.repeat(15)}` } })
  await fireEvent.click(screen.getByRole('button', { name: 'Keep' }))
  await waitFor(() => expect(heard(bridge, 'mark')).toHaveLength(1))
})

it('says of a query that is too long that it is, and keeps it', async () => {
  const bridge = open(`#/studies?q=${'w'.repeat(2001)}`)
  await screen.findByText('A query has 2,000 letters at most; this one has 2,001.')
  const field = screen.getByRole<HTMLInputElement>('searchbox', { name: 'Search runs' })
  expect([field.value.length, field.getAttribute('aria-invalid')]).toEqual([2001, 'true'])
  expect(heard(bridge, 'findRuns').filter(({ args }) => args[0] !== '')).toEqual([])
})

it('says why runs could not be searched for', async () => {
  open('#/studies', {
    findRuns: () => {
      throw new Error('The disk does not answer.')
    },
  })
  await screen.findByText('The disk does not answer.')
})

it('marks what is hardly a number, one PGR or a range, and says of how many arms', () => {
  const of = (changes: Partial<ArmsFound>): ArmsFound => ({
    ...{ arms: 4, undefined: 0, doubtful: 0, pgr: { low: 0.07, high: 0.3 }, seeds: null, asked: 3 },
    ...changes,
  })
  expect(pgrOver(of({ arms: 1, doubtful: 1, pgr: { low: 0.07, high: 0.07 } }))).toBe('≈\u00a0.07')
  expect(pgrOver(of({ doubtful: 2 }))).toBe('≈\u00a0.07 to .30')
  expect(pgrOver(of({}))).toBe('.07 to .30')
  expect(doubtOver(of({ doubtful: 2 }))).toBe('≈: in 2 of 4 arms the PGR comes with a warning')
  expect(doubtOver(of({}))).toBe('')
})
