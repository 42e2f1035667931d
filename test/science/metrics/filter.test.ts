import { describe, expect, it } from 'vitest'
import { choices } from '../../../src-main/science/answers'
import {
  cube,
  exampleFilterSchema,
  exampleRows,
  facetsOf,
  fitting,
  lengthOf,
  type SeedPredictions,
} from '../../../src-main/science/metrics'
import type { ExampleFilter, ExampleRow } from '../../../src-preload/contract'

const of = (...p: number[]) => choices(2, Float32Array.from(p))
/** Three evaluations of a student that comes round to its supervisor, which is wrong on rows 1 and 2. */
const seed: SeedPredictions = {
  ...{ seed: 0, epochs: 1, steps: [0, 10, 20], truth: [1, 0, 1, 0], weak: of(0.75, 0.875, 0.25, 0.125) },
  ...{ ceiling: of(1, 0, 1, 0), weakValidation: of(1), studentValidation: [of(0), of(1), of(1)] },
  student: [of(0.5, 0.5, 0.5, 0.5), of(0.75, 0.25, 0.75, 0.25), of(0.75, 0.75, 0.25, 0.25)],
}
const EXAMPLES = ['Noon', 'midnight', 'dawn at sea', 'dusk'].map((text, id) => ({
  ...{ id, text, label: seed.truth[id]!, group: id < 2 ? 'pair' : `alone ${id}` },
}))
const rows = exampleRows(seed, 'last', EXAMPLES)
const found = (filter: Partial<ExampleFilter>) =>
  rows.filter(fitting({ cells: [], search: '', ...filter })).map(({ index }) => index)

describe('a filter of examples', () => {
  it('leaves all where it says nothing', () => expect(found({})).toEqual([0, 1, 2, 3]))

  it.each<[string, Partial<ExampleFilter>, number[]]>([
    ['cells', { cells: ['001'] }, [1, 2]],
    ['a text in any case', { search: ' NOON' }, [0]],
    ['the right class', { truth: 0 }, [1, 3]],
    ['what the supervisor says', { weakSays: 1 }, [0, 1]],
    ['what the student says', { studentSays: 0 }, [2, 3]],
    ['the supervisor’s confidence, ends included', { weakConfidence: [0.8, 0.875] }, [1, 3]],
    ['the student’s confidence', { studentConfidence: [0.76, 1] }, []],
    ['length in characters, ends included', { length: [4, 8] }, [0, 1, 3]],
    ['a group', { group: 'pair' }, [0, 1]],
    ['all of them together', { truth: 0, weakSays: 1, group: 'pair' }, [1]],
  ])('goes by %s', (_, filter, expected) => expect(found(filter)).toEqual(expected))

  it('refuses what it does not know', () => {
    const parse = (filter: unknown) => exampleFilterSchema.safeParse(filter).success
    expect(parse({ cells: [], search: '' })).toBe(true)
    expect(parse({ cells: [], search: '', weakConfidence: [0, 1.5] })).toBe(false)
    expect(parse({ cells: [], search: '', truth: -1 })).toBe(false)
    expect(parse({ cells: ['002'], search: '' })).toBe(false)
    expect(parse({ cells: [], search: '', mood: 'good' })).toBe(false)
  })
})

it('the length of an example counts its options', () => {
  const row: Pick<ExampleRow, 'text' | 'options'> = { text: 'which?', options: ['this', 'that one'] }
  expect(lengthOf(row)).toBe(18)
})

describe('a student at a step', () => {
  it('is the one of that evaluation in rows and counts', () => {
    expect(exampleRows(seed, 'step-10', EXAMPLES).map(({ cell }) => cell)).toEqual(['111', '011', '011', '111'])
    expect(rows.map(({ cell }) => cell)).toEqual(['111', '001', '001', '111'])
    expect(cube(seed, 'step-10').counts).toMatchObject({ '011': 2, '001': 0, '111': 2 })
  })

  it('is told beside the reported one, with what examples can be told apart by', () => {
    expect(facetsOf(seed, 'last', 'step-10', rows)).toMatchObject({
      ...{ steps: [0, 10, 20], reported: 20, step: 10 },
      ...{ groups: [{ group: 'pair', n: 2 }], alone: 2, length: [4, 11] },
    })
    expect(facetsOf(seed, 'oracle', 'oracle', rows)).toMatchObject({ reported: 10, step: 10 })
    expect(facetsOf(seed, 'last', 'last', [])).toMatchObject({ groups: [], length: [0, 0] })
  })
})
