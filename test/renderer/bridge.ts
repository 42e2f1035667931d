import { arrangementsOf } from '../../src-main/science/ladders/ladder'
import { describeCatalog } from '../../src-main/science/catalog'
import { fitting } from '../../src-main/science/metrics'
import { studyId } from '../../src-main/science/studies/study'
import type {
  ArmName,
  Bridge,
  Calls,
  Catalog,
  GroupCurve,
  LabEvent,
  Problem,
  Reply,
  RunSummary,
  Status,
  Stop,
  StudyResult,
} from '../../src-preload/contract'
import { DOCTOR } from './sample-doctor'
import { CARD, MODELS } from './sample-models'
import { rowsOf } from './sample-rows'
import { STORAGE } from './sample-storage'
import { armOf, detailOf, find, NotThere, NOW, REASON, RUNS, seedsDone } from './sample-runs'
import { facetsOf } from './sample-facets'
import { LOOKS } from './sample-looks'
import { batchOf, outlookOf, preview, sweepPlan } from './sample-plans'
import { studyOfRuns } from './sample-studies'
import { armResult, comparisonOf, cubeOf, exampleHistory, exampleRows, PRESETS, resultOf, TASKS } from './sample'

// A typed stand-in for the preload's bridge over the simulated world of sample.ts. Tests and previews only.

const CHECKPOINTS: Catalog['checkpoints'] = [
  { id: 'large', title: 'Large', family: 'Made up', parameters: 1_711_376_384, here: false, trains: false },
  { id: 'small', title: 'Small', family: 'Made up', parameters: 17_241_984, here: true, trains: true },
]
export const CATALOG: Catalog = {
  ...describeCatalog(),
  tasks: TASKS,
  checkpoints: CHECKPOINTS,
  presets: PRESETS,
  brokenPresets: [],
  backends: [
    { id: 'tensorflow', title: 'TensorFlow' },
    { id: 'wasm', title: 'WebAssembly' },
  ],
}
export const STATUS: Status = {
  engine: 'running',
  activity: 'student · confidence · seed 2, step 61 of 310',
  backend: 'wasm',
  device: 'CPU, 2 threads, SIMD',
  reason: REASON,
  queue: 1,
  lanes: [
    {
      ...{ backend: 'wasm', device: 'CPU, 2 threads, SIMD', card: '', fault: '' },
      ...{ key: 'at-work', title: 'student · confidence', forcedAt: null },
    },
  ],
  cards: [],
  pause: 'off',
  pausedFor: '',
  storeBytes: 212_400_000,
  diskFreeBytes: 80_200_000_000,
  memoryBytes: 25_200_000_000,
  memoryFreeBytes: 12_100_000_000,
  readOnly: '',
  fallbackRuntime: 'Fallback runtime, Electron 33, not for daily use.',
}

const POCKET = { id: 'pocket', title: 'Pocket', models: ['pocket-s', 'pocket-m', 'pocket-l'] }

/** Curves as the engine names them, as far as a stage has come. */
function curveValues(name: string, split: string, steps: number): { step: number[]; value: number[] } {
  const dense = split === ''
  const step = Array.from({ length: dense ? steps : Math.ceil(steps / 16) + 1 }, (_, i) => (dense ? i : i * 16))
  const rise = (i: number, low: number, high: number, rate: number) =>
    low + (high - low) * (1 - Math.exp(-i / rate)) + Math.sin(i * 12.9898) * 0.008
  const shape: Record<string, (i: number) => number> = {
    loss: (i) => rise(i, 0.7, 0.42, 40) + Math.sin(i * 78.233) * 0.02,
    accuracy: (i) => rise(i, 0.5, 0.87, 30),
    agreement: (i) => rise(i, 0.5, 0.88, 40),
    agreement_weak_wrong: (i) => rise(i, 0.48, 0.66, 90),
  }
  return { step, value: step.map((s) => (shape[name] ?? (() => 0.5))(s)) }
}

/** The finished runs of the world as one study. */
export const studyResult = (id: string, stop: Stop): StudyResult =>
  studyOfRuns(id, stop, RUNS.filter(({ state }) => state === 'done').map(detailOf), NOW)

type Answers = { [K in keyof Calls]: (...args: Parameters<Calls[K]>) => ReturnType<Calls[K]> }

