import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadBackend } from '../../../src-main/engine/backends'
import { chooseBackend } from '../../../src-main/engine/backends/choice'
import { unloadable, type Prober } from '../../../src-main/engine/backends/trial'
import type { BackendId } from '../../../src-main/science/backends'
import type { Backend } from '../../../src-main/engine/backends/learner'
import { createProber } from '../../../src-main/engine/backends/probe'
import { selfTest, TOLERANCE } from '../../../src-main/engine/backends/self-test'
import type { BackendReport } from '../../../src-main/engine/protocol'
import { buildEngine } from '../built'
import { startEngine } from '../host'
import { nativeMissing, tensorflowMissing } from '../runtimes'

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
  selfTest: {
    passed: true,
    worstError: 1e-7,
    fault: '',
    tolerance: TOLERANCE,
    stepsPerSecond: 0,
    tokensPerSecond: 0,
    at: 0,
  },
})
/** A prober with prepared answers; backends that none is prepared for are sound. */
const proberOf =
  (answers: Partial<Record<BackendId, BackendReport>>): Prober =>
  (id) =>
    Promise.resolve(answers[id] ?? good(id))
const bad = (id: BackendId, why: string): BackendReport => ({ ...unloadable(id, why), installed: true })
const CPU_BUILD = () => false
const GPU_BUILD = (id: BackendId) => id === 'tensorflow'

describe('choosing a backend', () => {
  test.skipIf(missing)('auto takes a GPU of libtensorflow before all others, and says so', async () => {
    const probe = proberOf({ tensorflow: { ...good('tensorflow'), gpu: true } })
    const chosen = await chooseBackend('auto', probe, { forGpu: GPU_BUILD })
    expect(chosen).toMatchObject({ id: 'tensorflow', device: 'device of tensorflow' })
    expect(chosen.reason).toBe('libtensorflow has a GPU; TensorFlow passed its self-test (off by 1.0e-7).')
  })

  test.skipIf(nativeMissing)('auto takes the native engine where there is no GPU', async () => {
    const plain = await chooseBackend('auto', proberOf({}), { forGpu: CPU_BUILD })
    expect(plain).toMatchObject({ id: 'cpu', device: 'device of cpu' })
    expect(plain.reason).toBe('The fastest without a GPU; Native engine passed its self-test (off by 1.0e-7).')
    const none = await chooseBackend('auto', proberOf({}), { forGpu: GPU_BUILD })
    expect(none.id).toBe('cpu')
    if (!missing) expect(none.reason).toContain('libtensorflow has no GPU that works here; Native engine passed')
  })

  test.skipIf(missing || nativeMissing)(
    'auto takes libtensorflow on the CPU where the native engine fails',
    async () => {
      const wrong = { ...good('cpu'), why: 'Native engine gives wrong numbers here.' }
      wrong.selfTest = { ...wrong.selfTest!, passed: false }
      for (const cpu of [wrong, bad('cpu', wrong.why)]) {
        const chosen = await chooseBackend('auto', proberOf({ cpu }), { forGpu: CPU_BUILD })
        expect(chosen.id).toBe('tensorflow')
        expect(chosen.reason).toBe(`${cpu.why} TensorFlow passed its self-test (off by 1.0e-7).`)
      }
    },
  )

  test('auto falls back to WebAssembly with the reasons, and a named backend does not', async () => {
    const cpu = bad('cpu', 'The native engine does not load here: no such symbol.')
    const tensorflow = bad('tensorflow', 'TensorFlow ended the process.')
    const probe = proberOf({ cpu, tensorflow })
    const chosen = await chooseBackend('auto', probe, { forGpu: CPU_BUILD })
    expect(chosen.id).toBe('wasm')
    if (!nativeMissing) expect(chosen.reason).toContain(cpu.why)
    if (!missing) expect(chosen.reason).toContain(tensorflow.why)
    expect(chosen.reason).toMatch(/\. WebAssembly passed its self-test/)
    if (!nativeMissing) await expect(chooseBackend('cpu', probe)).rejects.toThrow(cpu.why)
    if (!missing) await expect(chooseBackend('tensorflow', probe)).rejects.toThrow(tensorflow.why)
  })

  test('by name takes it', async () => {
    const chosen = await chooseBackend('wasm', proberOf({ cpu: bad('cpu', 'no') }))
    expect(chosen.reason).toBe('Asked for; WebAssembly passed its self-test (off by 1.0e-7).')
  })

  test('an unknown backend is refused by name', async () => {
    await expect(loadBackend('abacus')).rejects.toThrow(
      'backend: expected cuda or cpu or tensorflow or wasm, got "abacus"',
    )
  })

  test('a backend that gives wrong numbers fails its self-test', async () => {
    const backend = await loadBackend('wasm')
    const create: Backend['create'] = (net, init) => backend.create(net, init)
    const drifting: Backend['create'] = (net, { weights = [] }) =>
      create(net, { weights: weights.map((t) => ({ ...t, data: t.data.map((x) => x * 1.001) })) })
    expect(await selfTest(create, ['mlp', 'bag'])).toMatchObject({ passed: true })
    const { passed, worstError } = await selfTest(drifting, ['mlp', 'bag'])
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
    expect(report.why).toMatch(/^WebAssembly ended the process that tried it \(SIGABRT\)\. .*/)
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
    host.post({ type: 'report', wanted: 'auto', leftAlone: [] })
    const report = await host.message((m) => m.type === 'report')
    expect(report.backends.map((b) => b.id)).toEqual(['cuda', 'cpu', 'tensorflow', 'wasm'])
    for (const backend of report.backends.slice(1)) {
      if ((backend.id === 'tensorflow' && missing) || (backend.id === 'cpu' && nativeMissing)) {
        expect(backend).toMatchObject({ loadable: false, installed: false })
        continue
      }
      expect(backend).toMatchObject({ loadable: true, why: '', installed: true, gpu: false })
      expect(backend.selfTest).toMatchObject({ passed: true, tolerance: TOLERANCE })
      expect(backend.selfTest!.worstError).toBeLessThan(TOLERANCE / 2)
      expect(backend.selfTest!.stepsPerSecond).toBeGreaterThan(10)
    }
    expect(report.chosen?.id).toBe(!nativeMissing ? 'cpu' : missing ? 'wasm' : 'tensorflow')
    host.post({ type: 'exit' })
    await host.exited
  })
})
