// node scripts/bench-curves.mjs: whether zooming stays smooth. Trains 20 small students, gives each 10,000 points of loss and
// of learning rate in the store, turns the wheel over them, one by one and summarised, and again while 10,000 metrics a
// second stream in. Prints a table. Run it after set-up, under xvfb-run where there is no display.
import './setup/node-version.mjs'
import Database from 'better-sqlite3'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { framesRow, FRAMES_HEAD, ms, openApp, runToEnd, streamed, withHome } from './measure/app.mjs'

const [TRAININGS, POINTS, TURNS] = [20, 10_000, 120]
const words = { model: 'words', words: 20 }
const quick = { epochs: 1, batch: 10 }
const spec = {
  ...{ version: 1, name: 'Bench', tasks: ['person-artifact'], methods: [{ method: 'naive' }], evaluations: 3 },
  ...{ weak: [words], strong: [{ ...words, words: 60 }], optimiser: { weak: quick, strong: quick } },
  sizes: { weak: 40, transfer: 40, validation: 20, test: 20 },
  seeds: Array.from({ length: TRAININGS }, (_, seed) => seed),
}

async function train(home) {
  const { app, call } = await openApp(home)
  const run = await runToEnd(call, spec)
  await app.close()
  return { runId: run.id, keys: run.stages.filter(({ role }) => role === 'student').map(({ key }) => key) }
}

/** Noisy losses over as many steps as a long training has. */
function fill(home, keys) {
  const db = new Database(join(home, 'lab.sqlite'))
  const insert = db.prepare(
    `INSERT OR REPLACE INTO metrics (stage, attempt, name, split, step, value)
     SELECT id, attempt, ?, '', ?, ? FROM stages WHERE key = ?`,
  )
  db.transaction(() => {
    for (const [i, key] of keys.entries()) {
      for (let step = 0; step < POINTS; step++) {
        insert.run('loss', step, 0.3 + 0.4 * Math.exp(-step / 2000) + 0.1 * Math.sin(step * step + i), key)
        insert.run('lr', step, 0.01 * (1 - step / POINTS), key)
      }
    }
  })()
  db.close()
}

/** Frame times of the page while the wheel turns in and out again, a notch a frame. */
async function zoom(page) {
  const box = await page.locator('main canvas').first().boundingBox()
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const frames = await page.evaluate(async (turns) => {
    const canvas = document.querySelector('main canvas')
    const { left, top, width } = canvas.getBoundingClientRect()
    const stamps = []
    for (let i = 0; i < turns; i++) {
      const deltaY = (i < turns / 2 ? -1 : 1) * 40
      const at = {
        ctrlKey: true,
        deltaY,
        clientX: left + width * 0.6,
        clientY: top + 60,
        cancelable: true,
        bubbles: true,
      }
      canvas.dispatchEvent(new WheelEvent('wheel', at))
      stamps.push(await new Promise(requestAnimationFrame))
    }
    return stamps.slice(1).map((now, i) => now - stamps[i])
  }, TURNS)
  return frames
}

await withHome(async (home) => {
  const { runId, keys } = await train(home)
  fill(home, keys)
  const { app, page, call, goTo } = await openApp(home)
  const group = {
    groups: [{ id: 'all', keys }],
    series: [{ name: 'loss', split: '' }],
    axis: 'step',
    from: null,
    to: null,
  }
  // The first call waits for the lab to come up.
  await call('runs')
  for (const change of [
    { each: true, smoothing: 0 },
    { each: false, smoothing: 0 },
    { each: false, smoothing: 0.9 },
  ]) {
    const began = performance.now()
    await call('groupCurves', { ...group, summary: 'mean-t', buckets: 150, ...change })
    console.log(`${keys.length} × ${POINTS} points, ${JSON.stringify(change)}: ${ms(performance.now() - began)}`)
  }
  console.log(FRAMES_HEAD)
  for (const [title, query] of [
    ['20 lines one by one, 2 panels', 'each=1&panels=loss@,lr@'],
    ['the same, smoothed', 'each=1&smooth=0.9&panels=loss@,lr@'],
    ['mean and band of 20, 4 panels', 'panels=loss@,lr@,accuracy@test,agreement@test'],
  ]) {
    await goTo(`#/curves/${runId}?${query}`)
    await sleep(3000)
    console.log(framesRow(title, await zoom(page)))
    const stream = streamed(app, keys[0], TURNS / 20)
    console.log(framesRow(`${title}, 10,000 metrics/s`, await zoom(page)))
    await stream
  }
  await app.close()
})
