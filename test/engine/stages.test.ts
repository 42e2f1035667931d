import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSafetensors } from '../../src-main/data/checkpoints/safetensors'
import { createEncoder } from '../../src-main/data/features'
import { parseVectors } from '../../src-main/data/pretrain'
import { bundledPretraining } from '../../src-main/data/shipped'
import { artifactFolder, commitArtifact, readArtifactFile, readManifest } from '../../src-main/engine/artifacts'
import { loadBackend } from '../../src-main/engine/backends'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createRunner } from '../../src-main/engine/runner'
import { softmax } from '../../src-main/science/maths/matrix'
import { choices, decisions } from '../../src-main/science/answers'
import { accuracy } from '../../src-main/science/metrics'
import type { NetSpec } from '../../src-main/science/models/net'
import { createRng } from '../../src-main/science/maths/rng'
import { SPLITS, type Split, type Stage } from '../../src-main/science/stages'
import { namesIn, truthOf, type Example, type PreparedTask } from '../../src-main/science/tasks'
import { jobOf, planned, type Planned } from './plans'

const ladder = path.resolve(import.meta.dirname, '../../resources/ladders', bundledPretraining().key)
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'w2s-stages-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Runs stages in this process; returns the last state of each. */
async function runAll(plan: Planned, stages = plan.stages, needs: Record<string, string> = {}) {
  const events: EngineEvent[] = []
  const runner = createRunner((event) => events.push(event), loadBackend)
  for (const stage of stages) {
    const job = jobOf(plan, stage)
    await runner.run({ ...job, needs: { ...job.needs, ...('vectors' in stage.needs ? needs : {}) } })
  }
  const failures = events.filter((e) => e.type === 'state' && e.state === 'failed')
  expect(failures).toEqual([])
  return events
}
const fileOf = (plan: Planned, stage: Stage, name: string) =>
  readArtifactFile(artifactFolder(plan.artifacts, stage.key), name)
async function tensorsOf(plan: Planned, stage: Stage, name: string) {
  const tensors = readSafetensors(await fileOf(plan, stage, name))
  return (wanted: string) => tensors.find((t) => t.name === wanted)!
}
const examplesOf = async (plan: Planned) =>
  JSON.parse(Buffer.from(await fileOf(plan, plan.stages[0]!, 'examples.json')).toString()) as PreparedTask
const trainingOf = (plan: Planned, role: string) =>
  plan.stages.find((s) => s.kind === 'train' && s.config.role === role)!

/** Every file that a stage left behind, as it stands on disk. */
async function bytesOf(plan: Planned, stage: Stage) {
  const at = artifactFolder(plan.artifacts, stage.key)
  const { files } = await readManifest(at)
  return files.map(({ name, sha256 }) => [name, sha256])
}
/** Puts other examples in the place of those that the data stage made. */
async function replaceExamples(plan: Planned, task: object) {
  const at = artifactFolder(plan.artifacts, plan.stages[0]!.key)
  const facts = await readManifest(at)
  await rm(at, { recursive: true })
  await commitArtifact(plan.artifacts, facts, [{ name: 'examples.json', bytes: Buffer.from(JSON.stringify(task)) }])
}
const mapped = (of: (split: Split) => Example[]) =>
  Object.fromEntries(SPLITS.map((split) => [split, of(split)])) as Record<Split, Example[]>

