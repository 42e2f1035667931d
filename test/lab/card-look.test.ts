// Cards as the lab asks for them: nvidia-smi's answer, else that of NVML in a real engine process (src-native/nvml/fake).
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Cards } from '../../src-main/data/machine/cards'
import { createCardLook } from '../../src-main/lab/engine/cards'
import { forkEngine } from '../../src-main/lab/engine/fork'
import type { SpawnEngine } from '../../src-main/lab'
import { nativeMissing } from '../engine/runtimes'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'

afterEach(() => void vi.unstubAllEnvs())

const NO_SMI: Cards = { cards: [], users: [], why: 'There is no nvidia-smi.' }

describe.skipIf(nativeMissing || process.platform !== 'linux')('cards', () => {
  const built = builtProcesses()
  /** A look over real engine processes, counted. */
  function looking(smi: Cards) {
    const fork = forkEngine(built.entry('engine'))
    let started = 0
    const spawn: SpawnEngine = (hear, end) => {
      started++
      const handle = fork(hear, end)
      onTestFinished(() => handle.kill())
      return handle
    }
    return { look: createCardLook(spawn, () => Promise.resolve(smi)), started: () => started }
  }

  test('are told by NVML where there is no nvidia-smi, once for all who ask meanwhile', async () => {
    const script = path.resolve(import.meta.dirname, '../../src-native/build.mjs')
    const [library] = execFileSync(process.execPath, [script, '--nvml'], { encoding: 'utf8' }).trim().split('\n')
    const conditions = path.join(temporaryFolder(), 'nvml')
    writeFileSync(conditions, 'programs 3\n')
    vi.stubEnv('W2S_NVML', library)
    vi.stubEnv('W2S_FAKE_NVML', conditions)
    const { look, started } = looking(NO_SMI)
    const [told, again] = await Promise.all([look(), look()])
    expect(told.why).toBe('')
    expect(told.cards[0]!.memoryBytes! - told.cards[0]!.usedBytes!).toBeGreaterThan(1e9)
    expect(told.users).toHaveLength(3)
    expect(again).toBe(told)
    expect(started()).toBe(1)
  }, 60_000)

  test('are not known where neither tells, and NVML is not asked where nvidia-smi does', async () => {
    vi.stubEnv('W2S_NVML', '/nowhere/libnvidia-ml.so.1')
    const none = await looking(NO_SMI).look()
    expect(none.cards).toEqual([])
    expect(none.why).not.toBe('')
    const { look, started } = looking({ cards: [], users: [], why: '' })
    expect(await look()).toEqual({ cards: [], users: [], why: '' })
    expect(started()).toBe(0)
  }, 60_000)
})
