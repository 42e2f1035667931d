import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadPretrained } from '../../src-main/data/checkpoints/open'
import { readTexts } from '../../src-main/data/texts'
import { artifactFolder, readArtifactFile, readManifest } from '../../src-main/engine/artifacts'
import { loadBackend } from '../../src-main/engine/backends'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createRunner } from '../../src-main/engine/runner'
import { ragged } from '../../src-main/engine/stages/inputs/reading'
import { contentKey } from '../../src-main/science/maths/hash'
import { accuracy, agreement } from '../../src-main/science/metrics'
import { planExperiment } from '../../src-main/science/plan/plan'
import { parseSpec } from '../../src-main/science/spec/parse'
import type { Stage } from '../../src-main/science/stages'
import { preparedOf, textsOf, truthOf, type PreparedTask } from '../../src-main/science/tasks'
import { golden } from '../data/checkpoints/golden'
import { jobOf, type Planned } from './plans'
import { nativeMissing } from './runtimes'
import { saveWriter, numbered } from './writers'

let folder: string
let places: Record<string, string>
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'w2s-texts-'))
  places = { small: path.join(folder, 'small'), large: path.join(folder, 'large'), pairs: golden('tiny-gpt2') }
  await saveWriter(places['small']!, { width: 8 })
  await saveWriter(places['large']!, { width: 16, seed: 1 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const writer = (checkpoint: string) => ({ model: 'pretrained', checkpoint, tokens: 16 })

/** Weak, labels, student and ceiling on a task of texts, over a folder of its own. */
function planned(backend: string, weak: object, strong: object): Planned {
  const file = path.join(folder, 'numbered.jsonl')
  const rows = numbered(400)
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const sha256 = createHash('sha256')
    .update(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    .digest('hex')
  const parsed = parseSpec({
    version: 1,
    name: 'texts',
    tasks: ['numbered'],
    weak: [weak],
    strong: [strong],
    methods: [{ method: 'naive' }],
    sizes: { weak: 120, transfer: 120, validation: 40, test: 100 },
    optimiser: { epochs: 20, batch: 20, lr: 0.02 },
    evaluations: 3,
    seeds: [0],
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { stages } = planExperiment(parsed.spec, {
    sources: { numbered: { sha256, title: 'Numbered', classes: 0, form: { kind: 'text' } } },
    checkpoints: Object.fromEntries(Object.keys(places).map((id) => [id, { key: contentKey(id), title: id }])),
    bundled: {},
    backend,
  })
  const models = Object.fromEntries(Object.entries(places).map(([id, place]) => [contentKey(id), place]))
  const artifacts = path.join(folder, `artifacts-${backend}`)
  return { stages, artifacts, tasks: { numbered: file }, models }
}

async function run(plan: Planned) {
  const events: EngineEvent[] = []
  const runner = createRunner((event) => events.push(event), loadBackend)
  for (const stage of plan.stages) await runner.run(jobOf(plan, stage))
  expect(events.flatMap((e) => (e.type === 'state' && e.state === 'failed' ? [e.error] : []))).toEqual([])
  return events
}
const trainingOf = (plan: Planned, role: string) =>
  plan.stages.find((s) => s.kind === 'train' && s.config.role === role)!
const textsIn = async (plan: Planned, stage: Stage, file: string) =>
  readTexts(await readArtifactFile(artifactFolder(plan.artifacts, stage.key), file), file)

describe.each(nativeMissing ? ['wasm'] : ['wasm', 'cpu'])('a task of texts on %s', (backend) => {
  test('is learnt from its targets and from what a supervisor writes', { timeout: 300_000 }, async () => {
    const plan = planned(backend, { ...writer('small'), optimiser: { epochs: 6 } }, writer('large'))
    const events = await run(plan)
    const bytes = await readArtifactFile(artifactFolder(plan.artifacts, plan.stages[0]!.key), 'examples.json')
    const task = preparedOf(JSON.parse(Buffer.from(bytes).toString()) as PreparedTask)
    const truth = truthOf(task.splits.test)
    const said = async (role: string) => (await textsIn(plan, trainingOf(plan, role), 'texts.json'))('test')
    const [weak, student, ceiling] = [await said('weak'), await said('student'), await said('ceiling')]

    // It is a matter of eight letters: one for all would be right of an eighth.
    expect(accuracy(ceiling.answers.at(-1)!.texts, truth)).toBeGreaterThan(0.9)
    expect(accuracy(weak.answers.at(-1)!.texts, truth)).toBeGreaterThan(0.2)
    expect(accuracy(weak.answers.at(-1)!.texts, truth)).toBeLessThan(0.9)
    expect(accuracy(ceiling.answers[0]!.texts, truth)).toBeLessThan(0.2)
    expect(student.answers).toHaveLength(3)

    // Labels are the supervisor's last texts, of the splits that it was not taught on.
    const labelStage = plan.stages.find(({ kind }) => kind === 'label')!
    const labels = await textsIn(plan, labelStage, 'labels.json')
    const weakSaid = await textsIn(plan, trainingOf(plan, 'weak'), 'texts.json')
    for (const split of ['transfer', 'validation', 'test'])
      expect(labels(split).answers).toEqual([weakSaid(split).answers.at(-1)])
    expect(() => labels('weak')).toThrow('expected texts of the split "weak"')
    const { summary } = await readManifest(artifactFolder(plan.artifacts, labelStage.key))
    expect(summary['accuracy_test']).toBe(accuracy(weak.answers.at(-1)!.texts, truth))

    // Curves are of these very texts.
    const key = trainingOf(plan, 'student').key
    const told = (name: string) =>
      events.flatMap((e) =>
        e.type === 'metric' && e.key === key && e.name === name && e.split === 'test' ? [e.value] : [],
      )
    const each = student.answers.map(({ texts }) => agreement(texts, labels('test').answers[0]!.texts, truth))
    expect(told('accuracy')).toEqual(student.answers.map(({ texts }) => accuracy(texts, truth)))
    expect(told('agreement')).toEqual(each.map(({ all }) => all))
    expect(told('agreement_weak_wrong')).toEqual(each.map(({ weakWrong }) => weakWrong))
    // The student was taught what its supervisor wrote, and so agrees with it more than with the truth where they differ.
    expect(each.at(-1)!.all).toBeGreaterThan(0.5)

    // What was saved writes what was written last, as far as anybody else lets it.
    const saved = await loadPretrained(artifactFolder(plan.artifacts, trainingOf(plan, 'ceiling').key))
    expect(saved.spec.head.kind).toBe('language')
    const learner = await (await loadBackend(backend)).create(saved.spec, { weights: saved.weights })
    const prompts = ragged(textsOf(task.splits.test).map((text) => saved.tokenizer.encode(text)))
    const again = await learner.generate(prompts, { most: 3, stop: saved.tokenizer.end! })
    learner.dispose()
    expect(again.map((tokens) => saved.tokenizer.decode([...tokens]))).toEqual(ceiling.answers.at(-1)!.texts)
  })

  test('lets models of other tokenizers teach each other', { timeout: 300_000 }, async () => {
    const plan = planned(backend, writer('small'), writer('pairs'))
    await run(plan)
    const student = (await textsIn(plan, trainingOf(plan, 'student'), 'texts.json'))('test').answers.at(-1)!
    const labels = (
      await textsIn(
        plan,
        plan.stages.find(({ kind }) => kind === 'label')!,
        'labels.json',
      )
    )('test')
    const same = accuracy(student.texts, labels.answers[0]!.texts)
    expect(same).toBeGreaterThan(0.5)
  })
})
