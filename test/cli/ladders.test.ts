// Ladders of models by the command line: a built process of Node with its own data folder.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

let w2s: CommandLine
beforeAll(async () => {
  w2s = await buildCommandLine()
  await mkdir(join(w2s.home, 'lab'), { recursive: true })
}, 60_000)
afterAll(() => w2s.remove())

const tables = readTables()
async function said(...args: string[]) {
  const { code, document } = await w2s.run('ladders', ...args, '--json')
  return { code, document }
}

it('makes, lists, shows, arranges and removes ladders; those of the app stay', async () => {
  const made = await said('create', 'mine', 'pocket-s', 'pocket-l', '--title', 'Two of mine')
  expect([made.code, mismatches(tables, 'ladders', made.document)]).toEqual([0, []])
  const mine = { id: 'mine', title: 'Two of mine', models: ['pocket-s', 'pocket-l'], origin: 'own' }
  expect(made.document).toMatchObject({ action: 'create', ladders: [mine] })
  const { document: listed } = await said()
  expect(listed['ladders']).toContainEqual(expect.objectContaining(mine))
  expect(listed['ladders']).toContainEqual(expect.objectContaining({ id: 'pocket', origin: 'bundled' }))
  expect((await w2s.run('ladders', 'show', 'mine')).stdout).toMatch(/pocket-s +\d+ +here\n/)

  const { document: chain } = await said('arrange', 'pocket', '--as', 'chain')
  expect(mismatches(tables, 'ladders', chain)).toEqual([])
  expect(chain).toMatchObject({
    arranged: {
      weak: [{ checkpoint: 'pocket-s' }, {}],
      pairs: [
        [0, 0],
        [1, 1],
      ],
    },
  })

  for (const action of [
    ['create', 'pocket', 'pocket-s', 'pocket-m'],
    ['remove', 'pocket'],
  ])
    expect(await said(...action)).toMatchObject({
      code: 3,
      document: { error: { message: expect.stringContaining('came with the app') as string } },
    })
  const wrong = await said('create', 'other', 'pocket-s', 'pocket-x')
  expect(wrong).toMatchObject({
    code: 2,
    document: { error: { problems: [{ path: 'models[1]', got: '"pocket-x"' }] } },
  })
  expect((await said('remove', 'mine')).code).toBe(0)
  expect((await said('show', 'mine')).code).toBe(2)
}, 60_000)
