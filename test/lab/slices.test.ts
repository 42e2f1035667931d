// A slice becomes a task that is tested on its examples alone, and never trained on a test row.
import { gunzipSync } from 'node:zlib'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { studyId } from '../../src-main/science/studies/study'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()
const none = { cells: [], search: '' }

const rowsOf = (path: string) =>
  gunzipSync(readFileSync(path))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; label: number; split: 'train' | 'test' })

test('a slice is run on as a task of its own', async () => {
  const home = temporaryFolder()
  const lab = await openLab({ home, spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
  const sizes = { weak: 40, transfer: 40, validation: 20, test: 200 }
  const { runId } = await lab.calls.run(tinySpec({ sizes, question: 'Does it?' }))
  const run = await ended(lab, runId)
  const ref = { runId, armId: run.arms[0]!.id, seed: 0, stop: 'last' as const }
  const filter = { ...none, length: [0, 45] as [number, number] }
  const every = { sort: 'index' as const, offset: 0, limit: 1000 }
  const all = (await lab.calls.examples({ ...ref, ...none, ...every })).rows.map(({ text }) => text)
  const some = (await lab.calls.examples({ ...ref, ...filter, ...every })).rows.map(({ text }) => text)
  expect(some.length).toBeGreaterThan(20)
  expect(some.length).toBeLessThan(all.length)

  const made = await lab.calls.sliceUse({ ...ref, name: 'Short ones', filter })
  expect(made).toMatchObject({
    ...{ id: 'person-artifact-short-ones', origin: 'imported', form: 'classes', classes: ['artifact', 'person'] },
    provenance: { files: [{ name: 'person-artifact.jsonl.gz' }] },
  })
  expect(made.source).toContain(`“Short ones” of person-artifact: ${some.length} test rows, as seed 0 of`)
  expect(made.source).toContain('in the run “Tiny”')
  const rows = rowsOf(join(home, 'datasets', `${made.id}.jsonl.gz`))
  const texts = (split: 'train' | 'test') => rows.filter((row) => row.split === split).map(({ text }) => text)
  expect(texts('test').sort()).toEqual([...some].sort())
  const tested = new Set(all)
  expect(texts('train').filter((text) => tested.has(text))).toEqual([])
  expect(texts('train').length).toBeGreaterThan(10_000)
  expect(readdirSync(join(home, 'datasets')).sort()).toEqual([`${made.id}.json`, `${made.id}.jsonl.gz`])

  const spec = tinySpec({ tasks: [made.id] })
  const again = await ended(lab, (await lab.calls.run(spec)).runId)
  const on = { ...ref, runId: again.id, armId: again.arms[0]!.id }
  const measured = (await lab.calls.examples({ ...on, ...none, ...every })).rows
  expect(measured).toHaveLength(20)
  for (const { text } of measured) expect(some).toContain(text)

  // A name is taken once.
  expect((await lab.calls.sliceUse({ ...ref, name: 'Short ones', filter })).id).toBe(`${made.id}-2`)

  // What no run could be measured on is refused, and nothing of it stays.
  const before = readdirSync(join(home, 'datasets'))
  const refused = (name: string, of: object) => lab.calls.sliceUse({ ...ref, name, filter: { ...none, ...of } })
  await expect(refused('none', { search: 'no text says this' })).rejects.toThrow('at least one example')
  await expect(refused('one class', { truth: 1 })).rejects.toMatchObject({ code: 'bad-input' })
  expect(readdirSync(join(home, 'datasets'))).toEqual(before)

  // Development rows leave the test rows among the others.
  const chosen = await ended(lab, (await lab.calls.run(tinySpec({ measure: 'development' }))).runId)
  const development = { ...ref, runId: chosen.id, armId: chosen.arms[0]!.id }
  await expect(lab.calls.sliceUse({ ...development, name: 'dev', filter: none })).rejects.toThrow('development rows')

  // Under the seal it tells nothing.
  await lab.calls.seal({ study: studyId('Does it?'), sealed: true })
  await expect(refused('sealed', { length: [0, 45] })).rejects.toMatchObject({ code: 'conflict' })
  expect(existsSync(join(home, 'datasets', 'person-artifact-sealed.json'))).toBe(false)
}, 120_000)
