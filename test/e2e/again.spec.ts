// A run, its arrival and the run after it, by keys alone: palette, preset, Enter, builder with what is changed, more seeds.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import { desktop, goTo, reach, shoot, smallSpec, underway, value } from './lab'

/** Finds something in the palette and does it. */
async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'What to find' })).toBeFocused()
  await page.keyboard.type(text)
  await expect(page.getByRole('listbox', { name: 'Found' }).getByRole('option', { selected: true })).toContainText(text)
  await shoot(page, `palette ${text}`)
  await page.keyboard.press('Enter')
}

const clean = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([])
}

test('from the palette to a result, and on to the next run, without the mouse', async ({ page }) => {
  test.setTimeout(180_000)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await find(page, 'Run Quick start')
  await expect(page).toHaveURL(/#\/monitor\//)
  for (const [keys, name] of [
    ['Control+k', 'Find an action, a run or a page'],
    ['Control+,', 'Settings'],
    ['Shift+?', 'Keys'],
  ] as const) {
    await page.keyboard.press(keys)
    const dialog = page.getByRole('dialog', { name })
    await expect(dialog).toBeVisible()
    expect(await dialog.evaluate(({ scrollTop }) => scrollTop)).toBe(0)
    await clean(page)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
  const stopped = page.url().split('/').at(-1)!
  await underway(page, stopped, 2)
  await find(page, 'Cancel this run')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await reach(page, stopped, 'cancelled')
  await expect(page.getByRole('region', { name: 'How it ended' })).toContainText('It was cancelled.')
  await shoot(page, 'monitor of a run that was cancelled')
  await clean(page)

  const { runId: first } = await value(page, 'run', smallSpec('Small', 20, [0, 1, 2]))
  await goTo(page, `#/monitor/${first}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Small: done', { timeout: 60_000 })
  await expect(page.getByRole('region', { name: 'How it ended' })).toContainText('PGR')
  await shoot(page, 'monitor of a run that is done')
  await clean(page)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`#/results/${first}`))
  await expect(page.getByRole('button', { name: 'Open in the builder' })).toBeVisible()
  await shoot(page, 'result')

  await find(page, 'Open this run in the builder')
  const changes = page.getByRole('region', { name: 'Changes' })
  await expect(changes).toContainText('Nothing yet')
  await page.getByRole('textbox', { name: 'Weak half' }).focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('200')
  await expect(changes).toContainText('sizes.weak')
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Small, changed')
  await shoot(page, 'builder with changes')
  await clean(page)

  await goTo(page, `#/results/${first}`)
  await expect(page.getByRole('button', { name: 'Open in the builder' })).toBeVisible()
  await find(page, 'Add seeds to this run')
  const dialog = page.getByRole('dialog', { name: 'Add seeds to Small' })
  await expect(dialog.getByRole('status')).toContainText(/stages to run, \d+ cached/)
  await shoot(page, 'add seeds')
  await dialog.getByRole('button', { name: /^Queue/ }).focus()
  await page.keyboard.press('Enter')
  await expect(page).not.toHaveURL(new RegExp(first))
  const second = page.url().split('/').at(-1)!
  const run = await value(page, 'runDetail', second)
  expect(run.stages.filter(({ cached }) => cached).length).toBeGreaterThan(0)
  await value(page, 'cancel', second)
})

test('a notification leads to the result, the theme is kept, and the last place comes back', async ({ open, home }) => {
  const opened = await open()
  const { app, page } = opened
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const told = await desktop(app)
  const { runId } = await value(page, 'run', smallSpec('Told of'))
  await reach(page, runId, 'done')
  const titles = async () => (await told())?.map((line) => line.split(' — ')[0])
  await expect.poll(titles).toEqual(['Told of: done'])
  await app.evaluate(() => {
    ;(globalThis as unknown as { shown: { emit(name: string): void }[] }).shown[0]!.emit('click')
  })
  await expect(page).toHaveURL(new RegExp(`#/results/${runId}`))

  await value(page, 'settings', { notify: false, theme: 'dark' })
  expect(await app.evaluate(({ nativeTheme }) => nativeTheme.shouldUseDarkColors)).toBe(true)
  const { runId: quiet } = await value(page, 'run', smallSpec('Not told of', 1))
  await reach(page, quiet, 'done')
  await page.waitForTimeout(2000)
  await expect.poll(titles).toHaveLength(1)
  await opened.close()

  const again = await open(home)
  await expect(again.page).toHaveURL(new RegExp(`#/results/${runId}`))
  expect(await again.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark')
  await expect(again.page.getByRole('heading', { level: 1 })).toBeVisible()
})
