import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { buildEngine } from './built'
import { startEngine, type Host } from './host'
import { nativeMissing } from './runtimes'

let built: Awaited<ReturnType<typeof buildEngine>>
let cache: string
let host: Host
beforeAll(async () => {
  built = await buildEngine()
})
afterAll(() => built.remove())
/** An engine whose cache is empty, and whose python3 finds no index. */
beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'w2s-errands-'))
  vi.stubEnv('W2S_CACHE', cache)
  await mkdir(path.join(cache, 'bin'))
  const script = '#!/bin/sh\ncase "$*" in *" download "*) echo "ERROR: no index" >&2; exit 1;; esac\n'
  await writeFile(path.join(cache, 'bin/python3'), script, { mode: 0o755 })
  vi.stubEnv('PATH', `${cache}/bin:${process.env.PATH}`)
  host = startEngine(built.entry)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  host.child.kill('SIGKILL')
  await host.exited
  await rm(cache, { recursive: true, force: true })
})

test.skipIf(nativeMissing)('auto chooses the native engine, and says why', async () => {
  host.post({ type: 'choose', wanted: 'auto', leftAlone: [] })
  const { chosen } = await host.message((m) => m.type === 'choose')
  expect(chosen.id).toBe('cpu')
  expect(chosen.reason).toMatch(
    /^The fastest without a GPU; Native engine passed its self-test \(off by \d\.\de-\d\)\.$/,
  )
})

test('what cannot be had is a problem in words', async () => {
  host.post({ type: 'choose', wanted: 'tensorflow', leftAlone: [] })
  const { message } = await host.message((m) => m.type === 'problem')
  expect(message).toMatch(/^libtensorflow is (not installed\. `npm run w2s|for Linux)/)
})

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'an installation says its sizes, then what went wrong; removing says what came free',
  async () => {
    host.post({ type: 'install', backend: 'tensorflow', gpu: false })
    const { message } = await host.message((m) => m.type === 'problem')
    expect(message).toBe('python3 ended with 1:\nERROR: no index')
    const phases = host.messages.flatMap((m) => (m.type === 'progress' ? [m.phase] : []))
    expect(phases).toEqual(['274 MB to download, 853 MB on disk', 'Downloading tensorflow-cpu 2.21.0'])

    host.post({ type: 'uninstall', backend: 'tensorflow' })
    const { freedBytes } = await host.message((m) => m.type === 'uninstall')
    expect(freedBytes).toBeGreaterThan(0)
    expect(freedBytes).toBeLessThan(1000)
  },
)
