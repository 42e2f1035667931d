// More than two classes, from a file to the errors that a student copied; `W2S_SHOTS` names a folder for pictures of it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import { goTo, reach, smallSpec, value } from './lab'

const WORDS = {
  autumn: ['leaves', 'harvest', 'mist', 'chestnuts'],
  spring: ['blossom', 'lambs', 'seedlings', 'thaw'],
  summer: ['heat', 'beach', 'thunder', 'berries'],
  winter: ['snow', 'frost', 'skates', 'fireplace'],
}
const SEASONS = Object.keys(WORDS) as (keyof typeof WORDS)[]

/** Sentences of which three in four have a word of their own season, the others one of another. */
const rows = Array.from({ length: 800 }, (_, i) => {
  const season = SEASONS[i % 4]!
  const told = i % 16 < 12 ? season : SEASONS[(i + 1 + (i % 3)) % 4]!
  return `"on day ${i} there were ${WORDS[told][i % 4]} and ${WORDS[told][(i * 7 + 1) % 4]} near house ${(i * 31) % 97}",${season}`
})

const shoot = async (page: Page, name: string) => {
  const folder = process.env.W2S_SHOTS
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) })
}

test('a dataset of four classes is imported in the order that is chosen, run, and looked at', async ({
  open,
  home,
}) => {
  const { app, page, errors } = await open()
  const file = join(home, 'seasons.csv')
  writeFileSync(file, ['text,season', ...rows].join('\n'))
  await goTo(page, '#/data?import=1')
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, file)
  await page.getByRole('button', { name: 'Choose a file…' }).click()
  const contents = page.getByRole('complementary', { name: 'What is in the file' })
  await expect(contents).toContainText('autumn')
  await expect(contents).toContainText('200, 25 %')
  await page.getByRole('button', { name: 'Put spring before autumn' }).click()
  await page.getByRole('textbox', { name: 'Licence' }).fill('own')
  await shoot(page, 'import-four')
  await page.getByRole('button', { name: 'Import 800 examples' }).click()
  await expect(page.getByRole('button', { name: 'Seasons' })).toBeVisible()
  await shoot(page, 'data-four')
  const [task] = (await value(page, 'catalog')).tasks.filter(({ origin }) => origin === 'imported')
  expect(task).toMatchObject({
    classes: ['spring', 'autumn', 'summer', 'winter'],
    rows: { train: [200, 200, 200, 200] },
  })

  const { runId } = await value(page, 'run', {
    ...smallSpec('Four seasons', 5),
    tasks: ['seasons'],
    methods: [{ method: 'naive' }, { method: 'confidence' }],
    sizes: { weak: 200, transfer: 200, validation: 80, test: 200 },
  })
  await reach(page, runId, 'done')
  await goTo(page, `#/results/${runId}`)
  await expect(page.getByText('confidence').first()).toBeVisible()
  await shoot(page, 'result-four')
  await goTo(page, `#/inspector/${runId}?cells=all`)
  await expect(page.getByText(/on day \d+ there were/).first()).toBeVisible()
  await shoot(page, 'inspector-four')
  await page
    .getByText(/on day \d+ there were/)
    .first()
    .click()
  await shoot(page, 'example-four')
  expect(errors).toEqual([])
})
