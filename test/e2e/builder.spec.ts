// A draft in the making: what its task comes to, how many seeds it needs by what was run before, and a preset made of it.
import AxeBuilder from '@axe-core/playwright'
import { join } from 'node:path'
import { expect, test } from './app'
import { goTo, reach, savedTable, shoot, smallSpec, value } from './lab'

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

  // As text: what the form says is changed there, comments stay, and what is wrong stands at its line.
  await page.getByText('YAML', { exact: true }).click()
  const text = page.getByRole('textbox', { name: 'Experiment spec as YAML' })
  await text.fill(`# as we agreed\n${await text.inputValue()}`)
  await page.getByText('Form', { exact: true }).click()
  await page.getByRole('combobox', { name: 'Weak labels' }).selectOption('hard')
  await page.getByText('YAML', { exact: true }).click()
  await expect(text).toHaveValue(/^# as we agreed\nversion: 1\n[^]*\nlabels: hard\n/)
  await text.fill((await text.inputValue()).replace('tasks: [sotu]', 'tasks: []'))
  await expect(page.locator('#spec-marks')).toContainText('Line 5: expected at least 1 entry, got []')
  await shoot(page, 'builder as text')
  await page.getByText('Form', { exact: true }).click()
  await expect(page.getByText('Choose a task.').first()).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(page.getByText('Choose a task.')).toHaveCount(0)

  // A pasted page is named, and leaves the plan in sight.
  const name = page.getByRole('textbox', { name: 'Name', exact: true })
  await name.fill('L'.repeat(5000))
  await expect(page.getByRole('region', { name: 'Changes' })).toContainText('LLL')
  await expect(page.getByText(/Takes 120 characters at most/).last()).toBeInViewport()
  await page.keyboard.press('Control+z')
  await expect(name).toHaveValue('Small, changed')

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

test('a loss is looked at on a real batch, a field is swept over, and a run is run again otherwise', async ({
  open,
  home,
}) => {
  const { app, page } = await open()
  test.setTimeout(180_000)
  const methods = [{ method: 'confidence', alphaMax: 0.5 }]
  const { runId } = await value(page, 'run', { ...smallSpec('Small', 4), question: 'Does it hang on α?', methods })
  await reach(page, runId, 'done')
  await goTo(page, `#/results/${runId}`)
  await page.getByRole('button', { name: 'Run again with…' }).click()
  await page.getByRole('dialog').getByRole('link', { name: 'another method' }).click()
  await expect(page.getByRole('combobox', { name: 'method 1' })).toBeFocused()

  const chain = page.getByRole('region', { name: 'Who teaches whom' })
  await expect(chain).toContainText('supervisor · cached')
  await page.getByRole('combobox', { name: 'method 1' }).selectOption('bootstrap')
  await page.getByRole('button', { name: 'Add a model' }).click()
  await expect(chain).toContainText('rung · 0 of 1 cached')
  await chain.getByRole('button', { name: /rung/ }).first().click()
  await expect(page.getByRole('group', { name: 'model 1' })).toBeFocused()
  await shoot(page, 'builder with a chain')
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect(chain).toContainText('student · cached')

  await page.getByText('Targets of a real batch').click()
  await expect(page.getByText('α = .50')).toBeVisible({ timeout: 20_000 })
  await page.getByRole('slider', { name: 'Part of training done' }).fill('0.1')
  await expect(page.getByText('α = .25')).toBeVisible()
  await page.getByText('As a table').click()
  await expect(page.getByRole('table', { name: 'Targets of a real batch' }).getByRole('row')).not.toHaveCount(0)
  expect((await savedTable(app, page, 'Rows of the batch', join(home, 'batch.csv')))[0]).toMatch(/,Target,α$/)
  await shoot(page, 'builder with a batch')

  await page.getByRole('button', { name: 'Sweep over a field' }).click()
  await page.getByRole('combobox', { name: 'Field 1 of the sweep' }).selectOption('methods[0].alphaMax')
  await page.getByRole('textbox', { name: 'Values of method 1, Largest alpha' }).fill('0.5, 0.75')
  const runs = page.getByRole('table', { name: 'Runs of the sweep' })
  await expect(runs.getByRole('row', { name: /^0.5 all cached/ })).toBeVisible({ timeout: 20_000 })
  await expect(runs.getByRole('row', { name: /^0.75 1 stage/ })).toBeVisible()
  const planned = await savedTable(app, page, 'Runs of the sweep', join(home, 'sweep.csv'))
  expect(planned[0]).toBe('"method 1, Largest alpha",stages to run,cached,shared,takes,takes unit,takes by,problem')
  expect(planned.slice(1).map((line) => line.split(',').slice(0, 2))).toEqual([
    ['0.5', '0'],
    ['0.75', '1'],
  ])
  await shoot(page, 'builder with a sweep')
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([])
  await page.getByRole('button', { name: 'Queue 2 runs' }).click()
  await expect(page.getByText('2 runs queued.')).toBeVisible()
  await expect
    .poll(async () => (await value(page, 'runs')).filter(({ state }) => state === 'done').length, { timeout: 60_000 })
    .toBe(3)
  const studies = new Set((await value(page, 'runs')).map(({ study }) => study))
  expect(studies.size).toBe(1)
})
