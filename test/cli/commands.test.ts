// The command line as users run it: a built process of Node with its own data folder.
import { spawnSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBundle } from '../../src-main/bundle'
import { METHODS } from '../../src-main/science/methods'
import { mismatches, readTables } from './documents'
import { sealAndBreak } from './sealing'
import { buildCommandLine, type CommandLine } from './w2s'

const SPEC = {
  version: 1,
  name: 'Small',
  tasks: ['sotu'],
  weak: [{ model: 'words', words: 30 }],
  strong: [{ model: 'vectors', hidden: 8 }],
  methods: [{ method: 'naive' }],
  sizes: { weak: 200, transfer: 200, validation: 60, test: 200 },
  optimiser: { epochs: 3 },
  redraw: 'order',
  evaluations: 4,
  seeds: [0, 1],
}

const hasNumpy = spawnSync('python3', ['-I', '-c', 'import numpy']).status === 0

let w2s: CommandLine
const tables = readTables()
beforeAll(async () => {
  w2s = await buildCommandLine()
  await mkdir(join(w2s.home, 'lab'))
}, 60_000)
afterAll(() => w2s.remove())

describe('before the first run', () => {
  it('lists nothing, and says how to begin', async () => {
    const { code, stdout, document } = await w2s.run('list', '--json')
    expect([code, document]).toEqual([0, { command: 'list', ok: true, runs: [] }])
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect((await w2s.run('list')).stdout).toContain('w2s run quickstart')
    expect(await readdir(join(w2s.home, 'lab'))).toEqual([])
  })

  it('knows the catalog', async () => {
    const { code, document } = await w2s.run('catalog', '--json')
    expect(code).toBe(0)
    expect(mismatches(tables, 'catalog', document)).toEqual([])
    expect(document).toMatchObject({ catalog: { methods: Object.keys(METHODS).map((id) => ({ id })) } })
    const { stdout } = await w2s.run('catalog')
    for (const word of ['quickstart', 'spam', '1.71 B', 'alphaMax', 'number 0 to 1', 'default linear'])
      expect(stdout).toContain(word)
  })

  it('helps', async () => {
    const { code, document } = await w2s.run('help', '--json')
    expect(code).toBe(0)
    expect(mismatches(tables, 'help', document)).toEqual([])
    const docs = await readFile(join(import.meta.dirname, '../../docs/cli.md'), 'utf8')
    for (const { name } of document.commands as { name: string }[]) {
      expect(docs).toContain(`| \`${name}`)
      expect([...tables.keys()]).toContain(name)
    }
    expect((await w2s.run()).stdout).toContain('run <preset | spec.yaml | spec.json>')
    expect((await w2s.run('run', '--help')).stdout).toContain('--backend <auto | cuda | cpu | tensorflow | wasm>')
  })
})

