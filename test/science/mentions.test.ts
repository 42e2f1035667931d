// A method that brings in models of its own, as a ladder of models between supervisor and student would, added to the map
// of methods here alone: everything that looks at "the models of a spec" must see them.
import { describe, expect, it, vi } from 'vitest'
import { describeCatalog } from '../../src-main/science/catalog'
import { contentKey } from '../../src-main/science/maths/hash'
import type { MethodVariant } from '../../src-main/science/methods/method'
import type { PlanContext } from '../../src-main/science/plan/context'
import { checkpointsOf, PlanError } from '../../src-main/science/plan/feasible'
import { planExperiment } from '../../src-main/science/plan/plan'
import { stageCount } from '../../src-main/science/size'
import type { ModelSetting } from '../../src-main/science/spec/choices'
import { mentions, withModels } from '../../src-main/science/spec/mentions'
import { parseSpec, readNames } from '../../src-main/science/spec/parse'

vi.mock('../../src-main/science/methods', async (original) => {
  const { METHODS } = await original<{ METHODS: Record<string, MethodVariant> }>()
  return { METHODS: { ...METHODS, ladder: (await import('./ladder')).ladder } }
})

const SPEC = {
  version: 1,
  name: 'Ladder',
  tasks: ['spam'],
  weak: [{ model: 'words' }],
  strong: [{ model: 'vectors', hidden: 64 }],
  methods: [{ method: 'naive' }, { method: 'ladder', between: [{ model: 'vectors' }, { model: 'probe' }] }],
  seeds: [0],
}
const CONTEXT: PlanContext = {
  sources: { spam: { sha256: 'a'.repeat(64), title: 'Spam', classes: 2 } },
  bundled: { spam: 'a'.repeat(64) },
  checkpoints: { 'pocket-m': { key: contentKey('pocket-m'), title: 'Pocket M', layers: 2 } },
  backend: 'cpu',
  precisions: ['fp32'],
}
function parsed(changes: object = {}) {
  const result = parseSpec({ ...SPEC, ...changes })
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.spec
}
const between = (...models: object[]) => ({ methods: [{ method: 'ladder', between: models }] })
function problemsOf(changes: object, context: Partial<PlanContext> = {}) {
  try {
    planExperiment(parsed(changes), { ...CONTEXT, ...context })
  } catch (error) {
    if (error instanceof PlanError) return error.problems.map(({ path }) => path)
    throw error
  }
  return []
}

describe('the models of a spec', () => {
  it('are those of both sides and those that a method names, with their places', () => {
    expect(mentions(parsed()).map(({ path, setting }) => [path, setting.model])).toEqual([
      ['weak[0]', 'words'],
      ['strong[0]', 'vectors'],
      ['methods[1].between[0]', 'vectors'],
      ['methods[1].between[1]', 'probe'],
    ])
    expect(checkpointsOf(parsed())).toEqual(['pocket-m'])
  })

  it('are changed where they stand, and nothing else is', () => {
    const spec = parsed()
    const changed = withModels(spec, (setting, path) =>
      path === 'methods[1].between[1]' ? { model: 'words' } : setting,
    )
    expect(mentions(changed).at(-1)!.setting).toEqual({ model: 'words' })
    expect({ ...changed, methods: [] }).toEqual({ ...spec, methods: [] })
    expect(changed.methods[0]).toEqual(spec.methods[0])
  })

  it('are read of an input that is no spec yet, each that can be read at its place', () => {
    const names = readNames({ ...SPEC, seeds: null, ...between({ model: 'nosuch' }, { model: 'probe' }) })
    expect(mentions(names).map(({ path, setting }) => [path, setting['checkpoint']])).toContainEqual([
      'methods[0].between[1]',
      'pocket-m',
    ])
  })
})

describe('models of a method', () => {
  it('are in the schema: defaults filled in, too many, unknown ones and unknown keys told at their place', () => {
    const [, { method, between: models } = { method: '', between: [] }] = parsed().methods
    expect([method, models]).toMatchObject(['ladder', [{ model: 'vectors', hidden: 32 }, { tokens: 128 }]])
    expect(parsed({ methods: [{ method: 'ladder' }] }).methods[0]!['between']).toMatchObject([{ hidden: 32 }])
    const wrong = parseSpec({ ...SPEC, ...between({ model: 'vectors', hiden: 3 }, { model: 'probe', tokens: 0 }) })
    expect(wrong.ok ? [] : wrong.problems.map(({ path, expected }) => [path, expected])).toEqual([
      ['methods[0].between[0].hiden', 'no such key; did you mean "hidden"?'],
      ['methods[0].between[1].tokens', 'at least 4'],
    ])
    const many = parseSpec({ ...SPEC, ...between(...Array.from({ length: 4 }, () => ({ model: 'vectors' }))) })
    expect(many.ok ? [] : many.problems).toMatchObject([{ path: 'methods[0].between', expected: 'at most 3 entries' }])
  })

  it('lose what means nothing beside their other values, as all models do', () => {
    const idle = { model: 'pretrained', checkpoint: 'pocket-m', tune: 'all', blocks: 7, optimiser: {} }
    const [only] = parsed(between(idle)).methods[0]!['between'] as ModelSetting[]
    expect(only).toMatchObject({ blocks: 1 })
    expect(only).not.toHaveProperty('optimiser')
  })

  it('must be there, and fit it', () => {
    expect(problemsOf({})).toEqual([])
    expect(problemsOf({}, { checkpoints: {} })).toEqual(['methods[1].between[1].checkpoint'])
    const model = { model: 'pretrained', checkpoint: 'pocket-m' }
    expect(problemsOf(between({ ...model, tune: 'last', blocks: 3 }))).toEqual(['methods[0].between[0].blocks'])
    expect(problemsOf(between({ ...model, precision: 'bf16' }))).toEqual(['methods[0].between[0].precision'])
  })

  it('are planned, each trained by its own optimiser on the labels of the one before', () => {
    const spec = parsed(between({ model: 'vectors', optimiser: { lr: 0.5 } }, { model: 'probe' }))
    const { stages, arms } = planExperiment(spec, CONTEXT)
    const byKey = new Map(stages.map((stage) => [stage.key, stage]))
    const trail: unknown[] = []
    for (let at = byKey.get(arms[0]!.seeds[0]!.student); at?.kind === 'train';) {
      trail.push([at.config.model.model, at.config.optimiser.lr])
      const labels = byKey.get(at.needs.labels ?? '')
      at = labels?.kind === 'label' ? byKey.get(labels.needs.model) : undefined
    }
    expect(trail).toEqual([
      ['vectors', 0.003],
      ['probe', 0.01],
      ['vectors', 0.5],
      ['words', expect.any(Number)],
    ])
    expect(arms[0]!.methodTitle).toBe('ladder vectors 32, learning rate 0.5 → probe pocket-m')
    // Supervisor, its labels and the ceiling; of two models training and labels; the student; data.
    expect(stageCount(spec)).toBe(3 + 4 + 1 + 1)
  })

  it('are in the catalog as what they are', () => {
    expect(describeCatalog().methods.at(-1)!.params['between']).toMatchObject({ type: 'models', max: 3 })
  })
})
