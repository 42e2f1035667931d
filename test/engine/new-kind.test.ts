// A kind of stage made up here and put into the two maps: its file and its runner are all that a new one takes.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createRunner } from '../../src-main/engine/runner'
import { RUNNERS } from '../../src-main/engine/stages'
import { jsonFile, needTask } from '../../src-main/engine/stages/stage'
import type { StageContext } from '../../src-main/engine/context'
import { createEstimator } from '../../src-main/lab/plan/estimates'
import { stageOf } from '../../src-main/lab/queue/lifecycle'
import { stageKey, versionOf } from '../../src-main/science/plan/stage-key'
import { KINDS, kindOf, readsOf, roleOf, type Stage } from '../../src-main/science/stages'
import { defineKind } from '../../src-main/science/stages/kind'
import type { PreparedTask } from '../../src-main/science/tasks'
import { openStore } from '../../src-main/store'
import { temporaryFolder } from '../store/temporary'
import { jobOf, planned } from './plans'

/** Counts how often a word stands in the texts of a task. */
const count = defineKind<{ word: string }>()({
  version: 2,
  needs: { data: 'always' },
  word: () => 'count',
  heading: ({ word }) => `Count “${word}”`,
  reads: () => ({ tasks: [], models: [] }),
  work: (_config, sizes) => sizes.test,
  seconds: 0.5,
  bytes: () => 77,
})
async function runCount(stage: { config: { word: string } }, context: StageContext) {
  const { splits } = await needTask(context)
  const found = splits.test.filter(({ text }) => text.split(' ').includes(stage.config.word)).length
  return { files: [jsonFile('count.json', found)], summary: { found } }
}
beforeAll(() => {
  Object.assign(KINDS, { count })
  Object.assign(RUNNERS, { count: runCount })
})
afterAll(() => {
  for (const map of [KINDS, RUNNERS]) delete (map as Record<string, unknown>)['count']
})

function counting(data: Stage): Stage {
  const content = { kind: 'count', config: { word: 'river' }, needs: { data: data.key } } as unknown as Stage
  return { ...content, key: stageKey(content), title: 'count' }
}

it('is named by its content and version, and says what it is', () => {
  const stage = counting(planned(temporaryFolder()).stages[0]!)
  expect(versionOf(stage)).toBe(2)
  expect(versionOf({ ...stage, needs: {} })).toBeNull()
  expect(kindOf(stage.kind).heading(stage.config)).toBe('Count “river”')
  expect([roleOf(stage), readsOf(stage)]).toEqual([null, { tasks: [], models: [] }])
})

it('is run by the engine without a backend, and leaves an artifact', async () => {
  const plan = planned(temporaryFolder())
  const [data] = plan.stages
  const stage = counting(data!)
  const events: EngineEvent[] = []
  const runner = createRunner(
    (event) => events.push(event),
    () => Promise.reject(new Error('no backend is wanted')),
  )
  for (const each of [data!, stage]) await runner.run(jobOf(plan, each))
  const states = events.flatMap((event) => (event.type === 'state' && event.key === stage.key ? [event] : []))
  expect(states).toMatchObject([{ state: 'running', backend: 'typescript' }, { state: 'done' }])
  const { splits } = JSON.parse(
    await readFile(path.join(plan.artifacts, data!.key, 'examples.json'), 'utf8'),
  ) as PreparedTask
  const found = splits.test.filter(({ text }) => / river | river$|^river /.test(text)).length
  expect(found).toBeGreaterThan(0)
  expect(states[1]).toMatchObject({ summary: { found } })
  expect(await readFile(path.join(plan.artifacts, stage.key, 'count.json'), 'utf8')).toBe(String(found))
})

it('has its time and room foretold: by its own words at first, then by its past', () => {
  const store = openStore(path.join(temporaryFolder(), 'lab.sqlite'))
  onTestFinished(() => store.close())
  const [data] = planned(temporaryFolder()).stages
  const stage = counting(data!)
  const estimate = () => createEstimator(store, [data!, stage], new Map())
  expect(estimate().seconds(stage)).toBeCloseTo(100.15, 6)
  expect(estimate().bytes(stage)).toBe(77)
  for (const { key, kind, title, config, needs } of [data!, stage]) {
    const { id } = store.stages.ensure({ key, kind, role: null, title, config: JSON.stringify(config) })
    for (const [role, need] of Object.entries(needs)) store.needs.insert(id, role, need)
    store.stages.claim(id, 1000)
    store.stages.finish(id, 1000 + (kind === 'data' ? 0 : 20_100))
  }
  expect(estimate().seconds(stage)).toBeCloseTo(20.1, 6)
  expect(stageOf(store, store.stages.byKey(stage.key)!)).toEqual(stage)
})
