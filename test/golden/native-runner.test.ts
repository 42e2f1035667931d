// The golden cases from a copy of the tree without Node: src-native/cuda/runner.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { fakeLt } from '../engine/card'

const script = resolve(import.meta.dirname, '../../src-native/cuda/runner/run.sh')
const folder = mkdtempSync(join(tmpdir(), 'w2s-runner-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function run(flags: string[], env: NodeJS.ProcessEnv = {}) {
  const options = { encoding: 'utf8', env: { ...process.env, TMPDIR: folder, ...env } } as const
  const { status, stdout, stderr } = spawnSync('sh', [script, ...flags], options)
  return { status, stdout, stderr }
}

it('says what is missing where there is no nvcc', () => {
  expect(run([], { NVCC: '/nowhere/nvcc' })).toMatchObject({
    status: 1,
    stderr: 'no nvcc found (looked for $NVCC, nvcc)\n',
  })
})

const python = spawnSync('python3', ['--version']).status === 0

it('is made by the C++ compiler alone, and runs its cases on the processor', () => {
  const { status, stdout, stderr } = run(['--emulated', 'bert-first'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const own = 'own kernels make all products: an emulated card has no cuBLASLt but that of W2S_CUBLASLT'
  expect(stdout.split('\n').slice(1, 4)).toEqual([own, 'bert-first', ' fp32'])
  expect(stdout).toMatch(/^this host, emulating a card, .*\n.*\n.*\n.*\n {2}ok {3}features 0 /)
  expect(stdout).toMatch(/\n1 cases, 0 failed checks\n$/)
}, 600_000)

it('has products made by cuBLASLt where it is found and faster, and says of which file', () => {
  const lt = fakeLt()
  lt.set({ cost: -100, workspace: 1024 })
  const cases = ['bert-first']
  const runner = join(folder, 'w2s-cuda-runner-emulated')
  const golden = resolve(script, '../../../../test/golden/native')
  const said = (env: NodeJS.ProcessEnv) =>
    spawnSync(runner, [golden, ...cases], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder, ...lt.env, ...env },
    })
  const { status, stdout } = said({})
  expect(status).toBe(0)
  expect(stdout).toContain(`\ncuBLASLt 13.1.0 makes the products that it is faster at: ${realpathSync(lt.file)}\n`)
  expect(stdout).toMatch(/\nproducts made by cuBLASLt: [1-9]\d*, by own kernels: 0\n1 cases, 0 failed checks\n$/)
  expect(said({ W2S_CUDA_LT: '0' }).stdout).toContain(
    '\nown kernels make all products: W2S_CUDA_LT=0 leaves cuBLASLt out\n',
  )
  expect(readdirSync(folder).filter((name) => name.startsWith('w2s-runner-products'))).toEqual([])
}, 600_000)

it.skipIf(!python)(
  'measures steps of few texts apart, and what of a step attention and each product take',
  () => {
    const bench = resolve(script, '../bench.py')
    const asked = ['--model', 'two layers of 32', '--batch', 'one text of 24']
    const measured = (env: NodeJS.ProcessEnv) =>
      spawnSync('python3', [bench, join(folder, 'w2s-cuda-runner-emulated'), ...asked], {
        ...{ encoding: 'utf8', env: { ...process.env, ...env } },
      }).stdout
    const [steps, parts] = measured({ W2S_CUDA_LT: '0' }).split('\ntwo layers of 32, one text of 24: ')
    expect(steps).not.toContain('Batches that fill a card')
    expect(steps).toContain('\nFew texts, where the starts of kernels may be the limit\n')
    const contenders = [...steps!.matchAll(/^\| two layers of 32 \| one text of 24 \| (.*?) \| [\d.]+ \| [\d,]+ \|/gm)]
    const names = contenders.map(([, name]) => name!).filter((name) => !name.startsWith('PyTorch'))
    expect(names).toEqual(['bf16', 'tf32', 'fp32', 'bf16, no graphs'])
    expect(parts).toMatch(/^of a step of [\d.]+ ms attention takes [\d.]+% \(forward [\d.]+ ms, backward [\d.]+ ms\),/)
    // Queries, keys and values: of all rows in the first block; in the last one keys and values alone.
    for (const product of ['x w | 24 x 96 x 32 | 1', 'dy w^T | 24 x 32 x 96 | 1', 'x^T dy | 32 x 96 x 24 | 1'])
      expect(parts).toContain(`\n| ${product} | 0.010 | `)
    expect(parts).toMatch(/\n\| x w \| 24 x 64 x 32 \| 2 \| 0\.020 \| .*\| own kernel \|\n/)
    expect(parts).toContain('; own kernels make all products: W2S_CUDA_LT=0 leaves cuBLASLt out\n')

    const lt = fakeLt()
    lt.set({ cost: -100 })
    const theirs = measured(lt.env)
    expect(theirs).toContain('\n| two layers of 32 | one text of 24 | bf16, own products | ')
    expect(theirs).toMatch(/\n\| x w \| 24 x 64 x 32 \| 2 \| .*\| cuBLASLt \|\n/)
    expect(theirs).toContain(`; cuBLASLt 13.1.0 makes the products that it is faster at: ${realpathSync(lt.file)}\n`)
  },
  600_000,
)