const ANSWERS: Answers = {
  catalog: () => CATALOG,
  preview,
  room: () => ({
    ...{
      of: 'machine',
      device: '',
      freeBytes: 12.1e9,
      totalBytes: 25.2e9,
      reserveBytes: 1.5e9,
      availableBytes: 10.6e9,
    },
    ...{ others: [], why: '', diskFreeBytes: 80.2e9 },
  }),
  measure: () => [],
  measureStop: () => null,
  outlook: (spec) => outlookOf(preview(spec)),
  taskShown: ({ task }) => {
    const { examples: rows, classes } = TASKS.find(({ id }) => id === task)!
    const split = (examples: number) => ({ examples, balance: classes.map(() => examples / classes.length) })
    return {
      ...{ task, rows, names: classes },
      splits: { weak: split(900), transfer: split(1000), validation: split(200), test: split(500) },
      examples: [{ text: 'We will hold to our course.', at: null, right: classes[1]! }],
      lengths: [{ model: 'Pocket S', texts: 1000, median: 31, longest: 140, limit: 128, cut: 0.02 }],
    }
  },
  taskRows: rowsOf,
  batchMix: ({ spec, method, progress }) => batchOf(spec, method, progress),
  sweepPlan,
  sweep: (asked) => ({ runs: sweepPlan(asked).cells.map((_, i) => `run-${i}`) }),
  run: () => ({ runId: 'run-live' }),
  sample: () => ({ runId: RUNS[0]!.id }),
  runs: () =>
    RUNS.map(detailOf).map(({ spec: _s, arms: _a, stages: _t, figures: _f, ...summary }): RunSummary => summary),
  runDetail: (id) => detailOf(find(id)),
  curves: ({ keys, names, splits }) =>
    keys.flatMap((key) =>
      names.flatMap((name) =>
        splits
          .filter((split) => (name === 'loss') === (split === ''))
          .map((split) => ({ key, name, split, ...curveValues(name, split, 62), bucket: 1 })),
      ),
    ),
  groupCurves: ({ groups, series, axis, each, smoothing, from, to }) =>
    groups.flatMap(({ id, keys }) =>
      series.flatMap(({ name, split }) =>
        (each ? keys : ['']).flatMap((key): GroupCurve[] => {
          if ((name === 'loss') !== (split === '')) return []
          const { step, value } = curveValues(name, split, 62)
          // 25 rows of a batch, 500 to learn from.
          const scale = { step: 1, epoch: 0.05, labels: 25, seconds: 0.5, flops: 5000 }[axis]
          const at = step.flatMap((s, i) => (s * scale >= (from ?? 0) && s * scale <= (to ?? Infinity) ? [i] : []))
          const pick = (column: number[]) => at.map((i) => column[i]!)
          const spread = (by: number) => pick(value).map((v) => v + (each ? 0 : by))
          return [
            {
              ...{ group: id, name, split, key, step: pick(step), x: pick(step).map((s) => s * scale) },
              ...{
                value: pick(value),
                raw: smoothing > 0 ? pick(value) : null,
                low: spread(-0.02),
                high: spread(0.02),
              },
              ...{
                n: at.map(() => (each ? 1 : keys.length)),
                end: step.at(-1)! * scale,
                bucket: 1,
                offAxis: '',
                epoch: 20 * scale,
              },
            },
          ]
        }),
      ),
    ),
  sureness: () => ({ step: 48, n: 500, from: 0.5, counts: [30, 40, 45, 50, 55, 60, 60, 60, 50, 50] }),
  use: () => ({
    card: 'RTX 4090 (GPU-0a1b2c3d)',
    curves: [
      {
        ...{ name: 'cpu', title: 'Processor', note: 'of all cores, by the engine', unit: 'share' },
        ...{ at: [2, 4, 60], seconds: [2, 2, 2], mean: [0.5, 0.9, 0.8], low: [0.4, 0.9, 0.8], high: [0.6, 0.9, 0.8] },
      },
      {
        ...{ name: 'gpuPower', title: 'GPU power', note: 'of the whole card', unit: 'watts' },
        ...{ at: [2, 4], seconds: [2, 2], mean: [84.2, 86.4], low: [84.2, 86.4], high: [84.2, 86.4] },
      },
    ],
  }),
  log: ({ runId }) => {
    const { stages } = detailOf(find(runId))
    return stages
      .filter((s) => s.startedAt !== null)
      .flatMap((s) => [
        { key: s.key, at: s.startedAt ?? 0, level: 'info', text: `${s.title} on ${s.device}: ${s.reason}` },
        ...(s.error ? [{ key: s.key, at: s.endedAt ?? 0, level: 'error', text: s.error }] : []),
      ])
  },
  result: ({ runId, stop }) => {
    const run = find(runId)
    return resultOf(
      runId,
      detailOf(run).arms.map((arm, i) => armResult(arm, stop, seedsDone(run, i))),
    )
  },
  compare: ({ arm, against, stop }) => {
    const done = (of: ArmName) =>
      seedsDone(
        find(of.runId),
        detailOf(find(of.runId)).arms.findIndex(({ id }) => id === of.armId),
      )
    return { ...comparisonOf(armOf(arm), armOf(against), stop, Math.min(done(arm), done(against))), looks: LOOKS }
  },
  cube: (ref) => cubeOf(exampleRows(armOf(ref), ref.seed, ref.stop)),
  facets: (ref) => ({ ...facetsOf(armOf(ref), ref), looks: LOOKS }),
  examples: (query) => {
    const { moves = [], against } = query
    const rows = exampleRows(armOf(query), query.seed, query.stop, against && armOf(against))
      .filter(fitting(query))
      .filter((r) => moves.length === 0 || (r.against !== undefined && moves.includes(r.against.move)))
      .sort((a, b) =>
        query.sort === 'index'
          ? a.index - b.index
          : query.sort === 'weak-confidence'
            ? b.weak.confidence - a.weak.confidence
            : b.student.confidence - a.student.confidence,
      )
    const right = (of: 'weak' | 'student' | 'ceiling') => rows.filter((row) => row[of].right).length
    return {
      total: rows.length,
      right: { weak: right('weak'), student: right('student'), ceiling: right('ceiling') },
      rows: rows.slice(query.offset, query.offset + query.limit),
    }
  },
  example: (ref) => {
    const arm = armOf(ref)
    const against = ref.against && armOf(ref.against)
    return {
      ...exampleRows(arm, ref.seed, ref.stop, against)[ref.index]!,
      history: exampleHistory(arm, ref.seed, ref.index, against),
    }
  },
  remark: () => null,
  slices: () => [],
  sliceSave: () => null,
  sliceUse: ({ name }) => ({ ...TASKS[0]!, id: 'spam', title: `Spam: ${name}` }),
  sliceRemove: () => null,
  cancel: () => null,
  resume: () => null,
  runMove: () => null,
  force: () => null,
  pause: () => null,
  alerts: () => [],
  alertSeen: () => null,
  release: () => null,
  remove: () => ({ freedBytes: 12_300_000 }),
  mark: () => null,
  trash: () => ({ bytes: 12_300_000 }),
  trashEmpty: () => ({ freedBytes: 12_300_000 }),
  findRuns: () => ({ ids: RUNS.map(({ id }) => id), parts: [], problem: null }),
  studies: () => [],
  study: ({ id, stop }) => studyResult(id, stop),
  studyNew: (question) => ({ id: studyId(question.trim()) }),
  studySay: () => null,
  studyRemove: () => null,
  looks: () => LOOKS,
  seal: () => null,
  exportBundle: () => ({
    path: '/home/ada/quick-start.w2s.zip',
    bytes: 3_240_000,
    files: 41,
    sha256: '7c1e04a9'.repeat(8),
    looks: LOOKS,
  }),
  chooseDataset: () => '/home/ada/reviews.csv',
  templates: () =>
    [
      { id: 'sciq', title: 'SciQ', question: 'Is the answer right?', hub: 'allenai/sciq' },
      { id: 'boolq', title: 'BoolQ', question: 'Does the passage say so?', hub: 'google/boolq' },
    ].map((template) => ({
      ...template,
      config: null,
      ...{ splits: { train: 'train', test: 'test' }, classes: ['wrong', 'right'], columns: ['question', 'answer'] },
      suites: ['paper', 'openai'],
    })),
  datasetFetch: (template) => ({
    ...{ template, path: `/home/ada/lab/fetched/${template}`, dataset: 'allenai/sciq', config: 'default' },
    ...{ revision: 'a'.repeat(40), files: [], bytes: 4_200_000, partial: false, wasHere: false },
  }),
  datasetFetchStop: () => null,
  datasetPreview: ({ path, text = 'review', label = 'again', split = null, group = null }) => ({
    path,
    id: 'our-notes',
    title: 'Our notes',
    question: '',
    format: 'csv',
    reading: { encoding: 'utf-8', header: true, quotes: true },
    columns: ['review', 'again', 'fold', 'customer'],
    form: 'classes',
    ...{ options: [], right: null, target: null },
    text,
    label,
    split,
    group,
    rows: [
      { text: 'Kind people and a good soup.', label: 'yes' },
      { text: 'We waited for an hour.', label: 'no' },
    ],
    counts: [
      { label: 'yes', n: 410 },
      { label: 'no', n: 402 },
    ],
    values: 2,
    classes: ['no', 'yes'],
    examples: 812,
    perClass: { train: [402, 410], test: null },
    duplicates: 3,
    contradictions: 1,
    twins: 0,
    lengthAlone: 0.62,
    notices: [],
    errors: [{ line: 17, message: 'column "again" is empty' }],
    badLines: 1,
    lines: { all: 814, blank: 0, header: 1, continued: 0 },
  }),
  datasetImport: (request) => ({ ...TASKS[5]!, id: request.id, title: request.title }),
  datasetCancel: () => null,
  datasetRemove: () => null,
  models: () => MODELS,
  modelGet: ({ id }) => MODELS.find((model) => model.id === id)?.here ?? null,
  modelCancel: () => null,
  chooseModel: () => '/home/ada/models/own',
  modelAdd: () => ({ id: 'mine', ...MODELS[5]!.here! }),
  modelVerify: () => [],
  modelRemove: () => ({ freedBytes: 69_000_000 }),
  modelCard: () => CARD,
  ladders: () => [{ ...POCKET, origin: 'bundled', arrangements: arrangementsOf(POCKET) }],
  presetSave: ({ title }) => ({ id: title }),
  presetRemove: () => null,
  ladderSave: () => null,
  ladderRemove: () => null,
  corpora: () => [],
  corpusAdd: ({ id, title, licence }) => ({
    corpus: {
      ...{ id, title, licence, kind: 'games', source: 'imported from games.pgn' },
      ...{ documents: 3, bytes: 200, sha256: '0'.repeat(64) },
    },
    passed: 0,
  }),
  corpusRemove: () => null,
  doctor: () => DOCTOR,
  install: () => null,
  uninstall: () => ({ freedBytes: 910_000_000 }),
  status: () => STATUS,
  storage: () => STORAGE,
  storageFree: () => ({ freedBytes: 31_000_000 }),
  saveFile: ({ name }) => ({ path: `/home/ada/${name}` }),
  settings: (change) => ({
    theme: change.theme ?? 'system',
    notify: change.notify ?? true,
    reserveBytes: change.reserveBytes ?? 1.5e9,
    reserveGpuBytes: change.reserveGpuBytes ?? 0.5e9,
    atOnce: change.atOnce ?? 1,
    atOnceByCard: change.atOnceByCard ?? [],
    windowGpu: change.windowGpu ?? true,
    pauseOnBattery: change.pauseOnBattery ?? false,
    fallback: change.fallback ?? false,
  }),
  reveal: () => null,
}

