// The Models page on the real app: what is listed, a model of one's own, damage that a check sees, and a fetch from a hub.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { serveHub } from '../data/models/hub-server'
import { answering, expect, root, test } from './app'
import { ask, goTo, value } from './lab'

const golden = (...parts: string[]) => join(root, 'test', 'golden', 'models', ...parts)
const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('button', { name, exact: true }) })
const drawer = (page: Page) => page.getByRole('complementary', { name: 'Selected model' })

/** Answers the next file dialog. */
const choose = (app: ElectronApplication, path: string) =>
  app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, path)

test('a model of one’s own is added, checked, found damaged, and removed', async ({ open, home }) => {
  const { app, page } = await open(home, { W2S_CACHE: join(home, 'cache') })
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('p')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('0 B of disk used')
  await expect(row(page, 'MiniLM-L3')).toContainText('not here')
  await expect(row(page, 'Qwen2.5 7B')).toContainText(/finetune|predict only|too big/)

  // Not without the dialog, and not what is no model.
  expect(await ask(page, 'modelAdd', '/etc')).toMatchObject({ ok: false, error: { code: 'bad-input' } })
  const empty = join(home, 'empty')
  mkdirSync(empty)
  await choose(app, empty)
  await page.getByRole('button', { name: 'Add a folder…' }).click()
  await expect(page.getByRole('alert')).toContainText(`${empty}: expected model.safetensors`)

  const folder = join(home, 'my-model')
  cpSync(golden('tiny-gpt2'), folder, { recursive: true })
  writeFileSync(join(folder, 'README.md'), '---\nlicense: mit\n---\n# Mine\n\nA card of my own.')
  await choose(app, folder)
  await page.getByRole('button', { name: 'Add a folder…' }).click()
  await expect(row(page, 'my-model')).toContainText('yours, stays where it is')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(drawer(page)).toContainText('A card of my own.')
  await expect(drawer(page).getByRole('table', { name: 'Files' })).toContainText('model.safetensors')

  await drawer(page).getByRole('button', { name: 'Verify' }).click()
  await expect(drawer(page)).toContainText('Every file is as it was.')
  const weights = join(folder, 'model.safetensors')
  const bytes = readFileSync(weights)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(weights, bytes)
  await drawer(page).getByRole('button', { name: 'Verify' }).click()
  await expect(drawer(page).getByRole('alert')).toContainText('1 file not as it was.')
  await expect(drawer(page).getByRole('alert')).toContainText('model.safetensors')

  await drawer(page).getByRole('button', { name: 'Remove…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(row(page, 'my-model')).toHaveCount(0)
  expect(readFileSync(weights)).toEqual(bytes)
})

test('a model is asked of the hub; what does not answer is named', async ({ open, home }) => {
  const hub = await serveHub('openai-community/gpt2-medium', golden('tiny-gpt2'))
  try {
    const { app, page } = await open(home, { W2S_CACHE: join(home, 'cache'), HF_ENDPOINT: hub.url })
    await goTo(page, '#/models?model=gpt2-medium')

    const declined = await answering(app, 1)
    await page.getByRole('button', { name: 'Get GPT-2 medium' }).click()
    await expect.poll(declined).toEqual([expect.stringMatching(/^Download GPT-2 medium\? About [\d,]+ MB are fetched/)])
    expect(await value(page, 'install', { backend: 'tensorflow', gpu: true })).toBeNull()
    expect(await declined()).toContainEqual(expect.stringMatching(/^Install TensorFlow for the GPU\?/))
    expect(hub.requests).toEqual([])
    await answering(app, 0)

    // It comes, is stopped on the way, goes on, and turns out to be another one than it should be.
    hub.stalls = true
    await page.getByRole('button', { name: 'Get GPT-2 medium' }).click()
    await expect(row(page, 'GPT-2 medium').getByRole('progressbar')).toHaveAttribute('aria-label', /^Downloading/)
    await page.reload()
    await row(page, 'GPT-2 medium').getByRole('button', { name: 'Stop GPT-2 medium' }).click()
    await expect(row(page, 'GPT-2 medium')).toContainText(/stopped, .* have come/)
    hub.stalls = false
    await page.getByRole('button', { name: 'Go on with GPT-2 medium' }).click()
    const alert = drawer(page).getByRole('alert')
    await expect(alert).toContainText('expected 354823168 parameters, got 12416')

    await hub.close()
    await drawer(page).getByRole('button', { name: 'Go on' }).click()
    await expect(alert).toContainText(`${hub.url}: fetch failed`)
    await expect(alert).toContainText('PyPI: no package there carries it.')
    await drawer(page).getByRole('button', { name: 'Discard what has come…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await expect(drawer(page).getByRole('button', { name: /^Get/ })).toBeVisible()
    const [medium] = (await value(page, 'models')).filter(({ id }) => id === 'gpt2-medium')
    expect(medium).toMatchObject({ here: null, partialBytes: 0 })
  } finally {
    await hub.close().catch(() => undefined)
  }
})

test('the list of models fits windows of every width, and names are whole', async ({ open, home }) => {
  const { app, page } = await open(home, { W2S_CACHE: join(home, 'cache') })
  await goTo(page, '#/models')
  await expect(row(page, 'MiniLM-L3')).toBeVisible()
  for (const width of [1500, 1200, 1199, 1000, 900]) {
    await app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]!.setContentSize(to, 700), width)
    await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width)
    const seen = await page.evaluate(() => {
      const over = (of: Element) => of.scrollWidth - of.clientWidth
      const names = [...document.querySelectorAll('main td:first-child')].filter((cell) => over(cell) > 0)
      return { sideways: over(document.querySelector('main')!), clipped: names.map((cell) => cell.textContent.trim()) }
    })
    expect(seen, `${width} px`).toEqual({ sideways: 0, clipped: [] })
  }
})

test('a published dataset is fetched when asked, read by its template and imported', async ({ open, home }) => {
  const repository = join(home, 'repository')
  const put = (from: string, to: string) =>
    cpSync(join(root, 'test/data/parquet/sciq/data', from), join(repository, 'default', to))
  put('train-00000-of-00002.parquet', 'train/0000.parquet')
  put('train-00001-of-00002.parquet', 'train/0001.parquet')
  put('test-00000-of-00001.parquet', 'test/0000.parquet')
  const hub = await serveHub('sciq', repository, { kind: 'datasets', branch: 'refs%2Fconvert%2Fparquet' })
  try {
    const { app, page } = await open(home, { HF_ENDPOINT: hub.url })
    await goTo(page, '#/data')
    await page.getByRole('button', { name: 'Published datasets…' }).click()
    await page.getByRole('searchbox', { name: 'Search templates' }).fill('sciq')
    const declined = await answering(app, 1)
    await page.getByRole('button', { name: 'Fetch SciQ', exact: true }).click()
    await expect.poll(declined).toEqual([expect.stringMatching(/^Fetch the dataset SciQ\? Its files are fetched/)])
    expect(hub.requests).toEqual([])

    await answering(app, 0)
    await page.getByRole('button', { name: 'Fetch SciQ', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'Bring your own texts' })).toBeVisible()
    await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('SciQ')
    await page.getByRole('textbox', { name: 'Licence' }).fill('CC BY-NC 3.0')
    await page.getByRole('button', { name: /^Import [\d,]+ examples$/ }).click()
    await expect(page.getByRole('button', { name: 'SciQ', exact: true })).toBeVisible()
    const task = (await value(page, 'catalog')).tasks.find(({ title }) => title === 'SciQ')
    expect(task).toMatchObject({ origin: 'imported', provenance: { template: 'sciq' } })
  } finally {
    await hub.close()
  }
})
