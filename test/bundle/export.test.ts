import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import Papa from 'papaparse'
import { afterEach, describe, expect, it } from 'vitest'
import { bundleName, readBundle } from '../../src-main/bundle'
import { KINDS } from '../../src-main/science/stages'
import { TASKS, TEXTS_IN_BUNDLES } from '../../src-main/science/tasks'
import { exportTo, finishedRun, task, temporaryFolder, unpack, unzip } from './fixture'

const table = (bytes: Buffer | undefined) =>
  Papa.parse<Record<string, string>>(bytes!.toString(), { header: true, skipEmptyLines: true }).data

async function exported(change: Partial<Awaited<ReturnType<typeof finishedRun>>> = {}) {
  const folder = await temporaryFolder()
  const input = { ...(await finishedRun(folder)), ...change }
  const path = join(folder, 'run.w2s.zip')
  const receipt = await exportTo(input, path)
  return { folder, input, path, receipt, files: await unzip(path) }
}

describe('a bundle', () => {
  it('reads back what was written', async () => {
    const { input, path, receipt, files } = await exported()
    const bundle = await readBundle(path)
    expect(bundle.problems).toEqual([])
    expect(bundle.files).toBe(receipt.files)
    expect(bundle.bytes).toBe(receipt.bytes)
    expect(bundle.spec).toEqual(input.spec)
    expect(bundle.plan).toEqual({
      ...input.plan,
      stages: input.plan.stages.map((stage) => ({ ...stage, version: KINDS[stage.kind].version })),
    })
    expect(bundle.results.arms[0]).toMatchObject({ ...input.arms[0], predictions: [{ seed: 0 }] })
    expect(bundle.environment.models).toEqual(input.models)
    expect(bundle.environment.stages[0]).toMatchObject({ threads: 1, isa: 'wasm-simd' })
    expect(bundle.environment.stages.map((s) => s.backend)).toEqual(input.plan.stages.map(() => 'wasm'))
    expect(files.get(bundle.results.arms[0]!.predictions[0]!.file)).toBeDefined()
  })

  it('lists what is measured on once, under its name, and the other splits of every seed that redraws them', async () => {
    const { input } = await exported()
    const [draw] = input.tasks[0]!.draws
    const tasks = [{ ...input.tasks[0]!, draws: [3, 5].map((seed) => ({ ...draw!, seed })) }]
    const spec = { ...input.spec, measure: 'development' as const }
    const { files } = await exported({ tasks, spec })
    const rows = table(files.get('examples/spam.csv')).map(({ split, id, seed }) => [split, id, seed].join(' '))
    expect(rows).toEqual([
      ...['weak 0 3', 'transfer 1 3', 'validation 2 3'],
      ...['development 3 ', 'development 4 ', 'development 5 '],
      ...['weak 0 5', 'transfer 1 5', 'validation 2 5'],
    ])
    expect(files.get('README.txt')!.toString()).toContain('Measured on development rows')
    expect((await exported()).files.get('README.txt')!.toString()).not.toContain('development')
  })

  it('holds tables that a program can read', async () => {
    const { files } = await exported()
    expect(table(files.get('examples/spam.csv'))[3]).toEqual({
      split: 'test',
      index: '0',
      id: '3',
      group: 'g3',
      truth: '1',
      class: 'spam',
      text_sha256: createHash('sha256').update('mail 3, "quoted"\nsecond line').digest('hex'),
      seed: '',
      text: 'mail 3, "quoted"\nsecond line',
    })
    expect(table(files.get('predictions/001-spam-words-60-vectors-32-naive/seed-0.csv'))).toEqual([
      { index: '0', id: '3', group: 'g3', truth: '1', weak: '0.100000001', student: '0.200000003', ceiling: '0' },
      { index: '1', id: '4', group: 'g4', truth: '0', weak: '0.899999976', student: '0.800000012', ceiling: '1' },
      { index: '2', id: '5', group: 'g5', truth: '1', weak: '0.5', student: '0.5', ceiling: '0.25' },
    ])
    const metrics = table(files.get('metrics.csv'))
    expect(metrics[1]).toMatchObject({
      kind: 'train',
      role: 'student',
      task: 'spam',
      model: 'vectors hidden=32 tuneEmbeddings=false',
      loss: 'xent',
      seed: '0',
    })
    expect(metrics[1]).toMatchObject({ split: 'test', metric: 'accuracy', step: '5', value: '0.7' })
    const measured = {
      quantity: 'gpuPower',
      unit: 'watts',
      at: '2',
      seconds: '2',
      mean: '84.24',
      low: '80',
      high: '86.5',
      card: 'RTX (GPU-0a1b2c3d)',
    }
    expect(table(files.get('use.csv'))).toMatchObject([{ role: 'student', task: 'spam', seed: '0', ...measured }])
    expect(table(files.get('results.csv'))[0]).toMatchObject({
      weak_model: 'words words=60',
      accuracy_pgr: '0.5',
      agreement_weak_wrong: '',
    })
  })

  it('passes sha256sum -c', async () => {
    const { folder, path } = await exported()
    const unpacked = join(folder, 'unpacked')
    await unpack(path, unpacked)
    const [command, ...options] = process.platform === 'darwin' ? ['shasum', '-a', '256'] : ['sha256sum']
    const { stdout } = await promisify(execFile)(command, [...options, '-c', 'manifest-sha256.txt'], { cwd: unpacked })
    expect(stdout.trim().split('\n')).toHaveLength((await unzip(path)).size - 1)
  })

  it('keeps names of users and folders to itself', async () => {
    const { folder, files } = await exported()
    const all = [...files.values()].join('\n')
    expect(all).not.toContain(folder)
    expect(all).not.toContain('alice')
    expect(files.get('environment.json')!.toString()).not.toContain(homedir() + '/lib')
    expect(files.get('log.txt')!.toString()).toContain('reading ~/data/x and ~/y in <data>/lab')
  })

  it('carries hashes instead of the texts of a task that may not be handed on', async () => {
    const { path, files } = await exported({ tasks: [task(false)] })
    expect([...files.values()].join('\n')).not.toContain('second line')
    expect(table(files.get('examples/spam.csv'))[0]!.text_sha256).toMatch(/^[0-9a-f]{64}$/)
    expect((await readBundle(path)).info.texts).toEqual({ spam: false })
  })

  it('says in the same words everywhere which texts it carries', async () => {
    const [carried, others] = TEXTS_IN_BUNDLES.split(';')
    for (const { id, sharable } of Object.values(TASKS)) expect(carried!.includes(id), id).toBe(sharable)
    expect(others).toContain('sha256')
    const { files } = await exported()
    expect(files.get('README.txt')!.toString()).toContain(TEXTS_IN_BUNDLES)
    for (const place of ['README.md', 'docs/cli.md']) {
      const text = await readFile(join(import.meta.dirname, '../..', place), 'utf8')
      expect(text.replaceAll(/\s+/g, ' '), place).toContain(TEXTS_IN_BUNDLES)
    }
  })

  it('leaves out seeds that are not done', async () => {
    const folder = await temporaryFolder()
    const { stages } = await finishedRun(folder)
    const { path, files } = await exported({
      stages: stages.map((s) => (s.title.startsWith('ceiling') ? { ...s, state: 'cancelled' } : s)),
    })
    expect([...files.keys()].filter((name) => name.startsWith('predictions/'))).toEqual([])
    expect((await readBundle(path)).results.arms[0]!.predictions).toEqual([])
  })
})

