import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { openPromise, type Entry } from 'yauzl'
import { z } from 'zod'
import { parseJson } from '../data/json'
import { parseSpec } from '../science/spec/parse'
import { problemsOf, show, type Problem } from '../science/spec/problems'
import type { ExperimentSpec } from '../science/spec/spec'
import { agreementOf, type Agreement } from './agree'
import { BUNDLE_VERSION, MANIFEST, type BundleInfo, type Environment, type Results } from './format'
import { LAYOUTS, type Layout } from './formats'
import type { BundleFiles } from './limits'

/** One thing wrong with a bundle; `file` is '' when it concerns the archive as a whole. */
export interface BundleProblem {
  file: string
  problem: string
}
/** What a check of the checksums found. */
export interface Verification {
  path: string
  bytes: number
  files: number
  problems: BundleProblem[]
}
/** A verified bundle, parsed. Tables and tensors stay in the file. */
export interface Bundle extends Verification {
  info: Omit<BundleInfo, 'version'> & { version: number }
  spec: ExperimentSpec
  plan: unknown
  results: Results
  environment: Environment
}

/** A bundle that cannot be used. Its message names file and fault. */
export class BundleError extends Error {
  constructor(
    readonly path: string,
    readonly problems: BundleProblem[],
  ) {
    const [first] = problems
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
    super([path, first?.file, first?.problem].filter(Boolean).join(': ') + more)
    this.name = 'BundleError'
  }
}

/** A document of the largest experiment that can be planned has some 24 MB; a larger one is none of ours. */
const DOCUMENT_LIMIT = 32 * 2 ** 20
/** Two or three files a stage of the largest experiment that can be planned. */
const MOST_FILES = 50_000
const DOCUMENTS = ['bundle.json', 'spec.json', 'plan.json', 'results.json', 'environment.json'] as const
type DocumentName = (typeof DOCUMENTS)[number]

interface Scan {
  sums: Map<string, string>
  documents: Map<string, Buffer>
  problems: BundleProblem[]
}

/**
 * Checks every file of a bundle against the manifest inside, unpacking nothing to disk.
 * @throws BundleError when the file cannot be read as a zip, or holds a name that would leave its folder
 */
export async function verifyBundle(path: string): Promise<Verification> {
  return (await check(path)).verification
}

/**
 * A bundle whose checksums all hold and whose documents have the expected shape.
 * @throws BundleError naming every wrong file
 */
export async function readBundle(path: string): Promise<Bundle> {
  const { verification, scan } = await check(path)
  if (verification.problems.length > 0) throw new BundleError(path, verification.problems)
  return parse(verification, scan)
}

/** All that can be said of a file that is given out as a bundle. */
export interface Examined extends Verification {
  /** Null where it is not intact. */
  bundle: Bundle | null
  agreement: Agreement | null
}

/**
 * Checks a bundle's checksums, and where they hold whether its numbers are those that its own predictions give.
 * @throws BundleError when the file cannot be read as a bundle
 */
export async function examineBundle(path: string): Promise<Examined> {
  const { verification, scan } = await check(path)
  if (verification.problems.length > 0) return { ...verification, bundle: null, agreement: null }
  const bundle = parse(verification, scan)
  const files = await openFiles(path)
  try {
    return { ...verification, bundle, agreement: await agreementOf(bundle, files) }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { ...verification, bundle, agreement: { arms: 0, seeds: 0, curves: 0, problems: [{ file: '', problem }] } }
  } finally {
    files.close()
  }
}

function parse(verification: Verification, scan: Scan): Bundle {
  const { path } = verification
  const document = (name: DocumentName) => parseDocument(path, name, scan.documents.get(name))
  const info = document('bundle.json')
  const layout = layoutOf(path, info)
  return {
    ...verification,
    info: checked(path, 'bundle.json', layout.info, info),
    spec: readSpec(path, document('spec.json')),
    plan: document('plan.json'),
    results: checked(path, 'results.json', layout.results, document('results.json')),
    environment: checked(path, 'environment.json', layout.environment, document('environment.json')),
  }
}

/** The files of an archive that was scanned before, in any order. */
async function openFiles(path: string): Promise<BundleFiles & { close: () => void }> {
  const zip = await openPromise(path, { autoClose: false })
  const entries = new Map<string, Entry>()
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry)
  return {
    async read(name, most) {
      const entry = entries.get(name)
      if (!entry) throw new Error(`${name} is missing`)
      if (entry.uncompressedSize > most) throw new Error(`${name} is larger than ${most} bytes`)
      return buffer(await zip.openReadStreamPromise(entry))
    },
    has: (name) => entries.has(name),
    close: () => zip.close(),
  }
}

/** `bundle.json` stands at the beginning of an archive, and is short. */
const OWNER_WITHIN = { entries: 10, bytes: 64 * 1024 }

/** Id of the run whose bundle a file is, by its own word; null when it is no bundle. */
export async function ownerOf(path: string): Promise<string | null> {
  const zip = await openPromise(path).catch(() => null)
  if (!zip) return null
  try {
    let left = OWNER_WITHIN.entries
    for await (const entry of zip.eachEntry()) {
      if (left-- === 0) break
      if (entry.fileName !== 'bundle.json' || entry.uncompressedSize > OWNER_WITHIN.bytes) continue
      const text = (await buffer(await zip.openReadStreamPromise(entry))).toString()
      return ownerSchema.parse(parseJson(text)).run.id
    }
    return null
  } catch {
    return null // damaged, or another's
  } finally {
    zip.close()
  }
}
const ownerSchema = z.object({
  format: z.literal('weak-to-strong-lab bundle'),
  run: z.object({ id: z.string() }),
})

