// What the user brings, and what of it and of runs lies on disk: walks through the real window.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import { goTo, longSpec, reach, shoot, smallSpec, value } from './lab'

test('storage tells the bytes of a run, and frees what is computed again without a loss', async ({ open, home }) => {
  const { page } = await open()
  const { runId } = await value(page, 'run', smallSpec('Takes room'))
  await reach(page, runId, 'done')
  const result = await value(page, 'result', { runId, stop: 'last' })
  const kept = () => readdirSync(join(home, 'results'))
  expect(kept().length).toBeGreaterThan(0)
  const artifacts = readdirSync(join(home, 'artifacts'))

  await page.getByRole('link', { name: /^store .* free$/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/^Data folder [\d.]+\s.?B · Cache /)
  await expect(page.getByRole('row', { name: /^Artifacts/ })).toContainText(/\d\s[kM]B/)
  await expect(page.getByRole('row', { name: /trained models and what they said, of 3 stages/ })).toBeVisible()
  await shoot(page, 'storage')
  await page.getByRole('button', { name: 'Free all of it' }).click()
  await expect(page.getByText(/are free again/)).toBeVisible()
  await expect(page.getByText('Computed results')).toHaveCount(0)
  expect(kept()).toEqual([])
  expect(readdirSync(join(home, 'artifacts'))).toEqual(artifacts)
  expect((await value(page, 'result', { runId, stop: 'last' })).arms).toEqual(result.arms)

  await value(page, 'trash', { runs: [runId], trashed: true })
  await page.getByRole('button', { name: 'Measure again' }).click()
  await page.getByRole('button', { name: 'Empty the trash…' }).click()
  await page.getByRole('button', { name: 'Empty it' }).click()
  await expect(page.getByText(/of all that, only of/)).toHaveCount(0)
  expect(await value(page, 'runs')).toEqual([])
  await goTo(page, '#/doctor')
  await page.getByRole('button', { name: 'Storage…' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Data folder')
})

/** Drops a file of the disk, as it comes out of an input of files, which is how a page gets one that has a path. */
async function drop(page: Page, path: string): Promise<void> {
  await page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { type: 'file', id: 'to-drop' })
    document.body.append(input)
  })
  await page.setInputFiles('#to-drop', path)
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('#to-drop')!
    const dataTransfer = new DataTransfer()
    for (const file of input.files ?? []) dataTransfer.items.add(file)
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    input.remove()
  })
}

test('a dropped dataset is read, a model that cannot be read is refused, and nothing is taken by a path alone', async ({
  open,
  home,
}) => {
  const { page } = await open()
  const csv = join(home, 'mine.csv')
  writeFileSync(
    csv,
    `text,label\n${Array.from({ length: 60 }, (_, i) => `text number ${i},${i % 2 ? 'a' : 'b'}\n`).join('')}`,
  )
  const asked = await page.evaluate((path) => window.w2s!.call('datasetPreview', { path }), csv)
  expect(asked.ok ? '' : asked.error.message).toContain('nor dropped on the window')
  const made = await page.evaluate(() => window.w2s!.dropped(new File(['text,label'], '/etc/passwd')))
  expect(made).toMatchObject({ ok: false, error: { message: 'What was dropped is no file of this machine.' } })

  await drop(page, csv)
  await expect(page.getByRole('main')).toContainText(csv)
  await expect(page.getByRole('button', { name: 'Import 60 examples' })).toBeVisible()

  writeFileSync(join(home, 'small.gguf'), 'no model')
  await drop(page, join(home, 'small.gguf'))
  await expect(page.getByRole('heading', { name: /models here/ })).toBeVisible()
  await expect(page.getByRole('alert')).toContainText('small.gguf')

  writeFileSync(join(home, 'paper.pdf'), 'nothing')
  await drop(page, join(home, 'paper.pdf'))
  await expect(page.getByText('paper.pdf is not taken')).toBeVisible()
})