describe('writing a bundle', () => {
  const zone = process.env.TZ
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })

  it('gives the same bytes for the same run, in any time zone', async () => {
    const folder = await temporaryFolder()
    const input = await finishedRun(folder)
    process.env.TZ = 'UTC'
    const first = await exportTo(input, join(folder, 'a.zip'))
    process.env.TZ = 'Pacific/Auckland'
    const second = await exportTo(input, join(folder, 'b.zip'))
    expect(second.sha256).toBe(first.sha256)
    expect(await readFile(second.path)).toEqual(await readFile(first.path))
  })

  it('tells its progress file by file', async () => {
    const folder = await temporaryFolder()
    const seen: [number, number, string][] = []
    const { files } = await exportTo(await finishedRun(folder), join(folder, 'a.zip'), {
      onProgress: (...step) => seen.push(step),
    })
    expect(seen.map(([done]) => done)).toEqual(Array.from({ length: files }, (_, i) => i + 1))
    expect(seen.at(-1)).toEqual([files, files, 'manifest-sha256.txt'])
  })

  it('leaves nothing behind when it fails or is stopped', async () => {
    const folder = await temporaryFolder()
    const input = await finishedRun(folder)
    const before = await readdir(folder)
    const path = join(folder, 'a.zip')
    await expect(exportTo({ ...input, predictions: () => Promise.resolve(null) }, path)).rejects.toThrow(
      'the predictions of Spam · words 60 → vectors 32 · naive, seed 0, are missing in the store',
    )
    const lost = [{ ...input.said[0]!, read: () => readFile(join(folder, 'lost')) }]
    await expect(exportTo({ ...input, said: lost }, path)).rejects.toThrow('ENOENT')
    const stop = new AbortController()
    const stopping = exportTo(input, path, { signal: stop.signal, onProgress: () => stop.abort() })
    await expect(stopping).rejects.toThrow('aborted')
    expect(await readdir(folder)).toEqual(before)
    await expect(access(path)).rejects.toThrow()
  })

  it('reads nothing when the file cannot be opened, and lets go of what it reads when writing fails', async () => {
    const folder = await temporaryFolder()
    const input = await finishedRun(folder)
    let open = 0
    function* metrics(): ReturnType<typeof input.metrics> {
      open += 1
      try {
        for (let step = 0; ; step++) for (const metric of input.metrics()) yield { ...metric, step }
      } finally {
        open -= 1
      }
    }
    await expect(exportTo({ ...input, metrics }, join(folder, 'none', 'a.zip'))).rejects.toThrow('ENOENT')
    await setTimeout(20)
    expect(open).toBe(0)
    const stop = new AbortController()
    const stopping = exportTo({ ...input, metrics }, join(folder, 'a.zip'), { signal: stop.signal })
    while (open === 0) await setTimeout(1)
    stop.abort()
    await expect(stopping).rejects.toThrow('aborted')
    expect(open).toBe(0)
  })

  it('has a name that sorts by day and tells the run', () => {
    expect(bundleName({ id: 'r-000123456', name: 'Quick Start: é', createdAt: 1.7e12 })).toBe(
      'quick-start-e-2023-11-14-r-000123456.w2s.zip',
    )
  })
})
