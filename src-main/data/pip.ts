import { spawn } from 'node:child_process'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { sizeOfFolder } from './folders'

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

/** A program that is missing, as shells and the shims of Python's version managers tell it. */
const NOT_FOUND = 127
/**
 * Runs a program in a process group of its own, and ends the group as soon as the line to us breaks: then the program
 * has ended, it was called off, or we have ended ourselves, in whatever way and thread.
 */
const ON_A_LINE = '(cat <&3; kill 0) >/dev/null 2>&1 & exec "$@" 3<&-'

/**
 * Runs a program to its end, and all that it starts: what is called `python3` may be a shim before the real one. Called
 * off, it is waited for all the same, so that it touches nothing any more.
 * @throws Error with the last lines that it wrote, `ENOENT` when there is no such program, or the abort's reason
 */
export function runTool(command: string, args: string[], { signal, env }: ToolOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const { child, end } = start(command, args, { ...process.env, ...env })
    let said = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-4000)))
    signal?.addEventListener('abort', end)
    child.on('error', reject)
    child.on('exit', end)
    child.on('close', (code) => {
      signal?.removeEventListener('abort', end)
      if (signal?.aborted) return reject(signal.reason as Error)
      if (code === 0) return resolve()
      const last = said.trim().split('\n').slice(-6).join('\n')
      const error = new Error(`${path.basename(command)} ended with ${code}:\n${last}`)
      reject(code === NOT_FOUND ? Object.assign(error, { code: 'ENOENT' }) : error)
    })
  })
}

/** A program, and what ends it with all that it has started. */
function start(command: string, args: string[], env: NodeJS.ProcessEnv) {
  if (process.platform === 'win32') {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    const end = () => {
      if (child.exitCode === null) spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' })
    }
    return { child, end }
  }
  const stdio: ['ignore', 'pipe', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe', 'pipe']
  const child = spawn('/bin/sh', ['-c', ON_A_LINE, 'sh', command, ...args], { env, stdio, detached: true })
  return { child, end: () => void child.stdio[3]!.destroy() }
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
  await mkdir(partial, { recursive: true })
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
