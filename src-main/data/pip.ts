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

/**
 * Runs a program to its end. Called off, it is waited for all the same, so that it touches nothing any more.
 * @throws Error with the last lines that it wrote, `ENOENT` when there is no such program, or the abort's reason
 */
export function runTool(command: string, args: string[], { signal, env }: ToolOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const child = spawn(command, args, { signal, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-4000)))
    child.on('error', (error) => {
      const wasStarted = child.pid !== undefined && child.exitCode === null && child.signalCode === null
      if (wasStarted) child.once('exit', () => reject(error))
      else reject(error)
    })
    child.on('close', (code) => {
      if (code === 0) return resolve()
      const last = said.trim().split('\n').slice(-6).join('\n')
      reject(new Error(`${path.basename(command)} ended with ${code}:\n${last}`))
    })
  })
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
