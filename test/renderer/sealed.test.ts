import { cleanup, screen } from '@testing-library/svelte'
import { afterEach, expect, it } from 'vitest'
import { SEALED_TEXT } from '../../src-renderer/lib/runs'
import { createFakeBridge, studyResult } from './bridge'
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

it('what one arm learns is said to be sealed', async () => {
  const done = await createFakeBridge().call('runDetail', 'run-done')
  if (!done.ok) throw new Error(done.error.message)
  const run = { ...done.value, sealed: true }
  open('#/curves/run-done?side=overfit', { runDetail: () => run, groupCurves: () => [] })
  await screen.findByText(SEALED_TEXT)
  expect(screen.queryByText(/No student of this arm/)).toBeNull()
})
