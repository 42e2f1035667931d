import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createAnalyst } from '../../src-main/lab/results/analyst'
import { createUpkeep } from '../../src-main/lab/home/upkeep'
import { openStore, type Store } from '../../src-main/store'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'

const built = builtProcesses()

/** Six megabytes of rows. */
function write(store: Store): void {
  const { id } = store.stages.ensure({ key: 'k', kind: 'train', role: null, title: 't', config: '{}' })
  for (let at = 0; at < 150; at++) store.log.insert(id, 1, { at, level: 'info', text: 'x'.repeat(40_000) })
}

test('a long write-ahead log is moved by the other thread while this one goes on writing', async () => {
  const path = join(temporaryFolder(), 'lab.sqlite')
  const store = openStore(path)
  const analyst = createAnalyst(built.entry('analyst'))
  onTestFinished(async () => {
    await analyst.close()
    store.close()
  })
  const upkeep = createUpkeep(store, analyst)
  upkeep()
  write(store)
  expect(store.pending()).toBeGreaterThan(4_000_000)
  expect(statSync(path).size).toBeLessThan(1_000_000)
  upkeep()
  while (statSync(path).size < 4_000_000) await new Promise((resolve) => setTimeout(resolve, 5))
  store.transaction(() => store.stages.ensure({ key: 'k2', kind: 'train', role: null, title: 't', config: '{}' }))
  expect(store.stages.byKey('k2')).toBeDefined()
})

test('without another thread the writer moves its log itself', () => {
  const path = join(temporaryFolder(), 'lab.sqlite')
  const store = openStore(path)
  onTestFinished(() => store.close())
  const upkeep = createUpkeep(store, createAnalyst(undefined))
  write(store)
  upkeep()
  expect(statSync(path).size).toBeGreaterThan(1_000_000)
})

test('a thread that ends fails what it was asked, and is started again by the next question', async () => {
  const analyst = createAnalyst(built.entry('analyst'))
  onTestFinished(() => analyst.close())
  await expect(analyst.drainLog('/nowhere/at/all.sqlite')).rejects.toThrow(/directory does not exist/)
  const never = { seed: null as never, rungs: [], step: undefined, against: undefined }
  const open = analyst.ask({ type: 'cube', data: '/nowhere', stop: 'last', ...never })
  const failed = expect(open).rejects.toThrow()
  await analyst.close()
  await failed
  const path = join(temporaryFolder(), 'lab.sqlite')
  openStore(path).close()
  await analyst.drainLog(path)
  expect(statSync(path).size).toBeGreaterThan(0)
})
