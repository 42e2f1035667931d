import { expect, test } from 'vitest'
import { CALL_NAMES, type CallName } from '../../src-preload/contract'
import { CheckpointError } from '../../src-main/data/checkpoints/errors'
import { ModelError } from '../../src-main/data/models/errors'
import { answer, parseArguments, type Handlers } from '../../src-main/lab/calls'
import { LabError } from '../../src-main/lab/errors'
import { StorageError } from '../../src-main/store'

const key = 'a'.repeat(64)
const ref = { runId: 'r', armId: 'a', seed: 0, stop: 'last' }
const columns = { text: 'text', label: 'label', split: null, group: null }
const texts = { id: 'mine', title: 'Mine', question: '', licence: '' }
/** Arguments that every call takes. */
const GOOD: Record<CallName, unknown[]> = {
  catalog: [],
  preview: [{ anything: true }],
  room: [],
  measure: [{ anything: true }],
  measureStop: [],
  outlook: [{ anything: true }],
  sweepPlan: [{ spec: {}, axes: [{ path: 'seeds[0]', values: [1, 2] }] }],
  sweep: [{ spec: {}, axes: [{ path: 'seeds[0]', values: [1, 2] }] }],
  batchMix: [{ spec: {}, method: 0, progress: 0.5 }],
  taskRows: [{ task: 'spam', model: '', turn: 0 }],
  taskShown: [{ spec: { anything: true }, task: 'spam' }],
  run: [{ anything: true }],
  sample: [],
  runs: [],
  runDetail: ['r'],
  curves: [{ keys: [key], names: ['loss'], splits: ['', 'test'], buckets: 200 }],
  groupCurves: [
    {
      groups: [{ id: 'arm', keys: [key] }],
      series: [{ name: 'loss', split: '' }],
      ...{ axis: 'epoch', from: null, to: 3.5, summary: 'mean-t', smoothing: 0.9, each: false, buckets: 200 },
    },
  ],
  sureness: [key],
  use: [key],
  log: [{ runId: 'r', limit: 100 }],
  result: [{ runId: 'r', stop: 'oracle' }],
  compare: [{ arm: { runId: 'r', armId: 'a' }, against: { runId: 's', armId: 'b' }, stop: 'last' }],
  cube: [ref],
  facets: [{ ...ref, step: 61 }],
  examples: [
    { ...ref, cells: ['010'], search: '', truth: 1, weakConfidence: [0.9, 1], sort: 'index', offset: 0, limit: 50 },
  ],
  example: [{ ...ref, index: 3, against: { runId: 'r', armId: 'b' } }],
  remark: [{ runId: 'r', armId: 'a', seed: 0, index: 3, flag: 2, note: 'odd' }],
  slices: ['spam'],
  sliceSave: [{ task: 'spam', name: 'sure', filter: { cells: ['001'], search: '', remark: 'any' } }],
  sliceRemove: [{ task: 'spam', name: 'sure' }],
  cancel: ['r'],
  resume: ['r'],
  runMove: [{ runId: 'r', before: null }],
  pause: ['after'],
  force: [key],
  alerts: [],
  alertSeen: [{ key, kind: 'plateau' }],
  release: [{ runId: 'r', armId: 'a' }],
  remove: ['r'],
  mark: [{ runs: ['r'], addTags: ['paper'], starred: true }],
  trash: [{ runs: ['r'], trashed: true }],
  trashEmpty: [],
  findRuns: ['state:done'],
  studies: [],
  study: [{ id: 's', stop: 'last' }],
  studyNew: ['Does it?'],
  studySay: [{ id: 's', notes: 'seen' }],
  studyRemove: ['s'],
  looks: ['s'],
  seal: [{ study: 's', sealed: true }],
  exportBundle: [{ runId: 'r', path: '' }],
  chooseDataset: ['folder'],
  sliceUse: [{ runId: 'r', armId: 'a', seed: 0, stop: 'last', name: 'mine', filter: { cells: [], search: '' } }],
  datasetPreview: [{ path: '/x.csv', ...columns }],
  datasetImport: [{ path: '/x.csv', ...columns, ...texts, classes: ['a', 'b'] }],
  datasetCancel: [],
  datasetRemove: ['mine'],
  templates: [],
  datasetFetch: ['sciq'],
  datasetFetchStop: [],
  models: [],
  modelGet: [{ id: 'minilm-l3', source: 'auto' }],
  modelCancel: ['minilm-l3'],
  chooseModel: ['folder'],
  modelAdd: ['/x'],
  modelVerify: ['minilm-l3'],
  modelRemove: ['minilm-l3'],
  modelCard: ['minilm-l3'],
  ladders: [],
  presetSave: [{ title: 'Mine', spec: { anything: true } }],
  presetRemove: ['mine'],
  ladderSave: [{ id: 'mine', title: 'Mine', models: ['pocket-s', 'pocket-m'] }],
  ladderRemove: ['mine'],
  corpora: [],
  corpusAdd: [{ path: '/a/games.pgn', id: 'mine', title: 'Mine', licence: 'own', elo: null }],
  corpusRemove: ['mine'],
  doctor: [],
  install: [{ backend: 'tensorflow', gpu: false }],
  uninstall: ['tensorflow'],
  status: [],
  storage: [],
  storageFree: ['results'],
  saveFile: [{ name: 'figure.png', base64: 'AAAA' }],
  settings: [{ theme: 'dark', notify: false }],
  reveal: ['/x'],
}

test('every call of the contract takes what it should', () => {
  for (const name of CALL_NAMES) expect(parseArguments(name, GOOD[name])).toEqual(GOOD[name])
})

