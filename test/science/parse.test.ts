import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { LOSSES } from '../../src-main/science/losses'
import { METHODS } from '../../src-main/science/methods'
import { MODELS } from '../../src-main/science/models'
import { parseSpec, readNames } from '../../src-main/science/spec/parse'
import { problemsOf } from '../../src-main/science/spec/problems'
import { lossChoice } from '../../src-main/science/spec/spec'

const minimal = {
  version: 1,
  name: ' First ',
  tasks: ['spam'],
  weak: [{ model: 'words' }],
  strong: [{ model: 'vectors' }],
  methods: [{ method: 'naive' }],
  seeds: [0],
}
/** The names of a map as a message lists them. */
const known = (map: object) =>
  Object.keys(map)
    .map((id) => `"${id}"`)
    .join(', ')
const problems = (changes: object) => {
  const parsed = parseSpec({ ...minimal, ...changes })
  return parsed.ok ? [] : parsed.problems.map((p) => [p.path, p.expected, p.got])
}

describe('parseSpec', () => {
  it('fills in every default', () => {
    const parsed = parseSpec(minimal)
    expect(parsed).toEqual({
      ok: true,
      spec: {
        ...minimal,
        name: 'First',
        question: '',
        weak: [{ model: 'words', words: 50 }],
        strong: [{ model: 'vectors', hidden: 32, tuneEmbeddings: false }],
        sizes: { weak: 1000, transfer: 1000, validation: 300, test: 1000 },
        optimiser: {},
        labels: 'soft',
        stop: 'last',
        metric: 'accuracy',
        evaluations: 20,
        splitSeed: 0,
        redraw: 'halves',
        reference: false,
        elsewhere: true,
        probe: false,
        control: false,
        halves: 'any',
        measure: 'test',
        weights: 'keep',
      },
    })
  })

  it('takes back what it gave', () => {
    const first = parseSpec(minimal)
    expect(parseSpec(first.ok && first.spec)).toEqual(first)
  })

  const confidence = (extra: object) => ({ methods: [{ method: 'naive' }, { method: 'confidence', ...extra }] })
  it.each([
    ['a number out of range', confidence({ alphaMax: 1.5 }), ['methods[1].alphaMax', 'at most 1', '1.5']],
    ['a number of all models', { optimiser: { lr: 0 } }, ['optimiser.lr', 'at least 1e-7', '0']],
    [
      'a number of one model',
      { weak: [{ model: 'words', optimiser: { epochs: '2' } }] },
      ['weak[0].optimiser.epochs', 'a number', '"2"'],
    ],
    [
      'a misspelled key of one model’s optimiser',
      { weak: [{ model: 'words', optimiser: { epoch: 2 } }] },
      ['weak[0].optimiser.epoch', 'no such key; did you mean "epochs"?', '2'],
    ],
    [
      'a number below, in the form of earlier versions',
      { optimiser: { strong: { lr: 0 } } },
      ['optimiser.strong.lr', 'at least 1e-7', '0'],
    ],
    ['a wrong type', { optimiser: { weak: { lr: '0.1' } } }, ['optimiser.weak.lr', 'a number', '"0.1"']],
    ['half an example', { sizes: { test: 50.5 } }, ['sizes.test', 'a whole number', '50.5']],
    ['no number at all', { evaluations: Number.NaN }, ['evaluations', 'a number', 'NaN']],
    [
      'a misspelled key',
      confidence({ alphamax: 0.5 }),
      ['methods[1].alphamax', 'no such key; did you mean "alphaMax"?', '0.5'],
    ],
    [
      'a key of another variant',
      { methods: [{ method: 'naive', warmup: 0.1 }] },
      ['methods[0].warmup', 'no such key here', '0.1'],
    ],
    ['a misspelled key at the top', { seed: [0] }, ['seed', 'no such key; did you mean "seeds"?', '[0]']],
    [
      'a key of two letters that changed places',
      { sedes: [0] },
      ['sedes', 'no such key; did you mean "seeds"?', '[0]'],
    ],
    [
      'a misspelled key behind a default',
      { sizes: { tests: 50 } },
      ['sizes.tests', 'no such key; did you mean "test"?', '50'],
    ],
    [
      'an unknown variant',
      { methods: [{ method: 'confidance' }] },
      ['methods[0].method', `one of ${known(METHODS)}; did you mean "confidence"?`, '"confidance"'],
    ],
    ['a variant without its name', { weak: [{ words: 5 }] }, ['weak[0].model', `one of ${known(MODELS)}`, 'nothing']],
    ['an unknown choice', { stop: 'oracle' }, ['stop', 'one of "last", "weak-validation"', '"oracle"']],
    ['something left out', { seeds: undefined }, ['seeds', 'a list', 'nothing']],
    ['nothing in a list', { tasks: [] }, ['tasks', 'at least 1 entry', '[]']],
    ['an entry twice', { seeds: [3, 3] }, ['seeds[1]', 'an entry that is not there yet', 'the same as seeds[0]']],
    [
      'an entry twice, once with its default',
      { weak: [{ model: 'words' }, { model: 'words', words: 50 }] },
      ['weak[1]', 'an entry that is not there yet', 'the same as weak[0]'],
    ],
    ['an empty name', { name: '  ' }, ['name', 'at least 1 character', '"  "']],
    ['another version', { version: 2 }, ['version', '1', '2']],
  ])('says what is wrong with %s', (_what, changes, expected) => {
    expect(problems(changes)).toEqual([expected])
  })

  it('puts what means nothing beside the other values back to its default', () => {
    const model = { model: 'pretrained', checkpoint: 'pocket-l', blocks: 2 }
    const methods = [{ method: 'confidence', schedule: 'paper', warmup: 0.4 }]
    const parsed = parseSpec({ ...minimal, strong: [model, { ...model, tune: 'last' }], methods })
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    expect(parsed.spec.strong).toMatchObject([
      { tune: 'all', blocks: 1 },
      { tune: 'last', blocks: 2 },
    ])
    expect(parsed.spec.methods).toMatchObject([{ schedule: 'paper', warmup: 0.2 }])
    const [[path] = []] = problems({ strong: [model, { ...model, blocks: 3 }] })
    expect(path).toMatch(/^strong/)
  })

  it('reports every problem, in order', () => {
    const found = problems({
      version: 0,
      name: '',
      ...confidence({ alphaMax: -1, schedule: 'papers', threshhold: 'half' }),
    })
    expect(found.map(([path]) => path)).toEqual([
      'version',
      'name',
      'methods[1].alphaMax',
      'methods[1].schedule',
      'methods[1].threshhold',
    ])
  })

  it.each([null, 3, 'spec', []])('refuses %o as a whole', (input) => {
    expect(parseSpec(input)).toMatchObject({ ok: false, problems: [{ path: '', expected: 'an object' }] })
  })

  it('takes every model, method and loss with nothing but its name', () => {
    for (const model of Object.keys(MODELS)) expect(problems({ weak: [{ model }], strong: [{ model }] })).toEqual([])
    for (const method of Object.keys(METHODS)) expect(problems({ methods: [{ method }] })).toEqual([])
    for (const loss of Object.keys(LOSSES)) expect(lossChoice.safeParse({ loss }).success).toBe(true)
  })
})

