import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { examineBundle, readBundle, verifyBundle } from '../../src-main/bundle'
import { exportTo, finishedRun, temporaryFolder, unzip, zip } from './fixture'

const FIXTURES = join(import.meta.dirname, 'fixtures')

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
    const first = join(FIXTURES, 'version-1.w2s.zip')
    expect((await verifyBundle(first)).problems).toEqual([])
    const { info, spec, results, environment } = await readBundle(first)
    expect(info).toMatchObject({ version: 1, app: '0.1.0', run: { name: 'Small bundle of version 1', state: 'done' } })
    expect(spec.tasks).toEqual(['sotu'])
    expect(environment.stages).toHaveLength(12)
    expect(environment.stages[1]).toMatchObject({ backend: 'cpu', threads: null, isa: null })
    // From `unzip -p version-1.w2s.zip results.json`.
    expect(
      results.arms.map(({ arm, measures }) => {
        const { ceiling, pgr } = measures['accuracy']!
        return [arm.methodTitle, ceiling.value, pgr.defined && pgr.low]
      }),
    ).toEqual([
      ['naive', 0.8416666666666667, -0.8802222222222219],
      ['confidence', 0.8416666666666667, -0.8802222222222219],
    ])
    expect(results.arms[0]!.predictions.map((p) => p.seed)).toEqual([0, 1])
  })

  it('reads one of version 2, whose only metric was accuracy, and computes all of it again', async () => {
    const { problems, bundle, agreement } = await examineBundle(join(FIXTURES, 'version-2.w2s.zip'))
    expect(problems).toEqual([])
    expect(bundle!.info).toMatchObject({ version: 2, run: { name: 'Small bundle of version 2', state: 'done' } })
    // Counted with awk: 58 rows of accuracy and 28 each of the two of agreement.
    expect(agreement).toEqual({ arms: 2, seeds: 2, curves: 114, problems: [] })
  })

  it('refuses a newer layout and a document of another shape', async () => {
    const newer = await altered((files) => replace(files, 'bundle.json', '{"version": 99}'))
    await expect(readBundle(newer)).rejects.toThrow('bundle version 99 is newer than this application reads (3)')
    const odd = await altered((files) =>
      replace(files, 'results.json', '{"covers": "", "arms": 7, "contrasts": [], "more": 1}'),
    )
    await expect(readBundle(odd)).rejects.toThrow(/results\.json: arms: expected a list, got 7 \(and 1 more\)/)
  })
})

