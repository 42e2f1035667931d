import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { titledStages } from '../../src-main/lab/runs/view'
import { planExperiment } from '../../src-main/science/plan/plan'
import { parseSpec } from '../../src-main/science/spec/parse'
import type { Plan } from '../../src-main/science/stages'
import { openStore, type Store } from '../../src-main/store'
import { temporaryFolder } from '../store/temporary'
import { tinySpec } from './tools'

function openBlank(): Store {
  const store = openStore(join(temporaryFolder(), 'lab.sqlite'))
  onTestFinished(() => store.close())
  return store
}
function planOf(changes: object): Plan {
  const parsed = parseSpec(tinySpec({ seeds: [0], methods: [{ method: 'naive' }], ...changes }))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const source = (title: string) => ({ sha256: title, title, classes: 2 })
  const sources = { spam: source('Spam'), foods: source('Food reviews') }
  return planExperiment(parsed.spec, { sources, checkpoints: {}, bundled: {}, backend: 'wasm' })
}
/** @param kept whether the run keeps facts, as those of earlier versions do not */
function record(store: Store, id: string, { stages }: Plan, kept = true): void {
  const run = { id, name: id, question: '', spec: '{}', arms: '[]', createdAt: 1, queuedAt: 1, headline: '' }
  store.runs.insert({ ...run, endedAt: null, ended: null })
  for (const [i, { key, kind, title, config, facts }] of stages.entries()) {
    const stage = store.stages.ensure({ key, kind, role: null, title, config: JSON.stringify(config) })
    store.runStages.insert(id, stage.id, i, false, kept ? JSON.stringify(facts) : '')
  }
}

test('a stage that runs share is named in each by what tells it apart there', () => {
  const store = openBlank()
  const [alone, both] = [planOf({ tasks: ['spam'] }), planOf({ tasks: ['spam', 'foods'] })]
  record(store, 'alone', alone)
  record(store, 'both', both)
  const titles = (run: string) => new Map(titledStages(store, run).map(({ key, title }) => [key, title]))
  const { weak } = alone.arms[0]!.seeds[0]!
  expect(weak).toBe(both.arms[0]!.seeds[0]!.weak)
  expect(titles('alone').get(weak)).toMatch(/^weak · words \d+ · seed 0$/)
  expect(titles('both').get(weak)).toMatch(/^weak · words \d+ · Spam · seed 0$/)
  expect(new Set(titles('both').values()).size).toBe(both.stages.length)
})

test('a run of an earlier version keeps its titles, also where a later one has the same stages', () => {
  const store = openBlank()
  const plan = planOf({ tasks: ['spam'] })
  const short = plan.stages.map((stage) => ({ ...stage, title: stage.title.replace(/ · Spam(?= · )/, '') }))
  record(store, 'old', { ...plan, stages: short }, false)
  record(store, 'new', plan)
  const [old, now] = [titledStages(store, 'old'), titledStages(store, 'new')]
  expect(old.map(({ title }) => title)).toEqual(short.map(({ title }) => title))
  expect(old.map(({ facts }) => [facts.does, facts.task])).toEqual(now.map(({ facts }) => [facts.does, 'Spam']))
})
