// Files that were made to break a reader: each is refused in the window with a sentence; the app stays usable, and quits.
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { expect, root, test } from './app'
import { goTo, reach, smallSpec, value } from './lab'

const golden = (...parts: string[]) => join(root, 'test', 'golden', 'models', ...parts)

/** Answers the next file dialog. */
const choose = (app: ElectronApplication, path: string) =>
  app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, path)

/** File → how it begins to be told. */
const DATASETS: Record<string, { write: (path: string) => void; told: string }> = {
  'quotes.csv': {
    write: (path) => writeFileSync(path, `text,label\n${`"${'a'.repeat(100)}""b\n`.repeat(2000)}`),
    told: 'No line can be read: line 2: expected quotes around whole fields, doubled inside and closed',
  },
  'commas.csv': {
    write: (path) => writeFileSync(path, `${','.repeat(1e6)}\n${','.repeat(1e6)}\n`),
    told: 'line 1: expected at most 1000 columns, got 1000001',
  },
  'deep.json': {
    write: (path) => writeFileSync(path, '['.repeat(2e5) + ']'.repeat(2e5)),
    told: 'No line can be read: line 1: expected at most 64 lists and objects in each other, got more.',
  },
  'pipe.csv': { write: (path) => execFileSync('mkfifo', [path]), told: 'pipe.csv: a named pipe' },
}

test('files made to break a reader are refused; a run goes on beside them, and the app quits', async ({
  open,
  home,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no named pipes in folders')
  const opened = await open(home, { W2S_CACHE: join(home, 'cache') })
  const { app, page } = opened
  const at = (name: string) => join(home, name)
  const { runId } = await value(page, 'run', smallSpec('Beside them', 200))
  const main = page.getByRole('main')
  for (const [name, { write, told }] of Object.entries(DATASETS)) {
    write(at(name))
    await goTo(page, '#/data?import=1')
    await choose(app, at(name))
    await page.getByRole('button', { name: 'Choose a file…' }).click()
    await expect(main, name).toContainText(told)
    await goTo(page, '#/home')
  }

  const wide = readFileSync(golden('gguf', 'llama.gguf'))
  wide.writeUInt32LE(0x7f800000, wide.indexOf('llama.embedding_length') + 26)
  writeFileSync(at('wide.gguf'), wide)
  cpSync(golden('tiny-gpt2'), at('bomb'), { recursive: true })
  const double = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' }
  const tokenizer = JSON.parse(readFileSync(at('bomb/tokenizer.json'), 'utf8')) as object
  const normalizer = { type: 'Sequence', normalizers: Array.from({ length: 20 }, () => double) }
  writeFileSync(at('bomb/tokenizer.json'), JSON.stringify({ ...tokenizer, normalizer }))
  await goTo(page, '#/models')
  for (const [name, button, told] of [
    [
      'wide.gguf',
      'Add a file…',
      'wide.gguf: llama.embedding_length: expected a whole number from 1 to 100000000, got 2139095040',
    ],
    ['bomb', 'Add a folder…', 'normalizer: expected texts that grow 256-fold at most, got 1048576'],
  ] as const) {
    await choose(app, at(name))
    await page.getByRole('button', { name: button }).click()
    await expect(page.getByRole('alert'), name).toContainText(told)
    await page.getByRole('alert').getByRole('button', { name: 'Close' }).click()
  }

  await reach(page, runId, 'done')
  expect((await value(page, 'models')).every(({ id }) => !id.startsWith(home))).toBe(true)
  const before = Date.now()
  await opened.close()
  expect(Date.now() - before).toBeLessThan(30_000)
})
