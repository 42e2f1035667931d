// A study as a user makes it: its rule first, two runs of its question, the list, the page, the trash.
import AxeBuilder from '@axe-core/playwright'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './app'
import type { Page } from '@playwright/test'
import { reach, shoot, smallSpec, value } from './lab'

const question = 'Does the confidence loss help a student of word vectors?'

test('a question, its rule, two runs side by side, and what is said of them', async ({ open, home }) => {
  test.setTimeout(180_000)
  const { app, page } = await open()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await page.getByRole('button', { name: 'New study…' }).click()
  await page.getByRole('textbox', { name: 'Question' }).fill(question)
  await page.getByRole('button', { name: 'Keep', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: question })).toBeVisible()

  await page.getByRole('button', { name: 'Set a rule…' }).click()
  await page.getByRole('textbox', { name: 'Value' }).fill('-50')
  await page.getByRole('textbox', { name: 'Seeds, at least' }).fill('2')
  await page.getByRole('button', { name: 'Set the rule' }).click()
  const main = page.getByRole('main')
  await expect(main).toContainText('Cannot be decided')
  await expect(main).toContainText('before the first student was finished')

  const first = await value(page, 'run', { ...smallSpec('First', 2, [0, 1]), question })
  await reach(page, first.runId, 'done')
  const methods = [{ method: 'naive' }, { method: 'confidence' }]
  const second = await value(page, 'run', { ...smallSpec('Second', 2, [0, 1]), methods, question })
  await reach(page, second.runId, 'done')
  await expect(main).toContainText('2 runs, 2 arms')
  await expect(main.getByText('Cannot be decided')).toHaveCount(0)

  // A cell opens the result of its arm, and Back comes back.
  const matrix = page.getByRole('table', { name: /^PGR by/ })
  await expect(matrix.getByRole('link')).toHaveCount(2)
  await matrix.getByRole('link').last().click()
  await expect(page).toHaveURL(new RegExp(`#/results/${second.runId}\\?arm=`))
  await page.keyboard.press('Alt+ArrowLeft')
  await expect(matrix).toBeVisible()

  const saved = async (name: string, button: RegExp) => {
    const path = join(home, name)
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    }, path)
    await page.getByRole('button', { name: button }).click()
    await expect(page.getByText(`Saved as ${path}`)).toBeVisible()
    return readFileSync(path)
  }
  const csv = await saved('matrix.csv', /^Save as CSV: PGR matrix/)
  const [head, ...lines] = csv.toString().trimEnd().split('\r\n')
  expect(head).toContain(',PGR,PGR 95 % low,PGR 95 % high,PGR unit,PGR note,')
  expect(lines.filter((line) => line.includes('confidence'))).toHaveLength(1)
  const png = await saved('figure.png', /^Save as a picture/)
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  // The same figure as marks: as much of every colour as the picture has, and words that are words.
  const svg = await saved('figure.svg', /^Save as SVG/)
  expect(svg.toString()).toMatch(/^<\?xml[^]*<title>Accuracy[^]*<text [^>]*>confidence<\/text>[^]*<\/svg>\n$/)
  const [asMarks, asPicture] = await coloured(page, [
    `data:image/svg+xml;base64,${svg.toString('base64')}`,
    `data:image/png;base64,${png.toString('base64')}`,
  ])
  expect(asPicture).toBeGreaterThan(2000)
  expect(Math.abs(asMarks! / asPicture! - 1)).toBeLessThan(0.03)
  await shoot(page, 'study')

  // A rule that is changed now is marked as such.
  await page.getByRole('button', { name: 'Change…' }).click()
  await page.getByRole('textbox', { name: 'Value' }).fill('50')
  await page.getByRole('button', { name: 'Set the rule' }).click()
  await expect(main).toContainText(/Not met/)
  await expect(main).toContainText(/Changed .* after 4 students were finished/)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect((await new AxeBuilder({ page }).setLegacyMode().analyze()).violations.map(({ id }) => id)).toEqual([])
  }

  // The list: found by what an arm is, tagged, into the trash and out again.
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  const search = page.getByRole('searchbox', { name: 'Search runs' })
  await search.fill('pgr>')
  await expect(page.getByText('At 5: expected a number')).toBeVisible()
  await search.fill('method:confidence seeds>=2')
  await expect(page.getByRole('status').filter({ hasText: '1 run' })).toBeVisible()
  await page.getByRole('button', { name: 'Take out method:confidence' }).click()
  await expect(search).toHaveValue('seeds>=2')
  await search.press('Escape')
  for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key)
  await expect(page.getByText('2 selected of 2 runs')).toBeVisible()
  // Two that are ticked are compared across their runs; a view is kept and comes back.
  await page.keyboard.press('c')
  await expect(page).toHaveURL(new RegExp(`#/results/${second.runId}\\?arm=.*of=${first.runId}`))
  await expect(page.getByRole('table', { name: 'Ledger' })).toBeVisible()
  await page.keyboard.press('Alt+ArrowLeft')
  await search.fill('state:done')
  await page.getByRole('button', { name: 'Keep this view…' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Done')
  await page.getByRole('button', { name: 'Keep', exact: true }).click()
  await search.fill('')
  await page.getByRole('link', { name: 'Done' }).click()
  await expect(search).toHaveValue('state:done')
  await search.fill('')
  await search.press('Escape')
  for (const key of ['k', 'k', 'j', 'x', 'j', 'x']) await page.keyboard.press(key)
  await page.getByRole('button', { name: 'Tags…' }).first().click()
  await page.getByRole('textbox', { name: /New tags/ }).fill('paper')
  await page.getByRole('button', { name: 'Keep', exact: true }).click()
  await search.fill('tag:paper')
  await expect(page.getByRole('row', { name: /First/ })).toContainText('paper')
  await search.press('Escape')
  await page.keyboard.press('Delete')
  await expect(page.getByText('No run answers to this')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('row', { name: /First/ })).toBeVisible()
  await page.keyboard.press('c')
  await expect(page.getByRole('heading', { level: 1, name: question })).toBeVisible()
})

/** How many pixels of pictures have a colour, all drawn as large as the last. */
async function coloured(page: Page, pictures: string[]): Promise<number[]> {
  return page.evaluate(async (sources) => {
    const images = sources.map((src) => Object.assign(new Image(), { src }))
    await Promise.all(images.map((image) => image.decode()))
    const { width, height } = images.at(-1)!
    return images.map((image) => {
      const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')!
      context.drawImage(image, 0, 0, width, height)
      const { data } = context.getImageData(0, 0, width, height)
      let n = 0
      for (let i = 0; i < data.length; i += 4) {
        const rgb = data.slice(i, i + 3)
        if (Math.max(...rgb) - Math.min(...rgb) > 60) n++
      }
      return n
    })
  }, pictures)
}
