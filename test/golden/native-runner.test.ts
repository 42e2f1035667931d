// The golden cases from a copy of the tree without Node: src-native/cuda/runner.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'

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

it('is made by the C++ compiler alone, and runs its cases on the processor', () => {
  const { status, stdout, stderr } = run(['--emulated', 'bert-first'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^this host, emulating a card, .*\nbert-first\n fp32\n {2}ok {3}features 0 /)
  expect(stdout).toMatch(/\n1 cases, 0 failed checks\n$/)
}, 600_000)
