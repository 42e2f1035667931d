// Options and texts to be continued by the command line: proposed, asked, said and refused as in the window.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

const tables = readTables()
let w2s: CommandLine
beforeAll(async () => {
  w2s = await buildCommandLine()
}, 90_000)
afterAll(() => w2s.remove())

const data = (...args: string[]) => w2s.run('data', ...args, '--json')
const written = (name: string, rows: readonly object[]) =>
  writeFile(join(w2s.home, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
const pairs = Array.from({ length: 60 }, (_, i) => [`good ${i} ${i * 7} is one`, `bad ${i * 3} ${i} is other`] as const)

describe('w2s data', () => {
  it('previews and imports pairs of which the first is preferred', async () => {
    await written(
      'pairs.jsonl',
      pairs.map(([chosen, rejected], i) => ({ prompt: `p ${i}`, chosen, rejected })),
    )
    const seen = await data('preview', 'pairs.jsonl')
    expect(mismatches(tables, 'data', seen.document)).toEqual([])
    expect(seen.document).toMatchObject({ preview: { form: 'options', right: 'first', text: 'prompt' } })
    expect(seen.stderr).toContain('chosen, rejected')
    const imported = await data('import', 'pairs.jsonl', '--licence', 'own', '--twins', 'apart')
    expect(imported.code).toBe(0)
    expect(mismatches(tables, 'data', imported.document)).toEqual([])
    expect(imported.document).toMatchObject({ tasks: [{ id: 'pairs', form: 'options', examples: 60 }] })
    expect(imported.stderr).toContain('options "chosen" and "rejected", right: first')
  })

  it('asks how a row says which option is right, and reads as it is told', async () => {
    await written(
      'choice.jsonl',
      pairs.map(([response_1, response_2]) => ({ response_1, response_2, choice: 1 })),
    )
    const asked = await data('preview', 'choice.jsonl')
    expect(mismatches(tables, 'data', asked.document)).toEqual([])
    expect(asked.stderr).toContain("--right 'from 0'")
    const choice = ['import', 'choice.jsonl', '--licence', 'own', '--twins', 'apart']
    expect((await data(...choice)).document).toMatchObject({ error: { problems: [{ path: '--right' }] } })
    expect((await data(...choice, '--right', 'from 1')).document).toMatchObject({
      tasks: [{ rows: { train: [60, 0], test: null } }],
    })
  })

  it('imports texts to be continued where that is said', async () => {
    await written(
      'moves.jsonl',
      pairs.map(([game], i) => ({ game, move: ` e${i % 8}` })),
    )
    const said = ['--form', 'text', '--text', 'game', '--target', 'move', '--twins', 'apart']
    const imported = await data('import', 'moves.jsonl', '--licence', 'own', ...said)
    expect(mismatches(tables, 'data', imported.document)).toEqual([])
    expect(imported.document).toMatchObject({ tasks: [{ form: 'text', classes: [], examples: 60, rows: null }] })
    const wrong = await data('preview', 'moves.jsonl', '--form', 'texts')
    expect(wrong.document).toMatchObject({ error: { problems: [{ path: '--form', got: '"texts"' }] } })
  })
})
