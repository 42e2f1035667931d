import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinGroups } from '../../src-main/science/tasks/groups'
import { lengthShortcut, type Counted } from '../../src-main/science/tasks/shortcuts'
import { createTwinFinder, foldText } from '../../src-main/science/tasks/twins'

function firstsOf(texts: readonly string[]): number[] {
  const finder = createTwinFinder()
  for (const text of texts) finder.add(text)
  const { first, complete } = finder.find()
  expect(complete).toBe(true)
  return [...first]
}

/** All pairs, sets of whole words: what the search has to find. */
function bruteForce(texts: readonly string[]): number[] {
  const sets = texts.map((text) => {
    const words = text.toLowerCase().match(/\w+/g) ?? [text]
    if (words.length < 5) return new Set([words.join(' ')])
    return new Set(words.slice(4).map((_, i) => words.slice(i, i + 5).join(' ')))
  })
  const first = texts.map((_, i) => i)
  for (let i = 0; i < texts.length; i++) {
    for (let j = 0; j < i; j++) {
      const shared = [...sets[i]!].filter((shingle) => sets[j]!.has(shingle)).length
      if (shared / (sets[i]!.size + sets[j]!.size - shared) < 0.9) continue
      const [low, high] = [Math.min(first[i]!, first[j]!), Math.max(first[i]!, first[j]!)]
      for (const [k, root] of first.entries()) if (root === high) first[k] = low
    }
  }
  return first
}

/** A text of words in which some are changed: of 60 to 200 words a change or two keeps or loses the threshold. */
const edited = fc
  .record({ base: fc.nat(2), words: fc.integer({ min: 1, max: 200 }), edits: fc.array(fc.nat(199), { maxLength: 3 }) })
  .map(({ base, words, edits }) =>
    Array.from({ length: words }, (_, i) => (edits.includes(i) ? `edit${i}` : `w${base}x${i}`)).join(' '),
  )

describe('near twins', () => {
  it('are those that comparing all pairs finds', () => {
    fc.assert(
      fc.property(fc.array(edited, { minLength: 2, maxLength: 25 }), (texts) => {
        expect(firstsOf(texts)).toEqual(bruteForce(texts))
      }),
      { numRuns: 150 },
    )
  })

  it('are found across case, blanks, Unicode form and punctuation', () => {
    const texts = ['Café au lait', '  CAFÉ  au\tlait! ', 'Cafe\u0301 au lait', 'ｃａｆｅ́ au lait', 'tea']
    expect(firstsOf(texts)).toEqual([0, 0, 0, 0, 4])
    expect(foldText(texts[1]!)).toBe('café au lait!')
    expect(foldText(texts[2]!)).toBe(foldText(texts[0]!))
  })

  it('are found in scripts without spaces, and among texts without a word', () => {
    const long = '我们在春天的花园里看到了许多美丽的蝴蝶和蜜蜂它们在阳光下飞来飞去'.repeat(1)
    const most =
      '今天早上我在公园里遇见了一位多年没有见面的老朋友我们一起喝了茶聊了很久直到太阳下山才依依不舍地告别回家' + long
    expect(firstsOf([most, most + '了', long, '!!!', ' !!! ', '???'])).toEqual([0, 0, 2, 3, 3, 5])
  })

  it('of twins are in one cluster, however long the chain', () => {
    const chain = Array.from({ length: 12 }, (_, k) =>
      Array.from({ length: 120 }, (_, i) => (i < 10 * k ? `new${i}` : `old${i}`)).join(' '),
    )
    const steps = chain.flatMap((text, k) => {
      const next = chain[k + 1]?.split(' ')
      if (!next) return [text]
      return Array.from({ length: 10 }, (_, s) =>
        text
          .split(' ')
          .map((word, i) => (i < 10 * k + s ? next[i]! : word))
          .join(' '),
      )
    })
    expect(new Set(firstsOf(steps))).toEqual(new Set([0]))
    expect(firstsOf([steps[0]!, steps.at(-1)!])).toEqual([0, 1])
  })

  it('of one template in thousands of texts are found without comparing all with all', () => {
    const template = Array.from({ length: 150 }, (_, i) => `word${i}`).join(' ')
    const firsts = firstsOf(Array.from({ length: 3000 }, (_, i) => `${template} number ${i}`))
    expect(new Set(firsts)).toEqual(new Set([0]))
  })
})

