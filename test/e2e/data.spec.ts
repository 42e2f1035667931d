// What the user brings, and what of it and of runs lies on disk: walks through the real window.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './app'
import { goTo, reach, shoot, smallSpec, value } from './lab'

test('storage tells the bytes of a run, and frees what is computed again without a loss', async ({ open, home }) => {
  const { page } = await open()
  const { runId } = await value(page, 'run', smallSpec('Takes room'))
  await reach(page, runId, 'done')
  const result = await value(page, 'result', { runId, stop: 'last' })
  const kept = () => readdirSync(join(home, 'results'))
  expect(kept().length).toBeGreaterThan(0)
  const artifacts = readdirSync(join(home, 'artifacts'))

  await page.getByRole('link', { name: /^store .* free$/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/^Data folder [\d.]+\s.?B · Cache /)
  await expect(page.getByRole('row', { name: /^Artifacts/ })).toContainText(/\d\s[kM]B/)
  await expect(page.getByRole('row', { name: /trained models and what they said, of 3 stages/ })).toBeVisible()
  await shoot(page, 'storage')
  await page.getByRole('button', { name: 'Free all of it' }).click()
  await expect(page.getByText(/are free again/)).toBeVisible()
  await expect(page.getByText('Computed results')).toHaveCount(0)
  expect(kept()).toEqual([])
  expect(readdirSync(join(home, 'artifacts'))).toEqual(artifacts)
  expect((await value(page, 'result', { runId, stop: 'last' })).arms).toEqual(result.arms)

  await value(page, 'trash', { runs: [runId], trashed: true })
  await page.getByRole('button', { name: 'Measure again' }).click()
  await page.getByRole('button', { name: 'Empty the trash…' }).click()
  await page.getByRole('button', { name: 'Empty it' }).click()
  await expect(page.getByText(/of all that, only of/)).toHaveCount(0)
  expect(await value(page, 'runs')).toEqual([])
  await goTo(page, '#/doctor')
  await page.getByRole('button', { name: 'Storage…' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Data folder')
})
