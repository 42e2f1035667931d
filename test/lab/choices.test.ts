import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createChoices } from '../../src-main/lab/engine/choices'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('that a backend does not work is kept for a minute, and until it is examined', async () => {
  const ask = vi.fn(() => Promise.reject(new Error('The driver sees no card.')))
  const choices = createChoices(
    ask,
    () => [],
    () => undefined,
  )
  const asked = { backend: 'cuda', fallback: false } as const
  for (let look = 0; look < 3; look++) expect(await choices.planned(asked)).toMatchObject({ backend: 'cuda' })
  await expect(choices.choose('cuda')).rejects.toThrow('The driver sees no card.')
  expect(ask).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(60_000)
  await choices.planned(asked)
  expect(ask).toHaveBeenCalledTimes(2)
  choices.renew()
  await choices.planned(asked)
  expect(ask).toHaveBeenCalledTimes(3)
})

test('which cards are left alone is part of what is asked, each time', async () => {
  const ask = vi.fn(() => Promise.reject(new Error('All are left alone.')))
  let alone: number[] = []
  const choices = createChoices(
    ask,
    () => alone,
    () => undefined,
  )
  const look = () => choices.planned({ backend: 'cuda', fallback: false })
  await look()
  alone = [2]
  await look()
  await look()
  await expect(choices.choose('cuda', [])).rejects.toThrow('left alone')
  expect(ask.mock.calls).toEqual([
    ['cuda', []],
    ['cuda', [2]],
  ])
})

test('what goes on after a fault of the card is planned for with what it multiplies in', async () => {
  const found = { device: '', version: '', gpu: false, cards: [], reason: '' }
  const next = { ...found, id: 'cpu' as const, precisions: ['fp32'] as const }
  const card = { ...found, id: 'cuda' as const, precisions: ['fp32', 'tf32'] as const, next }
  const choices = createChoices(
    () => Promise.resolve(card),
    () => [],
    () => undefined,
  )
  const planned = (fallback: boolean) => choices.planned({ backend: 'auto', fallback })
  const alone = { backend: 'cuda', precisions: ['fp32', 'tf32'], others: 'cpu' }
  expect(await planned(false)).toEqual(alone)
  expect(await planned(true)).toEqual({ ...alone, otherwise: 'cpu', otherwisePrecisions: ['fp32'] })
})
