import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

const node = (...args: string[]) => spawnSync(process.execPath, args, { encoding: 'utf8' })

it.each(['setup', 'start', 'test', 'w2s'])('npm run %s refuses an old Node with the way out', (script) => {
  const older = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"20.18.3"}})'
  const { status, stdout, stderr } = node('--import', older, `scripts/${script}.mjs`)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toContain('Node 20.18.3 is too old: Weak-to-Strong Lab needs Node 20.19 or newer.')
  expect(stderr).toContain('https://nodejs.org')
})

it.skipIf(process.platform !== 'linux')('a folder that cannot be made is refused at once, and not waited for', () => {
  const given = `{ app: '.', home: '/proc/none/deep', file: 'spec.json' }`
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `import { runSpec } from './scripts/headless.mjs'; runSpec({}, ${given})`],
    { encoding: 'utf8', timeout: 60_000 },
  )
  expect(status).toBe(1)
  expect(stderr).toMatch(/ENOENT: no such file or directory, mkdir '\/proc\/none'/)
})

it('npm test refuses an unknown suite before any set-up', () => {
  const { status, stderr } = node('scripts/test.mjs', 'nosuch')
  expect(status).toBe(2)
  expect(stderr).toBe(
    'There is no suite "nosuch". Suites: lint, format, types, types of science, types of the window, canary, unit, component, e2e\n',
  )
})

it('set-up done twice does nothing the second time', () => {
  expect(node('scripts/setup.mjs').status).toBe(0)
  const { status, stdout, stderr } = node('scripts/setup.mjs')
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  expect(stderr).toMatch(/^\s+set-up\s+complete, \d+\.\d s\n$/)
})
