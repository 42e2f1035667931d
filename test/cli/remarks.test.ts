// What is said of a run, and the runs of a sweep, by the command line.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

const SPEC = {
  version: 1,
  name: 'Small',
  tasks: ['sotu'],
  weak: [{ model: 'words', words: 30 }],
  strong: [{ model: 'words', words: 60 }],
  methods: [{ method: 'naive' }],
  sizes: { weak: 60, transfer: 60, validation: 20, test: 60 },
  optimiser: { epochs: 1 },
  evaluations: 2,
  seeds: [0],
}
const tables = readTables()
let w2s: CommandLine
let spec: string
beforeAll(async () => {
  w2s = await buildCommandLine()
  spec = join(w2s.home, 'small.json')
  await writeFile(spec, JSON.stringify(SPEC))
}, 60_000)
afterAll(() => w2s.remove())

it('says something of a run, tells it again, and takes it back', async () => {
  expect((await w2s.run('run', spec, '--no-export')).code).toBe(0)
  const said = await w2s.run('remarks', 'last', '--tag', 'first, odd', '--notes', '**Seen** once.', '--star', '--json')
  expect(mismatches(tables, 'remarks', said.document)).toEqual([])
  const marks = { tags: ['first', 'odd'], notes: '**Seen** once.', starred: true, name: 'Small' }
  expect(said.code).toBe(0)
  expect(said.document).toMatchObject({ run: marks })
  const { stdout } = await w2s.run('remarks', 'last')
  expect(stdout).toMatch(/^Small, starred\nRun \S+, tags: first, odd\n\n\*\*Seen\*\* once\.\n$/)
  const more = ['--untag', 'odd', '--notes', '', '--name', 'Mine', '--unstar', '--json']
  const { document } = await w2s.run('remarks', 'last', ...more)
  expect(document).toMatchObject({ run: { tags: ['first'], notes: '', name: 'Mine', starred: false } })
})

it('refuses what cannot be said', async () => {
  const both = await w2s.run('remarks', 'last', '--star', '--unstar')
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--star: expected either')])
  const refused = async (...args: string[]) => {
    const { code, stderr } = await w2s.run('remarks', 'last', ...args)
    expect(code).toBe(2)
    return stderr
  }
  expect(await refused('--tag', 'x'.repeat(61))).toContain('--tag: expected at most 60 characters')
  expect(await refused('--tag', 'fine,a\nb')).toContain('--tag: expected one line, got "a\\nb"')
  expect(await refused('--name', 'x'.repeat(201))).toContain('--name: expected at most 200 characters')
  expect((await w2s.run('remarks', 'nobody')).code).toBe(2)
  // Of one run alone, too, which every id begins like.
  for (const args of [
    ['remarks', ''],
    ['show', ''],
    ['export', ''],
    ['compare', '', '1', '2'],
  ]) {
    const { code, stderr } = await w2s.run(...args)
    expect([args[0], code, stderr]).toEqual([args[0], 2, expect.stringMatching(/<run>: expected the id .*, got ""/)])
  }
})

it('lists the runs of a sweep with what each adds, and writes specs that run', async () => {
  const to = join(w2s.home, 'sweep')
  const over = ['--over', 'optimiser.lr=0.001,0.01', '--and', 'labels=soft,hard']
  const swept = await w2s.run('sweep', spec, ...over, '--to', to, '--json')
  expect(swept.code).toBe(0)
  expect(mismatches(tables, 'sweep', swept.document)).toEqual([])
  const { plan, specs, files } = swept.document as {
    plan: { cells: { values: unknown[]; toRun: number; shared: number }[] }
    specs: unknown[]
    files: string[]
  }
  expect(plan.cells.map(({ values }) => values)).toEqual([
    [0.001, 'soft'],
    [0.001, 'hard'],
    [0.01, 'soft'],
    [0.01, 'hard'],
  ])
  // The second has other labels alone.
  expect(plan.cells[1]!.shared).toBeGreaterThan(0)
  expect(specs[3]).toMatchObject({ name: 'Small, lr 0.01, labels hard', optimiser: { epochs: 1, lr: 0.01 } })
  expect(files).toEqual(['01', '02', '03', '04'].map((name) => join(to, `${name}.yaml`)))
  expect(await readFile(files[3]!, 'utf8')).toContain('labels: hard')
  expect((await w2s.run('run', files[3]!, '--no-export')).code).toBe(0)
  const { stdout } = await w2s.run('sweep', spec, ...over)
  expect(stdout).toMatch(/optimiser\.lr +labels +to run +done +shared/)
  const again = await w2s.run('sweep', spec, ...over, '--to', to)
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--to: expected')])
  if (process.platform !== 'linux') return
  // A folder that takes none: Node's own way of making several never ends there.
  const nowhere = await w2s.run('sweep', spec, ...over, '--to', '/proc/sweep/one')
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringMatching(/--to: expected .*\/proc\/sweep/)])
})

it('says which run of a sweep cannot be, and which sweep is none', async () => {
  const to = join(w2s.home, 'no sweep')
  const { code, document } = await w2s.run('sweep', spec, '--over', 'evaluations=2,-1', '--to', to, '--json')
  expect([code, document.ok, document['files'], existsSync(to)]).toEqual([2, false, [], false])
  expect(document).toMatchObject({ plan: { cells: [{ problems: [] }, { problems: [{ path: 'evaluations' }] }] } })
  for (const args of [[], ['--over', 'evaluations'], ['--over', 'no place=1'], ['--over', 'evaluations=2,2']])
    expect(await w2s.run('sweep', spec, ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--over: /) as string,
    })
  const and = await w2s.run('sweep', spec, '--over', 'evaluations=2', '--and', `labels=${'x'.repeat(201)}`)
  expect([and.code, and.stderr]).toEqual([2, expect.stringContaining('--and: ')])
})
