// A draft in the making: what its task comes to, how many seeds it needs by what was run before, and a preset made of it.
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './app'
import { goTo, reach, shoot, smallSpec, value } from './lab'

test('a draft is planned by what was run before, and kept as a preset', async ({ page }) => {
  test.setTimeout(120_000)
  const { runId } = await value(page, 'run', smallSpec('Small', 4, [0, 1]))
  await reach(page, runId, 'done')
  await goTo(page, `#/builder?run=${runId}`)
  const seeds = page.getByRole('region', { name: 'Seeds to plan for' })
  await expect(seeds).toContainText('from 2 seeds of Small: the same arm', { timeout: 30_000 })
  const table = page.getByRole('table', { name: 'Rows of every part' })
  await expect(table.getByRole('row', { name: /^Test/ })).toBeVisible()
  await table.scrollIntoViewIfNeeded()
  await shoot(page, 'builder with what a task comes to')

  await page.getByRole('button', { name: 'Keep as a preset…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Keep as a preset' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('My own')
  await dialog.getByRole('textbox', { name: 'Name' }).press('Enter')
  const presets = page.getByRole('combobox', { name: 'Start from a preset' })
  await expect(presets).toHaveValue('my-own')
  await page.getByRole('button', { name: 'Delete preset' }).click()
  await expect(presets.getByRole('option', { name: 'My own' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(presets.getByRole('option', { name: 'My own' })).toHaveCount(1)
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([])
})
