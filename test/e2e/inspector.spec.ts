// The Inspector by keys alone: rows, a flag, a note, taken back; evaluations; a slice that is saved and applied again.
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './app'
import { ask, goTo, reach, shoot, smallSpec, value } from './lab'

test('examples are stepped through, flagged, noted, and saved as a slice', async ({ open }) => {
  test.setTimeout(120_000)
  const { page, errors } = await open()
  const { runId } = await value(page, 'run', smallSpec('Triage', 2))
  const run = await reach(page, runId, 'done')
  await goTo(page, `#/inspector/${runId}`)
  const main = page.getByRole('main')
  await expect(main).toContainText(/right on these: weak 0\.0.%/)
  const ref = { runId, armId: run.arms[0]!.id, seed: 0 }
  const asked = { ...ref, stop: 'last' as const, cells: [], search: '', sort: 'index' as const, offset: 0, limit: 10 }
  const said = async () => (await value(page, 'examples', { ...asked, remark: 'any' })).rows.map(({ remark }) => remark)

  await page.keyboard.press('j')
  await expect(page.locator('#row-1')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('3')
  await expect(page.locator('#row-1')).toContainText(/flag\s?3/)
  await page.keyboard.press('n')
  await page.keyboard.type('odd one')
  await page.keyboard.press('Escape')
  await expect(page.locator('#row-1')).toContainText('noted')
  expect(await said()).toEqual([{ flag: 3, note: 'odd one' }])
  await page.keyboard.press('u')
  await expect(page.locator('#row-1')).not.toContainText('noted')
  expect(await said()).toEqual([{ flag: 3, note: '' }])

  await page.keyboard.press('[')
  await expect(main).toContainText('not the reported one')
  await expect(page).toHaveURL(/step=\d+/)
  await shoot(page, 'inspector-step')
  await page.keyboard.press(']')
  await expect(main).toContainText('as it is reported')

  const side = page.getByRole('region', { name: 'Who was right' })
  await side.getByLabel('marked').selectOption('any')
  await expect(main).toContainText(/\D1 of [\d,]+ examples/)
  await page.keyboard.press('Escape')
  await page.getByRole('textbox', { name: 'Name of the slice' }).fill('to look at')
  await page.keyboard.press('Enter')
  await expect(side.getByRole('list', { name: 'Slices' })).toContainText('n = 1')
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await shoot(page, `inspector-triage-${scheme}`)
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(' '))])).toEqual([])
  }
  await main.getByRole('button', { name: 'Show all' }).click()
  await expect(page).toHaveURL(/cells=all/)
  await side.getByRole('button', { name: 'to look at', exact: true }).click()
  await expect(page).toHaveURL(/remark=any/)

  // Pulled over the map, a cell of the joint: both choose examples.
  await main.getByRole('button', { name: 'Show all' }).click()
  const plot = side.locator('.plot')
  await plot.scrollIntoViewIfNeeded()
  const box = (await plot.boundingBox())!
  await page.mouse.move(box.x + 2, box.y + 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2, { steps: 4 })
  await page.mouse.up()
  await expect(page).toHaveURL(/varies=[\d.]+&?/)
  await expect(main).toContainText(/truth held by (49|5\d)(\.\d)? to /)
  await shoot(page, 'inspector-map')
  await side.getByRole('button', { name: 'Choose none' }).click()
  await expect(page).not.toHaveURL(/varies=/)
  const cell = side.getByRole('button', { name: /^[\d,]+: weak says .* student holds/ }).first()
  const n = /^[\d,]+/.exec((await cell.getAttribute('aria-label'))!)![0]
  await cell.click()
  await expect(main).toContainText(`${n} of 300 examples`)
  await shoot(page, 'inspector-joint')

  // Sealed, nothing of it is seen; breaking the seal is told with the result from then on.
  await expect(side).toContainText(/on test rows had (not been looked at|been looked at once)/) // Home may have
  await side.getByRole('button', { name: 'Seal…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Seal', exact: true }).click()
  await expect(main).toContainText('Nothing that was found on test rows is shown')
  await expect(page.getByRole('grid', { name: 'Examples' })).toHaveCount(0)
  expect(await ask(page, 'examples', asked)).toMatchObject({ ok: false, error: { code: 'conflict' } })
  await goTo(page, `#/results/${runId}`)
  await expect(main).toContainText('Sealed.')
  await expect(main).not.toContainText('PGR of')
  await shoot(page, 'sealed')
  await main.getByRole('button', { name: 'Break the seal…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Break the seal' }).click()
  await expect(main).toContainText(/had been looked at (once|2 times).*sealed on .*seal broken on/)
  expect(errors).toEqual([])
})
