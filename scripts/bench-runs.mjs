// node scripts/bench-runs.mjs [runs, default 1500]: fills a store with finished runs and measures what their list costs:
// the calls behind it, and frames while it is scrolled and typed at in the real app. Run it after set-up, under xvfb-run
// where there is no display.
import './setup/node-version.mjs'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { framesOf, framesText, ms, openApp, spread, withHome } from './measure/app.mjs'
import { root } from './setup/common.mjs'

const many = Number(process.argv[2] ?? 1500)
const [ARMS, SEEDS] = [4, 5]
/** Of each run: so many quantities of its first student, and at so many steps. */
const [METRICS, STEPS] = [150, 4]
const built = join(root, 'out', `bench-runs-${process.pid}`)

async function load() {
  const input = { store: join(root, 'src-main/store/index.ts') }
  await build({
    ...{ root, configFile: false, logLevel: 'error' },
    build: { ssr: true, outDir: built, target: 'node20.18', rolldownOptions: { input } },
  })
  return import(pathToFileURL(join(built, 'store.js')).href)
}

function measure(store, stage) {
  for (let m = 0; m < METRICS; m++)
    for (let step = 0; step < STEPS; step++)
      store.metrics.insert(stage, 1, { name: `metric ${m}`, split: 'test', step, value: Math.sin(m + step) })
}

/** Every run has four arms of five seeds; students are its own, all else is shared by ten runs. */
function fill(store) {
  const key = (text) => Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64)
  const stage = (name, role) => {
    const { id } = store.stages.ensure({ key: key(name), kind: 'train', role, title: name, config: '{}' })
    store.stages.claim(id, 1000)
    store.stages.finish(id, 2000)
    return id
  }
  const day = 24 * 3600 * 1000
  store.transaction(() => {
    for (let r = 0; r < many; r++) {
      const id = `run${r}`
      const at = Date.now() - (many - r) * (day / 10)
      const texts = { name: `Run ${r} of many`, question: r % 7 ? `Question ${r % 60}?` : '', spec: '{}', arms: '[]' }
      store.runs.insert({
        id,
        ...texts,
        headline: 'naive: PGR .52',
        createdAt: at,
        queuedAt: at,
        endedAt: at + 9e4,
        ended: 'done',
      })
      let position = 0
      for (let seed = 0; seed < SEEDS; seed++) {
        for (const role of ['weak', 'ceiling'])
          store.runStages.insert(id, stage(`${role}${seed}-${Math.floor(r / 10)}`, role), position++, true)
        for (let arm = 0; arm < ARMS; arm++) {
          const student = stage(`s${seed}-${arm}-${r}`, 'student')
          store.runStages.insert(id, student, position++, false)
          if (seed + arm === 0) measure(store, student)
        }
      }
      for (let arm = 0; arm < ARMS; arm++) {
        const pgr = Math.sin(r * ARMS + arm)
        const named = {
          task: ['spam', 'sotu'][arm % 2],
          weak: 'words 50',
          strong: 'vectors 32',
          method: ['naive', 'confidence'][arm >> 1],
        }
        const found = {
          metric: 'accuracy',
          floor: 0.8,
          student: 0.84,
          ceiling: 0.9,
          pgr,
          low: pgr - 0.1,
          high: pgr + 0.1,
          reason: '',
          warning: '',
        }
        store.figures.put({ run: id, arm: `a${arm}`, position: arm, asked: SEEDS, seeds: SEEDS, ...named, ...found })
      }
    }
  })
}

async function times(page, name, ...args) {
  const taken = []
  for (let i = 0; i < 7; i++)
    taken.push(
      await page.evaluate(
        async ([n, a]) => {
          const from = performance.now()
          const reply = await window.w2s.call(n, ...a)
          if (!reply.ok) throw new Error(reply.error.message)
          return performance.now() - from
        },
        [name, args],
      ),
    )
  return `median ${ms(spread(taken).median)}, longest ${ms(spread(taken).most)}`
}

const frames = async (page, title, work) => console.log(`${title}: ${framesText(await framesOf(page, work))}`)

await withHome(async (home) => {
  const { openStore } = await load()
  const store = openStore(join(home, 'lab.sqlite'))
  fill(store)
  store.close()
  const from = performance.now()
  const { app, page, goTo } = await openApp(home)
  await goTo('#/studies')
  const grid = page.getByRole('grid', { name: 'Studies and runs' })
  await grid.getByRole('row').nth(20).waitFor()
  console.log(
    `${many} runs × ${METRICS} metrics of ${STEPS} steps: the list stands ${ms(performance.now() - from)} after the app was started`,
  )
  console.log(`call runs: ${await times(page, 'runs')}`)
  console.log(
    `call findRuns: ${await times(page, 'findRuns', 'state:done task:spam pgr>.2 (seeds>=5 OR tag:paper) "many" -tag:old')}`,
  )
  console.log(`rows in the page: ${await grid.getByRole('row').count()}`)
  await frames(page, 'scrolled from end to end', async () => {
    await grid.hover()
    for (let i = 0; i < 120; i++) await page.mouse.wheel(0, 500)
    await page.waitForTimeout(300)
  })
  await frames(page, 'sorted by PGR, and back', async () => {
    for (let i = 0; i < 6; i++) await page.getByRole('button', { name: /PGR of its arms/ }).click()
  })
  await frames(page, 'a query typed', () =>
    page.getByRole('searchbox').pressSequentially('task:spam pgr>.2 "many"', { delay: 60 }),
  )
  await app.close()
}).finally(() => rmSync(built, { recursive: true, force: true }))
