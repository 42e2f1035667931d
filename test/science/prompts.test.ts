import { describe, expect, it } from 'vitest'
import {
  answerText,
  drawShots,
  instructionOf,
  promptText,
  TEMPLATE,
  TEMPLATE_RULE,
} from '../../src-main/science/prompts'

describe('a prompt', () => {
  const shots = [
    { text: 'The Sun is a star.', answer: '1' },
    { text: 'Ice is $& hot.', answer: '0' },
  ]

  it('is the instruction, the examples with their answers, and the text, up to where its answer begins', () => {
    // The instruction of arXiv 2312.09390, Table 2.
    const instruction =
      'There is a science knowledge question, followed by an answer. Respond with 1 if the answer is correct, and with 0 otherwise.'
    const paper = { instruction, template: TEMPLATE }
    expect(promptText(paper, shots, 'Water is wet.')).toBe(
      `${instruction}\n\nThe Sun is a star.\nAnswer: 1\n\nIce is $& hot.\nAnswer: 0\n\nWater is wet.\nAnswer:`,
    )
    expect(answerText(paper, '1')).toBe(' 1')
    expect(promptText({ instruction: '', template: TEMPLATE }, [], '')).toBe('Answer:')
    const other = { instruction: '', template: 'Q: {text} A:{answer}' }
    expect([promptText(other, shots.slice(0, 1), 'x'), answerText(other, '0')]).toEqual([
      'Q: The Sun is a star. A:1\n\nQ: x A:',
      '0',
    ])
  })

  it.each([
    [TEMPLATE, true],
    ['{text}{answer}', true],
    ['Q {text}\n\nA\n{answer}', true],
    ['{answer} {text}', false],
    ['{text} {text} {answer}', false],
    ['{text} {answer}.', false],
    ['{text}', false],
    ['{answer}', false],
  ])('takes a template with the text once and the answer at its end: %j %s', (template, fits) => {
    expect(TEMPLATE_RULE.test(template)).toBe(fits)
  })

  it('asks by default what the task asks, and for one of its answers', () => {
    expect(instructionOf('Is this e-mail spam?', ['mail', 'spam'])).toBe(
      'Is this e-mail spam? Respond with "mail" or "spam".',
    )
    expect(instructionOf('', ['a', 'b', 'c'])).toBe('Respond with "a", "b" or "c".')
    expect(instructionOf('Which is better?', [])).toBe('Which is better?')
  })
})

describe('the examples of a prompt', () => {
  const labels = Array.from({ length: 40 }, (_, i) => (i < 30 ? 0 : i < 37 ? 1 : null))
  const of = (drawn: number[], label: number) => drawn.filter((i) => labels[i] === label).length

  it('are of one label as often as of another, as far as there are enough, and none of those left out', () => {
    for (let seed = 0; seed < 50; seed++) {
      const five = drawShots(labels, 5, seed)
      expect(new Set(five).size).toBe(5)
      expect([2, 3]).toContain(of(five, 0))
      expect(of(five, 0) + of(five, 1)).toBe(5)
      const twenty = drawShots(labels, 20, seed)
      expect([of(twenty, 0), of(twenty, 1)]).toEqual([13, 7])
    }
    expect(drawShots(labels, 100, 0)).toHaveLength(37)
    expect(drawShots([], 3, 0)).toEqual([])
  })

  it('come in random order, the same for the same seed; an odd one is of any label', () => {
    expect(drawShots(labels, 5, 3)).toEqual(drawShots(labels, 5, 3))
    const seeds = Array.from({ length: 200 }, (_, seed) => drawShots(labels, 5, seed))
    expect(new Set(seeds.map(String)).size).toBeGreaterThan(190)
    const first = seeds.filter(([i]) => labels[i!] === 0).length
    const odd = seeds.filter((five) => of(five, 0) === 3).length
    for (const share of [first, odd]) expect(Math.abs(share / 200 - 0.5)).toBeLessThan(0.12)
  })
})
