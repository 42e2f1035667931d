// What the benchmarks of the real app share: an app on a home of its own, its calls, and what is said of times. Run them
// after set-up, under xvfb-run where there is no display.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { _electron } from '@playwright/test'
import { root } from '../setup/common.mjs'

export const ms = (value) => `${value.toFixed(1)} ms`

/** Median, 99th percentile and most of what was measured. */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  return { median: at(0.5), p99: at(0.99), most: at(1) }
}

/** What is still open when its home goes. */
const open = new Set()

/** Gives `work` a folder for a home, which is gone afterwards. */
export async function withHome(work) {
  const home = mkdtempSync(join(tmpdir(), 'w2s-bench-'))
  try {
    await work(home)
  } finally {
    for (const app of open) await app.close()
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** The built app on a home, its page, and a way to ask its lab. */
export async function openApp(home) {
  const launchedAt = Date.now()
  const app = await _electron.launch({ args: [root], cwd: root, env: { ...process.env, W2S_HOME: home } })
  open.add(app)
  app.once('close', () => open.delete(app))
  const page = await app.firstWindow()
  const call = async (name, ...args) => {
    const reply = await page.evaluate(([n, a]) => window.w2s.call(n, ...a), [name, args])
    if (!reply.ok) throw new Error(reply.error.message)
    return reply.value
  }
  return { app, page, launchedAt, call, goTo: (hash) => page.evaluate((to) => (location.hash = to), hash) }
}

const inWork = async (call, runId) => ['queued', 'running'].includes((await call('runDetail', runId)).state)

/** Runs a spec to its end. */
export async function runToEnd(call, spec) {
  const { runId } = await call('run', spec)
  while (await inWork(call, runId)) await sleep(500)
  return call('runDetail', runId)
}

/** Frame times in ms of the page while `work` goes on. */
export async function framesOf(page, work) {
  await page.evaluate(() => {
    const stamps = (window.frames_ = [])
    const next = (at) => {
      stamps.push(at)
      window.watching_ = requestAnimationFrame(next)
    }
    window.watching_ = requestAnimationFrame(next)
  })
  await work()
  const stamps = await page.evaluate(() => (cancelAnimationFrame(window.watching_), window.frames_))
  return stamps.slice(1).map((at, i) => at - stamps[i])
}

export const FRAMES_HEAD = '| | frames/s | median | 99 % | longest |\n| --- | --- | --- | --- | --- |'

/** The same as a row of a table. */
export function framesRow(title, frames) {
  const { median, p99, most } = spread(frames)
  const rate = (1000 * frames.length) / frames.reduce((a, b) => a + b, 0)
  return `| ${title} | ${rate.toFixed(1)} | ${ms(median)} | ${ms(p99)} | ${ms(most)} |`
}

/** Sends the window 10,000 metrics a second of a stage, as the engine tells them: in batches of a tenth of a second. */
export const streamed = (app, key, seconds) =>
  app.evaluate(
    async ({ BrowserWindow }, { key, seconds }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0]
      for (let sent = 0; sent < 10_000 * seconds; sent += 1000) {
        const events = Array.from({ length: 1000 }, (_, i) => {
          const step = 10_000 + sent + i
          return { type: 'metric', key, name: 'loss', split: '', step, value: 0.3 + 0.1 * Math.sin(step / 500) }
        })
        webContents.send('w2s:events', events)
        await new Promise((settle) => setTimeout(settle, 100))
      }
    },
    { key, seconds },
  )

export function framesText(frames) {
  const { median, p99, most } = spread(frames)
  const rate = (1000 * frames.length) / frames.reduce((a, b) => a + b, 0)
  return `${rate.toFixed(1)} frames/s, median ${ms(median)}, 99 % ${ms(p99)}, longest ${ms(most)}, n = ${frames.length}`
}
