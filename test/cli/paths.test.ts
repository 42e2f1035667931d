// Paths that say nothing: the current folder is meant by none of them.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildCommandLine, type CommandLine } from './w2s'

let w2s: CommandLine
beforeAll(async () => (w2s = await buildCommandLine()), 120_000)
afterAll(() => w2s.remove())

test.each([
  ['[path]', ['export', 'last', '']],
  ['--export', ['run', 'quickstart', '--export', '']],
  ['--to', ['sweep', 'quickstart', '--over', 'seeds=1,2', '--to', ' ']],
  ['<bundle.zip>', ['verify', '']],
  ['<folder | file>', ['models', 'add', '']],
  ['<file>', ['data', 'preview', '']],
  ['<pgn>', ['corpora', 'add', '', '--id', 'mine', '--licence', 'own']],
])('%s that is empty is refused', async (path, args) => {
  const { code, document } = await w2s.run(...args, '--json')
  expect(code).toBe(2)
  expect(document).toMatchObject({ error: { problems: [{ path, expected: 'a path', got: 'nothing' }] } })
})
