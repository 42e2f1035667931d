import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createChoices } from '../../src-main/lab/engine/choices'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('that a backend does not work is kept for a minute, and until it is examined', async () => {
  const ask = vi.fn(() => Promise.reject(new Error('The driver sees no card.')))
  const choices = createChoices(ask, () => undefined)
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
