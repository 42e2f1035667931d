import type * as files from 'node:fs/promises'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  artifactFolder,
  ArtifactError,
  commitArtifact,
  readArtifactFile,
  readManifest,
  sweepTemporary,
  verifyArtifact,
  type Manifest,
} from '../../src-main/engine/artifacts'

/** Names of what was made durable, in that order. */
const synced: string[] = []
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>()
  const open = async (...[file, ...rest]: Parameters<typeof real.open>) => {
    const handle = await real.open(file, ...rest)
    const sync = handle.sync.bind(handle)
    handle.sync = () => sync().then(() => void synced.push(path.basename(String(file))))
    return handle
  }
  return { ...real, open }
})

const KEY = 'ab'.repeat(32)
const FACTS: Omit<Manifest, 'files'> = {
  key: KEY,
  kind: 'label',
  config: { form: 'soft' },
  needs: { data: 'cd'.repeat(32), model: 'ef'.repeat(32) },
  backend: 'typescript',
  device: 'CPU',
  threads: 2,
  isa: 'avx2',
  reason: 'a test',
  summary: { accuracy_test: 0.75 },
  finishedAt: 5,
  appVersion: '0.1.0',
}
const FILES = [
  { name: 'one.json', bytes: Buffer.from('{"a":1}') },
  { name: 'two.bin', bytes: Uint8Array.from([1, 2, 3, 4]) },
]

let root: string
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'w2s-artifacts-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

describe('an artifact', () => {
  test('is written whole: files, then its manifest, and nothing else is left', async () => {
    const manifest = await commitArtifact(root, FACTS, FILES)
    const folder = artifactFolder(root, KEY)
    expect((await readdir(folder)).sort()).toEqual(['manifest.json', 'one.json', 'two.bin'])
    expect(await readdir(path.join(root, 'tmp'))).toEqual([])
    expect(await readManifest(folder)).toEqual(manifest)
    expect(manifest).toMatchObject({
      ...FACTS,
      files: [
        { name: 'one.json', bytes: 7 },
        { name: 'two.bin', bytes: 4 },
      ],
    })
    expect(Buffer.from(await readArtifactFile(folder, 'two.bin'))).toEqual(Buffer.from([1, 2, 3, 4]))
  })

  test('is durable with all its files, those that were moved too', async () => {
    const moved = path.join(root, 'weights')
    await writeFile(moved, 'weights')
    synced.length = 0
    await commitArtifact(root, FACTS, [...FILES, { name: 'moved.bin', path: moved }])
    expect(synced.slice(0, 4)).toEqual(['one.json', 'two.bin', 'moved.bin', 'manifest.json'])
    expect(await verifyArtifact(artifactFolder(root, KEY))).toMatchObject({ files: [{}, {}, { bytes: 7 }] })
  })

  test('that is there already stays, as when an orphan of a killed app finished it first', async () => {
    const first = await commitArtifact(root, FACTS, FILES)
    const before = await stat(artifactFolder(root, KEY))
    expect(await commitArtifact(root, { ...FACTS, finishedAt: 6 }, FILES)).toEqual(first)
    expect((await stat(artifactFolder(root, KEY))).ino).toBe(before.ino)
  })

  test('that is there but broken is replaced', async () => {
    await commitArtifact(root, FACTS, FILES)
    const folder = artifactFolder(root, KEY)
    await writeFile(path.join(folder, 'two.bin'), 'gone')
    await expect(verifyArtifact(folder)).rejects.toThrow(ArtifactError)
    await commitArtifact(root, { ...FACTS, finishedAt: 6 }, FILES)
    expect((await verifyArtifact(folder)).finishedAt).toBe(6)
  })

  test.each([
    ['a file cut short', 'one.json', '{"a"', /one\.json: expected 7 bytes, got 4/],
    ['a file of other content', 'one.json', '{"a":2}', /one\.json: expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}/],
    ['a manifest that is no JSON', 'manifest.json', '{"key', /manifest\.json: expected JSON, got "{\\"key"/],
    ['a manifest without files', 'manifest.json', '{"key":"x"}', /manifest\.json: expected key, kind and files/],
  ])('is refused with %s, naming it', async (_, name, content, message) => {
    await commitArtifact(root, FACTS, FILES)
    const folder = artifactFolder(root, KEY)
    await writeFile(path.join(folder, name), content)
    await expect(verifyArtifact(folder)).rejects.toThrow(message)
  })

  test('of an earlier version does not say what computed it', async () => {
    const made = await commitArtifact(root, FACTS, FILES)
    const earlier = { ...made, threads: undefined, isa: undefined }
    const folder = artifactFolder(root, KEY)
    await writeFile(path.join(folder, 'manifest.json'), JSON.stringify(earlier))
    expect(await readManifest(folder)).toEqual({ ...made, threads: null, isa: null })
  })

  test('is refused without its manifest, without a file, and in the folder of another', async () => {
    await commitArtifact(root, FACTS, FILES)
    const folder = artifactFolder(root, KEY)
    await rm(path.join(folder, 'two.bin'))
    await expect(verifyArtifact(folder)).rejects.toThrow(/two\.bin: expected 4 bytes, the file is missing/)
    await expect(readArtifactFile(folder, 'three.bin')).rejects.toThrow(
      /three\.bin: expected in the manifest, which has one\.json, two\.bin/,
    )
    const other = path.join(root, '12'.repeat(32))
    await mkdir(other)
    await expect(readManifest(other)).rejects.toThrow(/expected the manifest of a finished artifact, found none/)
    await writeFile(path.join(other, 'manifest.json'), await readFile(path.join(folder, 'manifest.json')))
    await expect(readManifest(other)).rejects.toThrow(`expected key ${'12'.repeat(32)}, got ${KEY}`)
  })
})

test('sweeping removes the folders of writers that are gone, and of no other', async () => {
  // A process id above the kernel's limit never was one.
  const [gone, alive] = [`${KEY}-4999999`, `${KEY}-${process.ppid}`]
  await mkdir(path.join(root, 'tmp', gone), { recursive: true })
  await mkdir(path.join(root, 'tmp', alive))
  // A model that a process is saving lies under a name of its own.
  const [saved, lost] = [`${KEY}-model-${process.ppid}.partial`, `${KEY}-model-4999999.partial`]
  for (const name of [saved, lost]) await mkdir(path.join(root, 'tmp', name))
  expect((await sweepTemporary(root)).toSorted()).toEqual([gone, lost].toSorted())
  expect((await readdir(path.join(root, 'tmp'))).toSorted()).toEqual([alive, saved].toSorted())
  expect(await sweepTemporary(path.join(root, 'nowhere'))).toEqual([])
})
