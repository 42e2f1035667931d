import { describe, expect, it } from 'vitest'
import { describeCatalog } from '../../src-main/science/catalog'
import { parseSpec } from '../../src-main/science/spec/parse'
import { changeVariant, meantParams, nextChoice, withCheckpoints } from '../../src-renderer/views/builder/choices'

const checkpoints = [
  { id: 'large', title: 'Large', family: 'Made up', parameters: 2e9, here: false, trains: false },
  { id: 'small', title: 'Small', family: 'Made up', parameters: 17_241_984, here: true, trains: true },
  { id: 'base', title: 'Base', family: 'Made up', parameters: 98_304, here: true, trains: true },
]
const SPEC = {
  version: 1,
  name: 'Any',
  tasks: ['spam'],
  weak: [{ model: 'words' }],
  strong: [{ model: 'vectors' }],
  methods: [{ method: 'naive' }],
  seeds: [0],
}
const models = withCheckpoints(describeCatalog().models, checkpoints)

describe('choices of a pretrained model', () => {
  it('are those that there are, the ones that can run first and one of them by default', () => {
    const { checkpoint } = models.find((m) => m.id === 'pretrained')!.params
    expect(checkpoint).toMatchObject({
      type: 'choice',
      default: 'small',
      options: [
        { value: 'small', label: 'Small, 17.2 M' },
        { value: 'base', label: 'Base, 98.3 k' },
        { value: 'large', label: 'Large, 2 B · not here · too large to finetune' },
      ],
    })
  })
  it('stay when the model becomes a probe of itself', () => {
    const item = { model: 'pretrained', checkpoint: 'base', tokens: 64, tune: 'all', blocks: 1, head: 'zero' }
    expect(changeVariant('model', models, item, 'probe')).toEqual({
      model: 'probe',
      checkpoint: 'base',
      tokens: 64,
      reading: 0,
      hidden: 0,
    })
  })
  it('say what is too large only where it would be finetuned', () => {
    const { checkpoint } = models.find((m) => m.id === 'probe')!.params
    const labels = checkpoint?.type === 'choice' ? checkpoint.options.map(({ label }) => label) : []
    expect(labels[2]).toBe('Large, 2 B · not here')
  })
  it('are by default one that can be finetuned, where there is one', () => {
    const both = checkpoints.map((checkpoint) => ({ ...checkpoint, here: true }))
    const [, , pretrained, probe] = withCheckpoints(describeCatalog().models, both)
    expect(pretrained?.params['checkpoint']).toMatchObject({
      options: expect.arrayContaining([
        { value: 'large', label: 'Large, 2 B · too large to finetune here' },
      ]) as unknown,
    })
    expect(pretrained?.params['checkpoint']?.default).toBe('small')
    expect(probe?.params['checkpoint']?.default).toBe('large')
  })
  it('come back as they were when the model was another one meanwhile', () => {
    const item = { model: 'pretrained', checkpoint: 'base', tokens: 32, tune: 'head' }
    const words = changeVariant('model', models, item, 'words')
    expect(words).toEqual({ model: 'words', words: 50 })
    expect(changeVariant('model', models, words, 'pretrained', item)).toMatchObject(item)
    const probe = { model: 'probe', checkpoint: 'small', tokens: 32 }
    expect(changeVariant('model', models, probe, 'pretrained', item)).toMatchObject({ ...item, checkpoint: 'small' })
  })
  it('ask only for what means something with the other values', () => {
    const pretrained = models.find((m) => m.id === 'pretrained')!
    const asked = (item: Record<string, unknown>) => meantParams(pretrained, item).map(([name]) => name)
    expect(asked({ tune: 'last' })).toContain('blocks')
    expect(asked({ tune: 'all' })).not.toContain('blocks')
    expect(asked({})).toEqual(Object.keys(pretrained.params).filter((name) => name !== 'blocks'))
  })
  it('add the next one that is not there yet', () => {
    const first = { model: 'pretrained', checkpoint: 'small', tokens: 64 }
    const second = nextChoice('model', models, [first])
    expect(second).toMatchObject({ ...first, checkpoint: 'base' })
    expect(nextChoice('model', models, [first, second])).toMatchObject({ checkpoint: 'large' })
  })
  it('add the double of a number as before', () => {
    expect(nextChoice('model', models, [{ model: 'words', words: 30 }])).toEqual({ model: 'words', words: 60 })
  })
  it('add what is not there yet, however often', () => {
    const { methods } = describeCatalog()
    for (const [tag, variants, first] of [
      ['method', methods, { method: 'naive' }],
      ['method', methods, { method: 'confidence', alphaMax: 1 }],
      ['model', models, { model: 'pretrained' }],
      ['model', models, { model: 'probe', hidden: 0 }],
      ['model', models, { model: 'words' }],
      ['model', models, { model: 'vectors', hidden: 512 }],
    ] as const) {
      const items: Record<string, unknown>[] = [first]
      for (let i = 0; i < 12; i++) items.push(nextChoice(tag, variants, items))
      const parsed = parseSpec({ ...SPEC, [tag === 'method' ? 'methods' : 'weak']: items })
      expect(parsed, JSON.stringify(items)).toMatchObject({ ok: true })
    }
  })
})
