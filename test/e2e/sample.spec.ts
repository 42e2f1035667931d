// What the sample study lets one do before anything was run: every reading of it, its figures, tables, examples and plan.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import { goTo, shoot } from './lab'

const question = /^How much of what a larger model knows/

const clean = async (page: Page) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([])
  }
}

test('the sample study is read, drawn beside the paper, taken as tables and planned on', async ({ open }) => {
  test.setTimeout(180_000)
  const { app, page } = await open()
  const main = page.getByRole('main')
  const copied = () => app.evaluate(({ clipboard }) => clipboard.readText())
  await page.getByRole('button', { name: 'Open the sample study' }).click()
  const headline = main.getByRole('heading', { level: 1 })
  await expect(headline).toContainText('closes', { timeout: 60_000 })
  const last = await headline.textContent()
  const runId = page.url().split('/').at(-1)!

  // What can be taken from a narrow chart leaves its title the line.
  const title = main.getByRole('heading', { name: '… where it is right' })
  expect((await title.boundingBox())!.height).toBeLessThan(30)

  // Another reading is another result; the oracle's is hollow, an upper bound.
  await page.getByText('oracle', { exact: false }).first().click()
  await expect(page).toHaveURL(/stop=oracle/)
  await expect(headline).not.toHaveText(last!)
  await page.getByText('last', { exact: false }).first().click()
  await expect(headline).toHaveText(last!)

  // Lines that end before the crosshair are named beside it, with where they are.
  await goTo(page, `#/curves/${runId}`)
  await expect(page.getByText(/pocket-l: from 0 to \d+, not here$/)).toHaveCount(2)
  await shoot(page, 'curves of two lengths')

  // The study: other axes of the matrix, as LaTeX; another metric; against the ceiling with the paper's curves.
  await goTo(page, '#/studies')
  await page.getByRole('button', { name: question }).click()
  await expect(page.getByRole('table', { name: 'PGR by Student and Method' })).toBeVisible()
  await page.getByRole('combobox', { name: 'down' }).selectOption('Method')
  await page.getByRole('combobox', { name: 'across' }).selectOption('Student')
  const matrix = page.getByRole('table', { name: 'PGR by Method and Student' })
  await expect(matrix.getByRole('columnheader', { name: 'pocket-l' })).toBeVisible()
  await page.getByRole('button', { name: 'Copy as LaTeX: PGR matrix' }).click()
  await expect.poll(copied).toContain('\\begin{tabular}')
  const cell = (await matrix
    .getByRole('row', { name: /^confidence/ })
    .getByRole('cell')
    .first()
    .textContent())!
  expect(await copied()).toContain(/\.\d\d/.exec(cell)![0])
  await page.getByText('against the ceiling').click()
  await page.getByRole('button', { name: 'the paper’s curves' }).click()
  await expect(page).toHaveURL(/paper=1/)
  await expect(main).toContainText('Its tasks are others than this one')
  await page.getByRole('button', { name: /^As a table: Accuracy/ }).click()
  const plotted = main.getByRole('region', { name: /^Accuracy on held-out rows/ })
  await expect(plotted.getByRole('row', { name: /^confidence/ }).first()).toBeVisible()
  await shoot(page, 'study-paper')
  await clean(page)
  await page.getByText('AUROC', { exact: true }).click()
  await expect(matrix).toContainText('n 5')
  await expect(page).toHaveURL(/metric=auroc/)

  // The list: this one or another, in words; out of sight and back.
  await goTo(page, '#/studies')
  const search = page.getByRole('searchbox', { name: 'Search runs' })
  await search.fill('task:sotu OR pgr>.4')
  await expect(page.getByRole('row', { name: /Select Sample study/ })).toBeVisible()
  await search.fill('task:sotu OR pgr>2')
  await expect(page.getByText('No run answers to this')).toBeVisible()
  await search.fill('')

  // Its curves: means, middles, every training for itself.
  await goTo(page, `#/curves/${runId}`)
  await expect(headline).toHaveText('4 lines of 20 trainings, Sample study')
  await expect(main).toContainText('Means over all seeds')
  await page.getByText('median, min–max').click()
  await expect(main).toContainText(/medians over all seeds/i)
  await page.getByRole('button', { name: /one by one/ }).click()
  await expect(main).toContainText('Every training is a line of its own')

  // Its examples: two students side by side, the copied errors by confidence, one example in the clipboard.
  await goTo(page, `#/inspector/${runId}`)
  const side = page.getByRole('region', { name: 'Who was right' })
  await expect(side).toContainText(/errors of the supervisor in parts of equal number/)
  await expect(side).toContainText('95 % intervals of each part by Wilson')
  await side.getByRole('button', { name: /^Copy the plotted numbers: Copied, by/ }).click()
  await expect.poll(copied).toMatch(/student, 95 % interval",[\d.–]+,0\.\d+/)
  await page.keyboard.press('j')
  await page.keyboard.press('y')
  const text = (await page.locator('#row-1').getByRole('gridcell').first().textContent())!.trim()
  await expect.poll(copied).toContain(text.slice(0, 12))
  await shoot(page, 'inspector-deciles')
  await clean(page)

  // Planned on: how many seeds a wanted certainty needs, by what the gaps of this study were.
  await goTo(page, `#/results/${runId}`)
  await page.getByRole('button', { name: 'Open in the builder' }).click()
  const seeds = page.getByRole('region', { name: 'Seeds to plan for' })
  await expect(seeds).toContainText(/PGR ±/)
  await shoot(page, 'builder-of-the-sample')
})
