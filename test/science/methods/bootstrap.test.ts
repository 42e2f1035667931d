import { describe, expect, it } from 'vitest'
import { contentKey } from '../../../src-main/science/maths/hash'
import type { PlanContext } from '../../../src-main/science/plan/context'
import type { PlanError } from '../../../src-main/science/plan/feasible'
import { planExperiment } from '../../../src-main/science/plan/plan'
import { stageCount } from '../../../src-main/science/size'
import { parseSpec } from '../../../src-main/science/spec/parse'
import { rowsOf, type Plan, type Stage } from '../../../src-main/science/stages'

const CONTEXT: PlanContext = {
  sources: { spam: { sha256: 'a'.repeat(64), title: 'Spam', classes: 2 } },
  bundled: { spam: 'a'.repeat(64) },
  checkpoints: Object.fromEntries(
    ['s', 'm', 'l', 'xl'].map((id) => [id, { key: contentKey(id), title: id, parameters: 1e6 }]),
  ),
  backend: 'cpu',
}
const model = (checkpoint: string) => ({ model: 'pretrained', checkpoint })
function planned(methods: object[], change: object = {}) {
  const parsed = parseSpec({
    ...{ version: 1, name: 'Bootstrapping', tasks: ['spam'], weak: [model('s')], strong: [model('xl')], methods },
    ...{ seeds: [0, 1], ...change },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return { spec: parsed.spec, plan: planExperiment(parsed.spec, CONTEXT) }
}
const stageOf = ({ stages }: Plan, key: string) => stages.find((stage) => stage.key === key)!

/** Who taught whom, from the student back to the supervisor. */
function trail(plan: Plan, key: string): unknown[] {
  const stage: Stage = stageOf(plan, key)
  if (stage.kind !== 'train') throw new Error('expected a training')
  const labels = stage.needs.labels === undefined ? undefined : stageOf(plan, stage.needs.labels)
  const before = labels?.kind === 'label' ? trail(plan, labels.needs.model) : []
  return [...before, stage.config.model['checkpoint']]
}

describe('bootstrapping', () => {
  it('climbs from model to model, each taught by the one before', () => {
    const { plan } = planned([{ method: 'bootstrap', between: [model('m'), model('l')] }])
    expect(trail(plan, plan.arms.at(-1)!.seeds[0]!.student)).toEqual(['s', 'm', 'l', 'xl'])
  })

  it('without models between is naive finetuning: the very stages, so the very bits', () => {
    const { plan } = planned([{ method: 'naive' }, { method: 'bootstrap' }])
    const [naive, bootstrap] = plan.arms
    expect([naive!.methodTitle, bootstrap!.methodTitle]).toEqual(['naive', 'bootstrap'])
    expect(bootstrap!.seeds).toEqual(naive!.seeds)
  })

  it('reports every rung beside its own ceiling, with the supervisor of all', () => {
    const { spec, plan } = planned([{ method: 'bootstrap', between: [model('m'), model('l')] }])
    const told = plan.arms.map(
      ({ weakTitle, strongTitle, methodTitle }) => `${weakTitle} → ${strongTitle}: ${methodTitle}`,
    )
    expect(told).toEqual(['s → m: bootstrap', 's → l: bootstrap m', 's → xl: bootstrap m → l'])
    expect(new Set(plan.arms.map(({ id }) => id)).size).toBe(3)
    for (const arm of plan.arms)
      for (const { ceiling, weak, student } of arm.seeds) {
        expect(trail(plan, ceiling)).toEqual([arm.strong['checkpoint']])
        expect([trail(plan, weak), trail(plan, student).at(-1)]).toEqual([['s'], arm.strong['checkpoint']])
      }
    // A rung is trained once, for itself and for those above it.
    const students = plan.stages.filter(
      ({ kind, config }) => kind === 'train' && 'role' in config && config.role === 'student',
    )
    expect(students).toHaveLength(2 * 3)
    expect(stageCount(spec)).toBe(plan.stages.length)
  })

  it('climbs where texts are written too, as in the paper’s chess', () => {
    const texts = { sha256: 'b'.repeat(64), title: 'Chess', classes: 0, form: { kind: 'text' } } as const
    const methods = [{ method: 'bootstrap', between: [model('m')] }]
    const { spec } = planned(methods)
    const context = { ...CONTEXT, sources: { spam: texts } }
    const plan = planExperiment(spec, context)
    expect(trail(plan, plan.arms.at(-1)!.seeds[0]!.student)).toEqual(['s', 'm', 'xl'])
  })

  it('with parts of rows takes the next part at every rung, and each ceiling the part of its student', () => {
    const chain = { method: 'bootstrap', between: [model('m'), model('l')], parts: 3 }
    const { plan } = planned([{ method: 'naive' }, chain, { method: 'bootstrap', parts: 3 }], { reference: true })
    const partOf = (key: string) => {
      const { config } = stageOf(plan, key)
      return 'part' in config ? config.part : undefined
    }
    const told = plan.arms.map(({ methodTitle, strongTitle, seeds }) => {
      const { student, ceiling, weak, references } = seeds[0]!
      const parts = [student, ceiling, ...Object.values(references!)].map((key) => partOf(key)?.index)
      expect([parts[1], parts[2]]).toEqual([parts[0], parts[0]])
      expect(partOf(weak)).toBeUndefined()
      return [methodTitle, strongTitle, parts[0]]
    })
    expect(told).toEqual([
      ['naive', 'xl', undefined],
      ['bootstrap, parts of rows 3', 'm', 0],
      ['bootstrap m, parts of rows 3', 'l', 1],
      ['bootstrap m → l, parts of rows 3', 'xl', 2],
      ['bootstrap, parts of rows 3', 'xl', 0],
    ])
    const { student } = plan.arms[3]!.seeds[0]!
    expect(trail(plan, student)).toEqual(['s', 'm', 'l', 'xl'])
    expect(partOf(student)).toEqual({ index: 2, of: 3 })
  })

  it('with one part is what it was before there were any', () => {
    const between = [model('m')]
    const [before, after] = [
      planned([{ method: 'bootstrap', between }]),
      planned([{ method: 'bootstrap', between, parts: 1 }]),
    ]
    expect(after.plan).toEqual(before.plan)
    const { id, weak, strong } = after.plan.arms[0]!
    const method = { method: 'bootstrap', between: [] }
    expect(id).toBe(contentKey({ task: 'spam', weak, strong, method }).slice(0, 16))
    for (const { config } of after.plan.stages) expect(config).not.toHaveProperty('part')
  })

  it('refuses fewer parts than there are models to learn, and parts that are too small', () => {
    const refused = (parts: number, change: object = {}) => {
      try {
        planned([{ method: 'naive' }, { method: 'bootstrap', between: [model('m'), model('l')], parts }], change)
      } catch (error) {
        return (error as PlanError).problems
      }
      throw new Error('expected it to be refused')
    }
    const expected = '1, or at least 3: one for each model between, and one for the student'
    expect(refused(2)).toEqual([{ path: 'methods[1].parts', expected, got: '2' }])
    expect(refused(4, { sizes: { transfer: 30 } })).toMatchObject([{ path: 'methods[1].parts', got: '7' }])
  })

  it('draws parts that are equal, of no row twice, and by the seed', () => {
    const draw = (seed: number) => [0, 1, 2].map((index) => rowsOf(32, { part: { index, of: 3 }, seed }))
    const parts = draw(5)
    expect(parts.map(({ length }) => length)).toEqual([10, 10, 10])
    expect(new Set(parts.flat()).size).toBe(30)
    expect(parts.flat().every((row) => row >= 0 && row < 32)).toBe(true)
    expect(draw(5)).toEqual(parts)
    expect(draw(6)).not.toEqual(parts)
    expect(rowsOf(3, { seed: 5 })).toEqual([0, 1, 2])
  })

  it('tells a rung once that several chains have', () => {
    const chains = [[model('m')], [model('m'), model('l')]].map((between) => ({ method: 'bootstrap', between }))
    const { plan } = planned(chains)
    expect(plan.arms.map(({ strongTitle, methodTitle }) => `${strongTitle}: ${methodTitle}`)).toEqual([
      'm: bootstrap',
      'xl: bootstrap m',
      'l: bootstrap m',
      'xl: bootstrap m → l',
    ])
  })
})
