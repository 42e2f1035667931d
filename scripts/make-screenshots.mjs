// node scripts/make-screenshots.mjs [folder]: opens the sample study in the real app on a fresh home and takes pictures
// (1440 × 900), light and dark: of every screen into the folder, without one those of the README, as WebP into docs/pictures.
// Run it after set-up, under xvfb-run where there is no display.
import './setup/node-version.mjs'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from '@playwright/test'
import { root } from './setup/common.mjs'

const folder = process.argv[2]
const into = folder ?? join(root, 'docs', 'pictures')
/** Those that the README shows. */
const SHOWN = ['result', 'curves', 'inspector', 'builder', 'monitor']
const LONGEST = { timeout: 120_000 }
/** Of a WebP: below it letters blur. */
const QUALITY = 0.9

/** A PNG as WebP, which takes a third of its bytes; the page has the encoder. */
const asWebp = (page, png) =>
  page.evaluate(
    async ([png, quality]) => {
      const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))
      const picture = await createImageBitmap(new Blob([bytes]))
      const canvas = new OffscreenCanvas(picture.width, picture.height)
      canvas.getContext('2d').drawImage(picture, 0, 0)
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality })
      const made = new Uint8Array(await blob.arrayBuffer())
      return Array.from(made, (byte) => String.fromCharCode(byte)).join('')
    },
    [png.toString('base64'), QUALITY],
  )

/** What is being computed or read says so by an ellipsis in its place. */
const settled = (page) =>
  page.waitForFunction(() => !/…$/.test(document.querySelector('main h1')?.textContent ?? ''), null, LONGEST)

async function picture(page, scheme, name, hash) {
  if (!folder && !SHOWN.includes(name)) return
  await page.evaluate((to) => (location.hash = to), hash)
  await page.waitForTimeout(500)
  await settled(page)
  await page.waitForTimeout(5000)
  const png = await page.screenshot()
  const file = join(into, `${name}-${scheme}`)
  if (folder) writeFileSync(`${file}.png`, png)
  else writeFileSync(`${file}.webp`, Buffer.from(await asWebp(page, png), 'latin1'))
}

async function call(page, name, ...args) {
  const reply = await page.evaluate(([name, args]) => window.w2s.call(name, ...args), [name, args])
  if (!reply.ok) throw new Error(`${name}: ${reply.error.message}`)
  return reply.value
}

async function pictures(page, scheme) {
  const take = (name, hash) => picture(page, scheme, name, hash)
  await take('home-empty', '#/home')
  const { runId } = await call(page, 'sample')
  const { arms, study } = await call(page, 'runDetail', runId)
  const pair = `arm=${encodeURIComponent(arms[0].id)}&with=${encodeURIComponent(arms[1].id)}`
  await take('home', '#/home')
  await take('studies', '#/studies')
  await take('study', `#/studies/${study}`)
  await take('builder', '#/builder')
  await take('monitor', `#/monitor/${runId}`)
  await take('curves', `#/curves/${runId}`)
  await take('inspector', `#/inspector/${runId}`)
  await take('data', '#/data')
  await take('models', '#/models?model=minilm-l3')
  await take('result', `#/results/${runId}`)
  await take('compare', `#/results/${runId}?${pair}`)
  await take('guide', '#/guide/methods%2Fconfidence')
  await take('doctor', '#/doctor')
}

mkdirSync(into, { recursive: true })
for (const colorScheme of ['light', 'dark']) {
  const home = mkdtempSync(join(tmpdir(), 'w2s-pictures-'))
  const app = await _electron.launch({ args: [root], cwd: root, colorScheme, env: { ...process.env, W2S_HOME: home } })
  try {
    const page = await app.firstWindow()
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1440, 900))
    await page.waitForTimeout(1500)
    // Of a machine that has no other runtime: the pictures are of the app.
    const notice = page.getByRole('button', { name: 'Close this notice' })
    if (await notice.isVisible()) await notice.click()
    await pictures(page, colorScheme)
  } finally {
    await app.close()
    rmSync(home, { recursive: true, force: true })
  }
}
