// A loss put into the map of losses by this file alone: its file and its line there make it a method that a spec may name.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { describe as choiceText } from '../../src-main/bundle/tables'
import { PREDICTIONS, readPredictions } from '../../src-main/data/predictions'
import { loadBackend } from '../../src-main/engine/backends'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createRunner } from '../../src-main/engine/runner'
import { describeCatalog } from '../../src-main/science/catalog'
import type { LossVariant } from '../../src-main/science/losses/loss'
import { stageKey } from '../../src-main/science/plan/stage-key'
import { parseSpec } from '../../src-main/science/spec/parse'
import { roleOf, type Stage } from '../../src-main/science/stages'
import { temporaryFolder } from '../store/temporary'
import { jobOf, planned } from './plans'
import { smooth } from './smooth'

vi.mock('../../src-main/science/losses', async (original) => {
  const { LOSSES } = await original<{ LOSSES: Record<string, LossVariant> }>()
  return { LOSSES: { ...LOSSES, smooth: (await import('./smooth')).smooth } }
})

const studentOf = (stages: readonly Stage[]) => stages.find((stage) => roleOf(stage) === 'student')!
const parsed = (method: object) =>
  parseSpec({
    ...{ version: 1, name: 'n', tasks: ['spam'], weak: [{ model: 'words' }], strong: [{ model: 'vectors' }] },
    ...{ methods: [method], seeds: [0] },
  })

it('is a method of the schema: defaults filled in, ranges kept, unknown keys refused', () => {
  const read = parsed({ method: 'smooth' })
  expect(read.ok && read.spec.methods).toEqual([{ method: 'smooth', amount: 0.1 }])
  const wrong = parsed({ method: 'smooth', amount: 2, mount: 1 })
  expect(wrong.ok ? [] : wrong.problems.map((problem) => problem.path).sort()).toEqual([
    'methods[0].amount',
    'methods[0].mount',
  ])
})

it('is in the catalog as loss and as method, which form and command line are made from', () => {
  const { losses, methods } = describeCatalog()
  for (const noun of [losses, methods])
    expect(noun.find(({ id }) => id === 'smooth')).toMatchObject({ title: 'Smoothed', params: { amount: { max: 1 } } })
})

it('is what a student is trained by, in the plan and in the tables of a bundle', () => {
  const method = { method: 'smooth', amount: 1 }
  const { stages } = planned(temporaryFolder(), { methods: [method] })
  expect(studentOf(stages).config).toMatchObject({ loss: { loss: 'smooth', amount: 1 } })
  expect(choiceText(method)).toBe('smooth amount=1')
})

it('has a version of its own, which makes other stages of its own trainings alone', () => {
  const { stages } = planned(temporaryFolder(), { methods: [{ method: 'smooth' }] })
  const keys = () => stages.map((stage) => stageKey(stage))
  const before = keys()
  onVersion(3, () => {
    const changed = keys().filter((key, i) => key !== before[i])
    expect(changed).toEqual([stageKey(studentOf(stages))])
  })
})

function onVersion(version: number, check: () => void): void {
  const was = smooth.version
  smooth.version = version
  try {
    check()
  } finally {
    smooth.version = was
  }
}

it('trains: a student whose labels are smoothed to nothing learns nothing', async () => {
  const said = async (amount: number) => {
    const plan = planned(temporaryFolder(), { methods: [{ method: 'smooth', amount }] })
    const events: EngineEvent[] = []
    const runner = createRunner((event) => events.push(event), loadBackend)
    for (const stage of plan.stages) await runner.run(jobOf(plan, stage))
    expect(events.filter((event) => event.type === 'state' && event.state === 'failed')).toEqual([])
    const file = path.join(plan.artifacts, studentOf(plan.stages).key, PREDICTIONS)
    return readPredictions(await readFile(file), file)('test').answers.at(-1)!.probabilities
  }
  const furthest = (probabilities: Float32Array) => Math.max(...probabilities.map((p) => Math.abs(p - 0.5)))
  expect(furthest(await said(1))).toBe(0)
  expect(furthest(await said(0))).toBeGreaterThan(0.03)
})
