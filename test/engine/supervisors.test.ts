// A method put into the map of methods by this file alone, which has two models supervise one student.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { LABELS_FILE, readLabels } from '../../src-main/data/labels'
import { PREDICTIONS, readPredictions } from '../../src-main/data/predictions'
import { loadBackend } from '../../src-main/engine/backends'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createRunner } from '../../src-main/engine/runner'
import { distributions } from '../../src-main/science/answers'
import { roleOf, rolesOf, several, type Stage } from '../../src-main/science/stages'
import { temporaryFolder } from '../store/temporary'
import { jobOf, planned } from './plans'
import { seen } from './together'

vi.mock('../../src-main/science/losses', async (original) => ({
  LOSSES: { ...(await original<{ LOSSES: object }>()).LOSSES, watching: (await import('./together')).watching },
}))
vi.mock('../../src-main/science/methods', async (original) => {
  const { alone, together } = await import('./together')
  return { METHODS: { ...(await original<{ METHODS: object }>()).METHODS, alone, together } }
})

const ofKind = <K extends Stage['kind']>(stages: readonly Stage[], kind: K) =>
  stages.filter((stage): stage is Extract<Stage, { kind: K }> => stage.kind === kind)

it('a list of one supervisor is that supervisor: no other key', () => {
  const keysBy = (method: string) => planned(temporaryFolder(), { methods: [{ method }] }).stages.map(({ key }) => key)
  expect(keysBy('alone')).toEqual(keysBy('naive'))
})

it('several fill one role, in their order', () => {
  expect(several('model', ['a'])).toEqual({ model: 'a' })
  const needs = several('model', ['a', 'b', 'a'])
  expect(needs).toEqual({ model: 'a', model2: 'b', model3: 'a' })
  expect(rolesOf('model', { data: 'd', ...needs })).toEqual(['model', 'model2', 'model3'])
})

it('a student is taught the mean of what two supervisors say, and its loss sees what each says', async () => {
  const plan = planned(temporaryFolder(), { methods: [{ method: 'together' }] })
  const supervisors = plan.stages.filter((stage) => roleOf(stage) === 'weak').map(({ key }) => key)
  expect(supervisors).toHaveLength(2)
  // The labels of the arm's own supervisor are there for it to be compared with.
  const [own, both] = ofKind(plan.stages, 'label')
  expect(own!.needs).toEqual({ data: plan.stages[0]!.key, model: supervisors[0] })
  expect(both!.needs).toEqual({ ...own!.needs, model2: supervisors[1] })
  expect(both!.title).toBe('labels · words 3 + words 6 · Made up · seed 0')
  expect(plan.stages.find((stage) => roleOf(stage) === 'student')!.title).toContain('words 3 + words 6 → words 10')

  const events: EngineEvent[] = []
  const runner = createRunner((event) => events.push(event), loadBackend)
  for (const stage of plan.stages) await runner.run(jobOf(plan, stage))
  expect(events.filter((event) => event.type === 'state' && event.state === 'failed')).toEqual([])

  const read = (key: string, name: string) => readFile(path.join(plan.artifacts, key, name))
  const said = await Promise.all(
    supervisors.map(async (key) => readPredictions(await read(key, PREDICTIONS), key)('transfer').answers.at(-1)!),
  )
  const labels = readLabels(await read(both!.key, LABELS_FILE), 'both')('transfer')
  expect(labels.teachers).toEqual(said.map(distributions))
  const [a, b] = said
  labels.targets.data.forEach((p, i) => {
    const mean = (a!.probabilities[i >> 1]! + b!.probabilities[i >> 1]!) / 2
    expect(p).toBeCloseTo(i % 2 === 1 ? mean : 1 - mean, 6)
  })
  // An epoch of the student: every batch has both teachers, whose mean is the target.
  expect(seen).toHaveLength(18)
  for (const { targets, teachers, weights } of seen) {
    expect([teachers!.length, weights]).toEqual([2, undefined])
    targets.data.forEach((p, i) => expect(p).toBeCloseTo((teachers![0]!.data[i]! + teachers![1]!.data[i]!) / 2, 6))
  }
})
