import { cleanup, screen } from '@testing-library/svelte'
import { afterEach, expect, it } from 'vitest'
import { open } from './window'

afterEach(cleanup)

it('Curves names no run where there is none yet, and says what to do', async () => {
  open('#/curves', { runs: () => [] })
  await screen.findByRole('heading', { level: 1, name: 'How do arms differ over their training?' })
  expect(screen.getByRole('link', { name: 'Build an experiment' })).toBeTruthy()
  expect(screen.getByText('no runs yet')).toBeTruthy()
  expect(screen.queryByText('…')).toBeNull()
})