test('no call takes an argument too many, or something else instead', () => {
  for (const name of CALL_NAMES) {
    expect(() => parseArguments(name, [...GOOD[name], 'more']), name).toThrow(LabError)
    expect(() => parseArguments(name, 'nonsense'), name).toThrow(LabError)
    if (GOOD[name].length === 0 || ['run', 'preview', 'measure', 'outlook'].includes(name)) continue
    expect(() => parseArguments(name, []), name).toThrow(LabError)
    expect(() => parseArguments(name, [42]), name).toThrow(LabError)
    const [first] = GOOD[name]
    if (typeof first === 'object') expect(() => parseArguments(name, [{ ...first, extra: 1 }]), name).toThrow(/extra/)
  }
})

test.each([
  ['curves', [{ keys: ['abc'], names: [], splits: [], buckets: 5 }], 'keys[0]', 'a stage key (64 hex digits)', '"abc"'],
  ['curves', [{ keys: [], names: [], splits: ['tset'], buckets: 5 }], 'splits[0]', 'one of', '"tset"'],
  ['log', [{ runId: 'r', limit: 0 }], 'limit', 'at least 1', '0'],
  ['example', [{ ...ref, index: 1.5 }], 'index', 'whole number', '1.5'],
  ['result', [{ runId: 'r', stop: 'first' }], 'stop', 'one of', '"first"'],
  ['runDetail', ['r'.repeat(5000)], 'run', 'at most 200 characters', '"rrr'],
  ['use', ['abc'], 'stage', 'a stage key (64 hex digits)', '"abc"'],
  ['mark', [{ runs: ['r'], addTags: ['a\nb'] }], 'addTags[0]', 'one line', '"a\\nb"'],
  ['mark', [{ runs: ['r'], name: 'a\u2028b' }], 'name', 'one line', '"a'],
] as const)('%s says what is wrong where', (name, args, path, expected, got) => {
  const attempt = () => parseArguments(name, args)
  expect(attempt).toThrow(LabError)
  try {
    attempt()
  } catch (error) {
    const { problems } = error as LabError
    expect(problems).toMatchObject([{ path, got: expect.stringContaining(got) as string }])
    expect(problems[0]!.expected).toContain(expected)
  }
})

test('answers are values or failures, never exceptions', async () => {
  const handlers = { runs: () => Promise.resolve([]), cancel: () => Promise.reject(new LabError('conflict', 'no')) }
  const failing = (error: Error): Handlers =>
    ({ ...handlers, status: () => Promise.reject(error) }) as unknown as Handlers
  const all = failing(new Error())
  expect(await answer(all, 'runs', [], '/home')).toEqual({ ok: true, value: [] })
  expect(await answer(all, 'cancel', ['r'], '/home')).toEqual({ ok: false, error: { code: 'conflict', message: 'no' } })
  expect(await answer(all, 'cancel', [1], '/home')).toMatchObject({ ok: false, error: { code: 'bad-input' } })
  const full = new StorageError('full', 'The disk is full.')
  expect(await answer(failing(full), 'status', [], '/home')).toEqual({
    ok: false,
    error: { code: 'storage', message: 'The disk is full.' },
  })
  const noSpace = Object.assign(new Error('write'), { code: 'ENOSPC' })
  const reply = await answer(failing(noSpace), 'status', [], '/home')
  expect(reply).toMatchObject({ ok: false, error: { code: 'storage' } })
  expect(await answer(failing(new Error('bug')), 'status', [], '/home')).toMatchObject({
    error: { code: 'internal', message: 'bug' },
  })
  const failures = [
    [new ModelError('unavailable', 'offline'), { code: 'unavailable', message: 'offline' }],
    [new CheckpointError('config.json: wrong'), { code: 'bad-input', message: 'config.json: wrong' }],
    // Its code is a number.
    [new DOMException('stopped', 'AbortError'), { code: 'internal', message: 'stopped' }],
  ] as const
  for (const [thrown, failure] of failures)
    expect(await answer(failing(thrown), 'status', [], '/home')).toEqual({ ok: false, error: failure })
})

test.each<[string, () => unknown, string]>([
  ['a BigInt', () => ({ a: [1, 2n] }), 'a[1]: expected a value of JSON, got a BigInt'],
  ['bytes', () => new Uint8Array(1e6), 'input: expected a value of JSON, got a Uint8Array'],
  ['a date', () => [new Date(0)], '[0]: expected a value of JSON, got a Date'],
  ['too much of it', () => new Array<number>(1e6).fill(0), '[99998]: expected at most 100,000 values, got more'],
  ['holes', () => new Array<number>(1e9), '[99998]: expected at most 100,000 values, got more'],
])('what a structured clone carries and JSON does not is refused with its place: %s', async (_name, make, message) => {
  const reply = await answer({} as Handlers, 'preview', [make()], '/home')
  expect(reply).toMatchObject({ ok: false, error: { code: 'bad-input', message } })
})

test('a loop is refused, and what is only shared is not', () => {
  const shared = { n: 1 }
  expect(parseArguments('preview', [{ a: shared, b: shared }])).toEqual([{ a: { n: 1 }, b: { n: 1 } }])
  const loop: unknown[] = [[]]
  loop.push({ loop })
  expect(() => parseArguments('run', [loop])).toThrow(
    '[1].loop: expected a value of JSON, got an object that contains itself',
  )
  let deep: unknown = 0
  for (let i = 0; i < 1e5; i++) deep = [deep]
  expect(() => parseArguments('run', [deep])).toThrow(/: expected at most 64 levels of nesting, got more$/)
})

test('a million mistakes make a hundred problems', () => {
  const keys = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`key${i}`, i]))
  const refused = (() => {
    try {
      return parseArguments('log', [{ runId: 'r', limit: 1, ...keys }])
    } catch (error) {
      return error
    }
  })()
  expect((refused as LabError).problems).toHaveLength(100)
})
