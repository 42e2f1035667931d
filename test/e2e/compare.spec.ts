// Two arms chosen in a result, by keys and by mouse; what they differ by, and the examples behind a count.
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './app'
import { goTo, reach, shoot, smallSpec, value } from './lab'

test('two arms are compared, down to the examples that both students were asked about', async ({ open }) => {
  test.setTimeout(120_000)
  const { page, errors } = await open()
  const methods = [{ method: 'naive' }, { method: 'confidence' }]
  const { runId } = await value(page, 'run', { ...smallSpec('Compared', 6, [0, 1, 2]), methods })
  const run = await reach(page, runId, 'done')
  const [naive, confidence] = run.arms.map((arm) => ({ runId, armId: arm.id }))
  const found = await value(page, 'compare', { arm: confidence!, against: naive!, stop: 'last' })

  // By keys: tick one, step to the other, tick it, compare.
  await goTo(page, `#/results/${runId}`)
  const arms = page.getByRole('table', { name: 'Arms' })
  await expect(arms).toBeVisible()
  for (const key of ['x', 'j', 'x']) await page.keyboard.press(key)
  await expect(arms.getByRole('checkbox', { checked: true })).toHaveCount(2)
  await page.keyboard.press('c')
  const ledger = page.getByRole('table', { name: 'Ledger' })
  await expect(ledger).toBeVisible()
  await expect(page).toHaveURL(new RegExp(`arm=${confidence!.armId}&with=${naive!.armId}`))
  const { student } = found.measures['accuracy']!
  const holds0 = student.low <= 0 && student.high >= 0
  const title = page.getByRole('heading', { level: 1 })
  await expect(title).toContainText(`${Math.abs(student.value * 100).toFixed(1)}`)
  if (holds0) await expect(title).toContainText('the interval holds 0, so no difference is shown')
  else await expect(title).not.toContainText('no difference')
  await shoot(page, 'compare')

  // A reload, Escape, and the way back by mouse.
  await page.reload()
  await expect(ledger).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(arms).toBeVisible()
  for (const box of await arms.getByRole('checkbox').all()) await box.check()
  await page.getByRole('button', { name: /Compare two arms/ }).click()
  await expect(ledger).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Legacy mode: the other one opens a second page, which this app refuses.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(' '))])).toEqual([])
  }

  // A count of the ledger opens as many examples, each with what both students say.
  const at = found.ledger.findIndex(({ broken }) => broken > 0)
  const { seed, broken } = found.ledger[at]!
  await ledger.getByRole('button', { name: `${broken} newly broken, seed ${seed}. Show the examples` }).click()
  await expect(page).toHaveURL(/#\/inspector\//)
  await expect(page.getByRole('main')).toContainText(`${broken} of ${found.examples} examples`)
  const grid = page.getByRole('grid', { name: 'Examples' })
  await expect(grid.getByRole('columnheader', { name: 'naive' })).toBeVisible()
  await expect(grid.getByRole('columnheader', { name: 'confidence' })).toBeVisible()
  const drawer = page.getByRole('complementary', { name: 'Selected example' })
  await expect(drawer.getByRole('row', { name: /^naive/ })).toContainText('right')
  await expect(drawer.getByRole('row', { name: /^confidence/ })).toContainText('wrong')
  await shoot(page, 'compare-inspector')
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(' '))])).toEqual([])
  await page.goBack()
  await expect(ledger).toBeVisible()
  expect(errors).toEqual([])
})
