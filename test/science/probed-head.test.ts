// LP-FT in a plan: a finetuning whose head starts where a probe on the same labels ended.
import { describe, expect, it } from 'vitest'
import { contentKey } from '../../src-main/science/maths/hash'
import type { PlanContext } from '../../src-main/science/plan/context'
import { planExperiment } from '../../src-main/science/plan/plan'
import { PlanError } from '../../src-main/science/plan/feasible'
import { parseSpec } from '../../src-main/science/spec/parse'
import type { Plan, Stage } from '../../src-main/science/stages'

const CONTEXT: PlanContext = {
  sources: {
    spam: { sha256: 'a'.repeat(64), title: 'Spam', classes: 2 },
    chess: { sha256: 'b'.repeat(64), title: 'Chess', classes: 0, form: { kind: 'text' } },
  },
  bundled: { spam: 'a'.repeat(64) },
  checkpoints: { small: { key: contentKey('small'), title: 'Small', layers: 2, parameters: 1e6, writes: true } },
  backend: 'cpu',
}
const model = (change: object = {}) => ({ model: 'pretrained', checkpoint: 'small', ...change })
function planned(change: object = {}): Plan {
  const parsed = parseSpec({
    ...{ version: 1, name: 'LP-FT', tasks: ['spam'], weak: [{ model: 'words' }], strong: [model({ head: 'probe' })] },
    ...{ methods: [{ method: 'naive' }, { method: 'confidence' }], seeds: [0], weights: 'drop', ...change },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return planExperiment(parsed.spec, CONTEXT)
}
function trainingOf(plan: Plan, key: string): Extract<Stage, { kind: 'train' }> {
  const stage = plan.stages.find((one) => one.key === key)
  if (stage?.kind !== 'train') throw new Error('expected a training')
  return stage
}
const probeOf = (plan: Plan, key: string) => trainingOf(plan, trainingOf(plan, key).needs.probe!)

describe('a head that starts from a probe', () => {
  it('starts from one on the same rows, targets and loss, whose weights are kept', () => {
    const plan = planned({ optimiser: { lr: 1e-5 } })
    for (const { seeds } of plan.arms)
      for (const key of [seeds[0]!.student, seeds[0]!.ceiling]) {
        const [tuned, probe] = [trainingOf(plan, key), probeOf(plan, key)]
        const { trainOn, targets, loss, role, seed } = tuned.config
        expect(probe.config).toMatchObject({ trainOn, targets, loss, role, seed, weights: 'keep' })
        expect(probe.config.model).toEqual({ model: 'probe', checkpoint: 'small', tokens: 128, hidden: 0 })
        // Its own rate, not that of the finetuning.
        expect(probe.config.optimiser).toMatchObject({ lr: 0.01, epochs: 10 })
        expect(probe.needs.labels).toBe(tuned.needs.labels)
        expect(probe.needs.features).toBeDefined()
      }
    const [naive, confidence] = plan.arms.map(({ seeds }) => seeds[0]!)
    expect(probeOf(plan, naive!.student).key).not.toBe(probeOf(plan, confidence!.student).key)
    expect(naive!.ceiling).toBe(confidence!.ceiling)
    expect(plan.stages.filter(({ kind }) => kind === 'features')).toHaveLength(1)
  })

  it('comes after the probe in the plan', () => {
    const { stages } = planned()
    for (const [i, { needs }] of stages.entries())
      for (const key of Object.values(needs)) expect(stages.findIndex((one) => one.key === key)).toBeLessThan(i)
  })

  it('shares with its probe the model that first read the texts', () => {
    const plan = planned({ strong: [model({ head: 'probe', reading: 1 })], optimiser: { lr: 1e-5 } })
    const adapted = plan.stages.filter(({ kind }) => kind === 'adapt').map(({ key }) => key)
    expect(adapted).toHaveLength(1)
    const { student } = plan.arms[0]!.seeds[0]!
    expect(trainingOf(plan, student).needs.adapted).toBe(adapted[0])
    const features = plan.stages.find(({ key }) => key === probeOf(plan, student).needs.features)
    expect(features!.needs).toMatchObject({ adapted: adapted[0] })
  })

  it('is refused where texts are written, and there is no such head', () => {
    const change = { tasks: ['chess'], weak: [model()], strong: [model({ head: 'probe' })] }
    const refused = () => planned({ ...change, methods: [{ method: 'naive' }], labels: 'hard' })
    expect(refused).toThrow(PlanError)
    expect(refused).toThrow('strong[0].head: expected "zero": "Chess" is a task of texts, which its own head writes')
  })
})
