import { createHash, type Hash } from 'node:crypto'
import { open, rm, stat, type FileHandle } from 'node:fs/promises'
import { addAbortSignal, type PassThrough, Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { MANIFEST } from './format'
import type { BundleReceipt, ExportOptions } from './input'
import { place, sweepBeside, temporaryFor, type Target } from './target'

/** A file of the archive. Its content is pulled only when its turn to be written comes. */
export interface Entry {
  name: string
  content: () => AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>
  /** Already dense: stored as it is. */
  dense?: boolean
}

/** DOS time has no zone and yazl reads the local fields: the same bytes everywhere. A day later than its lower bound. */
const fixed = () => ({ mtime: new Date(1980, 0, 2), mode: 0o100644, forceDosTimestamp: true })

/**
 * Writes a zip whose last file lists the sha256 of all others, beside its target, and puts it there when it is safely on
 * disk.
 * @param target in a folder that is there
 * @throws Error from the file system or an entry's content; TargetError when another file has come to be there. Nothing
 * is left beside the target then, what is there is as it was, and no content is read any more.
 */
export async function writeZip(target: Target, entries: Entry[], options: ExportOptions = {}): Promise<BundleReceipt> {
  await sweepBeside(target)
  const temporary = temporaryFor(target)
  // Before anything is read: an archive that nobody writes down would go on reading.
  const file = await open(temporary, 'wx')
  try {
    const sha256 = await writeEntries(file, entries, options).finally(() => file.close())
    await place(temporary, target)
    const { path } = target
    return { path, bytes: (await stat(path)).size, files: entries.length + 1, sha256 }
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** The archive into a file. Returns the sha256 of what was written. */
async function writeEntries(file: FileHandle, entries: Entry[], options: ExportOptions): Promise<string> {
  const zip = new ZipFile()
  const output = zip.outputStream as PassThrough
  zip.on('error', (error: Error) => output.destroy(error))
  if (options.signal) addAbortSignal(options.signal, output)
  const sums: string[] = []
  const total = entries.length + 1
  let reading: Readable | null = null
  const add = (entry: Entry, hash: Hash | null, done: number) =>
    zip.addReadStreamLazy(entry.name, { ...fixed(), compress: !entry.dense }, (give) => {
      const stream = Readable.from(hashed(entry, hash), { objectMode: false })
      reading = stream
      stream.on('error', (error) => zip.emit('error', error))
      stream.on('end', () => {
        if (hash) sums.push(`${hash.digest('hex')}  ${entry.name}\n`)
        options.onProgress?.(done, total, entry.name)
      })
      give(null, stream)
    })
  entries.forEach((entry, i) => add(entry, createHash('sha256'), i + 1))
  add({ name: MANIFEST, content: () => [sums.sort(byName).join('')] }, null, total)
  zip.end()
  try {
    return await drain(output, file)
  } catch (error) {
    // Nothing more is begun; and pipes do not take their source down with them: it would hold its rows open.
    zip.emit('error', error)
    await ended(reading)
    throw error
  }
}

/** Destroys a stream and waits until its source has let go. */
async function ended(stream: Readable | null): Promise<void> {
  if (!stream) return
  stream.destroy()
  await finished(stream).catch(() => undefined)
}

const byName = (a: string, b: string) => (a.slice(66) < b.slice(66) ? -1 : 1)

async function* hashed(entry: Entry, hash: Hash | null): AsyncGenerator<Uint8Array> {
  for await (const chunk of entry.content()) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    hash?.update(bytes)
    if (bytes.length > 0) yield bytes
  }
}

/** The whole stream into a file, flushed to disk. Returns the sha256 of what was written. */
async function drain(stream: Readable, file: FileHandle): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk)
    await file.writeFile(chunk) // goes on from where the last one ended
  }
  await file.sync()
  return hash.digest('hex')
}
