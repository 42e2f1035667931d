import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src-main/store'
import { MIGRATIONS } from '../../src-main/store/migrations'
import { addRun, blank } from './blank'
import { temporaryFolder } from './temporary'

const arms = [
  { id: 'a', task: 'spam', weakTitle: 'small', strongTitle: 'big', methodTitle: 'naive', seeds: [{}, {}] },
  { id: 'b', task: 'foods', seeds: [{}] },
]

/** A store as the version before left it, with a run of two arms and one whose arms cannot be read. */
function oldStore(): string {
  const path = join(temporaryFolder(), 'lab.sqlite')
  const db = new Database(path)
  db.exec('CREATE TABLE migrations (name TEXT PRIMARY KEY, appliedAt INTEGER NOT NULL) WITHOUT ROWID')
  for (const migration of MIGRATIONS.slice(0, 7)) {
    migration.up(db)
    db.prepare('INSERT INTO migrations VALUES (?, 1)').run(migration.name)
  }
  for (const [id, text] of [
    ['r1', JSON.stringify(arms)],
    ['r2', 'not JSON'],
    ['r3', '[]'],
  ])
    db.prepare(
      `INSERT INTO runs (id, name, question, spec, arms, createdAt, queuedAt) VALUES (?, 'old', 'q', '{}', ?, 1, 1)`,
    ).run(id, text)
  db.close()
  return path
}

test('a store of the version before learns the arms of its runs, their figures still to be counted', () => {
  const store = openStore(oldStore())
  onTestFinished(() => store.close())
  expect(store.figures.of('r1')).toMatchObject([
    { arm: 'a', task: 'spam', weak: 'small', strong: 'big', method: 'naive', asked: 2, seeds: null, pgr: null },
    { arm: 'b', task: 'foods', weak: '', method: '', asked: 1, seeds: null },
  ])
  expect(store.figures.uncounted()).toEqual(['r1'])
  const [figure] = store.figures.of('r1')
  const counted = { ...figure!, seeds: 2, pgr: 0.5, warning: null }
  for (const row of store.figures.of('r1')) store.figures.put({ ...row, seeds: 1 })
  store.figures.put(counted)
  expect([store.figures.uncounted(), store.figures.foundOf('r1')?.doubtful]).toEqual([['r1'], 0])
  store.figures.put({ ...counted, warning: 'The gap may be none.' })
  expect([store.figures.uncounted(), store.figures.foundOf('r1')?.doubtful]).toEqual([[], 1])
  expect(store.figures.of('r2')).toEqual([])
  expect(store.runs.all()).toHaveLength(3)
  expect(store.marks.all()).toEqual([])
})

test('what is said of a run goes with it, and the rules of a study stand in their order', () => {
  const store = openStore(oldStore())
  onTestFinished(() => store.close())
  const mark = { run: 'r1', name: 'mine', notes: '*', tags: '["x"]', hidden: 0, starred: 1, trashedAt: 5 } as const
  store.marks.put(mark)
  expect(store.marks.get('r1')).toEqual(mark)
  expect([store.marks.trashed(4), store.marks.trashed(5)]).toEqual([[], ['r1']])
  store.runs.remove('r1')
  expect([store.marks.all(), store.figures.all()]).toEqual([[], []])

  store.studies.put({ id: 's', question: 'q', notes: '' })
  for (const setAt of [3, 2]) store.rules.add({ study: 's', setAt, rule: 'null', students: setAt })
  store.studies.put({ id: 's', question: 'q', notes: 'more' })
  expect(store.rules.of('s').map(({ setAt }) => setAt)).toEqual([3, 2])
  expect(store.studies.get('s')).toMatchObject({ notes: 'more' })
  store.studies.remove('s')
  expect(store.rules.of('s')).toEqual([])
})

test('tells the bytes that only some runs hold', () => {
  const path = join(temporaryFolder(), 'lab.sqlite')
  const store = openStore(path)
  onTestFinished(() => store.close())
  const texts = { name: '', question: '', spec: '{}', arms: '[]', headline: '' }
  const stage = (key: string) => store.stages.ensure({ key, kind: 'train', role: null, title: key, config: '{}' }).id
  for (const id of ['a', 'b']) store.runs.insert({ id, ...texts, createdAt: 1, queuedAt: 1, endedAt: 2, ended: 'done' })
  const held: [string, number, string][] = [
    ['both', 1, 'a b'],
    ['mine', 10, 'a'],
    ['theirs', 100, 'b'],
  ]
  for (const [key, bytes, runs] of held) {
    const id = stage(key)
    store.artifacts.put({ stage: id, origin: 'own', bytes, files: '[]', summary: '{}', finishedAt: 1 })
    for (const run of runs.split(' ')) store.runStages.insert(run, id, 0, false)
  }
  expect(store.artifacts.bytesOfOnly([])).toBe(0)
  expect(store.artifacts.bytesOfOnly(['a'])).toBe(10)
  expect(store.artifacts.bytesOfOnly(['a', 'b'])).toBe(111)
})

test('a run that is done has no headline but one that was told after its end', () => {
  const store = blank()
  const headline = (id: string) => store.runs.get(id)?.headline
  for (const [id, how] of [
    ['whole', 'done'],
    ['part', 'cancelled'],
  ] as const) {
    addRun(store, id)
    store.runs.setHeadline(id, 'of two seeds')
    store.runs.end(id, how, 2)
  }
  expect([headline('whole'), headline('part')]).toEqual(['', 'of two seeds'])
  store.runs.setHeadline('whole', 'of three seeds')
  store.runs.end('whole', 'done', 3)
  expect(headline('whole')).toBe('of three seeds')
})
