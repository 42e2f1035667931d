// node scripts/bench-heap.mjs [minutes, default 60]: whether the window's heap stays flat while every place is visited again
// and again and 1,000 metrics a second come in. Run it after set-up, under xvfb-run where there is no display.
import './setup/node-version.mjs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openApp, runToEnd, withHome } from './measure/app.mjs'

const minutes = Number(process.argv[2] ?? 60)
/** How often the heap is read, as a share of the time. */
const READINGS = 12

/** What is alive after the garbage is collected, in MB, and of how many nodes and listeners the page consists. */
async function alive(page, session) {
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  const of = (name) => metrics.find((metric) => metric.name === name).value
  return { heap: of('JSHeapUsedSize') / 2 ** 20, nodes: of('Nodes'), listeners: of('JSEventListeners') }
}

/** Metrics of a training as the engine tells them, a thousand every second from now on. */
const stream = (app, key) =>
  app.evaluate(({ BrowserWindow }, key) => {
    let step = 1e6
    const send = () => {
      const events = Array.from({ length: 1000 }, () => {
        return { type: 'metric', key, name: 'loss', split: '', step: step++, value: 0.3 + 0.1 * Math.sin(step / 50) }
      })
      BrowserWindow.getAllWindows()[0]?.webContents.send('w2s:events', events)
    }
    setInterval(send, 1000)
  }, key)

await withHome(async (home) => {
  const { app, page, call, goTo } = await openApp(home)
  const { presets } = await call('catalog')
  const run = await runToEnd(call, presets.find((preset) => preset.id === 'quickstart').spec)
  const { key } = run.stages.findLast((stage) => stage.role === 'student')
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const arm = run.arms[0].id
  const study = encodeURIComponent((await call('runs'))[0].study)
  const places = [
    ...['home', 'studies', 'builder', 'data', 'models', 'guide', 'doctor', `studies/${study}`, `monitor/${run.id}`],
    ...[`curves/${run.id}`, `results/${run.id}?arm=${arm}`, `inspector/${run.id}?arm=${arm}`],
  ]
  await stream(app, key)
  const began = Date.now()
  let [visits, read] = [0, 0]
  while (Date.now() - began < minutes * 60_000) {
    for (const place of places) {
      await goTo(`#/${place}`)
      await sleep(1000)
    }
    visits++
    if (Date.now() - began < (read * minutes * 60_000) / READINGS) continue
    read++
    await goTo('#/home')
    await sleep(1000)
    const { heap, nodes, listeners } = await alive(page, session)
    const at = ((Date.now() - began) / 60_000).toFixed(1).padStart(5)
    console.log(`${at} min, ${visits} rounds: ${heap.toFixed(1)} MB, ${nodes} nodes, ${listeners} listeners`)
  }
  await app.close()
})