async function check(path: string): Promise<{ verification: Verification; scan: Scan }> {
  const fail = (error: unknown) => {
    throw new BundleError(path, [{ file: '', problem: inPlainWords(error) }])
  }
  const found = await stat(path).catch(fail)
  if (!found?.isFile()) return fail(new Error(found?.isDirectory() ? 'EISDIR' : 'no regular file'))
  const scan = await scanZip(path).catch(fail)
  const problems = [...scan.problems, ...compare(scan)]
  return { verification: { path, bytes: found.size, files: scan.sums.size, problems }, scan: scan }
}

const PLAIN: [beginning: string, problem: string][] = [
  ['ENOENT', 'no such file'],
  ['ENOTDIR', 'no such file'],
  ['EISDIR', 'a folder'],
  ['EACCES', 'a file that may not be read'],
  ['End of central directory record', 'no zip file, or only part of one'],
]

/** What the file system or the zip reader found. */
function inPlainWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return PLAIN.find(([beginning]) => message.startsWith(beginning))?.[1] ?? message
}

/** Reads every file once: its sha256, and the content of the documents and the manifest. */
async function scanZip(path: string): Promise<Scan> {
  const scan: Scan = { sums: new Map(), documents: new Map(), problems: [] }
  const zip = await openPromise(path, { strictFileNames: true })
  if (zip.entryCount > MOST_FILES) {
    zip.close()
    throw new Error(`expected at most ${MOST_FILES} files, got ${zip.entryCount}`)
  }
  // yauzl itself refuses absolute names, drive letters, backslashes and '..' segments.
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue
    const refusal = refuse(entry, scan)
    if (refusal) {
      scan.problems.push({ file: entry.fileName, problem: refusal })
      continue
    }
    try {
      await readEntry(await zip.openReadStreamPromise(entry), entry, scan)
    } catch (error) {
      scan.sums.set(entry.fileName, '')
      scan.problems.push({ file: entry.fileName, problem: `cannot be unpacked: ${(error as Error).message}` })
    }
  }
  return scan
}

const SYMLINK = 0o120000
const FILE_TYPE = 0o170000

const isDocument = ({ fileName }: Entry) => fileName === MANIFEST || DOCUMENTS.includes(fileName as DocumentName)

function refuse(entry: Entry, scan: Scan): string | null {
  if (isDocument(entry) && entry.uncompressedSize > DOCUMENT_LIMIT) return `is larger than ${DOCUMENT_LIMIT} bytes`
  if (scan.sums.has(entry.fileName)) return 'stands in the archive twice'
  if (entry.isEncrypted()) return 'is encrypted'
  if (((entry.externalFileAttributes >>> 16) & FILE_TYPE) === SYMLINK) return 'is a symbolic link'
  return null
}

async function readEntry(stream: Readable, entry: Entry, scan: Scan): Promise<void> {
  const kept: Buffer[] | null = isDocument(entry) ? [] : null
  const hash = createHash('sha256')
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk)
    kept?.push(chunk)
  }
  scan.sums.set(entry.fileName, hash.digest('hex'))
  if (kept) scan.documents.set(entry.fileName, Buffer.concat(kept))
}

/** Differences between the manifest and what is there. */
function compare({ sums, documents, problems: known }: Scan): BundleProblem[] {
  const manifest = documents.get(MANIFEST)
  if (!manifest) return [{ file: MANIFEST, problem: 'is missing: this is no bundle of Weak-to-Strong Lab' }]
  const listed = new Map<string, string>()
  for (const line of manifest.toString().split('\n').filter(Boolean)) {
    const [, sum, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? []
    if (!sum || !name) return [{ file: MANIFEST, problem: `expected "<sha256>  <file>", got ${JSON.stringify(line)}` }]
    listed.set(name, sum)
  }
  const broken = new Set(known.map((p) => p.file))
  const problems: BundleProblem[] = []
  for (const [name, sum] of listed) {
    const got = sums.get(name)
    if (broken.has(name)) continue
    if (got === undefined) problems.push({ file: name, problem: 'is missing' })
    else if (got !== sum) problems.push({ file: name, problem: `has changed: expected sha256 ${sum}, got ${got}` })
  }
  for (const name of sums.keys()) {
    if (name !== MANIFEST && !listed.has(name)) problems.push({ file: name, problem: 'is not listed in the manifest' })
  }
  return problems
}

function parseDocument(path: string, file: string, bytes: Buffer | undefined): unknown {
  if (!bytes) throw new BundleError(path, [{ file, problem: 'is missing' }])
  try {
    return parseJson(bytes.toString())
  } catch (error) {
    throw new BundleError(path, [{ file, problem: (error as Error).message }])
  }
}

/** The layout that a bundle says it has. @throws BundleError for one of a later application */
function layoutOf(path: string, info: unknown): Layout {
  const version = (info as { version?: unknown } | null)?.version
  const known = typeof version === 'number' ? LAYOUTS[version] : undefined
  if (known) return known
  const newer = typeof version === 'number' && version > BUNDLE_VERSION
  const problem = newer
    ? `bundle version ${version} is newer than this application reads (${BUNDLE_VERSION}): update it`
    : `version: expected 1 to ${BUNDLE_VERSION}, got ${show(version)}`
  throw new BundleError(path, [{ file: 'bundle.json', problem }])
}

function readSpec(path: string, value: unknown): ExperimentSpec {
  const parsed = parseSpec(value)
  if (parsed.ok) return parsed.spec
  throw refused(path, 'spec.json', parsed.problems)
}

function checked<T>(path: string, file: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw refused(path, file, problemsOf(parsed.error, value, schema))
}

const refused = (path: string, file: string, problems: Problem[]) =>
  new BundleError(
    path,
    problems.map((p) => ({ file, problem: `${p.path}: expected ${p.expected}, got ${p.got}` })),
  )