describe('the stages', () => {
  test('call the classes of an imported task by their names', async () => {
    const plan = planned(folder, {}, { names: ['sad', 'glad'] })
    await runAll(plan, plan.stages.slice(0, 1))
    expect((await examplesOf(plan)).form).toEqual({ kind: 'classes', names: ['sad', 'glad'] })
  })

  test('a training leaves weights, what they are for, and every prediction', async () => {
    const plan = planned(folder, { splitSeed: 1 })
    await runAll(plan)
    const task = await examplesOf(plan)
    expect(Object.values(task.splits).map((s) => s.length)).toEqual([200, 200, 60, 200])
    const weak = trainingOf(plan, 'weak')
    const features = JSON.parse(Buffer.from(await fileOf(plan, weak, 'features.json')).toString()) as unknown
    expect(features).toMatchObject({
      features: { kind: 'words', words: [expect.any(String), expect.any(String), expect.any(String)] },
      net: { kind: 'mlp', input: 3, hidden: [], classes: 2 },
    })
    const weights = await tensorsOf(plan, weak, 'weights.safetensors')
    expect([weights('output.weight').shape, weights('output.bias').shape]).toEqual([[3, 2], [2]])
    const predictions = await tensorsOf(plan, weak, 'predictions.safetensors')
    // 200 examples, 3 epochs, batches of 32: 18 steps.
    expect([...predictions('steps').data]).toEqual([0, 6, 12, 18])
    expect(predictions('test').shape).toEqual([4, 200, 1])
    // Labels are a supervisor's last answers; a student's validation split is what it may be stopped by.
    for (const split of ['weak', 'transfer', 'validation']) expect(predictions(split).shape[0]).toBe(1)
    const student = await tensorsOf(plan, trainingOf(plan, 'student'), 'predictions.safetensors')
    expect([student('validation').shape, student('transfer').shape]).toEqual([
      [4, 60, 1],
      [1, 200, 1],
    ])
    const truth = task.splits.test.map((e) => e.label)
    const last = decisions(choices(2, predictions('test').data.subarray(600)))
    expect(accuracy(last, truth)).toBeGreaterThan(0.52)
    const { summary } = await readManifest(artifactFolder(plan.artifacts, weak.key))
    expect(summary).toMatchObject({ steps: 18, parameters: 8 })
  })

  test.each([
    ['soft', (p: number) => p],
    ['hard', (p: number) => (p > 0.5 ? 1 : 0)],
  ])('%s labels are the last predictions of the supervisor', async (labels, expected) => {
    const plan = planned(folder, { labels })
    await runAll(plan)
    const stage = plan.stages.find((s) => s.kind === 'label')!
    const given = await tensorsOf(plan, stage, 'labels.safetensors')
    const predictions = await tensorsOf(plan, trainingOf(plan, 'weak'), 'predictions.safetensors')
    for (const split of ['transfer', 'validation', 'test']) {
      const n = predictions(split).shape[1]!
      const last = predictions(split).data.slice(-n)
      expect(given(split).shape).toEqual([n, 2])
      const class1 = given(split).data.filter((_, i) => i % 2 === 1)
      expect([...class1]).toEqual(Array.from(last, expected))
      given(split).data.forEach((p, i) => {
        if (i % 2 === 0) expect(p + given(split).data[i + 1]!).toBeCloseTo(1, 6)
      })
    }
    expect(given('weak')).toBeUndefined()
  })

  test('read examples from before tasks had forms, and leave the same bytes', async () => {
    const plan = planned(folder)
    const [data, ...others] = plan.stages
    await runAll(plan)
    const expected = await Promise.all(others.map((stage) => bytesOf(plan, stage)))
    const { form, splits } = await examplesOf(plan)
    await replaceExamples(plan, { classes: namesIn(form), splits })
    for (const stage of others) await rm(artifactFolder(plan.artifacts, stage.key), { recursive: true })
    await runAll(plan, others)
    expect(data!.kind).toBe('data')
    expect(await Promise.all(others.map((stage) => bytesOf(plan, stage)))).toEqual(expected)
  })

  test('teach models to choose among options, supervised by one that chooses', async () => {
    const plan = planned(folder)
    const [data, ...others] = plan.stages
    await runAll(plan, [data!])
    const { splits } = await examplesOf(plan)
    // Which of three texts is the one that the words are for: the other two are of the other class.
    const chosen = (split: Split): Example[] => {
      const [no, yes] = [0, 1].map((label) => splits[split].filter((e) => e.label === label))
      return Array.from({ length: Math.floor(no!.length / 2) }, (_, i) => {
        const [label, wrong] = [i % 3, no!.slice(2 * i, 2 * i + 2).map(({ text }) => text)]
        return { id: i, text: '', options: wrong.toSpliced(label, 0, yes![i]!.text), label, group: `row ${i}` }
      })
    }
    const task = { form: { kind: 'options', count: 3 }, splits: mapped(chosen) } satisfies PreparedTask
    await replaceExamples(plan, task)
    await runAll(plan, others)

    const student = trainingOf(plan, 'student')
    const net = JSON.parse(Buffer.from(await fileOf(plan, student, 'features.json')).toString()) as { net: NetSpec }
    expect(net.net).toMatchObject({ kind: 'mlp', classes: 1 })
    const labels = await tensorsOf(
      plan,
      plan.stages.find(({ kind }) => kind === 'label')!,
      'labels.safetensors',
    )
    expect(labels('transfer').shape).toEqual([task.splits.transfer.length, 3])
    const right = async (role: string) => {
      const predictions = await tensorsOf(plan, trainingOf(plan, role), 'predictions.safetensors')
      expect(predictions('test').shape).toEqual([4, task.splits.test.length, 2])
      const last = predictions('test').data.slice(-2 * task.splits.test.length)
      return accuracy(decisions(choices(3, last)), truthOf(task.splits.test))
    }
    // One of three by chance; ten words decide it, the supervisor knows three, and a tenth of the labels are wrong.
    expect(await right('ceiling')).toBeGreaterThan(0.6)
    expect(await right('student')).toBeGreaterThan(0.45)
  })

  test('the student is measured against the labels that it learnt from', async () => {
    const plan = planned(folder)
    const events = await runAll(plan)
    const named = (role: string, name: string) =>
      events.filter((e) => e.type === 'metric' && e.key === trainingOf(plan, role).key && e.name === name)
    expect(new Set(named('student', 'agreement').map((e) => e.type === 'metric' && e.split))).toEqual(
      new Set(['transfer', 'validation', 'test']),
    )
    expect(named('student', 'agreement_weak_wrong').length).toBeGreaterThan(0)
    expect(named('ceiling', 'agreement')).toEqual([])
  })

  test.each([false, true])('word vectors train, tuned: %s', async (tuneEmbeddings) => {
    const strong = [{ model: 'vectors', hidden: 4, tuneEmbeddings }]
    const plan = planned(folder, { strong, optimiser: { weak: { epochs: 1 }, strong: { epochs: 1 } } })
    await runAll(
      plan,
      plan.stages.filter((s) => s.kind !== 'pretrain'),
      { vectors: ladder },
    )
    const ceiling = trainingOf(plan, 'ceiling')
    const saved = readSafetensors(await fileOf(plan, ceiling, 'weights.safetensors'))
    expect(saved.some((t) => t.name === 'embeddings')).toBe(tuneEmbeddings)

    // The saved weights, as the bag that they stand for, predict what the stage wrote down.
    const vectors = parseVectors(
      await readFile(path.join(ladder, 'vectors.safetensors')),
      await readFile(path.join(ladder, 'vocabulary.json')),
    )
    const { rows, cols, data } = vectors.embeddings
    const embeddings = { name: 'embeddings', shape: [rows, cols], data }
    const net: NetSpec = { kind: 'bag', vocabulary: rows, width: cols, hidden: [4], classes: 2, tuneEmbeddings }
    const backend = await loadBackend('wasm')
    const learner = await backend.create(net, { weights: tuneEmbeddings ? saved : [embeddings, ...saved] })
    const encode = createEncoder({ kind: 'vectors', words: vectors.vocabulary })
    const { test: examples } = (await examplesOf(plan)).splits
    const logits = await learner.forward(encode(examples.map((e) => e.text)))
    learner.dispose()
    const predictions = await tensorsOf(plan, ceiling, 'predictions.safetensors')
    const last = predictions('test').data.subarray(3 * examples.length)
    softmax(logits).data.forEach((p, i) => {
      if (i % 2 === 1) expect(Math.abs(p - last[(i - 1) / 2]!)).toBeLessThan(1e-5)
    })
  })

  describe('pretraining', () => {
    /** A corpus of 60 words in two topics, its test rows with a word of their own, and the stage that reads it. */
    async function corpus(): Promise<{ plan: Planned; stage: Extract<Stage, { kind: 'pretrain' }> }> {
      const rng = createRng('corpus')
      const rows = Array.from({ length: 400 }, (_, i) => {
        const words = Array.from({ length: 12 }, () => `word${rng.int(30) + 30 * (i % 2)}`)
        return i % 5 === 0
          ? { text: `${words.join(' ')} sealed`, split: 'test' }
          : { text: words.join(' '), split: 'train' }
      })
      const file = path.join(folder, 'corpus.jsonl')
      await writeFile(file, rows.map((row) => `${JSON.stringify({ label: 0, ...row })}\n`).join(''))
      const sha256 = createHash('sha256')
        .update(await readFile(file))
        .digest('hex')
      const config = { ...bundledPretraining().config, width: 8, vocabulary: 50, corpora: { corpus: sha256 } }
      const stage = { key: 'c'.repeat(64), title: 'word vectors', kind: 'pretrain', config, needs: {} } as const
      return {
        plan: { stages: [stage], artifacts: path.join(folder, 'artifacts'), tasks: { corpus: file }, models: {} },
        stage,
      }
    }

    test('reads the train rows alone and leaves vectors that others can read', async () => {
      const { plan, stage } = await corpus()
      const events = await runAll(plan)
      const vectors = parseVectors(
        await fileOf(plan, stage, 'vectors.safetensors'),
        await fileOf(plan, stage, 'vocabulary.json'),
      )
      expect([vectors.embeddings.rows, vectors.embeddings.cols]).toEqual([50, 8])
      expect(vectors.vocabulary).not.toContain('sealed')
      expect(events.filter((e) => e.type === 'progress').at(-1)).toMatchObject({ unit: 'parts' })
      const { summary, backend } = await readManifest(artifactFolder(plan.artifacts, stage.key))
      expect(summary).toEqual({ words: 50, width: 8, texts: 320 })
      expect(backend).toBe('typescript')
    })

    test('stops when it is cancelled', async () => {
      const { plan, stage } = await corpus()
      const events: EngineEvent[] = []
      const runner = createRunner((event) => {
        events.push(event)
        if (event.type === 'progress') runner.cancel(stage.key)
      }, loadBackend)
      await runner.run(jobOf(plan, stage))
      expect(events.at(-1)).toMatchObject({ type: 'state', state: 'cancelled' })
    })
  })
})
