import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

const SPEC = {
  version: 1,
  name: 'Two',
  tasks: ['sotu'],
  weak: [{ model: 'words', words: 30 }],
  strong: [{ model: 'vectors', hidden: 8 }],
  methods: [{ method: 'naive' }, { method: 'confidence' }],
  sizes: { weak: 200, transfer: 200, validation: 60, test: 200 },
  optimiser: { epochs: 3 },
  evaluations: 4,
  seeds: [0, 1],
}

let w2s: CommandLine
beforeAll(async () => {
  w2s = await buildCommandLine()
  for (const [file, spec] of [
    ['two.json', SPEC],
    ['later.json', { ...SPEC, name: 'Later seeds', seeds: [1, 2] }],
  ] as const) {
    await writeFile(join(w2s.home, file), JSON.stringify(spec))
    expect((await w2s.run('run', file, '--backend', 'wasm', '--no-export')).code).toBe(0)
  }
}, 120_000)
afterAll(() => w2s.remove())

it('compares two arms of a run by their methods, with every field documented', async () => {
  const runs = (await w2s.run('list', '--json')).document.runs as { id: string; name: string }[]
  const two = runs.find(({ name }) => name === 'Two')!.id
  const { code, document } = await w2s.run('compare', two, 'confidence', 'naive', '--json')
  expect(code).toBe(0)
  expect(mismatches(readTables(), 'compare', document)).toEqual([])
  expect(document).toMatchObject({
    comparison: { seeds: [0, 1], differ: ['method'], examples: 200, ledger: [{ seed: 0 }, { seed: 1 }] },
  })
  const told = await w2s.run('compare', two, 'confidence', 'naive', '--metric', 'all')
  expect(told.stdout.match(/^difference, paired +[+-]?\d\.\d{3} \(/gm)!.length).toBeGreaterThan(2)
  expect(told.stdout).toMatch(/^seed +corrected +newly broken +of these copied/m)
  expect(told.stdout).toContain('McNemar’s exact test takes examples as independent')
})

it('compares arms of two runs over the seeds that both have, and names the others', async () => {
  const runs = (await w2s.run('list', '--json')).document.runs as { id: string; name: string }[]
  const two = runs.find(({ name }) => name === 'Two')!.id
  const across = await w2s.run('compare', 'last', 'confidence', 'naive', '--with', two, '--stop', 'oracle', '--json')
  expect(across.document).toMatchObject({
    ok: true,
    comparison: { seeds: [1], only: { arm: [2], against: [0] }, stop: 'oracle' },
  })
  const { stdout } = await w2s.run('compare', 'last', 'confidence', 'naive', '--with', two)
  expect(stdout).toContain('Left out, since the other arm has not done them: seeds 2 of the first; 0 of the second.')
})

it('says which arms there are where none is meant, and which rules', async () => {
  const lost = await w2s.run('compare', 'last', 'confidence', 'nobody', '--json')
  expect(lost.code).toBe(2)
  expect(lost.document).toMatchObject({
    error: { problems: [{ path: '<arm> 2', expected: expect.stringContaining('naive') as string, got: '"nobody"' }] },
  })
  const rule = await w2s.run('compare', 'last', 'confidence', 'naive', '--stop', 'first', '--json')
  expect([rule.code, rule.document]).toMatchObject([2, { error: { problems: [{ path: '--stop', got: '"first"' }] } }])
})
