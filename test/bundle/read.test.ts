import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBundle, verifyBundle } from '../../src-main/bundle'
import { exportTo, finishedRun, temporaryFolder, unzip, zip } from './fixture'

/** An exported bundle whose files `change` may alter before it is packed again. */
async function altered(change: (files: Map<string, Buffer>) => void, modes?: Record<string, number>) {
  const folder = await temporaryFolder()
  const path = join(folder, 'run.w2s.zip')
  await exportTo(await finishedRun(folder), path)
  const files = await unzip(path)
  change(files)
  await zip(path, files, modes)
  return path
}

/** Puts a changed document in together with its right checksum. */
function replace(files: Map<string, Buffer>, name: string, content: string) {
  const sum = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
  const manifest = files.get('manifest-sha256.txt')!.toString()
  files.set('manifest-sha256.txt', Buffer.from(manifest.replace(sum(files.get(name)!), sum(content))))
  files.set(name, Buffer.from(content))
}

describe('checking a bundle', () => {
  it('accepts one that was packed again unchanged', async () => {
    const { problems, files } = await verifyBundle(await altered(() => undefined))
    expect(problems).toEqual([])
    expect(files).toBeGreaterThan(10)
  })

  it('names the file that was changed', async () => {
    const path = await altered((files) => files.set('metrics.csv', Buffer.from('step,value\n')))
    const { problems } = await verifyBundle(path)
    expect(problems).toEqual([
      { file: 'metrics.csv', problem: expect.stringMatching(/^has changed: expected sha256/) as string },
    ])
    await expect(readBundle(path)).rejects.toThrow(`${path}: metrics.csv: has changed`)
  })

  it('names files that are missing and files that do not belong', async () => {
    const path = await altered((files) => {
      files.delete('log.txt')
      files.set('extra.txt', Buffer.from('hello'))
    })
    expect((await verifyBundle(path)).problems).toEqual([
      { file: 'log.txt', problem: 'is missing' },
      { file: 'extra.txt', problem: 'is not listed in the manifest' },
    ])
  })

  it('names a file whose bytes are damaged', async () => {
    const path = await altered(() => undefined)
    const bytes = await readFile(path)
    const at = bytes.indexOf('results.csv') + 'results.csv'.length + 40
    bytes.fill(0xff, at, at + 60)
    await writeFile(path, bytes)
    expect((await verifyBundle(path)).problems).toContainEqual({
      file: 'results.csv',
      problem: expect.stringMatching(/cannot be unpacked|has changed/) as string,
    })
  })

  it('refuses a link', async () => {
    const path = await altered((files) => files.set('log.txt', Buffer.from('/etc/passwd')), { 'log.txt': 0o120777 })
    expect((await verifyBundle(path)).problems).toContainEqual({ file: 'log.txt', problem: 'is a symbolic link' })
  })

  it.each([
    ['xx/escape.txt', '../escape.txt'],
    ['x/escape.txt', '//escape.txt'],
    ['xy/escape.txt', 'C:/escape.txt'],
    ['a/escape.txt', 'a\\escape.txt'],
  ])('refuses a name that leaves its folder: %s as %s', async (plain, evil) => {
    const path = await altered((files) => files.set(plain, Buffer.from('x')))
    const bytes = await readFile(path)
    for (let at = bytes.indexOf(plain); at >= 0; at = bytes.indexOf(plain, at + 1)) bytes.write(evil, at)
    await writeFile(path, bytes)
    await expect(verifyBundle(path)).rejects.toThrow(/invalid (relative path|characters in fileName)|absolute path/)
  })

  it('says so when the file is no zip, not there, or another zip', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'note.txt')
    await writeFile(path, 'a note that is longer than an empty zip would be')
    await expect(verifyBundle(path)).rejects.toThrow(/note\.txt: no zip file, or only part of one/)
    await expect(verifyBundle(join(folder, 'nothing'))).rejects.toThrow('no such file')
    await zip(path, new Map([['a.txt', Buffer.from('a')]]))
    expect((await verifyBundle(path)).problems).toEqual([
      { file: 'manifest-sha256.txt', problem: 'is missing: this is no bundle of Weak-to-Strong Lab' },
    ])
  })

  it('reads one of version 1, as the first release wrote it', async () => {
    const first = join(import.meta.dirname, 'fixtures', 'version-1.w2s.zip')
    expect((await verifyBundle(first)).problems).toEqual([])
    const { info, spec, results, environment } = await readBundle(first)
    expect(info).toMatchObject({ version: 1, app: '0.1.0', run: { name: 'Small bundle of version 1', state: 'done' } })
    expect(spec.tasks).toEqual(['sotu'])
    expect(environment.stages).toHaveLength(12)
    // From `unzip -p version-1.w2s.zip results.json`.
    expect(results.arms.map((a) => [a.arm.methodTitle, a.ceiling?.value, a.pgr?.defined && a.pgr.low])).toEqual([
      ['naive', 0.8416666666666667, -0.8802222222222219],
      ['confidence', 0.8416666666666667, -0.8802222222222219],
    ])
    expect(results.arms[0]!.predictions.map((p) => p.seed)).toEqual([0, 1])
  })

  it('refuses a newer layout and a document of another shape', async () => {
    const newer = await altered((files) => replace(files, 'bundle.json', '{"version": 99}'))
    await expect(readBundle(newer)).rejects.toThrow('bundle version 99 is newer than this application reads (2)')
    const odd = await altered((files) =>
      replace(files, 'results.json', '{"covers": "", "arms": 7, "contrasts": [], "more": 1}'),
    )
    await expect(readBundle(odd)).rejects.toThrow(/results\.json: arms: expected a list, got 7 \(and 1 more\)/)
  })
})
