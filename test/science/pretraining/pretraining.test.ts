import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decoderOf, innerOf } from '../../../src-main/science/pretraining/decoder'
import { modelStages, planPretraining, pretrainProblems } from '../../../src-main/science/pretraining/plan'
import { isPretraining, parsePretraining } from '../../../src-main/science/pretraining/spec'
import { parameterCount } from '../../../src-main/science/models/net'
import { kindOf } from '../../../src-main/science/stages'

const context = { corpora: { prose: 'a'.repeat(64), verse: 'b'.repeat(64) }, taken: ['gpt2'], backend: 'cpu' }
const input = {
  ...{ version: 1, kind: 'pretrain', name: 'two sizes', corpora: ['prose'] },
  models: [
    { id: 'small', width: 32, layers: 1, heads: 2 },
    { id: 'large', width: 64, layers: 2, heads: 2, training: { steps: 500 } },
  ],
}
function specOf(change: object = {}) {
  const parsed = parsePretraining({ ...input, ...change })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.spec
}
const problemsOf = (change: object) => {
  const parsed = parsePretraining({ ...input, ...change })
  return parsed.ok ? [] : parsed.problems.map(({ path, expected, got }) => `${path}: ${expected}, got ${got}`)
}

describe('the spec of a pretraining', () => {
  it('is known by its kind, and filled in', () => {
    expect([isPretraining(input), isPretraining({ version: 1 }), isPretraining(null)]).toEqual([true, false, false])
    expect(specOf()).toMatchObject({ vocabulary: 4096, context: 256, seed: 0, training: { steps: 2000, lr: 0.002 } })
    expect(parsePretraining(specOf())).toEqual({ ok: true, spec: specOf() })
  })

  it('says what computes it, and what goes on where a card fails', () => {
    expect(specOf({ backend: 'cuda', fallback: true })).toMatchObject({ backend: 'cuda', fallback: true })
    const { stages } = planPretraining(specOf(), { ...context, backend: 'cuda', otherwise: 'cpu' })
    const computed = stages.filter(({ kind }) => kind === 'language').map(({ config }) => config)
    expect(computed).toMatchObject([
      { backend: 'cuda', otherwise: 'cpu' },
      { backend: 'cuda', otherwise: 'cpu' },
    ])
  })

  it.each([
    [{ backend: 'gpu' }, /^backend: /],
    [{ models: [] }, /^models: /],
    [{ models: [{ id: 'A b' }] }, /^models\[0\]\.id: a name of small letters/],
    [{ models: [{ id: 'a', width: 30, heads: 4 }] }, /^models\[0\]\.heads: a divisor of half the width 30/],
    [
      { models: [input.models[0], input.models[0]] },
      /^models\[1\]: one that is not there yet, got the same as models\[0\]/,
    ],
    [{ training: { stepz: 3 } }, /^training\.stepz: no such key.*steps/],
    [{ vocabulary: 100 }, /^vocabulary: .*300.*got 100/],
  ])('is refused with its place: %j', (change, message) => {
    expect(problemsOf(change)).toEqual([expect.stringMatching(message)])
  })

  it('must name what is there, and no name that is taken', () => {
    const problems = pretrainProblems(specOf({ corpora: ['prose', 'vers'], models: [{ id: 'gpt2' }] }), context)
    expect(problems).toEqual([
      { path: 'corpora[1]', expected: expect.stringContaining('verse') as string, got: '"vers"' },
      { path: 'models[0].id', expected: 'a name that no other model has', got: '"gpt2"' },
    ])
    const half = specOf({ training: { precision: 'bf16' } })
    expect(pretrainProblems(half, { ...context, precisions: ['fp32'] })).toMatchObject([{ path: 'training.precision' }])
    expect(pretrainProblems(half, { ...context, precisions: ['fp32', 'bf16'] })).toEqual([])
    const moments = specOf({ training: { moments: 'bf16' } })
    expect(pretrainProblems(moments, context)).toEqual([
      { path: 'training.moments', expected: '"fp32": backend "cpu" cannot keep moments in bf16', got: '"bf16"' },
    ])
    expect(pretrainProblems(moments, { ...context, backend: 'cuda' })).toEqual([])
  })
})

