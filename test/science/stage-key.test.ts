import { afterEach, describe, expect, it } from 'vitest'
import { LABELS } from '../../src-main/science/labels'
import { LOSSES } from '../../src-main/science/losses'
import { contentKey } from '../../src-main/science/maths/hash'
import { MODELS } from '../../src-main/science/models'
import { stageKey, versionOf } from '../../src-main/science/plan/stage-key'
import type { Stage } from '../../src-main/science/stages'

const OPTIMISER = { epochs: 1, batch: 2, lr: 0.1, schedule: 'cosine', weightDecay: 0, clipNorm: 0 } as const
function training(loss: string, model: string) {
  const config: Extract<Stage, { kind: 'train' }>['config'] = {
    ...{ role: 'student', model: { model }, trainOn: 'transfer', targets: 'labels', loss: { loss }, evaluations: 2 },
    ...{ optimiser: OPTIMISER, weights: 'keep', seed: 0, backend: 'cpu' },
  }
  return { kind: 'train' as const, config, needs: { data: 'a', labels: 'b' } }
}
const labelling = (form: string) => ({ kind: 'label' as const, config: { form }, needs: { data: 'a', model: 'b' } })
const variants = [LOSSES.entropy!, MODELS['words']!, LABELS['soft']!]
afterEach(() => variants.forEach((variant) => delete variant.version))

describe('the version of a variant', () => {
  it('adds nothing to a key while it is 1', () => {
    const stage = training('entropy', 'words')
    expect(stageKey(stage)).toBe(contentKey({ ...stage, version: 1 }))
  })

  it('makes other stages of its own trainings alone', () => {
    const stages = [training('entropy', 'words'), training('xent', 'words'), training('entropy', 'vectors')]
    const before = stages.map((stage) => stageKey(stage))
    LOSSES.entropy!.version = 2
    const after = stages.map((stage) => stageKey(stage))
    expect(after.map((key, i) => key === before[i])).toEqual([false, true, false])
  })

  it('of a rule makes other label sets of its own', () => {
    const stages = [labelling('soft'), labelling('hard')]
    const before = stages.map((stage) => stageKey(stage))
    expect(before).toEqual(stages.map((stage) => contentKey({ ...stage, version: 1 })))
    LABELS['soft']!.version = 2
    expect(stages.map((stage) => stageKey(stage) === before.at(stages.indexOf(stage)))).toEqual([false, true])
    expect(versionOf({ ...stages[0]!, key: before[0]! })).toBe(1)
  })

  it('lets stages of earlier versions be known, in every combination', () => {
    const stage = training('entropy', 'words')
    const keys = [
      [1, 1],
      [2, 1],
      [1, 2],
      [2, 2],
    ].map(([loss, model]) => {
      Object.assign(LOSSES.entropy!, { version: loss })
      Object.assign(MODELS['words']!, { version: model })
      return stageKey(stage)
    })
    expect(new Set(keys).size).toBe(4)
    for (const key of keys) expect(versionOf({ ...stage, key })).toBe(1)
    expect(versionOf({ ...stage, key: stageKey({ ...stage, needs: { data: 'c' } }) })).toBeNull()
  })
})
