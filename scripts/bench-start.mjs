// node scripts/bench-start.mjs [times]: how long from the start of the process to something on the screen, and to a
// page that shows what the lab answered. Run it after set-up, under xvfb-run where there is no display.
import './setup/node-version.mjs'
import { openApp, spread, withHome } from './measure/app.mjs'

const times = Number(process.argv[2] ?? 7)

/** In ms from the launch: the system's own time of creation is off by up to a second. */
async function once(home) {
  const { app, page, launchedAt } = await openApp(home)
  const shown = await page.evaluate(async () => {
    const usable = () => document.querySelector('footer')?.textContent.includes('queue')
    while (!usable()) await new Promise((settle) => requestAnimationFrame(settle))
    const now = performance.timeOrigin + performance.now()
    const paint = performance.getEntriesByName('first-contentful-paint')[0]
    return { paint: paint ? performance.timeOrigin + paint.startTime : now, usable: now }
  })
  await app.close()
  return { paint: shown.paint - launchedAt, usable: shown.usable - launchedAt }
}

await withHome(async (home) => {
  const runs = []
  for (let i = 0; i < times; i++) runs.push(await once(home))
  for (const name of ['paint', 'usable']) {
    const measured = runs.map((run) => run[name])
    const [median, least, most] = [spread(measured).median, Math.min(...measured), spread(measured).most].map(
      Math.round,
    )
    console.log(`${name.padEnd(8)} median ${median} ms (${least} to ${most}, n = ${times})`)
  }
})
