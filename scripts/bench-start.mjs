// node scripts/bench-start.mjs [times]: how long from the start of the process to something on the screen, and to a
// page that shows what the lab answered. Run it after set-up, under xvfb-run where there is no display.
import './setup/node-version.mjs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from '@playwright/test'
import { root } from './setup/common.mjs'

const times = Number(process.argv[2] ?? 7)

async function once(home) {
  const app = await _electron.launch({ args: [root], cwd: root, env: { ...process.env, W2S_HOME: home } })
  const page = await app.firstWindow()
  const created = await app.evaluate(() => process.getCreationTime())
  const shown = await page.evaluate(async () => {
    const usable = () => document.querySelector('footer')?.textContent.includes('queue')
    while (!usable()) await new Promise((settle) => requestAnimationFrame(settle))
    const now = performance.timeOrigin + performance.now()
    const paint = performance.getEntriesByName('first-contentful-paint')[0]
    return { paint: paint ? performance.timeOrigin + paint.startTime : now, usable: now }
  })
  await app.close()
  return { paint: shown.paint - created, usable: shown.usable - created }
}

const home = mkdtempSync(join(tmpdir(), 'w2s-bench-'))
const runs = []
for (let i = 0; i < times; i++) runs.push(await once(home))
rmSync(home, { recursive: true, force: true })

for (const name of ['paint', 'usable']) {
  const sorted = runs.map((run) => run[name]).sort((a, b) => a - b)
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((ms) => Math.round(ms))
  console.log(`${name.padEnd(8)} median ${median} ms (${least} to ${most}, n = ${times})`)
}
