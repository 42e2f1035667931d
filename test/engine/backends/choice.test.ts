import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chooseBackend, loadBackend, unloadable, type Prober } from '../../../src-main/engine/backends'
import type { Backend } from '../../../src-main/engine/backends/learner'
import { createProber } from '../../../src-main/engine/backends/probe'
import { selfTest, TOLERANCE } from '../../../src-main/engine/backends/self-test'
import type { BackendReport } from '../../../src-main/engine/protocol'
import { buildEngine } from '../built'
import { startEngine } from '../host'
import { tensorflowMissing } from '../runtimes'

const missing = await tensorflowMissing()
let built: Awaited<ReturnType<typeof buildEngine>>
let folder: string
beforeAll(async () => {
  built = await buildEngine()
  folder = await mkdtemp(path.join(tmpdir(), 'w2s-choice-'))
})
afterAll(async () => {
  await built.remove()
  await rm(folder, { recursive: true, force: true })
})

const good = (id: BackendReport['id']): BackendReport => ({
  ...unloadable(id, ''),
  loadable: true,
  installed: true,
  device: `device of ${id}`,
  version: '1',
  selfTest: { passed: true, worstError: 1e-7, tolerance: TOLERANCE, stepsPerSecond: 0 },
})
/** A prober with a prepared answer for libtensorflow, and a sound WebAssembly. */
const proberOf =
  (tensorflow: BackendReport): Prober =>
  (id) =>
    Promise.resolve(id === 'tensorflow' ? tensorflow : good('wasm'))

describe('choosing a backend', () => {
  test.skipIf(missing)('auto takes libtensorflow where it passes its self-test, and says so', async () => {
    const chosen = await chooseBackend('auto', proberOf(good('tensorflow')))
    expect(chosen).toMatchObject({ id: 'tensorflow', device: 'device of tensorflow' })
    expect(chosen.reason).toBe('libtensorflow is installed; TensorFlow passed its self-test (off by 1.0e-7).')
  })

  test.skipIf(missing)('auto falls back to WebAssembly with the reason, and a named backend does not', async () => {
    const wrong = { ...good('tensorflow'), why: 'It is off by 0.5.' }
    wrong.selfTest = { ...wrong.selfTest!, passed: false }
    for (const bad of [{ ...wrong }, unloadable('tensorflow', 'It is off by 0.5.')]) {
      const probe = proberOf({ ...bad, installed: true })
      const chosen = await chooseBackend('auto', probe)
      expect(chosen.id).toBe('wasm')
      expect(chosen.reason).toContain('libtensorflow does not work here: It is off by 0.5.; WebAssembly passed')
      await expect(chooseBackend('tensorflow', probe)).rejects.toThrow('It is off by 0.5.')
    }
  })

  test('by name takes it', async () => {
    expect(await chooseBackend('wasm', proberOf(unloadable('tensorflow', 'no')))).toMatchObject({ id: 'wasm' })
  })

  test('an unknown backend is refused by name', async () => {
    await expect(loadBackend('cuda')).rejects.toThrow('backend: expected tensorflow or wasm, got "cuda"')
  })

  test('a backend that gives wrong numbers fails its self-test', async () => {
    const backend = await loadBackend('wasm')
    const create: Backend['create'] = (net, init) => backend.create(net, init)
    const drifting: Backend['create'] = (net, init) => {
      if (!('weights' in init)) throw new Error('expected given weights')
      return create(net, { weights: init.weights.map((t) => ({ ...t, data: t.data.map((x) => x * 1.001) })) })
    }
    expect(await selfTest(create)).toMatchObject({ passed: true })
    const { passed, worstError } = await selfTest(drifting)
    expect(passed).toBe(false)
    expect(worstError).toBeGreaterThan(TOLERANCE)
  })
})

describe('trying a backend in a process of its own', () => {
  test('a crash is reported, not suffered', async () => {
    const crashing = path.join(folder, 'crash.mjs')
    await writeFile(crashing, `console.error('the library said this'); process.kill(process.pid, 'SIGABRT')`)
    const report = await createProber(crashing)('wasm', false)
    expect(report).toMatchObject({ id: 'wasm', loadable: false, selfTest: null })
    expect(report.why).toMatch(/^It ended the process that tried it \(SIGABRT\)\. .*/)
    expect(report.why).toContain('the library said this')
  })

  test.skipIf(missing)('libtensorflow survives signals that are handled in the middle of its kernels', async () => {
    const profiled = ['--cpu-prof', '--cpu-prof-interval=100', `--cpu-prof-dir=${folder}`]
    const tries = [1, 2, 3].map(() => startEngine(built.entry, ['--probe=tensorflow:timed'], profiled))
    for (const host of tries) {
      expect(await host.exited).toMatchObject({ code: 0, signal: null })
      const [report] = host.messages
      expect(report).toMatchObject({ type: 'report', backends: [{ selfTest: { passed: true } }] })
    }
  })

  test('the engine answers a report with every backend, its self-test and its speed, and what it would choose', async () => {
    const host = startEngine(built.entry)
    host.post({ type: 'report', wanted: 'auto' })
    const report = await host.message((m) => m.type === 'report')
    expect(report.backends.map((b) => b.id)).toEqual(['tensorflow', 'wasm'])
    for (const backend of report.backends) {
      if (backend.id === 'tensorflow' && missing) {
        expect(backend).toMatchObject({ loadable: false, installed: false })
        continue
      }
      expect(backend).toMatchObject({ loadable: true, why: '', installed: true, gpu: false })
      expect(backend.selfTest).toMatchObject({ passed: true, tolerance: TOLERANCE })
      expect(backend.selfTest!.worstError).toBeLessThan(1e-5)
      expect(backend.selfTest!.stepsPerSecond).toBeGreaterThan(10)
    }
    expect(report.chosen?.id).toBe(missing ? 'wasm' : 'tensorflow')
    host.post({ type: 'exit' })
    await host.exited
  })
})
