// node scripts/bench-window.mjs: whether the window stays smooth and main stays free. Runs the quick start while the
// monitor is open, then sends 10,000 metrics a second at the curve on the screen for ten seconds. Run it after set-up,
// under xvfb-run where there is no display.
import './setup/node-version.mjs'
import { setTimeout as sleep } from 'node:timers/promises'
import { framesOf, framesText, ms, openApp, runToEnd, streamed, withHome } from './measure/app.mjs'

const SECONDS = 10

/** Frame times of the page and delays of main's event loop while `work` goes on, printed under a title. */
async function watch({ app, page }, title, work) {
  await app.evaluate(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks')
    globalThis.delay = monitorEventLoopDelay({ resolution: 1 })
    globalThis.delay.enable()
  })
  const frames = await framesOf(page, work)
  const main = await app.evaluate(() => {
    const { delay } = globalThis
    delay.disable()
    return { median: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 }
  })
  console.log(title)
  console.log(`  window: ${framesText(frames)}`)
  console.log(`  main:   event loop late by median ${ms(main.median)}, 99 % ${ms(main.p99)}, most ${ms(main.max)}`)
}

await withHome(async (home) => {
  const opened = await openApp(home)
  const { app, call, goTo } = opened
  const { presets } = await call('catalog')
  const { spec } = presets.find((preset) => preset.id === 'quickstart')
  await goTo('#/monitor')
  let run
  await watch(opened, 'quick start, monitor open', async () => (run = await runToEnd(call, spec)))
  await goTo(`#/monitor/${run.id}`)
  const { key } = run.stages.findLast((stage) => stage.kind === 'train')
  await sleep(1000)
  await watch(opened, `10,000 metrics/s for ${SECONDS} s at the curve on the screen`, () => streamed(app, key, SECONDS))
  await app.close()
})
