import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { open, readFile, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../data/folder'
import { isAlive } from '../data/alive'
import { syncFile, syncFolder } from '../data/durable'
import type { Stage } from '../science/stages'
import type { Place } from './backends/learner'
import type { ArtifactFile } from './protocol'

/** What `manifest.json` says of a finished artifact. It is written last: a folder without it is not finished. */
export interface Manifest extends Place {
  key: string
  kind: Stage['kind']
  config: Stage['config']
  /** role → key of the artifact that filled it. */
  needs: Stage['needs']
  files: ArtifactFile[]
  backend: string
  reason: string
  summary: Record<string, number>
  /** Milliseconds since 1970. */
  finishedAt: number
  appVersion: string
}
/** A file on its way into an artifact: its bytes, or where it lies in the store's temporary folder, to be moved. */
export type NewFile = { name: string } & ({ bytes: Uint8Array } | { path: string })

/** An artifact that is missing, unfinished or not what its manifest says. The message names folder and file. */
export class ArtifactError extends Error {
  override name = 'ArtifactError'
  /** Of the artifact. */
  readonly key: string
  constructor(folder: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.key = path.basename(folder)
  }
}

/** The error of a file that is not there; whatever else the system says is no fault of the artifact. */
function missing(folder: string, message: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') throw new ArtifactError(folder, message, { cause })
    throw cause
  }
}

const MANIFEST = 'manifest.json'
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** The folder of the artifact with this key (64 hex digits) in the store `root`. */
export function artifactFolder(root: string, key: string): string {
  return path.join(root, key)
}

function isManifest(value: unknown): value is Manifest {
  const m = value as Manifest | null
  return (
    typeof m === 'object' &&
    m !== null &&
    typeof m.key === 'string' &&
    typeof m.kind === 'string' &&
    Array.isArray(m.files) &&
    m.files.every((f) => typeof f.name === 'string' && typeof f.bytes === 'number' && typeof f.sha256 === 'string')
  )
}

/**
 * The manifest of a finished artifact.
 * @throws ArtifactError when it is missing, unreadable, misshapen, or stands in the folder of another key
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, MANIFEST)
  const none = missing(folder, `${file}: expected the manifest of a finished artifact, found none`)
  const text = await readFile(file, 'utf8').catch(none)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ArtifactError(folder, `${file}: expected JSON, got ${JSON.stringify(text.slice(0, 40))}`, { cause })
  }
  if (!isManifest(value)) throw new ArtifactError(folder, `${file}: expected key, kind and files, got other fields`)
  if (value.key !== path.basename(folder))
    throw new ArtifactError(folder, `${file}: expected key ${path.basename(folder)}, got ${value.key}`)
  // Those of earlier versions do not say them.
  return { ...value, threads: value.threads ?? null, isa: value.isa ?? null }
}

/**
 * One file of a finished artifact, verified against the manifest's size and sha256.
 * @throws ArtifactError naming the file, what was expected and what is there
 */
export async function readArtifactFile(folder: string, name: string): Promise<Uint8Array> {
  const manifest = await readManifest(folder)
  const file = path.join(folder, name)
  const entry = manifest.files.find((f) => f.name === name)
  if (!entry) throw new ArtifactError(folder, `${file}: expected in the manifest, which has ${listed(manifest)}`)
  const none = missing(folder, `${file}: expected ${entry.bytes} bytes, the file is missing`)
  const bytes = await readFile(file).catch(none)
  if (bytes.length !== entry.bytes)
    throw new ArtifactError(folder, `${file}: expected ${entry.bytes} bytes, got ${bytes.length}`)
  const got = sha256(bytes)
  if (got !== entry.sha256) throw new ArtifactError(folder, `${file}: expected sha256 ${entry.sha256}, got ${got}`)
  return bytes
}
const listed = (manifest: Manifest) => manifest.files.map((f) => f.name).join(', ') || 'no files'

/**
 * Reads and verifies every file of an artifact.
 * @throws ArtifactError for the first one that is not as the manifest says
 */
export async function verifyArtifact(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder)
  for (const file of manifest.files) await readArtifactFile(folder, file.name)
  return manifest
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
/** Puts a file into a folder, durably. */
async function place(folder: string, file: NewFile): Promise<ArtifactFile> {
  const { name } = file
  const target = path.join(folder, name)
  if ('bytes' in file) {
    await writeDurably(target, file.bytes)
    return { name, bytes: file.bytes.length, sha256: sha256(file.bytes) }
  }
  await rename(file.path, target)
  await syncFile(target)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(target) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { name, bytes, sha256: hash.digest('hex') }
}

/** A path for unfinished work of this process in the store `root`: swept when the process is gone. */
export function temporaryPath(root: string, name: string): string {
  return path.join(root, 'tmp', `${name}-${process.pid}`)
}

/**
 * Writes an artifact: files, then the manifest, all fsynced in `<root>/tmp/<key>-<pid>`, then one rename to
 * `<root>/<key>`. Whatever happens before the rename leaves nothing but a folder for `sweepTemporary`.
 * When a sound artifact with the key is there already, that one stays.
 */
export async function commitArtifact(
  root: string,
  facts: Omit<Manifest, 'files'>,
  files: readonly NewFile[],
): Promise<Manifest> {
  const temporary = temporaryPath(root, facts.key)
  await rm(temporary, { recursive: true, force: true })
  makeFolder(temporary)
  const manifest: Manifest = { ...facts, files: [] }
  for (const file of files) manifest.files.push(await place(temporary, file))
  await writeDurably(path.join(temporary, MANIFEST), Buffer.from(JSON.stringify(manifest, null, 2) + '\n'))
  await syncFolder(temporary)

  const folder = artifactFolder(root, facts.key)
  const present = await verifyArtifact(folder).catch(() => null)
  if (present) {
    await rm(temporary, { recursive: true, force: true })
    return present
  }
  await rm(folder, { recursive: true, force: true })
  await rename(temporary, folder)
  await syncFolder(root)
  return manifest
}

/** The process at the end of a temporary name; a model that is being saved there has an ending of its own behind that. */
const WRITER = /-(\d+)(?:\.partial)?$/

/** Removes the temporary folders of writers that are gone; returns their names. */
export async function sweepTemporary(root: string): Promise<string[]> {
  const folder = path.join(root, 'tmp')
  if (!existsSync(folder)) return []
  const swept: string[] = []
  for (const name of await readdir(folder)) {
    const pid = Number(WRITER.exec(name)?.[1])
    if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid)) continue
    await rm(path.join(folder, name), { recursive: true, force: true })
    swept.push(name)
  }
  return swept
}
