// Removing a run of thousands of stages takes seconds: everything else has its turn meanwhile.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { reconcile, removeOrphans } from '../../src-main/lab/queue/lifecycle'
import { createShelf } from '../../src-main/lab/home/shelf'
import { openStore, type Store } from '../../src-main/store'
import { temporaryFolder } from '../store/temporary'

const MANY = 1200

function setUp() {
  const home = temporaryFolder()
  const store = openStore(join(home, 'lab.sqlite'))
  onTestFinished(() => store.close())
  const texts = { name: 'run', question: '', spec: '{}', arms: '[]', headline: '' }
  store.transaction(() => {
    store.runs.insert({ id: 'large', ...texts, createdAt: 1, queuedAt: 1, endedAt: 2, ended: 'cancelled' })
    for (let i = 0; i < MANY; i++) {
      const key = i.toString(16).padStart(64, '0')
      const { id } = store.stages.ensure({ key, kind: 'train', role: null, title: key, config: '{}' })
      if (i > 0) store.needs.insert(id, 'data', '0'.repeat(64))
      store.runStages.insert('large', id, i, false)
    }
  })
  store.runs.remove('large')
  return { store, shelf: createShelf(home, home) }
}

const left = (store: Store) => store.stages.orphans(MANY + 1).length

/** How many stages were there at each turn of the event loop while `work` went on. */
async function turnsOf(store: Store, work: () => Promise<unknown>): Promise<number[]> {
  const seen = [left(store)]
  let going = true
  const look = () => {
    if (!going) return
    seen.push(left(store))
    setImmediate(look)
  }
  setImmediate(look)
  await work()
  going = false
  return seen
}

test.each([
  ['a removal', (store: Store, shelf: ReturnType<typeof createShelf>) => removeOrphans(store, shelf)],
  [
    'the start after one that was cut short',
    (store: Store, shelf: ReturnType<typeof createShelf>) => reconcile(store, shelf),
  ],
])('%s takes a stage a turn', async (_name, work) => {
  const { store, shelf } = setUp()
  let lookups = 0
  const { orphans } = store.stages
  const seen = await turnsOf(store, () =>
    work({ ...store, stages: { ...store.stages, orphans: (n) => (lookups++, orphans(n)) } }, shelf),
  )
  expect(left(store)).toBe(0)
  const steps = seen.slice(1).map((n, i) => seen[i]! - n)
  expect(Math.max(...steps)).toBeLessThanOrEqual(2)
  expect(seen.length).toBeGreaterThan(MANY / 2)
  expect(lookups).toBeLessThan(MANY / 50)
})

test('a stage that a new run has come to want meanwhile stays', async () => {
  const { store, shelf } = setUp()
  const texts = { name: 'new', question: '', spec: '{}', arms: '[]', headline: '' }
  setImmediate(() => {
    store.runs.insert({ id: 'new', ...texts, createdAt: 3, queuedAt: 3, endedAt: null, ended: null })
    for (const key of ['0', '5'].map((digit) => digit.padStart(64, '0'))) {
      const { id } = store.stages.ensure({ key, kind: 'train', role: null, title: key, config: '{}' })
      store.runStages.insert('new', id, 0, false)
    }
  })
  await removeOrphans(store, shelf)
  expect(store.runStages.of('new').map(({ key }) => key.at(-1))).toEqual(['0', '5'])
  expect(left(store)).toBe(0)
})
