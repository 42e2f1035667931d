import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadPretrained } from '../../src-main/data/checkpoints/open'
import { readSafetensors } from '../../src-main/data/checkpoints/safetensors'
import { artifactFolder, readArtifactFile, readManifest } from '../../src-main/engine/artifacts'
import { loadBackend } from '../../src-main/engine/backends'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createRunner } from '../../src-main/engine/runner'
import { ragged } from '../../src-main/engine/stages/inputs/reading'
import { softmax } from '../../src-main/science/maths/matrix'
import type { Stage } from '../../src-main/science/stages'
import type { PreparedTask } from '../../src-main/science/tasks/task'
import { pooled } from '../data/checkpoints/forward'
import { difference, golden } from '../data/checkpoints/golden'
import { jobOf, planned, type Planned } from './plans'
import { nativeMissing } from './runtimes'

const places = { bert: golden('tiny-bert'), gpt2: golden('tiny-gpt2'), llama: golden('tiny-llama') }
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'w2s-pretrained-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const planOn =
  (backend: string) =>
  (weak: object, strong: object, change: Record<string, unknown> = {}) =>
    planned(
      folder,
      {
        weak: [weak],
        strong: [strong],
        sizes: { weak: 60, transfer: 60, validation: 20, test: 40 },
        optimiser: { weak: { epochs: 1, lr: 1e-3 }, strong: { epochs: 1, lr: 1e-3 } },
        evaluations: 2,
        ...change,
      },
      { places, backend },
    )

async function run(plan: Planned, change: (stage: Stage) => object = () => ({})): Promise<string[]> {
  const events: EngineEvent[] = []
  const runner = createRunner((event) => events.push(event), loadBackend)
  for (const stage of plan.stages) await runner.run({ ...jobOf(plan, stage), ...change(stage) })
  return events.flatMap((e) => (e.type === 'state' && e.state === 'failed' ? [e.error] : []))
}
const trainingOf = (plan: Planned, role: string) =>
  plan.stages.find((s) => s.kind === 'train' && s.config.role === role)!
const folderOf = (plan: Planned, stage: Stage) => artifactFolder(plan.artifacts, stage.key)
async function tensors(plan: Planned, stage: Stage, name: string) {
  const found = readSafetensors(await readArtifactFile(folderOf(plan, stage), name))
  return (wanted: string) => found.find((t) => t.name === wanted)!
}
const examples = async (plan: Planned) =>
  JSON.parse(
    Buffer.from(await readArtifactFile(folderOf(plan, plan.stages[0]!), 'examples.json')).toString(),
  ) as PreparedTask

