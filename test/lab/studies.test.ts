import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Rule } from '../../src-preload/contract'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, event, keyOf, openLab, tinySpec } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
const question = 'Does it copy errors?'
const rule: Rule = {
  ...{ quantity: 'pgr', metric: 'accuracy', stop: 'last', side: 'above', value: -100, seeds: 1 },
  ...{ task: '', weak: '', strong: '', method: '' },
}

test('a study: its rule first, then runs, which keep apart what is not the same and share what is', async () => {
  const lab = await openLab(engine())
  const { calls } = lab
  const { id } = await calls.studyNew(` ${question} `)
  await calls.studySay({ id, rule, notes: 'before' })
  expect(await calls.studies()).toEqual([{ id, question, notes: 'before', hasRule: true }])
  expect((await calls.study({ id, stop: 'last' })).verdict).toEqual({ outcome: 'undecided', arms: [] })

  const a = await calls.run(tinySpec({ question }))
  await ended(lab, a.runId)
  const alone = await calls.study({ id, stop: 'last' })
  expect(alone.arms).toHaveLength(1)
  // The same stages, and one arm more.
  const methods = [{ method: 'naive' }, { method: 'confidence' }]
  const b = await calls.run(tinySpec({ question: `${question} `, name: 'More', methods }))
  await ended(lab, b.runId)
  const both = await calls.study({ id, stop: 'last' })
  expect(both.runs.map(({ name }) => name)).toEqual(['More', 'Tiny'])
  expect(both.arms.map(({ runs }) => runs.map(({ runId }) => runId))).toEqual([[a.runId, b.runId], [b.runId]])
  expect(both.arms[0]!.result).toEqual(alone.arms[0]!.result)
  expect(both.rules).toMatchObject([{ rule, students: 0 }])
  expect(both.verdict!.arms).toHaveLength(2)

  expect(both.runs.map(({ why }) => why)).toEqual(['', ''])
  const c = await calls.run(tinySpec({ question, name: 'Stopped', seeds: [8, 9] }))
  await calls.cancel(c.runId)
  const stopped = await calls.study({ id, stop: 'last' })
  expect(stopped.runs[0]!.name).toBe('Stopped')
  expect(stopped.runs[0]!.why).toMatch(/^\d+ of \d+ stages done$/)
  expect(stopped.arms.slice(0, 2).map(({ result }) => result)).toEqual(both.arms.map(({ result }) => result))

  await calls.studySay({ id, rule: { ...rule, value: 5 } })
  await calls.studySay({ id, rule: null })
  const changed = await calls.study({ id, stop: 'weak-validation' })
  expect(changed.rules.map(({ students }) => students)).toEqual([0, 2, 2])
  expect(changed.verdict).toBeNull()
  expect(changed.notes).toBe('before')
  await expect(calls.studyRemove(id)).rejects.toThrow('has runs')
  await expect(calls.study({ id: 'nowhere', stop: 'last' })).rejects.toThrow('no study')
})

test('runs are marked, found by what they are and found, and go into the trash and out of it', async () => {
  const home = temporaryFolder()
  const lab = await openLab({ home, ...engine() })
  const { calls } = lab
  const { runId } = await calls.run(tinySpec({ question }))
  const told = event(lab, (e) => e.type === 'run' && e.id === runId)
  await expect(calls.trash({ runs: [runId], trashed: true })).rejects.toThrow('Cancel it first')
  await told
  const run = await ended(lab, runId)
  while ((await calls.runDetail(runId)).figures[0]!.metric === '') await event(lab, (e) => e.type === 'run')

  await calls.mark({ runs: [runId], name: ' Mine ', addTags: ['paper', 'b'], starred: true, notes: 'read *this*' })
  await calls.mark({ runs: [runId], addTags: ['a'], removeTags: ['b'] })
  const [summary] = await calls.runs()
  expect(summary).toMatchObject({ name: 'Mine', tags: ['a', 'paper'], starred: true, hidden: false, trashedAt: null })
  expect(summary!.found).toMatchObject({ arms: 1, seeds: { low: 1, high: 1 }, asked: 1 })
  const { figures } = await calls.runDetail(runId)
  expect(figures).toMatchObject([{ task: 'person-artifact', method: 'naive', seeds: 1, metric: 'accuracy' }])

  const found = async (query: string) => (await calls.findRuns(query)).ids.length
  for (const query of [
    '',
    'mine',
    'tiny',
    'tag:paper seeds>=1',
    'task:person state:done',
    '"read *this*"',
    'is:starred',
  ])
    expect([query, await found(query)]).toEqual([query, 1])
  for (const query of ['tag:b', 'seeds>1', 'is:trashed', 'method:confidence'])
    expect([query, await found(query)]).toEqual([query, 0])
  expect(await calls.findRuns('pgr>x')).toMatchObject({ ids: [], problem: { at: 4 } })

  const { bytes } = await calls.trash({ runs: [runId], trashed: true })
  expect(bytes).toBeGreaterThan(1000)
  expect([await found(''), await found('is:trashed')]).toEqual([0, 1])
  expect((await calls.study({ id: run.study, stop: 'last' })).runs).toEqual([])
  await calls.trash({ runs: [runId], trashed: false })
  expect([await found(''), await found('is:trashed')]).toEqual([1, 0])

  // A second run shares all but its student: that is all that emptying gives back.
  const other = await calls.run(tinySpec({ question, methods: [{ method: 'confidence' }] }))
  await ended(lab, other.runId)
  const { bytes: little } = await calls.trash({ runs: [other.runId], trashed: true })
  expect(little).toBeGreaterThan(0)
  expect(little).toBeLessThan(bytes / 2)
  expect((await calls.trashEmpty()).freedBytes).toBeGreaterThanOrEqual(little)
  expect((await calls.runs()).map(({ id }) => id)).toEqual([runId])
  expect((await calls.result({ runId, stop: 'last' })).arms[0]!.seedsDone).toBe(1)
  expect(keyOf(await calls.runDetail(runId), 'student')).toBe(keyOf(run, 'student'))
})

test('what has been in the trash for 30 days is removed when the lab opens, and old runs get their figures', async () => {
  const home = temporaryFolder()
  const first = await openLab({ home, ...engine() })
  const runs = [await first.calls.run(tinySpec()), await first.calls.run(tinySpec({ name: 'Gone', seeds: [1] }))]
  for (const { runId } of runs) await ended(first, runId)
  await first.calls.trash({ runs: [runs[1]!.runId], trashed: true })
  await first.close()
  const db = new Database(join(home, 'lab.sqlite'))
  const day = 24 * 3600 * 1000
  db.prepare('UPDATE marks SET trashedAt = ?').run(Date.now() - 29 * day)
  db.exec(`UPDATE figures SET seeds = NULL, metric = '', pgr = NULL, reason = ''`)
  db.close()

  const second = await openLab({ home, ...engine() })
  expect(await second.calls.runs()).toHaveLength(2)
  while ((await second.calls.runDetail(runs[0]!.runId)).figures[0]!.seeds === null)
    await event(second, (e) => e.type === 'run')
  expect((await second.calls.runDetail(runs[0]!.runId)).figures).toMatchObject([{ seeds: 1, metric: 'accuracy' }])
  await second.close()
  const again = new Database(join(home, 'lab.sqlite'))
  again.prepare('UPDATE marks SET trashedAt = ?').run(Date.now() - 31 * day)
  again.close()
  const third = await openLab({ home, ...engine() })
  expect((await third.calls.runs()).map(({ name }) => name)).toEqual(['Tiny'])
})
