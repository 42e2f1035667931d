import { describe, expect, it } from 'vitest'
import { operationsOf } from '../../src-main/science/models/net'
import { pretrained } from '../../src-main/science/models/pretrained'
import { probe } from '../../src-main/science/models/probe'
import { vectors } from '../../src-main/science/models/vectors'
import { words } from '../../src-main/science/models/words'

it('an update takes 6 operations for every weight of its matrices, fewer where nothing below them learns', () => {
  const mlp = { kind: 'mlp' as const, input: 10, hidden: [4], classes: 2 }
  // By hand, of one row: forward 2·(40 + 8), weights' gradients as much, and back through the second layer 2·8.
  expect(operationsOf(mlp)).toBe(96 + 96 + 16)
  expect(operationsOf({ ...mlp, hidden: [] })).toBe(4 * 20)
  const bag = { kind: 'bag' as const, vocabulary: 50, width: 10, hidden: [4], classes: 2, tuneEmbeddings: false }
  expect(operationsOf(bag)).toBe(96 + 96 + 16)
  expect(operationsOf({ ...bag, tuneEmbeddings: true })).toBe(6 * 48)
})

const input = { width: 64, vocabulary: 5000, classes: 2 }

describe('models', () => {
  it('words is linear in the presence of its words', () => {
    expect(words.words({ words: 40 })).toBe(40)
    // The weak half may have fewer words than asked for: the width of its features counts.
    expect(words.net({ words: 40 }, { width: 33, classes: 3 })).toEqual({
      kind: 'mlp',
      input: 33,
      hidden: [],
      classes: 3,
    })
  })

  it('vectors is a hidden layer over the mean vector, or a linear head', () => {
    const net = (hidden: number, tuneEmbeddings: boolean) => vectors.net({ hidden, tuneEmbeddings }, input)
    const bag = { kind: 'bag', vocabulary: 5000, width: 64, classes: 2 }
    expect(net(32, false)).toEqual({ ...bag, hidden: [32], tuneEmbeddings: false })
    expect(net(0, true)).toEqual({ ...bag, hidden: [], tuneEmbeddings: true })
  })

  it('pretrained reads texts through its checkpoint and trains all of it, or its last blocks', () => {
    const params = { checkpoint: 'minilm-l3', tokens: 64, tune: 'all', blocks: 2, head: 'zero', precision: 'fp32' }
    expect(pretrained.read(params)).toEqual({ checkpoint: 'minilm-l3', tokens: 64, head: 'zero', precision: 'fp32' })
    expect(pretrained.read({ ...params, tune: 'last', head: 'unembedding' })).toEqual({
      checkpoint: 'minilm-l3',
      tokens: 64,
      head: 'unembedding',
      precision: 'fp32',
      trainBlocks: 2,
    })
  })

  it('probe is linear over frozen features, or has a hidden layer', () => {
    const net = (hidden: number) => probe.net({ hidden }, { width: 384, classes: 2 })
    expect(net(0)).toEqual({ kind: 'mlp', input: 384, hidden: [], classes: 2 })
    expect(net(16)).toEqual({ kind: 'mlp', input: 384, hidden: [16], classes: 2 })
  })
})
