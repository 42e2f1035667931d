// What is to compute and does not work here, asked for by name.
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildCommandLine, type CommandLine } from './w2s'

const SPEC = {
  ...{ version: 1, name: 'Small', tasks: ['sotu'], methods: [{ method: 'naive' }], evaluations: 2, seeds: [0] },
  ...{ weak: [{ model: 'words', words: 30 }], strong: [{ model: 'words', words: 60 }], optimiser: { epochs: 1 } },
  sizes: { weak: 60, transfer: 60, validation: 20, test: 60 },
}

let w2s: CommandLine
// A cache of nothing: no libtensorflow is in it, whatever this machine has.
const cache = mkdtempSync(join(tmpdir(), 'w2s-cache-'))
beforeAll(async () => {
  w2s = await buildCommandLine({ W2S_CACHE: cache })
  await writeFile(join(w2s.home, 'spec.json'), JSON.stringify(SPEC))
}, 60_000)
afterAll(async () => {
  await w2s.remove()
  rmSync(cache, { recursive: true, force: true })
})

it('is refused before there is a run, with the way out', async () => {
  const { code, document } = await w2s.run('run', 'spec.json', '--backend', 'tensorflow', '--json')
  const message = 'libtensorflow is not installed. `npm run w2s -- doctor --install tensorflow` does it.'
  expect([code, document]).toEqual([
    3,
    { command: 'run', ok: false, error: { code: 'unavailable', message, problems: [] } },
  ])
  expect((await w2s.run('list', '--json')).document).toMatchObject({ runs: [] })
})

it('is not asked of a run whose stages are done', async () => {
  expect((await w2s.run('run', 'spec.json', '--backend', 'wasm', '--no-export')).code).toBe(0)
  const again = await w2s.run('run', 'spec.json', '--backend', 'wasm', '--no-export')
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('0 to do')])
})

it('tells of each of several stages at a time how long it took and how right it is', async () => {
  await writeFile(join(w2s.home, 'seeds.json'), JSON.stringify({ ...SPEC, seeds: [1, 2, 3] }))
  const args = ['--backend', 'wasm', '--at-once', '2', '--no-export']
  const { code, stdout } = await w2s.run('run', 'seeds.json', ...args)
  const done = stdout.split('\n').filter((line) => line.includes(': done'))
  const trained = done.filter((line) => /(weak|student|ceiling) ·/.test(line))
  expect([code, trained.length]).toEqual([0, 9])
  expect(done.filter((line) => !/: done in /.test(line))).toEqual([])
  expect(trained.filter((line) => !/, test accuracy \d/.test(line))).toEqual([])
})
