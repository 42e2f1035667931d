// node scripts/make-screenshots.mjs [folder] [light|dark]: opens the sample study in the real app on a fresh home and takes
// a picture of every screen (1440 × 900); without a folder only docs/screenshot.png, the picture of the README.
// Run it after set-up, under xvfb-run where there is no display.
import './setup/node-version.mjs'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from '@playwright/test'
import { root } from './setup/common.mjs'

const folder = process.argv[2]
const colorScheme = process.argv[3] ?? 'light'
const LONGEST = { timeout: 120_000 }
const home = mkdtempSync(join(tmpdir(), 'w2s-pictures-'))
const app = await _electron.launch({ args: [root], cwd: root, colorScheme, env: { ...process.env, W2S_HOME: home } })
const page = await app.firstWindow()
await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1440, 900))

async function picture(name, hash) {
  await page.evaluate((to) => (location.hash = to), hash)
  await page.waitForTimeout(500)
  // What is being computed or read says so by an ellipsis in its place.
  await page.waitForFunction(() => !/…$/.test(document.querySelector('main h1')?.textContent ?? ''), null, LONGEST)
  await page.waitForTimeout(2000)
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) })
}
async function call(name, ...args) {
  const reply = await page.evaluate(([name, args]) => window.w2s.call(name, ...args), [name, args])
  if (!reply.ok) throw new Error(`${name}: ${reply.error.message}`)
  return reply.value
}

try {
  if (folder) mkdirSync(folder, { recursive: true })
  await picture('home-empty', '#/home')
  const { runId } = await call('sample')
  const { arms } = await call('runDetail', runId)
  const pair = `arm=${encodeURIComponent(arms[0].id)}&with=${encodeURIComponent(arms[1].id)}`
  await picture('home', '#/home')
  await picture('studies', '#/studies')
  await page.keyboard.press('Enter')
  await page.waitForTimeout(4000)
  if (folder) await page.screenshot({ path: join(folder, 'study.png') })
  else await page.screenshot({ path: join(root, 'docs', 'screenshot.png') })
  await picture('builder', '#/builder')
  await picture('monitor', `#/monitor/${runId}`)
  await picture('curves', `#/curves/${runId}`)
  await picture('inspector', `#/inspector/${runId}`)
  await picture('data', '#/data')
  await picture('models', '#/models?model=minilm-l3')
  await picture('result', `#/results/${runId}`)
  await picture('compare', `#/results/${runId}?${pair}`)
  await picture('guide', '#/guide/methods%2Fconfidence')
  await picture('doctor', '#/doctor')
} finally {
  await app.close()
  rmSync(home, { recursive: true, force: true })
}
