// Fills a store the way a run does (the recorder, batches of a tenth of a second at 10,000 metrics/s) and reads it back.
// node scripts/bench-store.mjs [points per series, default 100000]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '..')
const built = join(root, 'out', `bench-store-${process.pid}`)
const home = mkdtempSync(join(tmpdir(), 'w2s-bench-'))
const points = Number(process.argv[2] ?? 100_000)
const series = 10
const batch = 1000

const ms = (value) => `${value.toFixed(1)} ms`
const count = (value) => Math.round(value).toLocaleString('en')
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

async function load() {
  const input = { store: join(root, 'src-main/store/index.ts'), recorder: join(root, 'src-main/lab/queue/recorder.ts') }
  const options = { ssr: true, outDir: built, target: 'node20.18', rolldownOptions: { input } }
  await build({ root, configFile: false, logLevel: 'error', build: options })
  const [store, recorder] = await Promise.all(
    ['store', 'recorder'].map((name) => import(pathToFileURL(join(built, `${name}.js`)).href)),
  )
  return { ...store, ...recorder }
}

/** A store with one run of one running stage. */
function prepare({ openStore, createRecorder }) {
  const store = openStore(join(home, 'lab.sqlite'))
  const texts = { name: 'bench', question: '', spec: '{}', arms: '[]', headline: '' }
  store.runs.insert({ id: 'run', ...texts, createdAt: 1, queuedAt: 1, endedAt: null, ended: null })
  const stage = store.stages.ensure({ key: 'stage', kind: 'train', role: null, title: 'bench', config: '{}' })
  store.runStages.insert('run', stage.id, 0, false)
  store.stages.claim(stage.id, 1)
  const recorder = createRecorder(store, { publish() {}, subscribe: () => () => {} }, () => {})
  return { store, stage: store.stages.byKey('stage'), recorder }
}

function fill(recorder) {
  const times = []
  const began = performance.now()
  for (let step = 0; step < points; step += batch / series) {
    const events = Array.from({ length: batch }, (_, i) => {
      const at = step + Math.floor(i / series)
      return { type: 'metric', key: 'stage', name: `m${i % series}`, split: '', step: at, value: Math.sin(at / 1000) }
    })
    const start = performance.now()
    recorder.record(events)
    times.push(performance.now() - start)
  }
  return { seconds: (performance.now() - began) / 1000, times }
}

function readTimes(store, stage, buckets) {
  return Array.from({ length: series }, (_, i) => {
    const pieces = store.metrics.curve({ stage: stage.id, attempt: 1, name: `m${i}`, split: '' }, buckets)
    const read = { time: 0, longest: 0, points: 0, bucket: 0 }
    for (;;) {
      const start = performance.now()
      const { done, value } = pieces.next()
      const time = performance.now() - start
      read.time += time
      read.longest = Math.max(read.longest, time)
      if (done) return read
      read.points += value.step.length
      read.bucket = value.bucket
    }
  })
}

try {
  const { store, stage, recorder } = prepare(await load())
  const { seconds, times } = fill(recorder)
  const rows = points * series
  console.log(`${count(rows)} metrics in batches of ${count(batch)}: ${count(rows / seconds)} rows/s`)
  console.log(`one batch: median ${ms(median(times))}, longest ${ms(Math.max(...times))} (a batch comes every 100 ms)`)
  for (const buckets of [200, 800]) {
    const reads = readTimes(store, stage, buckets)
    const { points: got, bucket } = reads[0]
    const [time, piece] = ['time', 'longest'].map((name) => ms(median(reads.map((read) => read[name]))))
    console.log(
      `curve of ${count(points)} points in ${buckets} buckets of ${bucket} steps: ${count(got)} points in ${time}`,
    )
    console.log(`  its longest piece, i.e. time without giving way: ${piece}`)
  }
  console.log(`on disk: ${count(store.bytes() / rows)} bytes a metric`)
  store.close()
} finally {
  rmSync(home, { recursive: true, force: true })
  rmSync(built, { recursive: true, force: true })
}
