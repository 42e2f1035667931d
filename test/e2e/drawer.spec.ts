// The pane of details: pulled by its edge, moved by keys, put away and back, and as it was left after a reload.
import { expect, test } from './app'
import { goTo, value } from './lab'

test('the drawer is pulled, put away and kept, at the right and below', async ({ open }) => {
  const { app, page } = await open()
  const sized = (width: number, height: number) =>
    app.evaluate(
      ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]!.setContentSize(w!, h!),
      [width, height],
    )
  await sized(1024, 700)
  const { runId } = await value(page, 'sample')
  await goTo(page, `#/results/${runId}`)
  const drawer = page.getByRole('complementary', { name: 'Selected arm' })
  const edge = drawer.getByRole('separator')
  const height = async () => (await drawer.boundingBox())!.height
  await expect(drawer).toBeVisible()

  const { x, y, width } = (await edge.boundingBox())!
  const before = await height()
  await page.mouse.move(x + width / 2, y + 3)
  await page.mouse.down()
  await page.mouse.move(x + width / 2, y - 97, { steps: 4 })
  await page.mouse.up()
  await expect.poll(height).toBeGreaterThan(before + 80)
  const pulled = await height()
  await edge.focus()
  await page.keyboard.press('ArrowDown')
  await expect.poll(height).toBe(pulled - 24)

  await sized(1440, 900)
  await expect.poll(async () => (await drawer.boundingBox())!.width).toBeLessThan(400)
  await edge.focus()
  await page.keyboard.press('ArrowLeft')
  await expect.poll(async () => Math.round((await drawer.boundingBox())!.width)).toBe(324)

  await page.keyboard.press('Shift+D')
  await expect(drawer).toBeHidden()
  await page.reload()
  const button = page.getByRole('button', { name: 'Selected arm' })
  await expect(button).toHaveAttribute('aria-expanded', 'false')
  await expect(drawer).toBeHidden()
  await button.click()
  await expect(drawer).toBeVisible()
  expect(Math.round((await drawer.boundingBox())!.width)).toBe(324)
})
