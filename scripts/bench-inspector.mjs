// node scripts/bench-inspector.mjs [examples, default 100000]: a dataset of so many test rows is imported and run by the app
// itself, and then looked at in its Inspector: how soon it stands, how it scrolls, and what a search and a filter take.
// Run it after set-up, under xvfb-run where there is no display.
import './setup/node-version.mjs'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { framesOf, framesText, ms, openApp, runToEnd, withHome } from './measure/app.mjs'

const many = Number(process.argv[2] ?? 100_000)
const TRAIN = 2000
const WORDS = 4000

/** Texts of chance, in which a word of the class stands more often than not. */
function rows() {
  let state = 1
  const random = (n) => (state = (state * 48271) % 2147483647) % n
  const word = () => `w${random(WORDS)}`
  return Array.from({ length: many + TRAIN }, (_, i) => {
    const label = i % 2
    const told = random(10) < 7 ? label : 1 - label
    const words = Array.from({ length: 12 }, word)
    words[random(12)] = told === 1 ? 'warm' : 'cold'
    return `${words.join(' ')} n${i},${label === 1 ? 'yes' : 'no'},${i < TRAIN ? 'train' : 'test'}`
  })
}

const spec = {
  ...{ version: 1, name: 'Many examples', question: 'How fast are many examples?', tasks: ['many'], seeds: [0] },
  weak: [{ model: 'words', words: 20 }],
  strong: [{ model: 'words', words: 200 }],
  methods: [{ method: 'naive' }],
  sizes: { weak: 600, transfer: 600, validation: 200, test: many },
  evaluations: 4,
}

/** Time in ms until the page shows what was waited for. */
async function time(page, work, shown) {
  const from = performance.now()
  await work()
  await shown()
  return performance.now() - from
}

await withHome(async (home) => {
  const file = join(home, 'many.csv')
  writeFileSync(file, ['text,label,split', ...rows()].join('\n'))
  const { app, page, call, goTo } = await openApp(home)
  const said = { id: 'many', title: 'Many', question: 'Warm?', licence: 'none', classes: ['no', 'yes'], twins: false }
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, file)
  await call('chooseDataset', 'file')
  await call('datasetImport', { path: file, text: 'text', label: 'label', split: 'split', group: null, ...said })
  const run = await runToEnd(call, spec)
  if (run.state !== 'done') throw new Error(run.stages.map(({ error }) => error).find(Boolean) ?? run.state)
  const foot = page.locator('.foot')
  const told = (text) => foot.filter({ hasText: text }).waitFor()
  const rowsShown = () => page.getByRole('row').nth(10).waitFor()
  const open = await time(page, () => goTo(`#/inspector/${run.id}`), rowsShown)
  const headline = async () => {
    while ((await call('runDetail', run.id)).headline === '') await sleep(100)
  }
  console.log(`${many} test rows; the Inspector stands after ${ms(open)}, while intervals are being computed`)
  console.log(`what the run found is told ${ms(await time(page, headline, () => {}))} later`)
  await goTo('#/guide')
  console.log(`and later after ${ms(await time(page, () => goTo(`#/inspector/${run.id}`), rowsShown))}`)
  await page.getByRole('button', { name: 'Show all' }).click()
  await told(`${many.toLocaleString('en-US')} of`)
  const field = page.getByRole('searchbox')
  const searched = await time(
    page,
    () => field.fill('n77'),
    () => told(/ [\d,]{1,6} of /),
  )
  console.log(`a search of all texts: ${ms(searched)}, .15 s of it waiting for the next letter`)
  await field.fill('')
  await told(`${many.toLocaleString('en-US')} of`)
  const grid = page.getByRole('grid')
  const frames = await framesOf(page, async () => {
    await grid.hover()
    for (let i = 0; i < 120; i++) await page.mouse.wheel(0, 2000)
    await page.waitForTimeout(500)
  })
  console.log(`scrolled through 240,000 px: ${framesText(frames)}`)
  const walked = await framesOf(page, async () => {
    for (let i = 0; i < 60; i++) await page.keyboard.press('j')
    await page.waitForTimeout(300)
  })
  console.log(`sixty rows down by j: ${framesText(walked)}`)
  console.log(`rows on the page: ${await page.getByRole('row').count()}`)
  await app.close()
})
