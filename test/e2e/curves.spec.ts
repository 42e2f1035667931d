import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './app'
import AxeBuilder from '@axe-core/playwright'
import { goTo, reach, savedTable, shoot, smallSpec, value } from './lab'

test('curves of two runs: grouped, read, zoomed, and down to the examples of a stop', async ({ open, home }) => {
  const { app, page } = await open()
  const first = await value(page, 'run', smallSpec('Short', 4, [0, 1, 2]))
  await reach(page, first.runId, 'done')
  const second = await value(page, 'run', {
    ...smallSpec('Two methods', 4, [0, 1, 2]),
    methods: [{ method: 'naive' }, { method: 'confidence' }],
  })
  await reach(page, second.runId, 'done')

  await goTo(page, `#/monitor/${first.runId}`)
  await page.getByRole('button', { name: 'Curves', exact: true }).click()
  const main = page.getByRole('main')
  const side = page.getByRole('complementary', { name: 'Values and choices' })
  await expect(main.getByRole('heading', { level: 1 })).toHaveText('1 line of 3 trainings, Short')

  // A second run beside it; what both share is one training, and a group of its own by run.
  await side.getByRole('checkbox', { name: /Two methods/ }).check()
  await expect(main.getByRole('heading', { level: 1 })).toHaveText('3 lines of 6 trainings, 2 runs')
  const accuracy = side.getByRole('table', { name: /^Ground truth accuracy/ })
  await expect(accuracy.getByRole('row')).toHaveCount(4)
  await expect(accuracy.getByRole('cell', { name: '3', exact: true })).toHaveCount(3)
  await side.getByRole('button', { name: 'run', exact: true }).click()
  await expect(main.getByRole('heading', { level: 1 })).toHaveText('2 lines of 6 trainings, 2 runs')
  await expect(accuracy.getByRole('cell', { name: '3', exact: true })).toHaveCount(2)
  await expect(main).toContainText('1 px = ')
  await shoot(page, 'curves')

  // The crosshair walks by evaluations, and the table follows.
  await page.keyboard.press('ArrowLeft')
  const last = await side.getByRole('heading', { name: /^At step/ }).textContent()
  await page.keyboard.press('ArrowLeft')
  await expect(side.getByRole('heading', { name: /^At step/ })).not.toHaveText(last!)
  await expect.poll(() => page.evaluate(() => location.hash)).toContain('at=')

  // A stretch that is dragged over is looked at in every panel; a double click shows the whole.
  const canvas = main.locator('canvas').first()
  const box = (await canvas.boundingBox())!
  await page.mouse.move(box.x + box.width * 0.4, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 4 })
  await page.mouse.up()
  await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/from=[\d.]+&.*to=|to=[\d.]+&.*from=/)
  await canvas.dblclick()
  await expect.poll(() => page.evaluate(() => location.hash)).not.toContain('from=')
  await page.keyboard.press('=')
  await expect.poll(() => page.evaluate(() => location.hash)).toContain('from=')
  await page.keyboard.press('0')
  await page.keyboard.press('b')
  await page.keyboard.press('l')
  await expect(main).toContainText('Every training is a line of its own')
  await expect.poll(() => page.evaluate(() => location.hash)).toContain('log=1')

  // All of it is in the address: a reload comes back to it.
  await page.reload()
  await expect(main.getByRole('heading', { level: 1 })).toHaveText('2 lines of 6 trainings, 2 runs')
  await expect(side.getByRole('button', { name: /one by one/ })).toHaveAttribute('aria-pressed', 'true')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect((await new AxeBuilder({ page }).setLegacyMode(true).analyze()).violations).toEqual([])
  }

  // Time and operations, which are kept from the first step on, and arms over what was chosen for them.
  for (const axis of ['time', 'FLOPs']) {
    await page.getByText(axis, { exact: true }).click()
    await expect(side.getByRole('heading', { name: new RegExp(`^At ${axis} [^1]`) })).toBeVisible()
    await expect(main).not.toContainText('left out')
  }
  await page.getByText('Parallel', { exact: true }).click()
  await expect(main.getByRole('heading', { level: 1 })).toHaveText('3 arms over choices and results')
  const pgr = (await main.getByRole('slider', { name: 'PGR, at most' }).boundingBox())!
  await page.mouse.move(pgr.x + pgr.width / 2, pgr.y + 20)
  await page.mouse.down()
  await page.mouse.move(pgr.x + pgr.width / 2, pgr.y + 340, { steps: 4 })
  await page.mouse.up()
  await expect(main.getByRole('heading', { level: 1 })).toContainText('of 3 arms within')
  await expect(main.getByRole('button', { name: /^PGR / })).toBeVisible()
  // Its picture, its marks and its numbers, with the brush on.
  const taken = async (button: RegExp, ending: string) => {
    const path = join(home, `parallel.${ending}`)
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    }, path)
    await main.getByRole('button', { name: button }).click()
    await expect(page.getByText(`Saved as ${path}`)).toBeVisible()
    return readFileSync(path)
  }
  expect((await taken(/^Save as a picture/, 'png')).subarray(1, 4).toString()).toBe('PNG')
  expect((await taken(/^Save as SVG/, 'svg')).toString()).toContain('</svg>')
  expect((await taken(/^Save the plotted numbers/, 'csv')).toString()).toMatch(/,PGR,PGR 95 % low,PGR 95 % high,/)
  await main.getByRole('slider', { name: 'PGR, at most' }).press('Escape')
  await expect(main.getByRole('heading', { level: 1 })).toHaveText('3 arms over choices and results')
  await shoot(page, 'parallel')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect((await new AxeBuilder({ page }).setLegacyMode(true).analyze()).violations).toEqual([])
  }

  // What one arm learns, and down to the examples where it might have stopped.
  await page.getByText('Over-fitting', { exact: true }).click()
  await page.getByText('epoch', { exact: true }).click()
  await expect(main.getByRole('list', { name: 'Where training may stop' })).toBeVisible()
  await expect(side.getByRole('heading', { name: /^At epoch 3\.9/ })).toBeVisible()
  await shoot(page, 'curves-overfit')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect((await new AxeBuilder({ page }).setLegacyMode(true).analyze()).violations).toEqual([])
  }
  // A click on the mark at the end of the curve opens that evaluation; its height is sought.
  const plot = (await main.locator('canvas').first().boundingBox())!
  const opened = async () => (await page.evaluate(() => location.hash)).startsWith('#/inspector/')
  for (let y = 4; y < plot.height && !(await opened()); y += 5)
    await page.mouse.click(plot.x + plot.width - 157, plot.y + y)
  await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/^#\/inspector\/.*stop=last/)
  await expect(page.getByRole('grid', { name: 'Examples' })).toBeVisible()
  await page.goBack()
  await page.getByRole('combobox', { name: 'Read at an epoch or step' }).selectOption('epoch-2')
  await expect(main).toContainText('nearest to epoch 2')
  await expect(main.getByRole('list', { name: 'Where training may stop' }).getByRole('listitem')).toHaveCount(4)
  await main.getByRole('button', { name: 'Inspect ground-truth oracle' }).click()
  await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/^#\/inspector\/.*stop=oracle/)
  await page.goBack()
  await expect(main.getByRole('list', { name: 'Where training may stop' })).toBeVisible()

  // Their readings, and every list on the way, as files.
  const saved = (title: string) => savedTable(app, page, title, join(home, `${title}.csv`))
  expect((await saved('Readings'))[0]).toBe('Quantity,line,epoch,value,value unit,band low,band high,n')
  await goTo(page, '#/home')
  expect((await saved('Recent runs'))[1]).toContain(`Two methods,${second.runId},done,`)
  await goTo(page, '#/studies')
  expect(await saved('Runs')).toHaveLength(3)
  expect((await saved('Arms of the selected run'))[0]).toMatch(/^Arm,task,weak,student,metric,PGR,PGR 95 % low,/)
  const { tasks } = await value(page, 'catalog')
  await goTo(page, '#/data')
  expect(await saved('Tasks')).toHaveLength(tasks.length + 1)
  await goTo(page, '#/models')
  expect((await saved('Models'))[0]).toMatch(/^Model,id,family,parameters,size,size unit,/)
  const [naive, confidence] = (await value(page, 'runDetail', second.runId)).arms
  await goTo(page, `#/results/${second.runId}?arm=${confidence!.id}&with=${naive!.id}`)
  expect((await saved('Both arms')).at(-1)).toMatch(/^"difference, paired",-?[\d.e-]+,/)
})
