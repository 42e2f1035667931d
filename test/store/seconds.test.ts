import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src-main/store'
import { temporaryFolder } from './temporary'

test('what a run began counts also where the clock was set back meanwhile; of a run of earlier versions the clock decides', () => {
  const path = join(temporaryFolder(), 'lab.sqlite')
  const store = openStore(path)
  const addRun = (id: string, at: number) => {
    const texts = { name: id, question: '', spec: '{}', arms: '[]', headline: '' }
    store.runs.insert({ id, ...texts, createdAt: at, queuedAt: at, endedAt: null, ended: null })
  }
  const stage = (key: string) => store.stages.ensure({ key, kind: 'train', role: null, title: key, config: '{}' }).id
  const [before, after] = [stage('before'), stage('after')]
  addRun('run', 5000)
  store.runStages.insert('run', before, 0, false)
  store.runStages.insert('run', after, 1, false)
  store.stages.claim(before, 1000)
  store.stages.finish(before, 3000)
  store.stages.claim(after, 6000)
  store.stages.finish(after, 8000)
  expect(store.runs.get('run')!.seconds).toBe(4)
  addRun('later', 7000)
  store.runStages.insert('later', before, 0, true)
  expect(store.runs.get('later')!.seconds).toBe(0)
  store.close()

  const db = new Database(path)
  db.exec('UPDATE run_stages SET attempt = NULL')
  db.close()
  const earlier = openStore(path)
  onTestFinished(() => earlier.close())
  expect(earlier.runs.get('run')!.seconds).toBe(2)
})
