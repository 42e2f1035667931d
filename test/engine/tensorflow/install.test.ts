import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { installTensorflow, removeTensorflow, type InstallProgress } from '../../../src-main/engine/tensorflow/install'
import { assertInstalled, installedTensorflow } from '../../../src-main/engine/tensorflow/installed'
import { bindingFile, siteFolder, tensorflowFolder } from '../../../src-main/engine/tensorflow/paths'
import { tensorflowMissing } from '../runtimes'

// The real installation of this machine, made before the tests point the cache elsewhere.
const missing = await tensorflowMissing()
const real = siteFolder(false)

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'w2s-cache-'))
  vi.stubEnv('W2S_CACHE', cache)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
})

/** A folder of programs that shadow the system's; every one is started by `python3`, which is told its name. */
async function shadow(programs: Record<string, string>): Promise<void> {
  const folder = path.join(cache, 'bin')
  await mkdir(folder, { recursive: true })
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(path.join(folder, name), `#!/bin/sh\n${script}\n`)
    await chmod(path.join(folder, name), 0o755)
  }
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
}
const install = async (signal?: AbortSignal) => {
  const progress: InstallProgress[] = []
  await installTensorflow({ gpu: false, onProgress: (p) => progress.push(p), signal })
  return progress
}

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('installing libtensorflow', () => {
  test.each([
    [
      'python3',
      { python3: 'exit 1' },
      /^python3 is missing; .* `(sudo )?\S+ (install|-S).* python3?-pip` installs it\.$/,
    ],
    [
      'pip',
      { python3: '[ "$5" != -m ]' },
      /^python3 has no pip; .* `(sudo )?\S+ (install|-S).* python3?-pip` installs it\.$/,
    ],
    [
      'g++',
      { python3: '[ "$4" != g++ ]' },
      /^g\+\+ is missing; .* `(sudo )?\S+ (install|-S).* (g\+\+|gcc.*)` installs it\.$/,
    ],
  ])('says what to do where there is no %s, before anything is fetched', async (_, programs, message) => {
    await shadow(programs)
    await expect(install()).rejects.toThrow(message)
    expect(existsSync(path.join(tensorflowFolder(), 'wheels'))).toBe(false)
  })

  test('says the sizes first, and passes on what a failing pip says', async () => {
    const progress: InstallProgress[] = []
    await shadow({ python3: 'case "$*" in *" download "*) echo "ERROR: no such index" >&2; exit 1;; esac' })
    const failing = installTensorflow({ gpu: true, onProgress: (p) => progress.push(p) })
    await expect(failing).rejects.toThrow('python3 ended with 1:\nERROR: no such index')
    expect(progress[0]!.phase).toBe('3,380 MB to download, 5,567 MB on disk')
    expect(progress[1]).toEqual({ phase: 'Downloading tensorflow 2.21.0', done: 0, total: 572_440_367 })
    // The lock is given back: another attempt gets as far.
    await expect(install()).rejects.toThrow('no such index')
  })

  test('is stopped by its signal', async () => {
    await shadow({ python3: 'case "$*" in *" download "*) sleep 60;; esac' })
    const abort = new AbortController()
    const stopped = install(abort.signal)
    setTimeout(() => abort.abort(), 300)
    await expect(stopped).rejects.toThrow('aborted')
  })

  test('waits for no one: a second one is told who is at it', async () => {
    await mkdir(tensorflowFolder(), { recursive: true })
    await writeFile(path.join(tensorflowFolder(), 'lock'), String(process.ppid))
    await expect(install()).rejects.toThrow(`installed or removed by another process (${process.ppid})`)
    // A holder that is gone holds nothing.
    await writeFile(path.join(tensorflowFolder(), 'lock'), '4999999')
    await shadow({ python3: 'case "$*" in *" download "*) exit 1;; esac' })
    await expect(install()).rejects.toThrow('python3 ended with 1')
  })

  test('without one, the message has the command', () => {
    expect(() => assertInstalled()).toThrow(
      'libtensorflow is not installed. `npm run w2s -- doctor --install tensorflow` does it.',
    )
  })

  test.skipIf(missing)(
    'goes on where it was stopped, and is removed without a trace',
    async () => {
      // What a stopped installation leaves: the wheel is unpacked, the binding is not built. The library is a link here.
      await mkdir(siteFolder(false), { recursive: true })
      await symlink(path.join(real, 'tensorflow'), path.join(siteFolder(false), 'tensorflow'))
      await writeFile(path.join(siteFolder(false), 'tensorflow-cpu-2.21.0.done'), '')
      expect((await install()).map((p) => p.phase)).toEqual([
        '274 MB to download, 853 MB on disk',
        'Building the binding',
      ])
      expect(bindingFile(false).startsWith(cache)).toBe(true)
      expect(installedTensorflow()).toEqual({ gpu: false })
      // A complete installation is not touched.
      expect(await install()).toHaveLength(1)

      const { freedBytes } = await removeTensorflow()
      expect(freedBytes).toBeGreaterThan(10_000)
      expect(existsSync(tensorflowFolder())).toBe(false)
      expect(existsSync(path.join(real, 'tensorflow/libtensorflow_cc.so.2'))).toBe(true)
      expect(installedTensorflow()).toBe(null)
    },
    120_000,
  )
})
