import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { LabEvent } from '../../src-preload/contract'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, event, keyOf, openLab, tinySpec } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
const question = 'Is it sealed?'
const stop = 'last' as const

test('what a study finds on test rows is withheld while it is sealed, and shown when the seal is broken', async () => {
  const lab = await openLab(engine())
  const { calls } = lab
  const { id: study } = await calls.studyNew(question)
  await calls.seal({ study, sealed: true })
  const heard: LabEvent[] = []
  lab.subscribe((events) => heard.push(...events))

  const { runId } = await calls.run(tinySpec({ question }))
  const run = await ended(lab, runId)
  expect(run.state).toBe('done')
  expect(run.sealed).toBe(true)
  const metrics = heard.filter((e) => e.type === 'metric')
  expect(metrics.some(({ split }) => split === 'validation')).toBe(true)
  expect(metrics.some(({ split }) => split === 'test')).toBe(false)
  for (const told of heard.filter((e) => e.type === 'state' && e.state === 'done'))
    expect(told).toMatchObject({ summary: {} })

  const armId = run.arms[0]!.id
  const seed = { runId, armId, seed: 0, stop }
  const page = { ...seed, cells: [], search: '', sort: 'index' as const, offset: 0, limit: 5 }
  const arm = { runId, armId }
  for (const look of [
    () => calls.result({ runId, stop }),
    () => calls.compare({ arm, against: arm, stop }),
    () => calls.cube(seed),
    () => calls.facets(seed),
    () => calls.examples(page),
    () => calls.example({ ...seed, index: 0 }),
    () => calls.exportBundle({ runId, path: '' }),
  ])
    await expect(look()).rejects.toThrow(/is sealed\. Break its seal/)
  const keys = [keyOf(run, 'student'), keyOf(run, 'weak')]
  const curves = () => calls.curves({ keys, names: [], splits: [], buckets: 100 })
  expect(new Set((await curves()).map(({ split }) => split)).has('test')).toBe(false)
  expect(await Promise.all(keys.map((key) => calls.sureness(key)))).toEqual([null, null])
  const grouped = () =>
    calls.groupCurves({
      ...{ groups: [{ id: 'g', keys }], series: [{ name: 'accuracy', split: 'test' as const }], axis: 'step' as const },
      ...{ from: null, to: null, summary: 'mean-range' as const, smoothing: 0, each: false, buckets: 100 },
    })
  expect(await grouped()).toEqual([])
  const sealed = await calls.study({ id: study, stop })
  expect(sealed).toMatchObject({ sealed: true, arms: [], verdict: null, looks: { before: 0, counted: false } })
  const [listed] = await calls.runs()
  expect(listed).toMatchObject({ headline: '', found: { pgr: null, undefined: 0 } })
  expect(run.figures).toMatchObject([{ student: null, metric: '' }])
  expect((await calls.findRuns('reached>0')).ids).toEqual([])

  await calls.seal({ study, sealed: false })
  while ((await calls.runs())[0]!.headline === '') await event(lab, (e) => e.type === 'run')
  expect((await calls.findRuns('reached>0')).ids).toEqual([runId])
  expect(new Set((await curves()).map(({ split }) => split)).has('test')).toBe(true)
  expect(await grouped()).toHaveLength(1)
  expect(await calls.sureness(keys[0]!)).toMatchObject({ from: 0.5 })
  const { looks } = await calls.result({ runId, stop })
  expect(looks).toMatchObject({
    ...{ before: 0, firstAt: null, counted: true },
    seals: [
      { sealed: true, looks: 0 },
      { sealed: false, looks: 0 },
    ],
  })
  expect(looks!.text).toMatch(
    /^When this was opened, .* had not been looked at; sealed on .*, after no look; seal broken on /,
  )

  // Sealed again, what was known is hidden at once.
  await calls.seal({ study, sealed: true })
  expect((await calls.runs())[0]).toMatchObject({ sealed: true, headline: '', found: { pgr: null } })
  await expect(calls.seal({ study: 'nowhere', sealed: true })).rejects.toThrow('no study')
})

test('every look is counted by the store, readings of one look once, also from a lab that only looks on', async () => {
  const home = temporaryFolder()
  const lab = await openLab({ home, ...engine() })
  const { calls } = lab
  const { runId } = await calls.run(tinySpec({ question }))
  const run = await ended(lab, runId)
  const before = async () => (await calls.result({ runId, stop })).looks!.before
  expect([await before(), await before()]).toEqual([0, 0])

  const seed = { runId, armId: run.arms[0]!.id, seed: 0, stop }
  await calls.cube(seed) // beside the result
  const { looks } = await calls.facets(seed)
  expect(looks!.before).toBe(1)
  await calls.example({ ...seed, index: 0 })
  const bundle = await calls.exportBundle({ runId, path: '' })
  expect(bundle!.looks!.before).toBe(2)
  expect((await calls.exportBundle({ runId, path: '' }))!.sha256).toBe(bundle!.sha256)
  expect((await calls.study({ id: run.study, stop })).looks!.before).toBe(3)
  const later = Date.now() + 3_600_000
  const clock = vi.spyOn(Date, 'now').mockReturnValue(later)
  expect(await before()).toBe(4)
  clock.mockRestore()
  const told = await calls.looks(run.study)
  expect(told).toMatchObject({ before: 5, counted: false })
  // It is no look, so there was none to count.
  expect(told.text).not.toContain('not counted')

  // While another one works in the home nothing is written there.
  const beside = await openLab({ home, readOnly: true, analyst: built.entry('analyst') })
  const uncounted = (await beside.calls.result({ runId, stop })).looks!
  expect(uncounted).toMatchObject({ before: 5, counted: false })
  expect(uncounted.text).toContain('This look is not counted')
  await lab.close()
  await beside.close()
  const alone = await openLab({ home, readOnly: true, analyst: built.entry('analyst') })
  expect((await alone.calls.result({ runId, stop })).looks).toMatchObject({ before: 5, counted: true })
  await alone.close()
  const db = new Database(join(home, 'lab.sqlite'), { readonly: true })
  expect(db.prepare('SELECT what FROM looks ORDER BY id').pluck().all()).toEqual([
    ...['result', 'examples', 'bundle', 'study', 'result'],
    'result',
  ])
  db.close()
})

test('development rows are free to look at, whatever is sealed', async () => {
  const lab = await openLab(engine())
  const { calls } = lab
  const { runId } = await calls.run(tinySpec({ question, measure: 'development' }))
  const run = await ended(lab, runId)
  await calls.seal({ study: run.study, sealed: true })
  const { looks, arms } = await calls.result({ runId, stop })
  expect([looks, arms[0]!.seedsDone]).toEqual([null, 1])
  expect((await calls.runs())[0]!.sealed).toBe(false)
  expect(await calls.study({ id: run.study, stop })).toMatchObject({ sealed: true, arms: [{}] })
})
