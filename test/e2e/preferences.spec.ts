// Reward modelling by hand: pairs are imported in the window, run, inspected and exported.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { examineBundle } from '../../src-main/bundle'
import { expect, test } from './app'
import { goTo, reach, smallSpec, value } from './lab'

const KIND = ['warm', 'gentle', 'honest', 'clear']
const RUDE = ['rude', 'vague', 'careless', 'late']

/** Answers of which the kinder one is preferred, but for one in eight. */
const rows = Array.from({ length: 600 }, (_, i) => {
  const answer = (words: readonly string[], of: string) =>
    `the ${of} to letter ${i} was ${words[i % 4]} and ${words[(i * 3 + 1) % 4]}, as seen by reader ${(i * 37) % 101}`
  const [kind, rude] = [answer(KIND, 'reply'), answer(RUDE, 'answer')]
  const [response_a, response_b] = i % 3 === 0 ? [rude, kind] : [kind, rude]
  const better = i % 3 === 0 ? 'B' : 'A'
  return { response_a, response_b, better: i % 8 === 7 ? (better === 'A' ? 'B' : 'A') : better }
})

test('a preference study is imported by hand, run, inspected and exported', async ({ open, home }) => {
  const { app, page, errors } = await open()
  const file = join(home, 'letters.jsonl')
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  await goTo(page, '#/data?import=1')
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, file)
  await page.getByRole('button', { name: 'Choose a file…' }).click()
  await expect(page.getByLabel('Rows are')).toHaveValue('options')
  await expect(page.getByLabel('Option 2')).toHaveValue('=response_b')
  await expect(page.getByLabel('Right one')).toHaveValue('letter')
  await expect(page.getByRole('complementary', { name: 'What is in the file' })).toContainText('right:')
  await page.getByRole('textbox', { name: 'Licence' }).fill('own')
  await page.getByRole('button', { name: 'Import 600 examples' }).click()
  await expect(page.getByRole('button', { name: 'Letters' })).toBeVisible()
  const [task] = (await value(page, 'catalog')).tasks.filter(({ origin }) => origin === 'imported')
  expect(task).toMatchObject({ id: 'letters', form: 'options', classes: ['option 1', 'option 2'], examples: 600 })

  const { runId } = await value(page, 'run', {
    ...smallSpec('Preferences', 5),
    tasks: ['letters'],
    methods: [{ method: 'naive' }],
    sizes: { weak: 100, transfer: 100, validation: 40, test: 100 },
  })
  await reach(page, runId, 'done')
  await goTo(page, `#/inspector/${runId}?cells=all`)
  await page
    .getByText(/to letter \d+ was/)
    .first()
    .click()
  const options = page.getByRole('list', { name: 'Options' })
  await expect(options.getByRole('listitem')).toHaveCount(2)
  await expect(options).toContainText('the right one')
  await expect(options).toContainText('it')

  await app.evaluate(
    ({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    },
    join(home, 'bundles', 'letters.w2s.zip'),
  )
  const bundle = await value(page, 'exportBundle', { runId, path: '' })
  expect(await examineBundle(bundle!.path)).toMatchObject({ problems: [], agreement: { arms: 1, problems: [] } })
  expect(errors).toEqual([])
})
