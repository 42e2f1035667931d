import { describe, expect, it } from 'vitest'
import { contentKey } from '../../src-main/science/maths/hash'
import { isSameModel } from '../../src-main/science/metrics/arm-result'
import type { PlanContext } from '../../src-main/science/plan/context'
import { planExperiment } from '../../src-main/science/plan/plan'
import { parseSpec } from '../../src-main/science/spec/parse'
import type { Plan, Stage } from '../../src-main/science/stages'

const checkpoints = Object.fromEntries(['small', 'large'].map((id) => [id, { key: contentKey(id), title: id }]))
const context: PlanContext = {
  sources: { spam: { sha256: 'a'.repeat(64), title: 'Spam', classes: 2 } },
  ...{ checkpoints, bundled: { spam: 'a'.repeat(64) }, backend: 'wasm' },
}
const transformers = {
  weak: [{ model: 'words' }, { model: 'pretrained', checkpoint: 'small', tokens: 64 }],
  strong: [{ model: 'pretrained', checkpoint: 'large' }, { model: 'vectors' }],
}
function plan(changes: Record<string, unknown>): Plan {
  const named = {
    version: 1,
    name: 'Levels',
    tasks: ['spam'],
    weak: [{ model: 'words' }],
    strong: [{ model: 'vectors' }],
  }
  const parsed = parseSpec({ ...named, methods: [{ method: 'naive' }], seeds: [0, 1], ...changes })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return planExperiment(parsed.spec, context)
}
const find = (p: Plan, key: string): Stage => p.stages.find((s) => s.key === key)!

describe('levels beside an arm', () => {
  it('probes every transformer among the students as it was, by an optimiser of its own, and adds no other stage', () => {
    const asked = { ...transformers, optimiser: { lr: 0.5 } }
    const p = plan({ ...asked, probe: true })
    expect(p.stages.filter((s) => s.kind === 'train' && s.config.role === 'reference')).toHaveLength(2)
    for (const arm of p.arms)
      for (const { references, ceiling } of arm.seeds) {
        if (arm.strong.model === 'vectors') {
          expect(references).toBeUndefined()
          continue
        }
        expect(Object.keys(references!)).toEqual(['untuned probe'])
        const probe = find(p, references!['untuned probe']!)
        const { data, features } = probe.needs as { data: string; features: string }
        expect(data).toBe((find(p, ceiling).needs as { data: string }).data)
        expect(find(p, features).config).toMatchObject({ checkpoint: contentKey('large') })
        expect(probe.config).toMatchObject({
          ...{ role: 'reference', trainOn: 'transfer', targets: 'truth', evaluations: 2 },
          ...{ model: { model: 'probe', checkpoint: 'large', hidden: 0 }, optimiser: { lr: 0.01, epochs: 10 } },
        })
      }
    const with_ = new Set(p.stages.map(({ key }) => key))
    for (const { key } of plan(asked).stages) expect(with_).toContain(key)
  })

  it('lets every supervisor teach a model like itself, once, after all other arms', () => {
    const arms = (changes: Record<string, unknown>) =>
      plan({ ...transformers, control: true, ...changes }).arms.map(
        ({ weakTitle, strongTitle }) => `${weakTitle} → ${strongTitle}`,
      )
    const controls = ['words 50 → words 50', 'small, longest text 64 → small, longest text 64']
    expect(arms({}).slice(4)).toEqual(controls)
    expect(arms({ control: false })).toEqual(arms({}).slice(0, 4))
    expect(arms({ pairs: [[1, 0]] })).toEqual(['small, longest text 64 → large', controls[1]])
    const there = { strong: [...transformers.strong, transformers.weak[0]] }
    expect(arms(there)).toHaveLength(2 * 3 + 1)
    expect(arms({ methods: [{ method: 'naive' }, { method: 'confidence' }] })).toHaveLength(8 + 4)
    const [control] = plan({ control: true }).arms.slice(1)
    expect(isSameModel(control!)).toBe(true)
  })
})
