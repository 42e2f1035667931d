import { describe, expect, it } from 'vitest'
import { parseSpec } from '../../src-main/science/spec/parse'
import { planExperiment, planInSteps } from '../../src-main/science/plan/plan'
import { MOST_PROBLEMS, show } from '../../src-main/science/spec/problems'
import { MOST_STAGES, stageCount } from '../../src-main/science/size'

const context = {
  sources: Object.fromEntries(['a', 'b'].map((id) => [id, { sha256: id, title: id, classes: 2 }])),
  checkpoints: Object.fromEntries('abcde'.split('').map((id) => [id, { key: id, title: id }])),
  bundled: {},
  backend: 'wasm',
}
const transformer = (checkpoint: string) => ({ model: 'pretrained', checkpoint })
const transformers = { weak: ['a', 'b', 'c'].map(transformer), strong: ['d', 'e'].map(transformer) }
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i)
const spec = (changes: Record<string, unknown> = {}) => {
  const parsed = parseSpec({
    version: 1,
    name: 'Large',
    tasks: ['a', 'b'],
    weak: numbers(3).map((i) => ({ model: 'words', words: 10 + i })),
    strong: numbers(2).map((i) => ({ model: 'words', words: 100 + i })),
    methods: [{ method: 'naive' }, { method: 'confidence' }],
    seeds: [0, 1, 2],
    ...changes,
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.spec
}

describe('the size of an experiment', () => {
  it.each(['order', 'halves'])('is known before it is planned, with %s redrawn', (redraw) => {
    for (const reference of [true, false])
      for (const control of [true, false]) {
        const asked = spec({ redraw, reference, control })
        expect(planExperiment(asked, context).stages).toHaveLength(stageCount(asked))
      }
    const probed = spec({ redraw, probe: true, control: true, ...transformers })
    expect(planExperiment(probed, context).stages).toHaveLength(stageCount(probed))
  })

  it('is refused beyond a limit, with the numbers that make it, before anything is planned', () => {
    const large = spec({
      weak: numbers(20).map((i) => ({ model: 'words', words: 10 + i })),
      strong: numbers(20).map((i) => ({ model: 'words', words: 100 + i })),
      seeds: numbers(50),
    })
    expect(stageCount(large)).toBeGreaterThan(MOST_STAGES)
    const planning = planInSteps(large, context)
    expect(() => planning.next()).toThrow(
      'seeds: expected an experiment of at most 20,000 stages, got about 86,100: 2 tasks × 20 supervisors × 20 students × 2 methods × 50 seeds',
    )
    const most = spec({ seeds: numbers(400) })
    expect(planExperiment(most, context).stages).toHaveLength(stageCount(most))
  })
})

describe('an input that is no spec', () => {
  const problemsOf = (input: unknown) => {
    const parsed = parseSpec(input)
    return parsed.ok ? [] : parsed.problems
  }
  it('is answered with a hundred problems at most', () => {
    const unknown = Object.fromEntries(numbers(5000).map((i) => [`key ${i}`, i]))
    for (const input of [new Uint8Array(1e6), unknown, { tasks: numbers(5000) }, { seeds: numbers(5000).fill(0) }])
      expect(problemsOf(input)).toHaveLength(MOST_PROBLEMS)
  })

  it('shows what has no JSON form by its kind', () => {
    const own: unknown[] = []
    own.push(own)
    const shown = [own, 7n, new Uint8Array(3), () => 1, Symbol('x'), [1n]].map(show)
    const none = 'something that is no JSON'
    expect(shown).toEqual([none, 'a BigInt', 'bytes', 'function', 'symbol', none])
    expect(problemsOf({ seeds: [1n] }).find(({ path }) => path === 'seeds[0]')!.got).toBe('a BigInt')
  })
})