describe('the plan of a pretraining', () => {
  const { stages, arms } = planPretraining(specOf(), context)

  it('makes the tokens once, and a model of each size from them', () => {
    expect(arms).toEqual([])
    expect(stages.map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
      'tokens: tokens · prose',
      'language: language model · small',
      'language: language model · large',
    ])
    expect(stages.slice(1).map(({ needs }) => needs)).toEqual([{ tokens: stages[0]!.key }, { tokens: stages[0]!.key }])
    expect(stages[2]!.config).toMatchObject({ width: 64, inner: 160, training: { steps: 500, batchTokens: 4096 } })
  })

  it('names a model by what makes it: not by what it is called, but by texts, size, training and seed', () => {
    const keyOf = (change: object) =>
      planPretraining(specOf({ models: [input.models[0]], ...change }), context).stages[1]!.key
    const key = keyOf({})
    expect(stages[1]!.key).toBe(key)
    expect(keyOf({ name: 'other', models: [{ ...input.models[0], id: 'renamed' }] })).toBe(key)
    for (const change of [
      { corpora: ['verse'] },
      { seed: 1 },
      { training: { lr: 0.1 } },
      { context: 128 },
      { heldOut: 50 },
      { training: { moments: 'bf16' } },
    ])
      expect(keyOf(change)).not.toBe(key)
    // As it was before there was a choice.
    expect(stages[1]!.config).not.toHaveProperty('training.moments')
    expect(keyOf({ training: { moments: 'fp32' } })).toBe(key)
  })

  it('keeps a model on its way as stages that go on from each other', () => {
    const models = [{ ...input.models[1]!, keep: [100, 300] }]
    const { stages } = planPretraining(specOf({ models }), context)
    expect(stages.map(({ title }) => title.split(' · ')[1])).toEqual(['prose', 'large-at-100', 'large-at-300', 'large'])
    const spans = stages.flatMap(({ config }) => ('training' in config ? [config] : []))
    expect(spans).toMatchObject([{ until: 100 }, { from: 100, until: 300 }, { from: 300 }])
    const [tokens, first, second] = stages.map(({ key }) => key)
    expect(stages.slice(1).map(({ needs }) => needs)).toEqual([
      { tokens },
      { tokens, begun: first },
      { tokens, begun: second },
    ])
    const sizes = { weak: 0, transfer: 0, validation: 0, test: 0 }
    const work = stages.slice(1).map(({ kind, config }) => kindOf(kind).work(config, sizes))
    expect([work[1]! / work[0]!, work[2]! / work[0]!]).toEqual([2, 2])
    expect(modelStages(specOf({ models }), context)).toEqual({
      'large-at-100': stages[1]!.key,
      'large-at-300': stages[2]!.key,
      large: stages[3]!.key,
    })
  })

  it.each([
    [[100, 100], 1],
    [[300, 500], 1],
    [[600], 0],
  ])('keeps none at %j', (keep, at) => {
    expect(pretrainProblems(specOf({ models: [{ ...input.models[1]!, keep }] }), context)).toMatchObject([
      { path: `models[0].keep[${at}]`, expected: 'ascending numbers of updates below the 500 of its training' },
    ])
  })

  it('keeps no model under the name of another', () => {
    const models = [
      { ...input.models[1]!, keep: [100] },
      { ...input.models[0]!, id: 'large-at-100' },
    ]
    expect(pretrainProblems(specOf({ models }), context).map(({ path }) => path)).toEqual([
      'models[0].id',
      'models[1].id',
    ])
  })

  it('counts work by operations of forward and backward', () => {
    const [, small] = stages
    if (small?.kind !== 'language') throw new Error('expected a language model')
    const parameters = 4096 * 32 + (4 * 32 * 32 + 3 * 32 * 96 + 2 * 32) + 32
    expect(parameterCount(decoderOf(small.config))).toBe(parameters)
    const sizes = { weak: 0, transfer: 0, validation: 0, test: 0 }
    expect(kindOf('language').work(small.config, sizes)).toBe(6 * parameters * 2000 * 4096)
  })
})

it('makes the MLP 8/3 as wide as the stream, in whole 32s', () => {
  expect([16, 32, 64, 128, 192, 256].map(innerOf)).toEqual([32, 96, 160, 352, 512, 672])
})

it('the pretraining that comes with the app is a spec', () => {
  const file = resolve(import.meta.dirname, '../../../resources/pretrainings/prose.json')
  expect(parsePretraining(JSON.parse(readFileSync(file, 'utf8')))).toMatchObject({ ok: true })
})