test('every kind of task is looked through and used, a model too, and the draft before can be had back', async ({
  open,
}) => {
  const { page } = await open()
  const main = page.getByRole('main')
  await goTo(page, '#/data?task=sotu')
  await page.getByRole('button', { name: 'Examples and lengths' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^15,000 rows of State of the Union/)
  await page.getByRole('combobox', { name: 'Length in' }).selectOption({ label: 'tokens of Pocket S' })
  await expect(main).toContainText(/are longer than the 256 that it can read/)
  await shoot(page, 'rows-classes')
  await goTo(page, '#/data/snippet-pairs')
  await expect(page.getByRole('list', { name: 'Options' }).first().getByRole('listitem')).toHaveCount(2)
  await shoot(page, 'rows-options')
  await goTo(page, '#/data/chess-puzzles')
  await expect(main).toContainText(/to move, at the bottom\. Right: \S+ \(\w\d to \w\d\)\./)
  await shoot(page, 'rows-chess')

  await goTo(page, '#/data/sotu')
  await page.getByRole('button', { name: 'Use in the builder' }).click()
  await expect(page.getByText(/^State of the Union.* is the task\./)).toBeVisible()
  await expect(page.getByRole('checkbox', { name: /^State of the Union/ })).toBeChecked()
  await goTo(page, '#/models?model=pocket-m')
  await shoot(page, 'model-uses')
  await page.getByRole('link', { name: 'next rung' }).click()
  await expect(page.getByText('Pocket M is the next rung.')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Run \d+ stages/ })).toBeEnabled()
  await shoot(page, 'builder-rung')
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect(page.getByRole('checkbox', { name: /^State of the Union/ })).not.toBeChecked()
})

test('a slice of a run is made a task of its own, and run on', async ({ open }) => {
  const { page } = await open()
  const { runId } = await value(page, 'run', smallSpec('To be cut'))
  await reach(page, runId, 'done')
  await goTo(page, `#/inspector/${runId}?cells=all&length=0..600`)
  await page.getByRole('textbox', { name: 'Name of the slice' }).fill('Short')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Use the slice Short in the builder' }).click()
  await shoot(page, 'slice-use')
  await page.getByRole('button', { name: 'Make it, and open the builder' }).click()
  await expect(page.getByRole('checkbox', { name: /: Short/ })).toBeChecked()
  await shoot(page, 'slice-built')
  const task = (await value(page, 'catalog')).tasks.find(({ origin }) => origin === 'imported')!
  expect(task.source).toContain('in the run “To be cut”')
  const again = await value(page, 'run', { ...smallSpec('On the slice'), tasks: [task.id] })
  await reach(page, again.runId, 'done')
})

test('bad lines are told in a small window, a dataset in use is not removed unawares, and the trash is undone by a key', async ({
  open,
  home,
}) => {
  const { app, page } = await open()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setContentSize(1024, 700))
  const rows = Array.from({ length: 600 }, (_, i) => `text number ${i} of ${(i * 7) % 11},${i % 2 ? 'yes' : 'no'}\n`)
  const bad = join(home, 'bad.csv')
  writeFileSync(bad, `text,label\n${rows.join('')},yes\n`)
  await drop(page, bad)
  await expect(page.getByText('line 602')).toBeInViewport()
  await shoot(page, 'bad-lines-1024')

  const good = join(home, 'good.csv')
  writeFileSync(good, `text,label\n${rows.join('')}`)
  await drop(page, good)
  await page.getByRole('textbox', { name: 'Licence' }).fill('own')
  await page.getByRole('button', { name: 'Import 600 examples' }).click()
  await expect(page.getByRole('button', { name: 'Examples and lengths' })).toBeVisible()
  const sizes = { weak: 60, transfer: 60, validation: 20, test: 60 }
  const { runId } = await value(page, 'run', { ...longSpec('Still at it'), tasks: ['good'], sizes })
  await page.getByRole('button', { name: 'Remove this dataset…' }).click()
  await expect(page.getByRole('dialog')).toContainText('1 run in the queue uses it.')
  await expect(page.getByRole('dialog')).toContainText('“Still at it”')
  await shoot(page, 'remove-in-use')
  await page.getByRole('button', { name: 'Keep it' }).click()
  await value(page, 'cancel', runId)
  await reach(page, runId, 'cancelled')

  await goTo(page, '#/studies')
  await expect(page.getByRole('gridcell', { name: /Still at it/ }).first()).toBeVisible()
  await page.keyboard.press('x')
  await page.keyboard.press('Delete')
  await expect(page.getByText(/in the trash for 30 days/)).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(page.getByText(/out of the trash/)).toBeVisible()
  expect((await value(page, 'runs'))[0]).toMatchObject({ id: runId, trashedAt: null })
})
