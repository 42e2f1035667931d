// What only a real page shows: what stands in line, and a plan whose time is measured.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import { goTo, reach, smallSpec, value } from './lab'

/** Left edges of the words in what is found by a selector, in pixels. */
const lefts = (page: Page, selector: string) =>
  page.evaluate((selector) => {
    const filled = [...document.querySelectorAll(selector)].filter(({ textContent }) => textContent)
    const edges = filled.map((element) => {
      const words = document.createRange()
      words.selectNodeContents([...element.childNodes].findLast((node) => node.textContent?.trim()) ?? element)
      return words.getClientRects()[0]!.left
    })
    return [...new Set(edges.map((edge) => Math.round(edge * 4) / 4))]
  }, selector)

async function clean(page: Page) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual(
    [],
  )
}

test('columns are straight, and controls are as wide as what is in them', async ({ open }) => {
  const { app, page } = await open()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setContentSize(1024, 768))
  await goTo(page, '#/builder')
  await expect(page.getByRole('region', { name: 'Parts of the experiment' }).getByRole('listitem')).toHaveCount(11)
  expect(await lefts(page, '[aria-label="Parts of the experiment"] button')).toHaveLength(1)
  const top = async (name: 'combobox' | 'button', label: string) => {
    const { y, height } = (await page.getByRole(name, { name: label }).boundingBox())!
    return y + height / 2
  }
  await expect(page.getByRole('combobox', { name: 'Take the models of a ladder' })).toBeVisible()
  const apart = (await top('combobox', 'Take the models')) - (await top('button', 'Keep as a preset'))
  expect(Math.abs(apart), 'ladders and presets stand on one line').toBeLessThan(4)

  await page.keyboard.press('Control+,')
  const theme = page.getByRole('radiogroup', { name: 'Theme' })
  const right = async (of: typeof theme) => {
    const { x, width } = (await of.boundingBox())!
    return x + width
  }
  expect((await right(theme)) - (await right(theme.locator('label').last()))).toBeLessThan(4)
  await page.keyboard.press('Escape')

  const { runId } = await value(page, 'run', smallSpec('Many seeds', 1, [0, 1, 2, 10, 11]))
  await reach(page, runId, 'done')
  await goTo(page, `#/monitor/${runId}`)
  await expect(page.getByRole('list', { name: 'Stages' }).getByText('seed 11').first()).toBeVisible()
  expect(await lefts(page, '[aria-label="Stages"] button > .n:not(.time)')).toHaveLength(1)
})

test('in a small window words of a matrix stay whole, and nothing of it is out of sight', async ({ open }) => {
  const { app, page } = await open()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setContentSize(1024, 768))
  const models = (...words: number[]) => words.map((words) => ({ model: 'words', words }))
  const spec = { ...smallSpec('Small window'), weak: models(10, 20), strong: models(100, 200, 300) }
  const methods = ['naive', 'confidence'].map((method) => ({ method }))
  const question = 'How much of what a strong model knows comes out '.repeat(4)
  const { runId } = await value(page, 'run', { ...spec, methods, question })
  await reach(page, runId, 'done')
  await goTo(page, `#/studies/${(await value(page, 'runDetail', runId)).study}`)
  const matrix = page.getByRole('region', { name: 'PGR matrix' })
  const method = matrix.getByRole('rowheader', { name: 'confidence' }).first()
  await expect(method).toBeVisible()
  expect((await method.boundingBox())!.width, 'its words beside its line').toBeGreaterThan(100)
  expect(await matrix.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)

  await goTo(page, '#/studies')
  const note = page.getByRole('grid').getByText('1 run', { exact: true })
  const { x, width } = (await note.boundingBox())!
  expect(x + width, 'what stands behind a long question').toBeLessThan(1024)
})

test('the time of a plan is measured from the builder: begun, stopped, begun again, told', async ({ open }) => {
  const { page } = await open()
  const { id } = await value(page, 'presetSave', { title: 'To be measured', spec: smallSpec('To be measured') })
  await page.reload()
  await goTo(page, `#/builder?preset=${id}`)
  const plan = page.getByRole('complementary')
  const measure = plan.getByRole('button', { name: 'Measure', exact: true })
  const stop = plan.getByRole('button', { name: 'Stop measuring' })
  await expect(plan.getByText(/^Roughly: nothing like/)).toBeVisible()

  await measure.click()
  await expect(plan.getByRole('status').filter({ hasText: 'A few steps of each kind of stage' })).toBeVisible()
  await stop.click()
  await expect(measure).toBeVisible()
  await expect(plan.getByRole('table', { name: 'Measured' })).toHaveCount(0)
  await expect(plan.getByRole('alert')).toHaveCount(0)

  await measure.focus()
  await page.keyboard.press('Enter')
  const rows = plan.getByRole('table', { name: 'Measured' }).getByRole('row')
  await expect(rows.filter({ hasText: 'Train ceilings' })).toContainText(/\ds|under/, { timeout: 60_000 })
  await expect(plan.getByText(/^Roughly: nothing like/)).toHaveCount(0)
  await expect(measure).toHaveCount(0)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await clean(page)
  }
})
