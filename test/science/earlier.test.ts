import { describe, expect, it } from 'vitest'
import { storedArms, storedFacts, storedSpec } from '../../src-main/science/spec/earlier'
import { parseSpec } from '../../src-main/science/spec/parse'

const base = {
  version: 1,
  name: 'Before',
  tasks: ['spam'],
  weak: [{ model: 'words' }],
  strong: [{ model: 'vectors' }],
  methods: [{ method: 'naive' }],
  seeds: [0],
}
const parsed = (input: unknown) => {
  const result = parseSpec(input)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.spec
}

describe('what earlier versions wrote', () => {
  it.each([{ weak: {}, strong: {} }, { weak: { lr: 0.1 } }, { strong: { epochs: 2 } }])(
    'a spec whose optimiser names the roles, %o, keeps its halves and is measured on test rows',
    (optimiser) => {
      expect(parsed({ ...base, optimiser })).toMatchObject({ redraw: 'order', measure: 'test' })
      expect(parsed({ ...base, optimiser, redraw: 'halves' })).toMatchObject({ redraw: 'halves' })
      expect(storedSpec(JSON.stringify({ ...base, optimiser }))).toMatchObject({ redraw: 'order', measure: 'test' })
    },
  )

  it('its optimiser goes to every model of the side that has none of its own, with the defaults of that time', () => {
    const before = { epochs: 10, batch: 32, lr: 0.01, schedule: 'cosine', weightDecay: 0, clipNorm: 0 }
    const optimiser = { weak: { lr: 0.1 }, strong: { epochs: 2 } }
    const own = { model: 'words', optimiser: { lr: 0.5 } }
    const spec = parsed({ ...base, strong: [...base.strong, own], optimiser })
    expect(spec.optimiser).toEqual({})
    expect(spec.weak[0]!.optimiser).toEqual({ ...before, lr: 0.1 })
    expect(spec.strong.map((setting) => setting.optimiser)).toEqual([{ ...before, epochs: 2 }, { lr: 0.5 }])
    expect(parsed(spec)).toEqual(spec)
    const wrong = parseSpec({ ...base, name: '', optimiser: { weak: { lr: -1, epoch: 1 } } })
    expect(!wrong.ok && wrong.problems.map(({ path }) => path)).toEqual([
      'optimiser.weak.lr',
      'optimiser.weak.epoch',
      'name',
    ])
  })

  it('a new spec redraws the halves, and stored is read as it stands', () => {
    const spec = parsed(base)
    expect(spec).toMatchObject({ redraw: 'halves', measure: 'test' })
    expect(storedSpec(JSON.stringify(spec))).toEqual(spec)
    for (const nonsense of [null, 7, 'x', { optimiser: null }, { optimiser: 3 }])
      expect(parseSpec(nonsense).ok).toBe(false)
  })

  it('titles of stages say what there is of facts, the task of each from the data before it', () => {
    const stage = (title: string, kind = 'train') => ({ kind, title })
    const several = storedFacts([
      stage('data · Food · reviews · seed 2', 'data'),
      stage('word vectors · 5 corpora', 'pretrain'),
      stage('student · naive · words 50 → vectors 32 · Food · reviews · seed 2'),
      stage('data · Spam', 'data'),
      stage('labels · words 50 · Spam · seed 0', 'label'),
    ])
    const none = { by: '', from: '', of: '', seed: null }
    expect(several).toEqual([
      { ...none, does: 'data', task: 'Food · reviews', seed: 2 },
      { ...none, does: 'word vectors', of: '5 corpora', task: 'Food · reviews' },
      { ...none, does: 'student', by: 'naive', of: 'words 50 → vectors 32', task: 'Food · reviews', seed: 2 },
      { ...none, does: 'data', task: 'Spam' },
      { ...none, does: 'labels', of: 'words 50', task: 'Spam', seed: 0 },
    ])
    expect(storedFacts([stage('data · Spam', 'data'), stage('weak · words 50 · seed 1')])[1]).toEqual({
      ...{ ...none, does: 'weak', of: 'words 50', task: 'Spam', seed: 1 },
    })
  })

  it('arms were measured on test rows', () => {
    const spec = parsed({ ...base, optimiser: { weak: { lr: 0.2 }, strong: {} } })
    const arms = storedArms('[{"id":"a"},{"id":"b","measure":"development"}]', spec)
    expect(arms.map((arm) => arm.measure)).toEqual(['test', 'development'])
    expect([arms[0]!.optimisers!.weak.lr, arms[0]!.optimisers!.strong.lr]).toEqual([0.2, 0.01])
  })
})
