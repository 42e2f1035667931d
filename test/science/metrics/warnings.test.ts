import { describe, expect, it } from 'vitest'
import { oneSided, oneText } from '../../../src-main/science/metrics/warnings'

describe('a supervisor of texts', () => {
  const truth = ['a', 'b', 'c', 'd', 'a', 'e', 'f', 'g', 'h', 'i']
  const writing = (...texts: string[]) => ({ seed: 3, decisions: truth.map((_, i) => texts[i % texts.length]!), truth })

  it('that writes one text for most is warned of, without the text', () => {
    expect(oneText([writing('a')])).toEqual([
      'The supervisor writes one and the same text for so much of the test set: 100 %, and is right for 20 % (seed 3). Its labels teach that text.',
    ])
    expect(oneText([writing('x', 'x', 'x', 'y'), { ...writing('b'), seed: 4 }])[0]).toContain(
      '80 %, and is right for 0 % (seed 3); 100 %, and is right for 10 % (seed 4)',
    )
  })

  it('that writes several, or what most rows ask for, is not', () => {
    expect(oneText([writing('a', 'b'), writing('x', 'y', 'z')])).toEqual([])
    const alike = truth.map((_, i) => (i < 6 ? 'a' : `${i}`))
    expect(oneText([{ seed: 0, decisions: truth.map(() => 'a'), truth: alike }])).toEqual([])
  })

  it('is none that leans to one class, and one of classes none that writes', () => {
    expect(oneSided([writing('a')], [])).toEqual([])
    const decisions = [1, 1, 1, 1, 1, 1]
    expect(oneText([{ seed: 0, decisions, truth: [0, 0, 0, 1, 1, 1] }])).toEqual([])
  })
})
