// The main way of the product by keys alone: nothing is clicked, and the focus is never lost.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './app'
import { byPalette, press, tabTo } from './keys'

test('by keys alone from the quick start to its result, a comparison, an example and a bundle', async ({
  open,
  home,
}) => {
  test.setTimeout(300_000)
  const { app, page } = await open()
  const zip = join(home, 'bundles', 'quick.zip')
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, zip)
  const main = page.getByRole('main')
  await expect(page.getByRole('button', { name: 'Run Quick start' })).toBeEnabled()

  // Past the places by the first stop of Tab, and on to what runs.
  await press(page, 'Tab', 'Enter')
  await expect(main).toBeFocused()
  await tabTo(page, /Run Quick start/)
  await press(page, 'Enter')
  await expect(page).toHaveURL(/#\/monitor\//)
  await expect(main).toBeFocused()

  // A stage chosen, another pane and back, the wrong way to cancel it; then it ends and Enter opens it.
  await expect(page.getByRole('button', { name: /^(done|running|waiting) / }).first()).toBeVisible()
  await press(page, 'j', 'k', 'F6', 'Shift+F6')
  await byPalette(page, 'Cancel this run')
  await expect(page.getByRole('button', { name: 'Let it run' })).toBeFocused()
  await press(page, 'Escape')
  await expect(main).toBeFocused()
  await expect(page.getByRole('button', { name: /Open the result/ })).toHaveAttribute('aria-keyshortcuts', 'Enter', {
    timeout: 240_000,
  })
  await press(page, 'Enter')
  await expect(page).toHaveURL(/#\/results\//)

  // Two arms, their ledger, the examples behind one of its counts.
  const arms = page.getByRole('table', { name: 'Arms', exact: true })
  await expect(arms).toBeVisible()
  await press(page, 'x', 'j', 'x')
  await expect(arms.getByRole('checkbox', { checked: true })).toHaveCount(2)
  await press(page, 'c')
  await expect(page.getByRole('table', { name: 'Ledger' })).toBeVisible()
  await tabTo(page, /^button: seed 0/)
  await press(page, 'ArrowRight', 'Enter')
  await expect(page).toHaveURL(/#\/inspector\//)
  const grid = page.getByRole('grid', { name: 'Examples' })
  await expect(grid.getByRole('row').nth(1)).toBeVisible()
  await press(page, 'j', '2', 'n')
  await page.keyboard.type('by keys')
  await press(page, 'Escape')
  await expect(main).toBeFocused()
  await expect(grid.getByText('noted')).toHaveCount(1)

  // Back by the history, and out as a bundle.
  await press(page, 'Alt+ArrowLeft')
  await expect(page.getByRole('table', { name: 'Ledger' })).toBeVisible()
  await press(page, 'Escape')
  await expect(arms).toBeVisible()
  await press(page, 'e')
  const written = main.getByText('Bundle written.')
  await expect(written.or(page.getByText(/was not written/))).toBeVisible({ timeout: 60_000 })
  await expect(written).toBeVisible()
  expect(existsSync(zip)).toBe(true)

  // Into the trash and out of it again: the list keeps the focus.
  await byPalette(page, 'Go to Studies')
  const list = page.getByRole('grid', { name: 'Studies and runs' })
  await expect(list).toBeVisible()
  await tabTo(page, /Studies and runs$|^div: Studies and runs/)
  await press(page, 'End', 'Delete')
  await expect(page.getByText(/in the trash for/)).toBeVisible()
  await press(page, 'Control+z')
  await press(page, 'End', 'Enter')
  await expect(page).toHaveURL(/#\/(results|monitor)\//)
})
