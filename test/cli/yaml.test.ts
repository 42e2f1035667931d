// A spec as YAML, as users run it: read by the reader of the window, refused with its line.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildCommandLine, type CommandLine } from './w2s'

let w2s: CommandLine
beforeAll(async () => {
  w2s = await buildCommandLine()
}, 120_000)
afterAll(() => w2s.remove())

const SMALL = `# the smallest that means something
version: 1
name: Small
tasks: [sotu] # one
weak: [{ model: words, words: 50 }]
strong: [{ model: vectors, hidden: 16 }]
methods:
  - method: naive
sizes: { weak: 60, transfer: 60, validation: 20, test: 60 }
optimiser: { epochs: 1 }
evaluations: 2
seeds: [0]
`
async function ran(text: string) {
  await writeFile(join(w2s.home, 'spec.yaml'), text)
  return w2s.run('run', 'spec.yaml', '--backend', 'wasm', '--no-export', '--json')
}

it('is run, comments and all', { timeout: 240_000 }, async () => {
  const { code, document } = await ran(SMALL)
  expect([code, document['ok']]).toEqual([0, true])
  expect(document['run']).toMatchObject({ name: 'Small', state: 'done' })
})

it.each([
  [
    'a key that stands twice',
    `${SMALL}name: again\n`,
    { path: 'spec.yaml, line 13', got: 'This key stands twice in one object.' },
  ],
  ['a key that is none', `${SMALL}task: [sotu]\n`, { path: 'task', expected: 'no such key; did you mean "tasks"?' }],
])('is refused for %s', async (_what, text, problem) => {
  const { code, document, stderr } = await ran(text)
  expect(code).toBe(2)
  expect(document).toMatchObject({ ok: false, error: { code: 'bad-input', problems: [problem] } })
  expect(stderr).toContain(problem.path)
})
