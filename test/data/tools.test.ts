// Programs that the app runs: they, and all that they start, end with it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { runTool } from '../../src-main/data/tools'
import { builtProcesses } from '../lab/built'
import { temporaryFolder } from '../store/temporary'

const built = builtProcesses({ tools: path.resolve(import.meta.dirname, '../../src-main/data/tools.ts') })

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0

/** A shim before a program that would run for ever: not in its place, but beside it. */
function shim() {
  const noted = path.join(temporaryFolder(), 'pid')
  return { noted, args: ['-c', `sleep 300 & echo $! > ${noted}.new; mv ${noted}.new ${noted}; wait`] }
}

async function pidIn(file: string): Promise<number> {
  await vi.waitUntil(() => existsSync(file), { timeout: 10_000 })
  return Number(readFileSync(file, 'utf8'))
}

/** A process that has ended may still be in the list, for its parent to ask how. */
function runs(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
}

describe.skipIf(process.platform !== 'linux')('a program that the app runs', { timeout: 30_000 }, () => {
  it('tells its last lines, or that there is none', async () => {
    await expect(runTool('sh', ['-c', 'exit 0'], {})).resolves.toBeUndefined()
    await expect(runTool('sh', ['-c', 'echo one; echo two >&2; exit 3'], {})).rejects.toThrow(
      /^sh ended with 3:\n(one\ntwo|two\none)$/,
    )
    await expect(runTool('no-such-program', [], {})).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('works in an empty folder, whatever lies where the command was typed in', () => {
    const folder = temporaryFolder()
    for (const name of ['pip', 'zipfile', 'subprocess', 'os', 'threading', 'signal', 'runpy', 'sitecustomize'])
      writeFileSync(
        path.join(folder, `${name}.py`),
        `open(${JSON.stringify(path.join(folder, 'ran'))}, 'a').write('${name} ')`,
      )
    const script = path.join(temporaryFolder(), 'main.mjs')
    writeFileSync(
      script,
      `const { runTool } = await import(${JSON.stringify(built.entry('tools'))})
      const said = []
      await runTool('python3', ['-m', 'pip', '--version'], {}).catch((error) => said.push(error.message))
      await runTool('python3', ['-c', 'import zipfile, subprocess, runpy'], {})
      await runTool('sh', ['-c', 'test -z "$(ls -A)" && test "$PWD" != ' + ${JSON.stringify(folder)}], {})
      console.log(JSON.stringify(said))`,
    )
    const { stdout } = spawnSync(process.execPath, [script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: '' },
    })
    expect(existsSync(path.join(folder, 'ran'))).toBe(false)
    expect(JSON.parse(stdout)).toEqual(hasPip ? [] : [expect.stringContaining('No module named pip')])
  })

  it('hears of its arguments as they are: no shell reads them', async () => {
    const noted = path.join(temporaryFolder(), 'noted')
    const odd = '$(touch no); `touch no` && "x" \\'
    await runTool('python3', ['-c', 'import sys; open(sys.argv[1], "w").write(sys.argv[2])', noted, odd], {})
    expect(readFileSync(noted, 'utf8')).toBe(odd)
  })

  it('leaves no folder behind, and no secret in what it says', async () => {
    // Other programs may be at work in the common one.
    vi.stubEnv('TMPDIR', temporaryFolder())
    onTestFinished(() => void vi.unstubAllEnvs())
    const failing = runTool('sh', ['-c', 'echo "no index at https://me:hunter2@index.example/simple" >&2; exit 1'], {})
    await expect(failing).rejects.toThrow('no index at https://…@index.example/simple')
    expect(readdirSync(tmpdir())).toEqual([])
  })

  it('ends with all that it has started when it is called off', async () => {
    const { noted, args } = shim()
    const abort = new AbortController()
    const running = runTool('sh', args, { signal: abort.signal })
    const pid = await pidIn(noted)
    expect(runs(pid)).toBe(true)
    abort.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await vi.waitUntil(() => !runs(pid), { timeout: 5000 })
  })

  it.each(['process.exit(0)', 'process.kill(process.pid, "SIGKILL")'])(
    'ends with the process whose thread has started it: %s',
    async (ending) => {
      const { noted, args } = shim()
      const script = path.join(path.dirname(noted), 'main.mjs')
      const call = `(await import(${JSON.stringify(built.entry('tools'))})).runTool('sh', ${JSON.stringify(args)}, {})`
      writeFileSync(
        script,
        `import { Worker } from 'node:worker_threads'
        new Worker(${JSON.stringify(`(async () => ${call})()`)}, { eval: true })
        process.stdin.once('data', () => ${ending})`,
      )
      const main: ChildProcess = spawn(process.execPath, [script], { stdio: ['pipe', 'inherit', 'inherit'] })
      onTestFinished(() => void main.kill())
      const pid = await pidIn(noted)
      expect(runs(pid)).toBe(true)
      main.stdin!.write('end')
      await once(main, 'exit')
      await vi.waitUntil(() => !runs(pid), { timeout: 5000 })
    },
  )
})
