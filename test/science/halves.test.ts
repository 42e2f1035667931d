import { describe, expect, it } from 'vitest'
import { planExperiment } from '../../src-main/science/plan/plan'
import { parseSpec } from '../../src-main/science/spec/parse'
import { largestSizes } from '../../src-main/science/tasks'

const plan = (changes: Record<string, unknown>, graded?: boolean) => {
  const models = { weak: [{ model: 'words' }], strong: [{ model: 'words', words: 90 }], methods: [{ method: 'naive' }] }
  const parsed = parseSpec({ version: 1, name: 'Halves', tasks: ['a'], ...models, seeds: [0], ...changes })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const source = { sha256: 'a', title: 'A', classes: 2, ...(graded !== undefined && { graded }) }
  return planExperiment(parsed.spec, { sources: { a: source }, checkpoints: {}, bundled: {}, backend: 'wasm' }).stages
}
const EASY = { halves: 'easy-to-hard' }

describe('easy to hard', () => {
  it('is another data stage, and the default none', () => {
    const [any, easy] = [plan({}, true), plan(EASY, true)]
    expect(any[0]!.config).not.toHaveProperty('halves')
    expect(easy[0]!.config).toMatchObject(EASY)
    expect(plan({ halves: 'any' }, true)).toEqual(any)
    expect(easy.map(({ kind }) => kind)).toEqual(any.map(({ kind }) => kind))
  })

  it('is refused where rows are known to have no difficulty, and not where that is not known yet', () => {
    expect(() => plan(EASY, false)).toThrow(
      'tasks[0]: expected a task whose rows have a difficulty: "halves" is "easy-to-hard", got "a"',
    )
    expect(plan(EASY)).toHaveLength(plan({}).length)
    expect(plan({}, false)).toHaveLength(plan({}).length)
  })

  it('leaves every split half of the rows that it could have', () => {
    const sizes = { weak: 1000, transfer: 1000, validation: 200, test: 1000 }
    const rows = { all: 3000, test: 800 }
    expect(largestSizes(sizes, rows, 'test')).toEqual({ weak: 1000, transfer: 1000, validation: 200, test: 800 })
    expect(largestSizes(sizes, rows, 'test', 'easy-to-hard')).toEqual({
      weak: 500,
      transfer: 500,
      validation: 100,
      test: 400,
    })
  })
})
