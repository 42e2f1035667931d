// Runs found by what they are and what they found, as in the window.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tinySpec } from '../lab/tools'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

let w2s: CommandLine
beforeAll(async () => {
  w2s = await buildCommandLine()
}, 90_000)
afterAll(() => w2s.remove())

const list = async (query: string) => (await w2s.run('list', '--query', query, '--json')).document

it('w2s list --query gives the runs of which an arm answers to all of it', async () => {
  await writeFile(join(w2s.home, 'spec.json'), JSON.stringify(tinySpec({ question: 'Why?' })))
  expect((await w2s.run('run', 'spec.json', '--backend', 'wasm')).code).toBe(0)
  const found = await list('state:done "why?" task:person seeds>=1')
  expect(mismatches(readTables(), 'list', found)).toEqual([])
  expect(found).toMatchObject({ runs: [{ name: 'Tiny', found: { arms: 1, seeds: { low: 1, high: 1 } } }] })
  expect(await list('seeds>1 OR is:trashed')).toMatchObject({ runs: [] })
  expect((await w2s.run('list', '--query', 'tag:none')).stdout).toContain('No run answers to this.')
  const refused = await w2s.run('list', '--query', 'pgr>')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/query, at 5: expected a number/)])
})