describe('bad input ends with code 2 and says path, expectation and value', () => {
  const spec = (change: object) => JSON.stringify({ ...SPEC, ...change })
  const cases: [string, string[], string | null, object][] = [
    [
      'a command',
      ['rum'],
      null,
      { path: 'command', expected: expect.stringContaining('did you mean "run"?') as string, got: '"rum"' },
    ],
    [
      'an option',
      ['list', '--jsn'],
      null,
      { path: 'w2s list', expected: expect.stringContaining('"--json"') as string, got: '"--jsn"' },
    ],
    ['a missing argument', ['show'], null, { path: 'w2s show', expected: '<run>', got: 'nothing' }],
    ['a run', ['show', 'x1'], null, { path: '<run>', expected: 'the id of a run, but there is none yet', got: '"x1"' }],
    [
      'a preset',
      ['run', 'quickstrat'],
      null,
      {
        path: '<preset | spec.yaml | spec.json>',
        expected: expect.stringContaining('did you mean "quickstart"?') as string,
        got: '"quickstrat"',
      },
    ],
    [
      'a backend',
      ['run', 'quickstart', '--backend', 'abacus'],
      null,
      { path: '--backend', expected: 'one of "auto", "cuda", "cpu", "tensorflow", "wasm"', got: '"abacus"' },
    ],
    ['JSON', ['run', 'spec.json'], '{"version": 1,', { path: 'spec.json', expected: 'JSON' }],
    [
      'a key that stands twice, behind a byte order mark',
      ['run', 'spec.json', '--backend', 'wasm'],
      '\ufeff{"version": 1, "optimiser": {"weak": {"epochs": 3, "epochs": 4}}}',
      { path: 'optimiser.weak.epochs', expected: '"epochs" once', got: 'it again' },
    ],
    [
      'brackets without end',
      ['run', 'spec.json'],
      `{"version": 1, "name": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      { path: 'name[0][0][0]', expected: 'at most 64 lists and objects in each other', got: 'more' },
    ],
    [
      'a key',
      ['run', 'spec.json', '--backend', 'wasm'],
      spec({ methods: [{ method: 'confidence', alpha: 1 }] }),
      { path: 'methods[0].alpha', got: '1' },
    ],
    [
      'a number',
      ['run', 'spec.json', '--backend', 'wasm'],
      spec({ seeds: [-1] }),
      { path: 'seeds[0]', expected: 'at least 0', got: '-1' },
    ],
    [
      'a task',
      ['run', 'spec.json', '--backend', 'wasm'],
      spec({ tasks: ['spma'] }),
      { path: 'tasks[0]', expected: expect.stringContaining('did you mean "spam"?') as string, got: '"spma"' },
    ],
    [
      'a contradiction',
      ['doctor', '--gpu'],
      null,
      { path: '--gpu', expected: 'to go with --install', got: 'no --install' },
    ],
    [
      'a bundle',
      ['verify', 'spec.json'],
      'no zip at all, just a line of text',
      {
        path: expect.stringMatching(/spec\.json$/) as string,
        expected: 'an intact file',
        got: 'no zip file, or only part of one',
      },
    ],
    [
      'a bundle that is not there',
      ['verify', 'no.zip'],
      null,
      { path: expect.stringMatching(/no\.zip$/) as string, got: 'no such file' },
    ],
    ['a folder for a bundle', ['verify', '.'], null, { expected: 'an intact file', got: 'a folder' }],
    ['a folder for a spec', ['run', '.'], null, { path: '<preset | spec.yaml | spec.json>', got: 'the folder "."' }],
    ['nothing for a spec', ['run', ''], null, { path: '<preset | spec.yaml | spec.json>', got: '""' }],
    ['a name that every object has', ['toString'], null, { path: 'command', got: '"toString"' }],
    ['such a name of an action', ['models', '__proto__'], null, { path: 'w2s models', got: '"__proto__"' }],
    ['an option without its value', ['list', '--home'], null, { path: '--home', expected: '<folder>', got: 'nothing' }],
    ['an option with a value too many', ['list', '--help=x'], null, { path: '--help', expected: 'no value' }],
    ['an empty home', ['catalog', '--home', ''], null, { path: '--home', expected: 'a folder', got: '""' }],
    ['a file for a home', ['list', '--home', 'spec.json'], '{}', { path: '--home', got: 'the file "spec.json"' }],
    [
      'a home that is not there',
      ['list', '--home', 'nowhere'],
      null,
      { path: '--home', expected: 'the folder of a lab, but there is none', got: '"nowhere"' },
    ],
    [
      'a bundle and none',
      ['run', 'quickstart', '--export', 'x.zip', '--no-export'],
      null,
      { path: '--export', expected: 'either --export or --no-export', got: 'both' },
    ],
  ]

  it.each(cases)('%s', async (_what, args, file, problem) => {
    if (file !== null) await writeFile(join(w2s.home, 'spec.json'), file)
    const { code, stderr, document } = await w2s.run(...args, '--json')
    expect(code).toBe(2)
    expect(mismatches(tables, 'error', document)).toEqual([])
    expect(document).toMatchObject({ ok: false, error: { code: 'bad-input', problems: [problem] } })
    const [{ expected, got }] = (document.error as { problems: [{ expected: string; got: string }] }).problems
    expect(stderr).toContain(`expected ${expected}, got ${got}`)
  })

  it.skipIf(process.platform === 'win32')('does not wait for a spec that no file is', async () => {
    const pipe = join(w2s.home, 'pipe.json')
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
    for (const [what, kind] of [
      ['pipe.json', 'a named pipe'],
      ['/dev/zero', 'a device'],
    ] as const) {
      const { code, stderr } = await w2s.run('run', what)
      expect([code, stderr]).toEqual([2, expect.stringContaining(`expected a file, got ${kind}`)])
    }
    await rm(pipe)
  })
})

describe('a run', () => {
  it('goes to the end, from the spec to a bundle that holds', async () => {
    // With a byte order mark before it, as some editors leave one.
    await writeFile(join(w2s.home, 'spec.json'), `\ufeff${JSON.stringify(SPEC)}`)
    const { code, stdout, stderr, document } = await w2s.run('run', 'spec.json', '--backend', 'wasm', '--json')
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 1])
    expect(mismatches(tables, 'run', document)).toEqual([])
    expect(stderr).toMatch(/\[ ?2\/\d+\] weak · words 30 · seed 0: done in .+, test accuracy 0\.\d{3}/)
    const { run, results, bundle } = document as {
      run: { state: string }
      results: { measures: { accuracy: { student: { value: number } } } }[]
      bundle: { path: string; bytes: number; files: number }
    }
    expect(run.state).toBe('done')
    const inside = await readBundle(bundle.path)
    expect([inside.bytes, inside.files]).toEqual([bundle.bytes, bundle.files])
    expect(inside.results.arms.map((arm) => arm.measures['accuracy']?.student.value)).toEqual(
      results.map((arm) => arm.measures.accuracy.student.value),
    )
    expect(inside.environment.stages.filter((stage) => stage.backend === 'wasm').length).toBeGreaterThan(3)
    expect(inside.spec).toMatchObject(SPEC)
  })

  it('is not run again, but shown, and exported to the same bytes', async () => {
    const { code, stdout } = await w2s.run('run', 'spec.json', '--backend', 'wasm', '--export', 'again.zip')
    expect(code).toBe(0)
    expect(stdout).toContain('10 already done, 0 to do')
    expect(stdout).toMatch(
      /method +weak +student +ceiling +PGR +agreement +copied +n\n +naive( \[1\])? +0\.\d{3} .* 2 × 200\n/,
    )
    expect(stdout.trim().split('\n').at(-1)).toBe(join(w2s.home, 'again.zip'))
    const [first] = await readdir(join(w2s.home, 'lab', 'bundles'))
    expect(await readFile(join(w2s.home, 'again.zip'))).toEqual(
      await readFile(join(w2s.home, 'lab', 'bundles', first!)),
    )
  })

  it('can be listed, shown, exported and verified as data', async () => {
    const list = await w2s.run('list', '--json')
    expect(mismatches(tables, 'list', list.document)).toEqual([])
    const runs = list.document.runs as { id: string }[]
    expect(runs).toHaveLength(1)
    const show = await w2s.run('show', runs[0]!.id.slice(0, 5), '--json')
    expect(mismatches(tables, 'show', show.document)).toEqual([])
    expect(show.document).toMatchObject({ run: { id: runs[0]!.id, state: 'done' }, results: [{ seedsDone: 2 }] })
    const exported = await w2s.run('export', 'last', 'third.zip', '--json')
    expect(mismatches(tables, 'export', exported.document)).toEqual([])
    const verified = await w2s.run('verify', 'third.zip', '--json')
    expect(mismatches(tables, 'verify', verified.document)).toEqual([])
    expect([show, exported, verified].map(({ code }) => code)).toEqual([0, 0, 0])
    await sealAndBreak(w2s, tables, show.document)
    const oracle = await w2s.run('show', 'last', '--stop', 'oracle')
    expect(oracle.stdout).toContain('does best on ground truth: a bound, never the')
    const first = await w2s.run('show', 'last', '--stop', 'step-0')
    expect(first.stdout).toContain('at the evaluation nearest to step 0, step 0.')
    const { code, stderr } = await w2s.run('show', 'last', '--stop', 'best')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--stop: expected .*weak-validation.*got "best"/)])
    expect(verified.document).toMatchObject({ ok: true, run: runs.map(({ id }) => ({ id }))[0] })
  })

  it.skipIf(!hasNumpy)('is what its predictions say, by a program that shares nothing with this one', () => {
    const script = join(import.meta.dirname, '../../scripts/recompute.py')
    const { status, stdout } = spawnSync('python3', ['-I', script, join(w2s.home, 'third.zip')], { encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^(\d+) of \1 numbers agree: 1 arms, 0 differences\n$/)])
  })

  it('says what is wrong with a bundle that was changed', async () => {
    const bytes = await readFile(join(w2s.home, 'third.zip'))
    bytes.fill(0, bytes.indexOf('metrics.csv') + 60, bytes.indexOf('metrics.csv') + 90)
    await writeFile(join(w2s.home, 'broken.zip'), bytes)
    const { code, stderr, document } = await w2s.run('verify', 'broken.zip', '--json')
    expect(code).toBe(1)
    expect(mismatches(tables, 'verify', document)).toEqual([])
    expect(document).toMatchObject({ ok: false, problems: [{ file: 'metrics.csv' }] })
    expect(stderr).toContain('metrics.csv')
  })

  it('is exported into a folder under its own name', async () => {
    await mkdir(join(w2s.home, 'shelf'))
    const { code, stdout } = await w2s.run('export', 'last', 'shelf')
    const [name] = await readdir(join(w2s.home, 'lab', 'bundles'))
    expect([code, stdout.trim().split('\n').at(-1)]).toEqual([0, join(w2s.home, 'shelf', name!)])
  })

  it.each([
    ['the spec that is run', ['run', 'spec.json', '--export', 'spec.json'], 'spec.json', '--export'],
    ['it even by force', ['run', 'spec.json', '--export', './spec.json', '--force'], 'spec.json', '--export'],
    ['notes', ['export', 'last', 'notes.txt'], 'notes.txt', 'notes.txt'],
    ['notes named like a bundle', ['export', 'last', 'notes.zip'], 'notes.zip', 'notes.zip'],
    ['them after a run', ['run', 'spec.json', '--backend', 'wasm', '--export', 'notes.zip'], 'notes.zip', 'notes.zip'],
    ['the store', ['export', 'last', 'lab/lab.sqlite', '--force'], 'lab/lab.sqlite', 'lab.sqlite'],
  ])('is never written over %s', async (_what, args, file, path) => {
    for (const name of ['notes.txt', 'notes.zip']) await writeFile(join(w2s.home, name), 'notes')
    const before = await readFile(join(w2s.home, file))
    const { code, document } = await w2s.run(...args, '--json')
    expect(code).toBe(2)
    expect(document).toMatchObject({
      ok: false,
      error: { problems: [{ path: expect.stringContaining(path) as string }] },
    })
    expect(await readFile(join(w2s.home, file))).toEqual(before)
  })

  it('is written over a file that the user wants gone', async () => {
    await writeFile(join(w2s.home, 'old.zip'), 'old')
    expect((await w2s.run('export', 'last', 'old.zip', '--force')).code).toBe(0)
    expect((await readBundle(join(w2s.home, 'old.zip'))).problems).toEqual([])
  })

  it('is told with its results when its bundle cannot be written', async () => {
    const { code, stderr, document } = await w2s.run(
      ...['run', 'spec.json', '--backend', 'wasm', '--export', 'spec.json/x.zip', '--json'],
    )
    expect(code).toBe(3)
    expect(mismatches(tables, 'run', document)).toEqual([])
    expect(document).toMatchObject({ ok: false, run: { state: 'done' }, results: [{ seedsDone: 2 }], bundle: null })
    expect(document.bundleError).toMatch(/^The bundle could not be written there\. .*spec\.json/)
    expect(stderr).toContain('To export it: w2s export')
  })

  it('is checked at rest, and made whole again where it is damaged', async () => {
    const sound = await w2s.run('check', '--json')
    expect(mismatches(tables, 'check', sound.document)).toEqual([])
    expect([sound.code, sound.document.ok]).toEqual([0, true])
    const artifacts = join(w2s.home, 'lab', 'artifacts')
    const found = (await readdir(artifacts, { recursive: true })).find((name) =>
      name.endsWith('predictions.safetensors'),
    )
    const bytes = await readFile(join(artifacts, found!))
    bytes[bytes.length - 7]! ^= 16
    await writeFile(join(artifacts, found!), bytes)
    const shown = await w2s.run('check', '--json')
    expect(mismatches(tables, 'check', shown.document)).toEqual([])
    expect(shown.document).toMatchObject({ ok: false, repaired: false, damaged: [{ repaired: false, origin: 'own' }] })
    expect([shown.code, (await w2s.run('show', 'last')).code]).toEqual([1, 3])
    const repaired = await w2s.run('check', '--repair', '--json')
    expect(mismatches(tables, 'check', repaired.document)).toEqual([])
    expect(repaired.document).toMatchObject({ ok: true, repaired: true, damaged: [{ repaired: true }] })
    const again = await w2s.run('run', 'spec.json', '--backend', 'wasm', '--no-export')
    expect([again.code, (await w2s.run('check')).code]).toEqual([0, 0])
    // Without a repair before: a run makes again what its bundle needs.
    const labels = (await readdir(artifacts, { recursive: true })).find((name) => name.endsWith('labels.safetensors'))
    await writeFile(join(artifacts, labels!), 'damaged')
    const healed = await w2s.run('run', 'spec.json', '--backend', 'wasm', '--export', 'healed.zip')
    expect([healed.code, (await w2s.run('verify', 'healed.zip')).code]).toEqual([0, 0])
    expect(healed.stdout).toContain('Damaged on disk:')
  })

  it('is found in another folder by --home', async () => {
    await cp(join(w2s.home, 'lab'), join(w2s.home, 'moved'), { recursive: true })
    const { document } = await w2s.run('list', '--json', '--home', 'moved')
    expect(document.runs).toHaveLength(1)
  })

  it('of stages that are done, asked for by another rule and name, is another run with its own answer', async () => {
    const asked = { name: 'By weak validation', question: 'And then?', stop: 'weak-validation' }
    await writeFile(join(w2s.home, 'other.json'), JSON.stringify({ ...SPEC, ...asked }))
    const run = (...more: string[]) => w2s.run('run', 'other.json', '--backend', 'wasm', ...more)
    type Told = { student: { value: number }; stops: Record<string, number> }
    type Result = { stop: string; measures: { accuracy: Told } }
    const { code, document } = await run('--json')
    const { results, bundle, run: told } = document as { results: Result[]; bundle: { path: string }; run: object }
    expect([code, told]).toEqual([0, expect.objectContaining({ name: asked.name, state: 'done' })])
    const inside = await readBundle(bundle.path)
    expect(inside.spec).toMatchObject(asked)
    const first = (await w2s.run('run', 'spec.json', '--backend', 'wasm', '--no-export', '--json')).document
    const [last] = first.results as Result[]
    expect([last!.stop, results[0]!.stop, inside.results.arms[0]!.stop]).toEqual(['last', asked.stop, asked.stop])
    const [now, before] = [results[0]!, last!].map(({ measures }) => measures.accuracy)
    expect(now!.student.value).toBe(before!.stops['weak-validation'])
    expect(inside.results.arms[0]!.measures['accuracy']!.student.value).toBe(now!.student.value)
    // Once it is there, it is the one that is shown.
    const { stdout } = await run('--no-export')
    expect(stdout).toContain('This experiment was run on')
    expect(stdout.replace(/\s+/g, ' ')).toContain('where it agrees best with weak labels')
    expect((await w2s.run('list', '--json')).document.runs).toHaveLength(2)
  })
})

describe('doctor', () => {
  it('tries every backend and says which one runs use', async () => {
    const { code, stdout, document } = await w2s.run('doctor', '--json')
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 1])
    expect(mismatches(tables, 'doctor', document)).toEqual([])
    const { report } = document as { report: { backends: { id: string; selfTest: { passed: boolean } | null }[] } }
    expect(report.backends.find((backend) => backend.id === 'wasm')?.selfTest?.passed).toBe(true)
  })
})

describe('the tables of docs/cli.md', () => {
  it('are checked for what is missing, surplus and of another type', () => {
    expect(mismatches(tables, 'bundle', { path: 1, bytes: 1, more: 1, sha256: '', looks: null })).toEqual([
      '.more: not documented in "bundle"',
      'path: expected text, got 1',
      'files: expected number, got undefined',
    ])
  })
})
