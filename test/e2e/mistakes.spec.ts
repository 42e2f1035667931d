// Planted errors, in a spec and in a dataset: each gives its message where it is made, and changes nothing.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { expect, test } from './app'
import { ask, goTo, reach, smallSpec, value } from './lab'

test('a planted error in a spec is told with its path, its expectation and its value', async ({ page }) => {
  await goTo(page, '#/builder')
  await page.getByText('YAML', { exact: true }).click()
  const text = page.getByRole('textbox', { name: 'Experiment spec as YAML' })
  const run = page.getByRole('button', { name: /^Run/ })
  const type = (spec: object) => text.fill(JSON.stringify(spec, null, 2))

  await text.fill('{ "version": 1,')
  await expect(page.getByText(/^Line \d+ is no spec yet/)).toBeVisible()

  await type({ ...smallSpec('Wrong'), methods: [{ method: 'confidence', alphaMax: 7 }] })
  const plan = page.getByRole('complementary', { name: 'Details' })
  await expect(plan).toContainText('methods[0].alphaMax')
  await expect(plan).toContainText('7')
  await expect(run).toBeDisabled()

  await type({ ...smallSpec('Wrong'), sedes: [1] })
  await expect(plan).toContainText('sedes')
  await expect(run).toBeDisabled()

  await type({ ...smallSpec('Wrong'), tasks: ['nosuch'] })
  await expect(plan).toContainText('nosuch')
  await expect(run).toBeDisabled()

  await type(smallSpec('Right'))
  await expect(run).toBeEnabled()
  expect(await value(page, 'runs')).toEqual([])
})

/** Answers the next file dialog. */
const choose = (app: ElectronApplication, path: string) =>
  app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, path)

async function chooseFile(app: ElectronApplication, page: Page, path: string): Promise<void> {
  await goTo(page, '#/data?import=1')
  await choose(app, path)
  await page.getByRole('button', { name: 'Choose a file…' }).click()
}

const rows = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    text: `${i % 2 ? 'a fine day with sun and wind' : 'a grim night of rain and fog'} number ${i}`,
    label: i % 2 ? 'good' : 'bad',
  }))
const jsonl = (all: object[]) => all.map((row) => JSON.stringify(row)).join('\n')

test('a dataset with bad lines is refused line by line, nothing half imported', async ({ open, home }) => {
  const { app, page } = await open()
  const file = join(home, 'mood.jsonl')
  const lines = jsonl(rows(200)).split('\n')
  lines[6] = '{"text": "no label"}'
  lines[40] = 'not json'
  writeFileSync(file, lines.join('\n'))
  await chooseFile(app, page, file)
  await expect(page.getByRole('region', { name: 'Bad lines', exact: true })).toContainText(/line 7\b/)
  await expect(page.getByRole('region', { name: 'Bad lines', exact: true })).toContainText(/line 41\b/)
  await expect(page.getByRole('button', { name: /^Import/ })).toBeDisabled()

  // Not even when the page asks for it all the same.
  const columns = { text: 'text', label: 'label', split: null, group: null }
  const about = { id: 'mood', title: 'Mood', question: '', licence: 'own', classes: ['bad', 'good'] }
  const refused = await ask(page, 'datasetImport', { path: file, ...columns, ...about })
  expect(refused).toMatchObject({ ok: false, error: { code: 'bad-input' } })
  expect(existsSync(join(home, 'datasets', 'mood.jsonl.gz'))).toBe(false)
  expect((await value(page, 'catalog')).tasks.filter((task) => task.origin === 'imported')).toEqual([])
})

test('a dataset of one’s own is imported, run, and removed', async ({ open, home }) => {
  const { app, page } = await open()
  const file = join(home, 'mood.csv')
  writeFileSync(file, ['text,label', ...rows(400).map((row) => `"${row.text}",${row.label}`)].join('\n'))
  await chooseFile(app, page, file)
  await expect(page.getByRole('button', { name: 'Import 400 examples' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Question' }).fill('Is the mood good?')
  await expect(page.getByRole('button', { name: 'Import 400 examples' })).toBeDisabled()
  await page.getByRole('textbox', { name: 'Licence' }).fill('own')
  await page.getByRole('button', { name: 'Import 400 examples' }).click()
  await expect(page.getByRole('button', { name: 'Mood' })).toBeVisible()
  const [task] = (await value(page, 'catalog')).tasks.filter((each) => each.origin === 'imported')
  expect(task).toMatchObject({ id: 'mood', examples: 400, classes: ['bad', 'good'], question: 'Is the mood good?' })

  const spec = {
    ...smallSpec('Own data'),
    tasks: ['mood'],
    sizes: { weak: 80, transfer: 80, validation: 40, test: 80 },
  }
  const { runId } = await value(page, 'run', spec)
  await reach(page, runId, 'done')
  const { arms } = await value(page, 'result', { runId, stop: 'last' })
  expect(arms[0]).toMatchObject({ seedsDone: 1 })
  // Its words decide it, so the ceiling is perfect and there may be no gap: then the PGR says so instead of a number.
  expect(arms[0]!.measures['accuracy']!.ceiling.value).toBeGreaterThan(0.9)

  await value(page, 'datasetRemove', 'mood')
  expect((await value(page, 'catalog')).tasks.filter((each) => each.origin === 'imported')).toEqual([])
})

test('the Doctor tries every backend on this machine and says what it found', async ({ page }) => {
  await goTo(page, '#/doctor')
  const report = await value(page, 'doctor')
  const wasm = report.backends.find((backend) => backend.id === 'wasm')
  expect(wasm).toMatchObject({ loadable: true, selfTest: { passed: true } })
  const main = page.getByRole('main')
  await expect(main.getByRole('heading', { name: /WebAssembly/ })).toBeVisible()
  await expect(main.getByRole('heading', { name: /TensorFlow/ }).first()).toBeVisible()
  await expect(main).toContainText(report.chosen!.reason)
})