describe('readNames', () => {
  it('keeps every entry that can be read at its place, whatever else is wrong', () => {
    const weak = [{ model: 'nosuch' }, { model: 'probe', checkpoint: 'large' }]
    const names = readNames({ tasks: [7, 'spam', 'spam'], weak, strong: 'x', seeds: null })
    expect(names).toMatchObject({ tasks: ['', 'spam', 'spam'], strong: [] })
    expect(names.weak.map(({ checkpoint }) => checkpoint)).toEqual([undefined, 'large'])
    expect(readNames(null)).toEqual({ tasks: [], weak: [], strong: [], methods: [] })
  })
})

describe('problemsOf', () => {
  const describeProblems = (schema: z.ZodType, input: unknown) => {
    const parsed = schema.safeParse(input)
    return parsed.success ? [] : problemsOf(parsed.error, input, schema)
  }

  it('puts the branches of an untagged union together', () => {
    const schema = z.strictObject({ path: z.union([z.string().min(1), z.null()]) })
    expect(describeProblems(schema, { path: 7 })).toEqual([{ path: 'path', expected: 'a text, or null', got: '7' }])
  })

  it('walks through records, optionals and pipes to the keys that were meant', () => {
    const schema = z.record(z.string(), z.strictObject({ width: z.number() }).optional())
    expect(describeProblems(schema, { a: { widht: 1, width: 2 } })).toEqual([
      { path: 'a.widht', expected: 'no such key; did you mean "width"?', got: '1' },
    ])
    const piped = z.strictObject({ colour: z.string() }).transform((c) => c.colour)
    expect(describeProblems(piped, { colour: 'red', color: 'red' })[0]!.expected).toContain('"colour"')
  })

  it('shortens a long value', () => {
    const [only] = describeProblems(z.strictObject({ n: z.number() }), { n: 'x'.repeat(500) })
    expect(only!.got).toHaveLength(80)
  })
})