describe('joined groups', () => {
  it('are those that share a tie, called after the first; rows alone stay without one', () => {
    const groups = ['a', 'b', undefined, undefined, undefined, 'b', 'c']
    expect(joinGroups(groups, [[0, 1, 1, 3, 3, 5, 6]])).toEqual(['a', 'b', 'b', 'like row 4', 'like row 4', 'b', 'c'])
    expect(
      joinGroups(groups, [
        [0, 1, 1, 3, 3, 5, 6],
        [0, 1, 2, 0, 4, 5, 2],
      ]),
    ).toEqual(['a', 'b', 'b', 'a', 'a', 'b', 'b'])
  })

  it('take no name that a group has already', () => {
    expect(joinGroups([undefined, undefined, 'like row 1'], [[0, 0, 2]])).toEqual([
      "like row 1'",
      "like row 1'",
      'like row 1',
    ])
  })
})

describe('the length of a text as a rule', () => {
  const texts = (...pairs: [number, number][]): Counted[] => pairs.map(([length, label]) => ({ length, label }))

  it('is learnt on one list and measured on the other, by classes', () => {
    const known = texts([1, 0], [2, 0], [3, 1], [9, 0], [8, 1], [10, 1])
    // The best threshold is 2: two of three of class 0 are as short, none of class 1.
    expect(lengthShortcut(known, texts([1, 0], [2, 0], [2, 0], [50, 0], [7, 1]), 2)).toBeCloseTo((3 / 4 + 1) / 2, 12)
  })

  it('finds the rule in either direction, and says half where all are as long', () => {
    expect(lengthShortcut(texts([1, 1], [2, 0]), texts([1, 1], [9, 0]), 2)).toBe(1)
    expect(lengthShortcut(texts([5, 1], [5, 0]), texts([5, 1], [5, 0]), 2)).toBe(0.5)
  })

  it('cuts as many ranges as there are classes, in any order of them, and no more', () => {
    // Shortest are of class 2, then of 0, then of 1; a text of class 2 among the longest is out of reach.
    const known = texts([1, 2], [2, 2], [3, 2], [5, 0], [6, 0], [8, 1], [9, 1], [99, 2])
    expect(lengthShortcut(known, known, 3)).toBeCloseTo((1 + 1 + 3 / 4) / 3, 12)
    expect(lengthShortcut(known, texts([0, 2], [5, 0], [7, 0], [1000, 1]), 3)).toBe(1)
  })

  it('is the best of all such rules', () => {
    const text = fc.record({ length: fc.integer({ min: 0, max: 5 }), label: fc.integer({ min: 0, max: 2 }) })
    const seen = [0, 1, 2].map((label) => ({ length: 0, label }))
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (more) => {
        const known = [...seen, ...more]
        const totals = [0, 1, 2].map((c) => known.filter(({ label }) => label === c).length)
        let best = 0
        for (let rule = 0; rule < 3 ** 6; rule++) {
          const says = Array.from({ length: 6 }, (_, length) => Math.floor(rule / 3 ** length) % 3)
          if (says.filter((label, i) => i > 0 && label !== says[i - 1]).length > 2) continue
          const right = known.filter(({ length, label }) => says[length] === label)
          best = Math.max(best, right.reduce((sum, { label }) => sum + 1 / totals[label]!, 0) / 3)
        }
        expect(lengthShortcut(known, known, 3)).toBeCloseTo(best, 10)
      }),
      { numRuns: 50 },
    )
  })

  it('says nothing where a class is missing', () => {
    expect(lengthShortcut(texts([1, 1]), texts([1, 1], [9, 0]), 2)).toBeNull()
    expect(lengthShortcut(texts([1, 1], [2, 0]), texts([1, 1]), 2)).toBeNull()
  })
})
