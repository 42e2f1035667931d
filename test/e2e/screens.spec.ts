// Every screen, light and dark, empty and full: no accessibility violation, nothing logged, reachable by keyboard.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import { goTo, longSpec, reach, smallSpec, underway, value } from './lab'

const PLACES = ['home', 'studies', 'builder', 'monitor', 'inspector', 'data', 'models', 'guide', 'doctor']

async function violations(page: Page): Promise<string[]> {
  // Legacy mode: the other one opens a second page, which this app refuses.
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return found.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(' ')).join(', ')})`)
}

/** A place has settled when its heading is there and nothing says that it is still reading. */
async function settled(page: Page, place: string): Promise<void> {
  await expect(page.getByRole('navigation', { name: 'Places' }).locator('[aria-current=page]')).toContainText(
    new RegExp(place, 'i'),
  )
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByText(/(Reading|checking|Comparing).*…/)).toHaveCount(0)
}

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any screen, ${scheme}, empty and with a run`, async ({ open }) => {
    test.setTimeout(180_000)
    const { page } = await open()
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    const found: Record<string, string[]> = {}
    const check = async (name: string, place: string) => {
      await settled(page, place)
      const now = await violations(page)
      if (now.length > 0) found[name] = now
    }
    for (const place of PLACES) {
      await goTo(page, `#/${place}`)
      await check(`${place}, empty`, place)
    }
    await goTo(page, '#/doctor?storage=1')
    await check('storage', 'doctor')
    await goTo(page, '#/data/snippet-pairs')
    await check('rows', 'data')
    const { runId } = await value(page, 'run', smallSpec('Looked at'))
    await reach(page, runId, 'done')
    for (const place of ['home', 'studies', 'builder', 'data']) {
      await goTo(page, `#/${place}`)
      await check(place, place)
    }
    for (const place of ['studies', 'monitor', 'results', 'inspector']) {
      await goTo(page, `#/${place}/${runId}`)
      await check(`${place} of a run`, place === 'results' ? 'studies' : place)
    }
    expect(found).toEqual({})
  })
}

test('keys lead to every place, and the focus can be seen', async ({ page }) => {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  for (const [key, place] of [
    ['b', 'builder'],
    ['m', 'monitor'],
    ['s', 'studies'],
    ['i', 'inspector'],
    ['d', 'data'],
    ['p', 'models'],
    ['u', 'guide'],
    ['o', 'doctor'],
    ['h', 'home'],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await expect(page).toHaveURL(new RegExp(`#/${place}`))
  }
  await page.keyboard.press('Tab')
  const outline = await page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!)
    return { outlineStyle, wide: parseFloat(outlineWidth) >= 1, where: document.activeElement!.tagName }
  })
  expect(outline).toMatchObject({ wide: true })
  expect(outline.outlineStyle).not.toBe('none')
  expect(outline.where).not.toBe('BODY')
})

test('the smallest window holds the screens of a run, and the text of an example can be read', async ({ open }) => {
  const { app, page } = await open()
  const { runId } = await value(page, 'run', smallSpec('A run with a name that is rather long for a small window'))
  await reach(page, runId, 'done')
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setContentSize(900, 600))
  await expect.poll(() => page.evaluate(() => innerWidth)).toBe(900)
  for (const place of ['studies', 'monitor', 'results', 'inspector']) {
    await goTo(page, `#/${place}/${runId}`)
    await settled(page, place === 'results' ? 'studies' : place)
    const over = await page.evaluate(() => ({
      page: document.documentElement.scrollHeight - innerHeight,
      panes: [...document.querySelectorAll('header, main, aside')].map((pane) => pane.scrollWidth - pane.clientWidth),
    }))
    expect(over, place).toEqual({ page: 0, panes: over.panes.map(() => 0) })
  }
  const text = await page.getByRole('gridcell').first().boundingBox()
  expect(text!.width).toBeGreaterThan(150)
  const last = await page.getByRole('combobox', { name: 'Evaluation' }).boundingBox()
  expect(last!.x + last!.width).toBeLessThanOrEqual(900)

  // With all that can be asked of a run at work, too.
  const { runId: atWork } = await value(page, 'run', longSpec('A run at work with a name that is rather long'))
  await underway(page, atWork, 0)
  await goTo(page, `#/monitor/${atWork}`)
  await expect(page.getByRole('button', { name: 'Cancel…' })).toBeInViewport({ ratio: 1 })
  await value(page, 'cancel', atWork)
  await reach(page, atWork, 'cancelled')
})
