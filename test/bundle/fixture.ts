import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { openPromise } from 'yauzl'
import { ZipFile } from 'yazl'
import { onTestFinished } from 'vitest'
import {
  exportBundle,
  targetOf,
  type BundleInput,
  type BundleReceipt,
  type BundleTask,
  type ExportOptions,
} from '../../src-main/bundle'
import { choices } from '../../src-main/science/answers'
import type { ArmResult, Measured } from '../../src-main/science/metrics/result'
import { parseSpec } from '../../src-main/science/spec/parse'
import { planExperiment } from '../../src-main/science/plan/plan'
import type { Split } from '../../src-main/science/stages'

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'w2s-bundle-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const key = (letter: string) => letter.repeat(64)
/** The smallest experiment that there is, planned by the real planner. */
const parsed = parseSpec({
  version: 1,
  name: 'Quick Start',
  tasks: ['spam'],
  weak: [{ model: 'words', words: 60 }],
  strong: [{ model: 'vectors' }],
  methods: [{ method: 'naive' }],
  seeds: [0],
})
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
const { spec } = parsed
const plan = planExperiment(spec, {
  sources: { spam: { sha256: key('0'), title: 'Spam', classes: 2 } },
  checkpoints: {},
  bundled: { spam: key('0') },
  backend: 'wasm',
})
const arm = plan.arms[0]!
const student = arm.seeds[0]!.student

const estimate = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, seeds: 1, examples: 3 })

const accuracy: Measured = {
  weak: estimate(0.6),
  student: estimate(0.7),
  ceiling: estimate(0.8),
  pgr: {
    defined: true,
    value: 0.5,
    low: 0.2,
    high: 0.8,
    gap: 0.2,
    seeds: 1,
    examples: 3,
    convention: 'ratio of means',
    warning: null,
  },
  references: {},
  bySeed: [{ seed: 0, weak: 0.6, student: 0.7, ceiling: 0.8, pgr: 0.5 }],
  training: { mean: [0.5, 0.7], low: [0.4, 0.6], high: [0.6, 0.8] },
  stops: { last: 0.7, 'weak-validation': 0.7, oracle: 0.71 },
}

const report: ArmResult = {
  arm,
  stop: 'last',
  covers: { redraw: 'order', seeds: 1, groups: 3, rows: 3 },
  seedsDone: 1,
  measures: { accuracy },
  agreement: estimate(0.75),
  agreementWeakRight: estimate(0.9),
  agreementWeakWrong: null,
  saving: estimate(0.01),
  warnings: [],
  bySeed: [
    {
      seed: 0,
      agreement: 0.75,
      agreementWeakRight: 0.9,
      agreementWeakWrong: null,
      ceilingAgreementWeakWrong: null,
      step: 5,
    },
  ],
  training: {
    step: [0, 5],
    weakLabels: [0.5, 0.7],
    weakErrors: [0.5, 0.4],
  },
  stops: { last: 5, 'weak-validation': 5, oracle: 0 },
}

const example = (id: number) => ({ id, text: `mail ${id}, "quoted"\nsecond line`, label: id % 2, group: `g${id}` })
const splits: Record<Split, ReturnType<typeof example>[]> = {
  weak: [example(0)],
  transfer: [example(1)],
  validation: [example(2)],
  test: [example(3), example(4), example(5)],
}

/** A task with six examples. */
export const task = (sharable: boolean): BundleTask => ({
  id: 'spam',
  title: 'Spam',
  question: 'Is this message spam?',
  classes: ['ham', 'spam'],
  licence: 'CC0-1.0',
  source: 'example.org',
  sharable,
  sha256: key('0'),
  licenceText: 'Public domain.',
  draws: [{ seed: null, examples: () => Promise.resolve(splits) }],
})

/** A finished run of one arm and one seed, whose tensor file lies in `folder`. */
export async function finishedRun(folder: string): Promise<BundleInput> {
  const tensors = join(folder, 'predictions.safetensors')
  await writeFile(tensors, Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251)))
  return {
    appVersion: '0.1.0',
    run: {
      id: 'r-000123456',
      name: 'Quick Start: é',
      question: 'Why?',
      state: 'done',
      createdAt: 1.7e12,
      endedAt: 1.7e12 + 5000,
    },
    spec,
    plan,
    stages: plan.stages.map(({ key, title }) => ({
      key,
      title,
      state: 'done',
      backend: 'wasm',
      device: 'CPU (wasm, SIMD)',
      threads: 1,
      isa: 'wasm-simd',
      reason: `loaded from ${homedir()}/lib`,
      startedAt: 1.7e12,
      endedAt: 1.7e12 + 1000,
      error: '',
    })),
    covers: '95 % intervals cover chance between the rows of one fixed test split.',
    arms: [report],
    contrasts: [],
    tasks: [task(true)],
    models: [{ id: 'pocket-s', title: 'Pocket S', key: key('e'), licence: null, source: 'came with the app' }],
    said: [{ name: `evaluations/${student}.safetensors`, read: () => readFile(tensors) }],
    metrics: () => [
      { key: student, name: 'loss', split: '', step: 0, value: Math.fround(0.1) },
      { key: student, name: 'accuracy', split: 'test', step: 5, value: 0.7 },
    ],
    use: () => [
      {
        key: student,
        card: 'RTX (GPU-0a1b2c3d)',
        name: 'gpuPower',
        at: 2,
        seconds: 2,
        mean: 84.24,
        low: 80,
        high: 86.5,
      },
    ],
    log: () => [
      {
        key: student,
        at: 1.7e12,
        level: 'info',
        text: `reading ${homedir()}/data/x and /home/alice/y in ${folder}/lab`,
      },
    ],
    predictions: () =>
      Promise.resolve({
        step: 5,
        weak: choices(2, new Float32Array([0.1, 0.9, 0.5])),
        student: choices(2, new Float32Array([0.2, 0.8, 0.5])),
        ceiling: choices(2, new Float32Array([0, 1, 0.25])),
      }),
    hide: { [folder]: '<data>' },
  }
}

/** Exports a run to a path where nothing is, or an older bundle of it. */
export async function exportTo(input: BundleInput, path: string, options?: ExportOptions): Promise<BundleReceipt> {
  return exportBundle(input, await targetOf(path, { runId: input.run.id }), options)
}

/** Every file of a zip. */
export async function unzip(path: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const zip = await openPromise(path)
  for await (const entry of zip.eachEntry()) {
    files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
  }
  return files
}

/** A zip of the given files; `modes` sets unix modes apart from the usual one. */
export async function zip(path: string, files: Map<string, Buffer>, modes: Record<string, number> = {}): Promise<void> {
  const archive = new ZipFile()
  for (const [name, content] of files) archive.addBuffer(content, name, { mode: modes[name] ?? 0o100644 })
  archive.end()
  await writeFile(path, await buffer(archive.outputStream))
}

/** Writes the files of a zip into a folder. */
export async function unpack(path: string, folder: string): Promise<void> {
  for (const [name, content] of await unzip(path)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}
