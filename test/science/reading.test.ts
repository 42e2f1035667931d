// Generative finetuning in a plan: who reads which texts first, who shares it, and whose names it leaves alone.
import { describe, expect, it } from 'vitest'
import { contentKey } from '../../src-main/science/maths/hash'
import type { PlanContext } from '../../src-main/science/plan/context'
import { PlanError } from '../../src-main/science/plan/feasible'
import { planExperiment } from '../../src-main/science/plan/plan'
import { stageKey } from '../../src-main/science/plan/stage-key'
import { parseSpec } from '../../src-main/science/spec/parse'
import { naming } from '../../src-main/science/spec/params'
import type { Plan, Stage } from '../../src-main/science/stages'

const CONTEXT: PlanContext = {
  sources: { spam: { sha256: 'a'.repeat(64), title: 'Spam', classes: 2 } },
  bundled: { spam: 'a'.repeat(64) },
  checkpoints: {
    small: { key: contentKey('small'), title: 'Small', layers: 2, parameters: 1e6, writes: true },
    encoder: { key: contentKey('encoder'), title: 'Encoder', layers: 2, parameters: 1e6, writes: false },
  },
  backend: 'cpu',
}
const model = (change: object = {}) => ({ model: 'pretrained', checkpoint: 'small', ...change })
const probe = (change: object = {}) => model({ model: 'probe', ...change })
function planned(change: object = {}, backend = CONTEXT.backend): Plan {
  const parsed = parseSpec({
    ...{ version: 1, name: 'Reading', tasks: ['spam'], weak: [{ model: 'words' }], strong: [model()] },
    ...{ methods: [{ method: 'naive' }], seeds: [0], ...change },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return planExperiment(parsed.spec, { ...CONTEXT, backend })
}
type Of<K> = Extract<Stage, { kind: K }>
const ofKind = <K extends Stage['kind']>({ stages }: Plan, kind: K) =>
  stages.filter((stage): stage is Plan['stages'][number] & Of<K> => stage.kind === kind)
function trainingOf(plan: Plan, key: string): Of<'train'> {
  const stage = plan.stages.find((one) => one.key === key)
  if (stage?.kind !== 'train') throw new Error('expected a training')
  return stage
}

describe('reading a task’s texts first', () => {
  it('is done once for student and ceiling, of the texts of their half', () => {
    const plan = planned({ strong: [model({ reading: 2 })], methods: [{ method: 'naive' }, { method: 'confidence' }] })
    const [adapt, ...others] = ofKind(plan, 'adapt')
    expect(others).toEqual([])
    expect(adapt).toMatchObject({
      config: { checkpoint: contentKey('small'), tokens: 128, trainOn: 'transfer', precision: 'fp32', seed: 0 },
      title: 'reading · small, epochs of reading 2 · Spam · seed 0',
    })
    expect(adapt!.config).not.toHaveProperty('trainBlocks')
    // As it is finetuned, but for the epochs.
    const { optimiser } = trainingOf(plan, plan.arms[0]!.seeds[0]!.ceiling).config
    expect(adapt!.config.optimiser).toEqual({ ...optimiser, epochs: 2 })
    for (const { seeds } of plan.arms)
      for (const key of [seeds[0]!.student, seeds[0]!.ceiling])
        expect(trainingOf(plan, key).needs).toMatchObject({ adapted: adapt!.key })
    expect(trainingOf(plan, plan.arms[0]!.seeds[0]!.weak).needs).not.toHaveProperty('adapted')
  })

  it('is of a supervisor’s own half, and of every seed’s', () => {
    const plan = planned({ weak: [model({ reading: 1 })], strong: [model({ reading: 1 })], seeds: [0, 1] })
    const told = ofKind(plan, 'adapt').map(({ config }) => [config.seed, config.trainOn])
    expect(told).toEqual([
      [0, 'weak'],
      [0, 'transfer'],
      [1, 'weak'],
      [1, 'transfer'],
    ])
  })

  it('trains the blocks that are finetuned, in the same precision', () => {
    const plan = planned({ strong: [model({ reading: 1, tune: 'last', blocks: 2, precision: 'bf16' })] })
    expect(ofKind(plan, 'adapt')[0]!.config).toMatchObject({ trainBlocks: 2, precision: 'bf16' })
    expect(ofKind(plan, 'adapt')[0]!.config).not.toHaveProperty('moments')
  })

  it('keeps moments as the finetuning does', () => {
    const strong = [model({ reading: 1, moments: 'bf16' })]
    expect(ofKind(planned({ strong }, 'cuda'), 'adapt')[0]!.config).toMatchObject({ moments: 'bf16' })
  })

  it('comes before the frozen states of a probe, trained whole as a model of its size is by default', () => {
    const plan = planned({ strong: [probe({ reading: 1 }), probe()] })
    const [adapt] = ofKind(plan, 'adapt')
    expect(adapt!.config.optimiser).toMatchObject({ epochs: 1, lr: 5e-4, clipNorm: 1 })
    expect(ofKind(plan, 'features').map(({ needs }) => needs.adapted)).toEqual([adapt!.key, undefined])
    expect(trainingOf(plan, plan.arms[0]!.seeds[0]!.student).needs).not.toHaveProperty('adapted')
  })

  it('for 0 epochs is no reading: the very stages of before there was any', () => {
    const plan = planned({ weak: [probe()], strong: [model({ reading: 0 })] })
    expect(plan).toEqual(planned({ weak: [probe()], strong: [model()] }))
    expect(ofKind(plan, 'adapt')).toEqual([])
    // Names as they were given before the parameter came.
    const { seeds, id } = plan.arms[0]!
    const { config, needs, key } = trainingOf(plan, seeds[0]!.student)
    const before = {
      ...{ model: 'pretrained', checkpoint: 'small', tokens: 128, tune: 'all', blocks: 1 },
      ...{ head: 'zero', precision: 'fp32' },
    }
    expect(config.model).toEqual(before)
    expect(stageKey({ kind: 'train', config: { ...config, model: before }, needs })).toBe(key)
    const weak = { model: 'probe', checkpoint: 'small', tokens: 128, hidden: 0 }
    const arm = { task: 'spam', weak, strong: before, method: { method: 'naive' } }
    expect(id).toBe(contentKey(arm).slice(0, 16))
  })

  it('is a model of its own beside the one that reads nothing', () => {
    const plan = planned({ strong: [model(), model({ reading: 1 })] })
    expect(plan.arms.map(({ strongTitle }) => strongTitle)).toEqual(['small', 'small, epochs of reading 1'])
    expect(plan.arms[1]!.strong).toMatchObject({ reading: 1 })
    expect(new Set(plan.arms.map(({ id }) => id)).size).toBe(2)
  })

  it('is refused of an encoder, wherever one is named', () => {
    const named = () =>
      planned({
        weak: [probe({ checkpoint: 'encoder', reading: 1 })],
        strong: [model({ checkpoint: 'encoder' })],
        methods: [{ method: 'bootstrap', between: [model({ checkpoint: 'encoder', reading: 0.5 })] }],
      })
    expect(named).toThrow(PlanError)
    try {
      named()
    } catch (error) {
      const expected = '0: Encoder has no language head, by which a model learns from texts without labels'
      expect((error as PlanError).problems).toEqual([
        { path: 'weak[0].reading', expected, got: '1' },
        { path: 'methods[0].between[0].reading', expected, got: '0.5' },
      ])
    }
  })

  it('is refused for less than no epochs, and for too many', () => {
    for (const reading of [-1, 101, 'much']) {
      const strong = [model({ reading })]
      const parsed = parseSpec({ version: 1, name: 'x', tasks: ['spam'], weak: [model()], strong, seeds: [0] })
      expect(parsed).toMatchObject({ ok: false, problems: [{ path: 'strong[0].reading' }, { path: 'methods' }] })
    }
  })
})

it('values that came later name nothing at their default, and all else as it is', () => {
  const about = { label: 'X', help: 'X.', type: 'number', min: 0, max: 9 } as const
  const table = { old: { ...about, default: 1 }, more: { ...about, default: 0, later: true as const } }
  expect(naming(table, { tag: 'x', old: 1, more: 0 })).toEqual({ tag: 'x', old: 1 })
  expect(naming(table, { tag: 'x', old: 2, more: 3 })).toEqual({ tag: 'x', old: 2, more: 3 })
})
