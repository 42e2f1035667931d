// node scripts/bench-monitor.mjs: how soon the Monitor shows a run of 600 stages, and how many of them are on the page. Run
// it after set-up, under xvfb-run where there is no display.
import './setup/node-version.mjs'
import { ms, openApp, spread, withHome } from './measure/app.mjs'

const SEEDS = 120

await withHome(async (home) => {
  const { app, page, call, goTo } = await openApp(home)
  await call('pause', 'on')
  const { runId } = await call('run', {
    ...{ version: 1, name: 'Six hundred stages', tasks: ['sotu'], redraw: 'halves' },
    ...{
      weak: [{ model: 'words', words: 50 }],
      strong: [{ model: 'vectors', hidden: 16 }],
      methods: [{ method: 'naive' }],
    },
    ...{ sizes: { weak: 300, transfer: 300, validation: 100, test: 300 }, evaluations: 10 },
    seeds: Array.from({ length: SEEDS }, (_, seed) => seed),
  })
  const { stages } = await call('runDetail', runId)
  await page.getByRole('heading', { name: 'Recent runs' }).waitFor()
  const taken = []
  for (let i = 0; i < 9; i++) {
    await goTo('#/home')
    await page.getByRole('heading', { name: 'Recent runs' }).waitFor()
    taken.push(
      await page.evaluate(async (hash) => {
        const from = performance.now()
        location.hash = hash
        const shown = () => document.querySelectorAll('aside li button[aria-pressed]').length > 5
        while (!shown()) await new Promise(requestAnimationFrame)
        return performance.now() - from
      }, `#/monitor/${runId}`),
    )
  }
  const rows = await page.locator('aside li button[aria-pressed]').count()
  const { median, most } = spread(taken)
  console.log(
    `${stages.length} stages, ${rows} of them on the page: shown after median ${ms(median)}, longest ${ms(most)}`,
  )
  await app.close()
})
