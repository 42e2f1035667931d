// node scripts/bench-places.mjs [seeds, default 5] [visits, default 3]: how long each place needs to stand, with
// a study of 36 arms in the home: a real run of small models. Run it after set-up, under xvfb-run where there is no display.
import './setup/node-version.mjs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ms, openApp, runToEnd, spread, withHome } from './measure/app.mjs'

const [seeds, visits] = [Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 3)]
/** A place stands once nothing of it has changed for so long, in ms. */
const STILL = 1500

const words = (words) => ({ model: 'words', words })
const quick = { epochs: 2, batch: 20 }
const spec = {
  ...{ version: 1, name: 'Thirty-six arms', question: 'How fast is the window?', tasks: ['sotu'], evaluations: 4 },
  weak: [words(10), words(20), words(30), words(40)],
  strong: [words(100), words(200), words(400)],
  methods: [{ method: 'naive' }, { method: 'confidence' }, { method: 'entropy' }],
  optimiser: { weak: quick, strong: quick },
  sizes: { weak: 200, transfer: 200, validation: 50, test: 500 },
  seeds: Array.from({ length: seeds }, (_, seed) => seed),
}

/**
 * Time in ms from the change of the address to the last change of what it shows, the status bar aside; not before what
 * is being read or computed is there, at most for ten seconds.
 */
const visit = (page, hash) =>
  page.evaluate(
    ([to, still]) =>
      new Promise((settle) => {
        const began = performance.now()
        let last = began
        const ofPlace = ({ target }) => !(target instanceof Element ? target : target.parentElement)?.closest('footer')
        const observer = new MutationObserver((seen) => seen.some(ofPlace) && (last = performance.now()))
        observer.observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true })
        location.hash = to
        const waiting = () =>
          performance.now() - began < 10_000 &&
          [...document.querySelectorAll('main :is(h1, p)')].some((text) =>
            /^(Reading|Comparing|Counting|Planning|The lab is planning)\b.*…$/.test(text.textContent.trim()),
          )
        const look = () => {
          if (performance.now() - last < still || waiting()) return setTimeout(look, 20)
          observer.disconnect()
          settle(last - began)
        }
        setTimeout(look, still)
      }),
    [hash, STILL],
  )

async function prepare(home) {
  const { app, call } = await openApp(home)
  const run = await runToEnd(call, spec)
  // Intervals are computed at a run's end, and kept: what is measured is the place, not an app closed meanwhile.
  await call('result', { runId: run.id, stop: 'last' })
  await app.close()
  console.log(`a run of ${run.arms.length} arms, ${run.stages.length} stages`)
  return run
}

await withHome(async (home) => {
  const run = await prepare(home)
  const { app, page, call } = await openApp(home)
  const [{ study }] = await call('runs')
  const arm = run.arms[0].id
  const places = {
    studies: '#/studies',
    study: `#/studies/${encodeURIComponent(study)}`,
    builder: `#/builder?from=${run.id}`,
    monitor: `#/monitor/${run.id}`,
    curves: `#/curves/${run.id}`,
    result: `#/results/${run.id}?arm=${arm}`,
    comparison: `#/results/${run.id}?arm=${run.arms[1].id}&with=${arm}`,
    inspector: `#/inspector/${run.id}?arm=${arm}`,
    data: '#/data',
    models: '#/models',
    guide: '#/guide',
    doctor: '#/doctor',
  }
  await sleep(2000)
  console.log('place        first visit   later ones (median)')
  for (const [name, hash] of Object.entries(places)) {
    const times = []
    for (let i = 0; i <= visits; i++) {
      await visit(page, '#/home')
      times.push(await visit(page, hash))
    }
    const [first, ...later] = times
    console.log(`${name.padEnd(12)} ${ms(first).padStart(11)}   ${ms(spread(later).median).padStart(11)}`)
  }
  await app.close()
})