describe('computing the results of a bundle again', () => {
  const first = join(FIXTURES, 'version-1.w2s.zip')
  /** The bundle of version 1 with files changed, and a manifest that fits. */
  async function forged(change: (files: Map<string, Buffer>) => void) {
    const files = await unzip(first)
    change(files)
    const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    const lines = [...files].filter(([name]) => name !== 'manifest-sha256.txt')
    files.set('manifest-sha256.txt', Buffer.from(lines.map(([name, bytes]) => `${sum(bytes)}  ${name}\n`).join('')))
    const path = join(await temporaryFolder(), 'forged.zip')
    await zip(path, files)
    return examineBundle(path)
  }
  type Told = {
    arms: { bySeed: { student: number; step: number }[]; pgr: { value: number }; weak: { value: number } }[]
  }
  const results = (change: (told: Told) => void) => (files: Map<string, Buffer>) => {
    const told = JSON.parse(files.get('results.json')!.toString()) as Told
    change(told)
    files.set('results.json', Buffer.from(JSON.stringify(told)))
  }

  const spec = (change: object) => (files: Map<string, Buffer>) => {
    const asked = JSON.parse(files.get('spec.json')!.toString()) as object
    files.set('spec.json', Buffer.from(JSON.stringify({ ...asked, ...change })))
  }

  const metrics = (change: (row: string) => string) => (files: Map<string, Buffer>) => {
    const rows = files.get('metrics.csv')!.toString().split('\n')
    files.set('metrics.csv', Buffer.from(rows.map((row) => change(row)).join('\n')))
  }

  it('agrees with one that is as it was written', async () => {
    const { problems, agreement } = await examineBundle(first)
    // 78 rows of accuracy and 36 each of the two of agreement.
    expect([problems, agreement]).toEqual([[], { arms: 2, seeds: 2, curves: 150, problems: [] }])
  })

  it.each<[string, (files: Map<string, Buffer>) => void, string, RegExp]>([
    [
      'a student',
      results((told) => (told.arms[0]!.bySeed[1]!.student = 5)),
      'results.json',
      /bySeed: 1: student: says 5/,
    ],
    ['a PGR', results((told) => (told.arms[1]!.pgr.value = 1e9)), 'results.json', /pgr: says 1000000000, its predic/],
    ['a mean', results((told) => (told.arms[0]!.weak.value += 0.01)), 'results.json', /weak: value: says 0\.58/],
    ['a step', results((told) => (told.arms[0]!.bySeed[0]!.step = 3)), 'results.json', /a step that was not evaluated/],
    [
      'a table of predictions',
      (files) => {
        const name = [...files.keys()].find((file) => file.startsWith('predictions/001'))!
        files.set(name, Buffer.from(files.get(name)!.toString().replace('0.5', '0.6')))
      },
      'predictions/001-state-of-the-union-which-century-words-20-vectors-8-naive/seed-0.csv',
      /line \d+: says .* the rest of the bundle gives/,
    ],
    [
      'the configuration of a stage',
      (files) =>
        files.set('plan.json', Buffer.from(files.get('plan.json')!.toString().replace('"batch": 32', '"batch": 64'))),
      'plan.json',
      /is not what its key [0-9a-f]{64} says/,
    ],
    [
      'the ground truth',
      (files) => {
        const rows = files.get('examples/sotu.csv')!.toString()
        files.set(
          'examples/sotu.csv',
          Buffer.from(rows.replace(/^(test,0,\d+,[^,]*),(\d)/m, (_, a, b) => `${a},${1 - Number(b)}`)),
        )
      },
      'results.json',
      /says/,
    ],
    [
      'the stop rule of the spec',
      spec({ stop: 'weak-validation' }),
      'spec.json',
      /^stop: says "weak-validation", ".*" has "last"$/,
    ],
    [
      'a number of a curve',
      metrics((row) => row.replace(/(student,.*,transfer,agreement,0),.*/, '$1,0.125')),
      'metrics.csv',
      /^[0-9a-f]{12}, agreement of transfer, step 0: says 0\.125, its predictions give 0\.\d+$/,
    ],
    [
      'a curve that stops early',
      metrics((row) => (/,weak,.*,test,accuracy,[1-9]/.test(row) ? '' : row)),
      'metrics.csv',
      /accuracy of test, step \d+: says nothing, its predictions give 0\.\d+$/,
    ],
    [
      'a curve with a point twice',
      metrics((row) => (/,ceiling,.*,test,accuracy,0,/.test(row) ? `${row}\n${row}` : row)),
      'metrics.csv',
      /step 0: says \S+, which is said twice or was not evaluated$/,
    ],
    [
      'a curve under another model',
      metrics((row) => row.replace('vectors hidden=8', 'vectors hidden=64')),
      'metrics.csv',
      /: model: says "vectors hidden=64.*", plan\.json "vectors hidden=8/,
    ],
    [
      'a curve of no stage',
      metrics((row) => row.replace(/^[0-9a-f]{64}/, 'x')),
      'metrics.csv',
      /"x", which is no stage/,
    ],
    ['the seeds of the spec', spec({ seeds: [0, 1, 2] }), 'spec.json', /^seeds: says \[0,1,2\], ".*" has \[0,1\]$/],
    [
      'the sizes of the spec',
      spec({ sizes: { weak: 200, transfer: 200, validation: 60, test: 5000 } }),
      'spec.json',
      /^sizes: says .*5000/,
    ],
  ])('finds %s that was changed together with the manifest', async (_what, change, file, problem) => {
    const { problems, agreement } = await forged(change)
    expect(problems).toEqual([])
    expect(agreement!.problems).toContainEqual({ file, problem: expect.stringMatching(problem) as string })
  })

  it('says what it lacks', async () => {
    const { agreement } = await forged((files) => {
      for (const name of files.keys()) if (name.startsWith('evaluations/')) files.delete(name)
    })
    expect(agreement!.problems).toMatchObject([
      { problem: expect.stringMatching(/evaluations\/.* is missing/) as string },
    ])
  })
})

describe('a file that would take the machine', () => {
  it('is refused by its number of files before they are read', async () => {
    const path = join(await temporaryFolder(), 'many.zip')
    const end = Buffer.alloc(22)
    end.writeUInt32LE(0x06054b50)
    for (const at of [8, 10]) end.writeUInt16LE(60_000, at)
    await writeFile(path, end)
    await expect(verifyBundle(path)).rejects.toThrow('expected at most 50000 files, got 60000')
  })

  it('is refused by a document’s length before it is unpacked, by its brackets before it is parsed', async () => {
    const long = await altered((files) => replace(files, 'results.json', '['.repeat(40_000_000)))
    expect((await verifyBundle(long)).problems).toContainEqual({
      file: 'results.json',
      problem: 'is larger than 33554432 bytes',
    })
    const deep = await altered((files) => replace(files, 'results.json', '['.repeat(1_000_000)))
    await expect(readBundle(deep)).rejects.toThrow('at most 64 lists and objects in each other')
  })
})
