import { cleanup, screen } from '@testing-library/svelte'
import { afterEach, expect, it } from 'vitest'
import { studyResult } from './bridge'
import { open } from './window'

afterEach(cleanup)

it('a sealed study says that it is sealed, and nothing of what its runs are through with', async () => {
  open('#/studies/s', {
    study: (query) => ({ ...studyResult('s', query.stop), arms: [], sealed: true, looks: null, verdict: null }),
  })
  await screen.findByText('What is found on test rows is sealed; it is drawn when the seal is broken.')
  expect(screen.getByRole('button', { name: 'Break the seal…' })).toBeTruthy()
  expect(screen.queryByText(/0 arms|Nothing is finished|first finished seed/)).toBeNull()
  expect(screen.queryByRole('radiogroup', { name: 'Metric' })).toBeNull()
})
