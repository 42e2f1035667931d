import { describe, expect, it } from 'vitest'
import { followText, readText, SpecTextError, writeText } from '../../src-preload/spec-text'

const TEXT = `# my study
version: 1
name: "X" # the name
tasks: [sotu]

# models
weak:
  - model: words
    words: 50 # few
  # the other
  - model: words
    words: 80 # many
optimiser: {}
seeds:
  - 0
  - 1
`
const SPEC = {
  version: 1,
  name: 'X',
  tasks: ['sotu'],
  weak: [
    { model: 'words', words: 50 },
    { model: 'words', words: 80 },
  ],
  optimiser: {},
  seeds: [0, 1],
}
/** What reading a text is refused with. */
function refusal(text: string): string {
  try {
    return `read as ${JSON.stringify(readText(text).value)}`
  } catch (error) {
    if (!(error instanceof SpecTextError)) throw error
    return `${error.line}: ${error.message}`
  }
}

describe('reading', () => {
  it('gives what is said, of JSON too, in the words of JSON whatever version a text asks for', () => {
    expect(readText(TEXT).value).toEqual(SPEC)
    expect(readText(JSON.stringify(SPEC, null, 2)).value).toEqual(SPEC)
    expect(readText('%YAML 1.1\n---\na: yes\nb: 2001-01-01\nc: 1e-4\nd: !!str 5').value).toEqual({
      ...{ a: 'yes', b: '2001-01-01', c: 0.0001, d: '5' },
    })
  })
  it('knows the line of every place, and of the nearest around one that is not there', () => {
    const { lineOf } = readText(TEXT)
    const places = [['name'], ['weak', 1, 'words'], ['weak', 1, 'hidden'], ['weak', 7], ['seeds', 1], ['elsewhere']]
    expect(places.map(lineOf)).toEqual([3, 12, 11, 8, 16, 2])
  })
  it.each([
    ['an alias', 'a: &x [1]\nb: *x', '2: "*x" stands for something written elsewhere; write it out here.'],
    ['a key twice', 'a: 1\nb: 2\na: 3', '3: This key stands twice in one object.'],
    ['a tag of a program', 'a: !!js/function x', /^1: Unresolved tag: .*js\/function\. A spec has no tags\.$/],
    ['a tag of bytes', 'a: !!binary aGk=', /^1: Unresolved tag: .*binary\. A spec has no tags\.$/],
    ['infinity', 'a: .inf', '1: ".inf" is no number that JSON can say.'],
    ['a key that is no text', 'a:\n  1: 2', '2: Every key has to be a text.'],
    ['a second document', 'a: 1\n---\nb: 2', '2: There is more than one document; a spec is one.'],
    ['what never ends', 'a:\n  b: [1', /^2: /],
    ['a tab', 'a:\n\tb: 1', '2: Tabs are not allowed as indentation.'],
    ['brackets without end', '['.repeat(500_000), '1: Lists and objects lie in each other more than 64 deep.'],
    ['dashes without end', '- '.repeat(50_000), '1: Lists and objects lie in each other more than 64 deep.'],
    ['a text without end', 'a: ' + 'b'.repeat(2 ** 20), '1: This is longer than the 1048576 characters of a spec.'],
  ])('refuses %s, with its line', (_what, text, message) => {
    if (typeof message === 'string') expect(refusal(text)).toBe(message)
    else expect(refusal(text)).toMatch(message)
  })
  it('makes nothing of aliases that would fill the memory', () => {
    const bomb = ['a: &a [x]', ...[...'bcdefghij'].map((c, i) => `${c}: &${c} [${`*${'abcdefghi'[i]},`.repeat(9)}]`)]
    expect(refusal(bomb.join('\n'))).toMatch(/^2: "\*a" stands for/)
  })
})

describe('writing', () => {
  it('says the same when it is read', () => {
    for (const value of [SPEC, { a: 'yes', b: '12', c: 'null', d: '- x', e: ' # no', f: '', g: [[0, 1]], h: 1e-7 }])
      expect(readText(writeText(value)).value).toEqual(value)
    expect(writeText(SPEC)).toContain('seeds: [0, 1]\n')
  })
  it('changes nothing of a text that says it already', () => expect(followText(TEXT, SPEC)).toBe(TEXT))
  it('changes one value alone, and keeps quotes, comments and blank lines', () => {
    const changed = { ...SPEC, name: 'Y', weak: [SPEC.weak[0], { model: 'words', words: 90 }] }
    expect(followText(TEXT, changed)).toBe(TEXT.replace('"X"', '"Y"').replace('80 # many', '90 # many'))
  })
  it('takes entries out and puts them in where they are, with what stands beside them', () => {
    const first = TEXT.replace('  # the other\n  - model: words\n    words: 80 # many\n', '')
    expect(followText(TEXT, { ...SPEC, weak: SPEC.weak.slice(0, 1) })).toBe(first)
    const seeds = followText(TEXT, { ...SPEC, seeds: [0, 4, 1], optimiser: { lr: 0.1 } })
    expect(seeds).toBe(TEXT.replace('- 0\n', '- 0\n  - 4\n').replace('optimiser: {}', 'optimiser:\n  lr: 0.1'))
    expect(readText(followText(TEXT, { seeds: [1] })).value).toEqual({ seeds: [1] })
  })
})
