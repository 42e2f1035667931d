// node scripts/bench-window.mjs: whether the window stays smooth and main stays free. Runs the quick start while the
// monitor is open, then sends 10,000 metrics a second at the curve on the screen for ten seconds. Run it after set-up,
// under xvfb-run where there is no display.
import './setup/node-version.mjs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { _electron } from '@playwright/test'
import { root } from './setup/common.mjs'

const RATE = 10_000
const SECONDS = 10

const home = mkdtempSync(join(tmpdir(), 'w2s-bench-'))
const app = await _electron.launch({ args: [root], cwd: root, env: { ...process.env, W2S_HOME: home } })
const page = await app.firstWindow()
const call = async (name, ...args) => {
  const reply = await page.evaluate(([n, a]) => window.w2s.call(n, ...a), [name, args])
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value
}

/** Frame times of the page and delays of main's event loop while `work` goes on, printed under a title. */
async function watch(title, work) {
  await app.evaluate(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks')
    globalThis.delay = monitorEventLoopDelay({ resolution: 1 })
    globalThis.delay.enable()
  })
  await page.evaluate(() => {
    const frames = (window.frames_ = [])
    const next = (at) => {
      frames.push(at)
      window.watching_ = requestAnimationFrame(next)
    }
    window.watching_ = requestAnimationFrame(next)
  })
  await work()
  const stamps = await page.evaluate(() => {
    cancelAnimationFrame(window.watching_)
    return window.frames_
  })
  const main = await app.evaluate(() => {
    const { delay } = globalThis
    delay.disable()
    return { median: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 }
  })
  const frames = stamps.slice(1).map((at, i) => at - stamps[i])
  const sorted = frames.toSorted((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  const ms = (x) => `${x.toFixed(1)} ms`
  console.log(title)
  console.log(`  window: ${(1000 / (frames.reduce((a, b) => a + b, 0) / frames.length)).toFixed(1)} frames/s`)
  console.log(`  window: frame median ${ms(at(0.5))}, 99 % ${ms(at(0.99))}, longest ${ms(at(1))}, n = ${frames.length}`)
  console.log(`  main:   event loop late by median ${ms(main.median)}, 99 % ${ms(main.p99)}, most ${ms(main.max)}`)
}

const { presets } = await call('catalog')
const { runId } = await call('run', presets.find((preset) => preset.id === 'quickstart').spec)
await page.evaluate((id) => (location.hash = `#/monitor/${id}`), runId)
await watch('quick start, monitor open', async () => {
  while (['queued', 'running'].includes((await call('runDetail', runId)).state)) await sleep(500)
})

const { key } = (await call('runDetail', runId)).stages.findLast((stage) => stage.kind === 'train')
await sleep(1000)
await watch(`${RATE} metrics/s for ${SECONDS} s at the curve on the screen`, () =>
  app.evaluate(
    async ({ BrowserWindow }, { key, rate, seconds }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0]
      const batch = rate / 10
      for (let sent = 0; sent < rate * seconds; sent += batch) {
        const events = Array.from({ length: batch }, (_, i) => {
          const step = 10_000 + sent + i
          return { type: 'metric', key, name: 'loss', split: '', step, value: 0.3 + 0.1 * Math.sin(step / 500) }
        })
        webContents.send('w2s:events', events)
        await new Promise((settle) => setTimeout(settle, 100))
      }
    },
    { key, rate: RATE, seconds: SECONDS },
  ),
)
await app.close()
rmSync(home, { recursive: true, force: true })
