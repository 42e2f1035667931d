import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyArtifact } from '../../src-main/engine/artifacts'
import type { EngineEvent, Message } from '../../src-main/engine/protocol'
import { buildEngine } from './built'
import { jobOf, planned } from './plans'
import { nativeMissing, tensorflowMissing } from './runtimes'

const run = promisify(execFile)
const electron = electronHere()
const missing = electron ? await tensorflowMissing() : 'no Electron runtime in node_modules/electron'

/** The runtime that set-up has linked, or '' (the package would start to download one when asked). */
function electronHere(): string {
  const folder = path.resolve(import.meta.dirname, '../../node_modules/electron')
  const pointer = path.join(folder, 'path.txt')
  const program = existsSync(pointer) ? path.join(folder, 'dist', readFileSync(pointer, 'utf8')) : ''
  return existsSync(program) ? program : ''
}

let built: Awaited<ReturnType<typeof buildEngine>>
let folder: string
beforeAll(async () => {
  built = await buildEngine()
  folder = await mkdtemp(path.join(tmpdir(), 'w2s-electron-'))
})
afterAll(async () => {
  await built.remove()
  await rm(folder, { recursive: true, force: true })
})

/** What the engine in a utility process of the real Electron answers, on a display of its own. */
async function answersTo(requests: unknown[]): Promise<(Message | EngineEvent)[]> {
  const file = path.join(folder, 'requests.json')
  await writeFile(file, JSON.stringify(requests))
  const script = path.join(import.meta.dirname, 'electron-host.mjs')
  const args = ['-a', electron, '--no-sandbox', '--disable-gpu', script, built.entry, file]
  const { stdout } = await run('xvfb-run', args, { env: { ...process.env, ELECTRON_ENABLE_LOGGING: '1' } })
  const lines = stdout.split('\n')
  expect(lines).toContain('EXIT 0')
  return lines.flatMap((l) => (l.startsWith('ANSWER ') ? (JSON.parse(l.slice(7)) as Message | EngineEvent) : []))
}

describe.runIf(electron && existsSync('/usr/bin/xvfb-run'))('the engine in a utility process of Electron', () => {
  test('tries the backends and trains on each that works', async () => {
    const plan = planned(folder)
    const [data, onWasm] = plan.stages
    const onTensorflow = structuredClone(onWasm!)
    onTensorflow.key = 'a'.repeat(64)
    if (onTensorflow.kind === 'train') onTensorflow.config.backend = 'tensorflow'
    const onCpu = structuredClone(onWasm!)
    onCpu.key = 'b'.repeat(64)
    if (onCpu.kind === 'train') onCpu.config.backend = 'cpu'
    const others = [...(nativeMissing ? [] : [onCpu]), ...(missing ? [] : [onTensorflow])]
    const stages = [data!, onWasm!, ...others]
    const requests = stages.map((stage) => ({ type: 'run', job: jobOf(plan, stage) }))
    const [ready, report, ...ends] = await answersTo([{ type: 'report', wanted: 'auto' }, ...requests])

    expect(ready).toMatchObject({ type: 'ready' })
    expect(report).toMatchObject({
      backends: [
        { id: 'cuda' },
        { id: 'cpu', loadable: !nativeMissing },
        { id: 'tensorflow', loadable: !missing },
        { id: 'wasm', loadable: true, selfTest: { passed: true } },
      ],
    })
    expect(ends).toEqual(stages.map(({ key }) => expect.objectContaining({ key, state: 'done' }) as EngineEvent))
    const origins = await Promise.all(stages.map((s) => verifyArtifact(path.join(plan.artifacts, s.key))))
    const wanted = ['wasm', ...(nativeMissing ? [] : ['cpu']), ...(missing ? [] : ['tensorflow'])]
    expect(origins.map((m) => m.backend)).toEqual(['typescript', ...wanted])
  }, 120_000)
})
