import { describe, expect, it } from 'vitest'
import { MODELS } from '../../src-main/science/models'

const input = { width: 64, vocabulary: 5000, classes: 2 }

describe('models', () => {
  it('words is linear in the presence of its words', () => {
    const { words } = MODELS
    expect(words!.pretrained).toBe(false)
    expect(words!.features({ words: 40 })).toEqual({ kind: 'words', words: 40 })
    // The weak half may have fewer words than asked for: the width of its features counts.
    expect(words!.net({ words: 40 }, { width: 33, vocabulary: 0, classes: 3 })).toEqual({
      kind: 'mlp',
      input: 33,
      hidden: [],
      classes: 3,
    })
  })

  it('vectors is a hidden layer over the mean vector, or a linear head', () => {
    const { vectors } = MODELS
    expect(vectors!.pretrained).toBe(true)
    expect(vectors!.features({})).toEqual({ kind: 'vectors' })
    const net = (hidden: number, tuneEmbeddings: boolean) => vectors!.net({ hidden, tuneEmbeddings }, input)
    const bag = { kind: 'bag', vocabulary: 5000, width: 64, classes: 2 }
    expect(net(32, false)).toEqual({ ...bag, hidden: [32], tuneEmbeddings: false })
    expect(net(0, true)).toEqual({ ...bag, hidden: [], tuneEmbeddings: true })
  })
})
