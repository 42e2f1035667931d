// What happens to a run whose processes are stopped, killed, or in each other's way.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBundle } from '../../src-main/bundle'
import { buildCommandLine, type CommandLine, type Running } from './w2s'

/** Supervisor and labels take a moment, ceiling and student some seconds each. */
const SPEC = {
  version: 1,
  name: 'Long',
  tasks: ['sotu'],
  weak: [{ model: 'words', words: 30 }],
  strong: [{ model: 'vectors', hidden: 32 }],
  methods: [{ method: 'naive' }],
  sizes: { weak: 200, transfer: 1000, validation: 60, test: 200 },
  optimiser: { weak: { epochs: 1 }, strong: { epochs: 80 } },
  evaluations: 5,
  seeds: [0],
}
const RUN = ['run', 'spec.json', '--backend', 'wasm']
const LABELLED = /labels · words 30 · seed 0: done/
const TRAINING = /Engine: wasm/

let w2s: CommandLine
beforeAll(async () => {
  w2s = await buildCommandLine()
  await writeFile(join(w2s.home, 'spec.json'), JSON.stringify(SPEC))
}, 60_000)
afterAll(() => w2s.remove())

const theRun = async () =>
  ((await w2s.run('list', '--json')).document.runs as { id: string; state: string; stagesDone: number }[])[0]!

/** Processes that a process has started. */
async function childrenOf({ process }: Running): Promise<number[]> {
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(process.pid)])
  return stdout.trim().split('\n').map(Number)
}

/** Waits until a process is gone. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await wait(20)
  }
}

describe('a run that takes a while', { timeout: 90_000 }, () => {
  it('can be looked at, but not joined, and stops at the next step on Ctrl+C', async () => {
    const running = w2s.start(...RUN)
    await running.says(LABELLED)
    expect(await theRun()).toMatchObject({ state: 'running', stagesDone: 4 })
    const second = await w2s.run(...RUN, '--json')
    expect(second.code).toBe(3)
    expect(second.document).toMatchObject({ command: 'run', ok: false, error: { code: 'conflict' } })
    expect(second.stderr).toContain('Nothing was changed.')
    running.process.kill('SIGINT')
    const { code, stdout, stderr } = await running.ended
    expect(code).toBe(130)
    expect(stdout).toContain('Stopping at the next step.')
    expect(stderr).toMatch(
      /is cancelled: 4 of 6 stages done\. To go on from there: w2s run spec\.json --backend wasm\n/,
    )
    expect(await theRun()).toMatchObject({ state: 'cancelled', stagesDone: 4 })
  })

  it('ends at once on a second Ctrl+C', async () => {
    const running = w2s.start(...RUN)
    await running.says(TRAINING)
    running.process.kill('SIGINT')
    await running.says(/Stopping/)
    running.process.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
  })

  it('loses no finished stage to kill -9, and takes its engine with it', async () => {
    const running = w2s.start(...RUN)
    await running.says(TRAINING)
    const engines = await childrenOf(running)
    running.process.kill('SIGKILL')
    await running.ended
    await Promise.all(engines.map(gone))
    expect(engines.length).toBeGreaterThan(0)
    expect(await theRun()).toMatchObject({ state: 'interrupted', stagesDone: 4 })
  })

  it('fails one stage when the engine is killed, and ends with code 1', async () => {
    const running = w2s.start(...RUN)
    await running.says(TRAINING)
    for (const engine of await childrenOf(running)) process.kill(engine, 'SIGKILL')
    const { code, stdout, stderr } = await running.ended
    expect(code).toBe(1)
    expect(stdout).toMatch(/Going on with run/)
    expect(stdout).toMatch(/ceiling · vectors 32 · seed 0: failed: The engine process was killed \(signal 9\)/)
    expect(stderr).toMatch(/is failed: 5 of 6 stages done\. 1 stage failed/)
  })

  it('goes on from there to the end', async () => {
    const { code, stdout, document } = await w2s.run(...RUN, '--json')
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 1])
    const { run, bundle } = document as { run: { id: string }; bundle: { path: string } }
    expect(run).toMatchObject({ state: 'done', stagesDone: 6, id: (await theRun()).id })
    expect((await readBundle(bundle.path)).results.arms[0]).toMatchObject({ seedsDone: 1 })
    expect((await w2s.run('list', '--json')).document.runs).toHaveLength(1)
  })
})

it('is answered from the first moment on, and of commands that never listen for it', async () => {
  for (const [signal, ...args] of [
    ['SIGTERM', 'run', 'quick-start', '--json'],
    ['SIGINT', 'catalog', '--json'],
    ['SIGHUP', 'run', 'spec.json', '--json'],
  ] as const) {
    const running = w2s.start(...args)
    // Node itself takes a moment before anything of ours is there.
    await listening(running.process.pid!)
    running.process.kill(signal)
    const { code, stderr, document } = await running.ended
    expect([signal, code, stderr]).toEqual([signal, 130, ''])
    expect(document).toEqual({
      command: args[0],
      ok: false,
      error: { code: 'interrupted', message: 'Stopped by Ctrl+C.', problems: [] },
    })
  }
})

/** Waits until a process catches SIGHUP, as the kernel knows: the last of the signals that are listened for. */
async function listening(pid: number): Promise<void> {
  const HANGUP = 1n
  for (;;) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    if (BigInt(`0x${/SigCgt:\s+(\w+)/.exec(status)![1]}`) & HANGUP) return
    await wait(1)
  }
}
