import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { makeFolder } from '../../data/folder'

/** How many bytes of results are kept on disk before the oldest go: an arm takes about 10 kB. */
const ROOM = 256 * 1024 ** 2

/** What something is made from, as far as it is known without reading it. */
export interface Facts {
  /** Known to the store. */
  stored: string
  /** What the disk says of the files: a file that was changed since, cut short or is gone is read, and told. */
  onDisk(): string
}
/** Gives what is asked for by name, computed anew only where its facts are others than they were. */
export type Remembered<T> = (name: string, facts: Facts, compute: () => Promise<T>) => Promise<T>

/** What was computed, for as long as it holds. */
export interface Memory {
  /** @param kind of things with names of their own */
  of<T>(kind: string): Remembered<T>
}

/** Where results outlive the program. */
export interface Place {
  /** Folder; whoever deletes it loses nothing but time. */
  folder: string
  /** The built code that computes: results of other code are not taken. */
  code: string
  writes: boolean
}

const digest = (of: string | Uint8Array) => createHash('sha256').update(of).digest()

/** Remembers in this process, and at a place where one is given: minutes of resampling are not spent twice. */
export function createMemory(place: Place | null): Memory {
  const shelf = place && createShelf(place)
  return {
    of<T>(kind: string): Remembered<T> {
      const known = new Map<string, { facts: string; value: Promise<T> }>()
      return async (name, facts, compute) => {
        const found = known.get(name)
        if (found?.facts === facts.stored) return found.value
        const value = shelf ? shelf.value(`${kind}\n${name}`, `${facts.stored}\n${facts.onDisk()}`, compute) : compute()
        known.set(name, { facts: facts.stored, value })
        return value.catch((error: unknown) => {
          known.delete(name)
          throw error
        })
      }
    },
  }
}

/** One file a name: 32 bytes of SHA-256 of the rest, which is a structured clone. What cannot be read is made again. */
function createShelf({ folder, code, writes }: Place) {
  // The built script names its chunks by their contents.
  const maker = digest(readFileSync(code)).toString('hex')
  if (writes) void clear(folder).catch(() => undefined)

  async function take<T>(file: string, facts: string): Promise<{ value: T } | null> {
    const bytes = await readFile(file)
    const body = bytes.subarray(32)
    if (!digest(body).equals(bytes.subarray(0, 32))) return null
    const kept = deserialize(body) as { facts: string; maker: string; value: T }
    return kept.facts === facts && kept.maker === maker ? kept : null
  }
  async function put(file: string, kept: { facts: string; maker: string; value: unknown }): Promise<void> {
    const body = serialize(kept)
    const passing = `${file}.${process.pid}.part`
    makeFolder(folder)
    await writeFile(passing, Buffer.concat([digest(body), body]))
    await rename(passing, file)
  }
  return {
    async value<T>(name: string, facts: string, compute: () => Promise<T>): Promise<T> {
      const file = join(folder, digest(name).toString('hex'))
      const kept = await take<T>(file, facts).catch(() => null)
      if (kept) return kept.value
      const value = await compute()
      // A full disk costs time at the next start, nothing else.
      if (writes) await put(file, { facts, maker, value }).catch(() => undefined)
      return value
    },
  }
}

/** Removes the oldest files until half of the room is free. */
async function clear(folder: string): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name)
      const { size, mtimeMs } = await stat(path)
      return { path, size, mtimeMs }
    }),
  )
  let bytes = files.reduce((sum, { size }) => sum + size, 0)
  if (bytes <= ROOM) return
  for (const { path, size } of files.toSorted((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (bytes <= ROOM / 2) return
    await rm(path, { force: true })
    bytes -= size
  }
}