export interface FakeBridge extends Bridge {
  /** Every call so far, in order. */
  readonly heard: { name: string; args: unknown[] }[]
  emit(events: LabEvent[]): void
}

/** A bridge that answers from the sample world; `change` replaces single answers. */
export function createFakeBridge(change: Partial<Answers> = {}): FakeBridge {
  const answers = { ...ANSWERS, ...change }
  const listeners = new Set<(events: LabEvent[]) => void>()
  const heard: FakeBridge['heard'] = []
  return {
    heard,
    emit: (events) => listeners.forEach((listener) => listener(events)),
    call: (name, ...args) => {
      heard.push({ name, args })
      const answer = answers[name] as (...all: typeof args) => ReturnType<Calls[typeof name]>
      try {
        return Promise.resolve({ ok: true, value: answer(...args) } as Reply<ReturnType<Calls[typeof name]>>)
      } catch (error) {
        const code = error instanceof NotThere ? 'not-found' : 'internal'
        const { message, problems } = error as Error & { problems?: Problem[] }
        return Promise.resolve({ ok: false, error: { code, message, ...(problems && { problems }) } })
      }
    },
    onEvents: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dropped: (file) => {
      const kind = /\.csv$/.test(file.name) ? 'dataset' : /\.gguf$/.test(file.name) ? 'model' : 'other'
      return Promise.resolve({ ok: true, value: { path: `/home/ada/${file.name}`, kind } })
    },
  }
}