describe.each(nativeMissing ? ['wasm'] : ['wasm', 'cpu'])('stages on pretrained models, on %s', (backend) => {
  const plan = planOn(backend)

  test('a finetuned model is saved as it was when it predicted last', async () => {
    const p = plan(
      { model: 'pretrained', checkpoint: 'bert' },
      { model: 'pretrained', checkpoint: 'llama', tokens: 16 },
    )
    expect(await run(p)).toEqual([])
    expect(await readdir(path.join(p.artifacts, 'tmp'))).toEqual([])
    const task = await examples(p)
    for (const role of ['weak', 'student', 'ceiling']) {
      const stage = trainingOf(p, role)
      const predictions = await tensors(p, stage, 'predictions.safetensors')
      const saved = await loadPretrained(folderOf(p, stage))
      expect(saved.card.name).toBeTruthy()
      const learner = await (await loadBackend(backend)).create(saved.spec, { weights: saved.weights })
      const limit = role === 'weak' ? 128 : 16
      const lists = task.splits.test.map((e) => saved.tokenizer.encode(e.text, limit))
      expect(Math.max(...lists.map((list) => list.length))).toBeLessThanOrEqual(limit)
      const again = softmax(await learner.forward(ragged(lists)))
      learner.dispose()
      const last = [...predictions('test').data.slice(-task.splits.test.length)]
      const got = Float32Array.from(last, (_, i) => again.data[2 * i + 1]!)
      expect(difference(got, last), role).toBeLessThan(1e-6)
      // A student predicts everything but the half of its supervisor.
      expect(predictions('weak') !== undefined).toBe(role === 'weak')
    }
  })

  test('where only the last blocks learn, what lies below stays as it was', async () => {
    const model = { model: 'pretrained', checkpoint: 'gpt2', tune: 'last', blocks: 1 }
    // The head starts at zero: what is below it learns from the second step on.
    const p = plan({ model: 'words' }, model, { optimiser: { strong: { epochs: 3, lr: 1e-3 } } })
    expect(await run(p)).toEqual([])
    const before = await loadPretrained(places.gpt2)
    const after = await loadPretrained(folderOf(p, trainingOf(p, 'student')))
    const last = before.spec.layers - 1
    const learns = (name: string) => /^(head|norm)\./.test(name) || name.startsWith(`blocks.${last}.`)
    for (const { name, data } of after.weights.filter((t) => !t.name.startsWith('head.'))) {
      const was = before.weights.find((t) => t.name === name)!.data
      // A key bias has no gradient: softmax does not see it.
      if (learns(name) && !name.endsWith('.k.bias')) expect(data, name).not.toEqual(was)
      else if (!learns(name)) expect(data, name).toEqual(was)
    }
  })

  test('a head from the unembedding starts with the logits of its tokens', async () => {
    const model = { model: 'pretrained', checkpoint: 'gpt2', head: 'unembedding' }
    const p = plan({ model: 'words' }, model)
    expect(await run(p)).toEqual([])
    const task = await examples(p)
    const { spec, weights, tokenizer, context } = await loadPretrained(places.gpt2)
    const learner = await (await loadBackend(backend)).create(spec, { weights })
    const lists = task.splits.test.map((e) => tokenizer.encode(e.text, context))
    const { data, cols } = await learner.forward(ragged(lists))
    learner.dispose()
    const [zero, one] = [tokenizer.idOf('0')!, tokenizer.idOf('1')!]
    const expected = lists.map((_, i) => 1 / (1 + Math.exp(data[i * cols + zero]! - data[i * cols + one]!)))
    const predictions = await tensors(p, trainingOf(p, 'ceiling'), 'predictions.safetensors')
    expect(difference(predictions('test').data.slice(0, lists.length), expected)).toBeLessThan(1e-5)
  })

  test('a probe learns from frozen features that a plain forward pass gives too', async () => {
    const p = plan({ model: 'words' }, { model: 'probe', checkpoint: 'bert' }, { seeds: [0, 1] })
    expect(p.stages.filter((s) => s.kind === 'features')).toHaveLength(1)
    expect(await run(p)).toEqual([])
    const features = await tensors(
      p,
      p.stages.find((s) => s.kind === 'features')!,
      'features.safetensors',
    )
    const { spec, weights, tokenizer } = await loadPretrained(places.bert)
    const { shape, data } = features('test')
    const task = await examples(p)
    expect(shape).toEqual([task.splits.test.length, spec.width])
    for (const i of [0, 7, 39]) {
      const expected = pooled(spec, weights, tokenizer.encode(task.splits.test[i]!.text))
      expect(difference(data.slice(i * spec.width, (i + 1) * spec.width), expected)).toBeLessThan(1e-5)
    }
    const { summary } = await readManifest(folderOf(p, trainingOf(p, 'student')))
    expect(summary.parameters).toBe(2 * spec.width + 2)
  })

  test('weights that are not to be kept are not, and results are the same', async () => {
    const model = { model: 'pretrained', checkpoint: 'gpt2' }
    const kept = plan({ model: 'words' }, model)
    const dropped = plan({ model: 'words' }, model, { weights: 'drop' })
    expect([...(await run(kept)), ...(await run(dropped))]).toEqual([])
    const names = async (p: Planned) =>
      (await readManifest(folderOf(p, trainingOf(p, 'student')))).files.map((f) => f.name)
    expect((await names(dropped)).sort()).toEqual(['metrics.json.gz', 'predictions.safetensors'])
    expect((await names(kept)).sort()).toEqual([
      'README.md',
      'config.json',
      'metrics.json.gz',
      'model.safetensors',
      'predictions.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    const test = async (p: Planned) =>
      (await tensors(p, trainingOf(p, 'student'), 'predictions.safetensors'))('test').data
    expect(await test(dropped)).toEqual(await test(kept))
  })

  test('bf16 is taken where the processor has it, and refused by name where it has not', async () => {
    const model = { model: 'pretrained', checkpoint: 'llama', precision: 'bf16' }
    const p = plan({ model: 'words' }, model)
    const failures = await run(p)
    if (!(await loadBackend(backend)).precisions.includes('bf16')) {
      expect(failures[0]).toContain('precision: expected "fp32"')
      return
    }
    expect(failures).toEqual([])
    const single = plan({ model: 'words' }, { ...model, precision: 'fp32' })
    expect(await run(single)).toEqual([])
    const last = async (p: Planned) => {
      const { data } = (await tensors(p, trainingOf(p, 'ceiling'), 'predictions.safetensors'))('test')
      return data.slice(-40)
    }
    const [rounded, exact] = [await last(p), await last(single)]
    expect(rounded).not.toEqual(exact)
    expect(difference(rounded, [...exact])).toBeLessThan(0.02)
  })

  test('a model that the job lacks, or that is none, fails the stage by name', async () => {
    const p = plan({ model: 'pretrained', checkpoint: 'bert' }, { model: 'pretrained', checkpoint: 'bert' })
    const [, weak] = p.stages
    const only = { ...p, stages: [p.stages[0]!, weak!] }
    expect(await run(only, () => ({ models: {} }))).toEqual([expect.stringContaining('expected the place of model')])
    const empty = path.join(folder, 'artifacts')
    const models = Object.fromEntries(Object.keys(p.models).map((key) => [key, empty]))
    expect(await run(only, () => ({ models }))).toEqual([expect.stringContaining(empty)])
  })
})
