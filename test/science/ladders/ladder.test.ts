import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contentKey } from '../../../src-main/science/maths/hash'
import { arrange, ladderSchema } from '../../../src-main/science/ladders/ladder'
import { planExperiment } from '../../../src-main/science/plan/plan'
import { stageCount } from '../../../src-main/science/size'
import { parseSpec } from '../../../src-main/science/spec/parse'

const ids = ['a', 'b', 'c', 'd']
const CONTEXT = {
  sources: { spam: { sha256: 'a'.repeat(64), title: 'Spam', classes: 2 } },
  bundled: {},
  checkpoints: Object.fromEntries(ids.map((id) => [id, { key: contentKey(id), title: id, parameters: 1e6 }])),
  backend: 'cpu',
}
function specOf(part: object) {
  const base = { version: 1, name: 'Ladder', tasks: ['spam'], methods: [{ method: 'naive' }], seeds: [0] }
  const parsed = parseSpec({ ...base, ...part })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.spec
}
const armsOf = (part: object) =>
  planExperiment(specOf(part), CONTEXT).arms.map(
    ({ weakTitle, strongTitle, methodTitle }) => `${weakTitle}→${strongTitle} ${methodTitle}`,
  )

describe('a ladder in a spec', () => {
  it('as all pairs: every model supervises every larger one', () => {
    const pairs = ['a→b', 'a→c', 'a→d', 'b→c', 'b→d', 'c→d']
    expect(armsOf(arrange(ids, 'pairs'))).toEqual(pairs.map((pair) => `${pair} naive`))
  })

  it('as all students of one supervisor, and as a chain', () => {
    expect(armsOf(arrange(ids, 'students'))).toEqual(['a→b naive', 'a→c naive', 'a→d naive'])
    expect(armsOf(arrange(ids, 'chain'))).toEqual(['a→b naive', 'b→c naive', 'c→d naive'])
  })

  it('as bootstrapping: naive beside it, every rung told', () => {
    expect(armsOf(arrange(ids, 'bootstrap'))).toEqual([
      'a→d naive',
      'a→b bootstrap',
      'a→c bootstrap b',
      'a→d bootstrap b → c',
    ])
  })

  it('of two models is the same however it is arranged', () => {
    for (const how of ['pairs', 'students', 'chain'] as const)
      expect(armsOf(arrange(['a', 'b'], how))).toEqual(['a→b naive'])
  })
})

describe('the pairs of a spec', () => {
  const models = arrange(ids, 'pairs')

  it('are counted in its size, and leave out what they do not name', () => {
    const spec = specOf(arrange(ids, 'chain'))
    const { stages } = planExperiment(spec, CONTEXT)
    // Data; three supervisors with labels, three ceilings, three students.
    expect(stages).toHaveLength(1 + 3 * 2 + 3 + 3)
    expect(stageCount(spec)).toBe(stages.length)
  })

  it('change nothing where they are all that there is: not given, they are not in the spec', () => {
    const all = { weak: models.weak, strong: models.strong }
    expect(specOf(all)).not.toHaveProperty('pairs')
    const every = all.weak.flatMap((_weak, i) => all.strong.map((_strong, j) => [i, j]))
    expect(planExperiment(specOf({ ...all, pairs: every }), CONTEXT)).toEqual(planExperiment(specOf(all), CONTEXT))
  })

  it.each([
    [[[0, 3]], 'pairs[0][1]', /one of the 3 students/],
    [
      [
        [0, 0],
        [0, 0],
      ],
      'pairs[1]',
      /not there yet/,
    ],
    [[], 'pairs', /at least 1/],
  ])('are refused at their place: %j', (pairs, path, expected) => {
    const base = { version: 1, name: 'Ladder', tasks: ['spam'], methods: [{ method: 'naive' }], seeds: [0] }
    const parsed = parseSpec({ ...base, ...models, pairs })
    expect(parsed.ok ? [] : parsed.problems).toMatchObject([
      { path, expected: expect.stringMatching(expected) as string },
    ])
  })
})

it('the ladders that come with the app are ladders', () => {
  const file = resolve(import.meta.dirname, '../../../resources/ladders/ladders.json')
  const { ladders } = JSON.parse(readFileSync(file, 'utf8')) as { ladders: unknown[] }
  expect(ladders.map((ladder) => ladderSchema.safeParse(ladder).success)).toEqual(ladders.map(() => true))
})
