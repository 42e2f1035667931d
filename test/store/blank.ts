import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openStore, type Store } from '../../src-main/store'
import { temporaryFolder } from './temporary'

/** A store of its own, closed with the test. */
export function blank(): Store {
  const store = openStore(join(temporaryFolder(), 'lab.sqlite'))
  onTestFinished(() => store.close())
  return store
}
export function addRun(store: Store, id: string, at = 1): void {
  const texts = { name: id, question: '', spec: '{}', arms: '[]', headline: '' }
  store.runs.insert({ id, ...texts, createdAt: at, queuedAt: at, endedAt: null, ended: null })
}
/** Stages of a run in plan order, with needs by name. */
export function addStages(store: Store, run: string, needs: Record<string, string[]>): Record<string, number> {
  const ids: Record<string, number> = {}
  Object.entries(needs).forEach(([key, needed], position) => {
    const { id } = store.stages.ensure({ key, kind: 'train', role: null, title: key, config: '{}' })
    needed.forEach((need, i) => store.needs.insert(id, `need${i}`, need))
    store.runStages.insert(run, id, position, false)
    ids[key] = id
  })
  return ids
}
export function finish(store: Store, id: number): void {
  store.stages.claim(id, 1)
  store.stages.finish(id, 2)
}
