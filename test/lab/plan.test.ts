import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createEstimator } from '../../src-main/lab/plan/estimates'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { parseSpec } from '../../src-main/science/spec/parse'
import { contentKey } from '../../src-main/science/maths/hash'
import type { PlanContext } from '../../src-main/science/plan/context'
import { planExperiment } from '../../src-main/science/plan/plan'
import { kindOf, type Stage, type TrainConfig } from '../../src-main/science/stages'
import { TASKS } from '../../src-main/science/tasks'
import { openStore, type Store } from '../../src-main/store'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, event, openLab, tinySpec } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })

function planOf(changes: Record<string, unknown> = {}, checkpoints: PlanContext['checkpoints'] = {}, backend = 'wasm') {
  const parsed = parseSpec(tinySpec(changes))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const sources = { 'person-artifact': { sha256: 's', title: 'Task', classes: 2 } }
  return planExperiment(parsed.spec, { sources, checkpoints, bundled: {}, backend })
}

/** Records a plan's stages as done, each having taken `seconds`. */
function past(store: Store, plan: ReturnType<typeof planOf>, seconds: (kind: string) => number): void {
  for (const { key, kind, title, config, needs } of plan.stages) {
    const { id } = store.stages.ensure({ key, kind, role: null, title, config: JSON.stringify(config) })
    for (const [role, need] of Object.entries(needs)) store.needs.insert(id, role, need)
    store.stages.claim(id, 1000)
    store.stages.finish(id, 1000 + 1000 * seconds(kind))
  }
}

const NO_MODELS = new Map<string, never>()

describe('estimates', () => {
  function blank(): Store {
    const store = openStore(join(temporaryFolder(), 'lab.sqlite'))
    onTestFinished(() => store.close())
    return store
  }

  test('come from a stated rate where nothing is known, and grow with the work', () => {
    const store = blank()
    const seconds = (epochs: number) => {
      const plan = planOf({ optimiser: { strong: { epochs } } })
      const student = plan.stages.find((s) => s.kind === 'train' && s.config.role === 'student')!
      return createEstimator(store, plan.stages, NO_MODELS).seconds(student)!
    }
    expect(seconds(10)).toBeGreaterThan(0)
    expect(seconds(1000)).toBeGreaterThan(3 * seconds(100))
  })

  test('of small nets count what a step does beside its batch, of pretrained models the batch alone', () => {
    const student = planOf().stages.find((s) => s.kind === 'train' && s.config.role === 'student')!
    const sizes = { weak: 400, transfer: 400, validation: 100, test: 100 }
    /** Of a hundred steps more. */
    const more = (batch: number, model: object = {}) => {
      const config = { ...student.config, ...model } as TrainConfig
      const work = (epochs: number) =>
        kindOf('train').work({ ...config, optimiser: { ...config.optimiser, batch, epochs } }, sizes)
      return work(batch / 2) - work(batch / 4)
    }
    expect([more(4), more(40)]).toEqual([3 * 100 * (4 + 64), 3 * 100 * (40 + 64)])
    const pretrained = { model: { model: 'pretrained' } }
    expect([more(4, pretrained), more(40, pretrained)]).toEqual([3 * 100 * 4, 3 * 100 * 40])
  })

  test('do not come from stages that went on from an earlier attempt', () => {
    const store = blank()
    const { stages } = planOf()
    for (const { key, kind, title, config } of stages)
      store.stages.ensure({ key, kind, role: null, title, config: JSON.stringify(config) })
    const { id } = store.stages.byKey(stages.find(({ kind }) => kind === 'train')!.key)!
    for (const from of [0, 5000]) {
      store.stages.claim(id, from)
      store.stages.end(id, 'cancelled', from + 1000, '')
    }
    store.stages.claim(id, 9000)
    store.stages.finish(id, 9500)
    expect(store.stages.finished()).toEqual([])
  })

  test('come from past stages of the like once there are some', () => {
    const store = blank()
    past(store, planOf(), (kind) => (kind === 'train' ? 100.15 : 1.15))
    const same = planOf({ seeds: [1] })
    const estimator = createEstimator(store, same.stages, NO_MODELS)
    // A student predicts its validation split at every evaluation, others at the last: the students' is the median rate.
    const isOf = (role: string) => (s: Stage) => s.kind === 'train' && s.config.role === role
    const alike = same.stages.filter((s) => s.kind !== 'data' && !isOf('weak')(s) && !isOf('ceiling')(s))
    for (const stage of alike)
      expect(estimator.seconds(stage), stage.title).toBeCloseTo(stage.kind === 'train' ? 100.15 : 1.15, 5)
    expect(estimator.seconds(same.stages.find(isOf('ceiling'))!)).toBeLessThan(100)
  })

  test('of what took no longer than a stage may take to start are as it was seen, or measured', () => {
    const [store, plan] = [blank(), planOf()]
    const label = plan.stages.find(({ kind }) => kind === 'label')!
    const estimator = () => createEstimator(store, plan.stages, NO_MODELS)
    const trial = estimator()
    expect(trial.seconds(label)).toBeGreaterThan(0.15)
    trial.keep(label, 0.03, { learner: 0, process: 0 })
    expect(trial.seconds(label)).toBeCloseTo(0.03, 6)
    trial.keep(label, 2, { learner: 0, process: 0 })
    expect(trial.seconds(label)).toBeCloseTo(2, 6)
    past(store, plan, () => 0.05)
    expect(estimator().seconds(label)).toBeCloseTo(0.05, 6)
  })

  test('of a pretrained model go by other ones of the same machine, in proportion to their size', () => {
    const store = blank()
    const [small, large] = ['small', 'large'].map((id) => ({ id, key: contentKey(id), title: id }))
    const sizes = new Map([
      [small!.key, { parameters: 1e6, layers: 2, width: 64 }],
      [large!.key, { parameters: 1e8, layers: 8, width: 128 }],
    ])
    const checkpoints = { small: small!, large: large! }
    const pair = (checkpoint: string) => ({ strong: [{ model: 'pretrained', checkpoint }] })
    const student = (plan: ReturnType<typeof planOf>) =>
      plan.stages.find((s) => s.kind === 'train' && s.config.role === 'student')!
    const first = planOf(pair('small'), checkpoints)
    const next = planOf(pair('large'), checkpoints)
    const seconds = () => createEstimator(store, next.stages, sizes).seconds(student(next))!
    const unknown = seconds()
    past(store, first, () => 10.15)
    // Four times the blocks, four times the weights of each.
    expect(seconds()).toBeCloseTo(0.15 + 16 * 10, 5)
    expect(seconds()).not.toBeCloseTo(unknown, 0)
  })

  test('of a pretrained model do not go by one that is very much smaller: most of what that takes is no arithmetic', () => {
    const store = blank()
    const [small, large] = ['small', 'large'].map((id) => ({ id, key: contentKey(id), title: id }))
    // Shapes of Pocket S and Pocket L: 64 times the operations.
    const sizes = new Map([
      [small!.key, { parameters: 144e3, layers: 1, width: 32 }],
      [large!.key, { parameters: 1.33e6, layers: 4, width: 128 }],
    ])
    const checkpoints = { small: small!, large: large! }
    const pair = (checkpoint: string) => ({ strong: [{ model: 'pretrained', checkpoint }] })
    const next = planOf(pair('large'), checkpoints)
    const student = next.stages.find((s) => s.kind === 'train' && s.config.role === 'student')!
    const estimate = () => {
      const estimator = createEstimator(store, next.stages, sizes)
      return { seconds: estimator.seconds(student), rough: estimator.rough(student) }
    }
    const unknown = estimate()
    past(store, planOf(pair('small'), checkpoints), () => 4)
    expect(estimate()).toEqual({ ...unknown, rough: true })
  })

  test('of a training do not go by one in another precision, and of its likes by those with the same moments alone', () => {
    const model = { id: 'model', key: contentKey('model'), title: 'Model' }
    const sizes = new Map([[model.key, { parameters: 1e6, layers: 2, width: 64 }]])
    const plan = (numbers: object) =>
      planOf({ strong: [{ model: 'pretrained', checkpoint: 'model', ...numbers }] }, { model }, 'cuda')
    const store = blank()
    const estimate = (numbers: object) => {
      const { stages } = plan(numbers)
      const student = stages.find((s) => s.kind === 'train' && s.config.role === 'student')!
      const estimator = createEstimator(store, stages, sizes)
      return [estimator.seconds(student), estimator.rough(student)]
    }
    past(store, plan({ precision: 'bf16', moments: 'bf16' }), () => 10.15)
    expect(estimate({ precision: 'bf16', moments: 'bf16' })).toEqual([expect.closeTo(10.15, 5), false])
    for (const moments of ['fp32', 'bf16']) expect(estimate({ precision: 'fp32', moments })).toEqual([null, true])
    past(store, plan({ precision: 'bf16', moments: 'fp32' }), () => 20.15)
    expect(estimate({ precision: 'bf16', moments: 'fp32' })).toEqual([expect.closeTo(20.15, 5), false])
    expect(estimate({ precision: 'bf16', moments: 'bf16' })).toEqual([expect.closeTo(10.15, 5), false])
    expect(estimate({ precision: 'fp32' })).toEqual([null, true])
  })

  test('of texts that are written go by the trainings that were timed, more than a look at them takes', () => {
    // Shape of chess-4, and the rows of its preset: 2 minutes on two threads with little else running (LOG.md).
    const chess = { id: 'chess', key: contentKey('chess'), title: 'Chess' }
    const sizes = { weak: 1900, transfer: 1900, validation: 100, test: 982 }
    const plan = planOf(
      {
        strong: [{ model: 'pretrained', checkpoint: 'chess' }],
        sizes,
        optimiser: { epochs: 5, batch: 32 },
        evaluations: 4,
      },
      { chess },
    )
    const stages = plan.stages.map((stage): Stage =>
      stage.kind === 'data' ? { ...stage, config: { ...stage.config, form: { kind: 'text' } } } : stage,
    )
    const student = stages.find((s) => s.kind === 'train' && s.config.role === 'student')!
    const native = { ...student, config: { ...student.config, backend: 'cpu' } } as Stage
    const shape = new Map([[chess.key, { parameters: 1.87e6, layers: 4, width: 192 }]])
    const seconds = (of: readonly Stage[]) => createEstimator(blank(), of, shape).seconds(native)!
    expect(seconds(stages)).toBeGreaterThan(60)
    expect(seconds(stages)).toBeLessThan(120)
    expect(seconds(stages)).toBeGreaterThan(1.2 * seconds(plan.stages))
  })

  test('of pretrained models go by how long the texts of a task are, up to the longest that is read', () => {
    const model = { id: 'chess', key: contentKey('chess'), title: 'Chess' }
    const shape = new Map([[model.key, { parameters: 1.87e6, layers: 4, width: 192 }]])
    const seconds = (task: string, tokens: number) => {
      const plan = planOf({ strong: [{ model: 'pretrained', checkpoint: 'chess', tokens }] }, { chess: model })
      const stages = plan.stages.map((stage): Stage =>
        stage.kind === 'data' ? { ...stage, config: { ...stage.config, task } } : stage,
      )
      const student = plan.stages.find((s) => s.kind === 'train' && s.config.role === 'student')!
      const native = { ...student, config: { ...student.config, backend: 'cpu' } } as Stage
      return createEstimator(blank(), stages, shape).seconds(native)! - 0.15
    }
    // 508 and 67 letters a text.
    expect(seconds('sotu', 512) / seconds('person-artifact', 512)).toBeCloseTo(508 / 67, 1)
    expect(seconds('sotu', 512) / seconds('sotu', 64)).toBeCloseTo(508 / 3.5 / 64, 1)
  })

  test('know nothing of a backend without past or rate', () => {
    const plan = planOf()
    const student = plan.stages.find((s) => s.kind === 'train')!
    const unheard = { ...student, config: { ...student.config, backend: 'abacus' } } as typeof student
    expect(createEstimator(blank(), plan.stages, NO_MODELS).seconds(unheard)).toBeNull()
  })

  test('of room grow with examples and evaluations', () => {
    const store = blank()
    const bytes = (changes: Record<string, unknown>) => {
      const plan = planOf(changes)
      const { bytes } = createEstimator(store, plan.stages, NO_MODELS)
      return plan.stages.reduce((sum, stage) => sum + bytes(stage), 0)
    }
    const sizes = { weak: 4000, transfer: 4000, validation: 2000, test: 2000 }
    expect(bytes({ sizes })).toBeGreaterThan(bytes({}))
    expect(bytes({ sizes, evaluations: 100 })).toBeGreaterThan(bytes({ sizes, evaluations: 10 }))
  })
})

describe('the lab', () => {
  test('lists what a spec may name, presets that plan, and warns of thin experiments', async () => {
    const lab = await openLab({})
    const catalog = await lab.calls.catalog()
    expect(catalog.tasks.map(({ id, origin }) => [id, origin])).toEqual(Object.keys(TASKS).map((id) => [id, 'bundled']))
    expect(catalog.presets.length).toBeGreaterThan(0)
    const here = catalog.checkpoints.filter((model) => model.here).map(({ id }) => id)
    for (const { id, spec, checkpoints } of catalog.presets) {
      const preview = await lab.calls.preview(spec)
      if (checkpoints.some((checkpoint) => !here.includes(checkpoint))) {
        expect(preview, id).toMatchObject({ valid: false })
        expect(!preview.valid && preview.price?.stages, id).toBeGreaterThan(3)
        expect(!preview.valid && preview.price?.seconds, id).toBeGreaterThan(0)
      } else {
        // One that is there to be looked at says what one seed cannot tell.
        const warnings = spec.seeds.length > 1 ? [] : [expect.stringMatching(/^One seed: /) as string]
        expect(preview, id).toMatchObject({ valid: true, warnings })
        expect(preview.valid && preview.seconds, id).toBeGreaterThan(0)
      }
    }
    expect(here).toEqual(expect.arrayContaining(['pocket-s', 'pocket-l']))
    const thin = await lab.calls.preview(tinySpec())
    expect(thin.valid && thin.warnings).toHaveLength(2)
  })

  test('tells what a spec names that is not there beside what is wrong with the spec itself', async () => {
    const lab = await openLab({})
    const weak = [{ model: 'pretrained', checkpoint: 'nosuch', tokens: 64 }]
    const preview = await lab.calls.preview({ ...tinySpec({ name: '', tasks: ['nosuch', 3], weak }), seeds: 'x' })
    const problems = preview.valid ? [] : preview.problems
    expect(problems.map(({ path }) => path)).toEqual(['name', 'tasks[1]', 'seeds', 'tasks[0]', 'weak[0].checkpoint'])
    expect(await lab.calls.preview(null)).toMatchObject({ valid: false, problems: [{ path: '' }] })
  })

  test('asks the engine once which backend to plan for, and reports on all of them', async () => {
    const lab = await openLab({ ...engine(), backend: 'auto' })
    const preview = await lab.calls.preview(tinySpec())
    expect(preview.valid).toBe(true)
    const told = event(lab, (e) => e.type === 'status')
    const doctor = await lab.calls.doctor()
    await told
    expect(await lab.calls.status()).toMatchObject({ backend: doctor.chosen!.id, reason: doctor.chosen!.reason })
    expect(doctor.backends.map((backend) => backend.id).toSorted()).toEqual(['cpu', 'cuda', 'tensorflow', 'wasm'])
    const wasm = doctor.backends.find((backend) => backend.id === 'wasm')!
    expect(wasm).toMatchObject({ loadable: true, selfTest: { passed: true } })
    expect(doctor.chosen!.reason).not.toBe('')
    expect(await lab.calls.status()).toMatchObject({ engine: 'stopped', backend: doctor.chosen!.id })
  })

  test('imports a dataset, runs it, and refuses to run what is gone', async () => {
    const home = temporaryFolder()
    const lab = await openLab({ home, ...engine() })
    const file = join(home, 'mine.csv')
    const rows = Array.from({ length: 400 }, (_, i) => `${i % 2 ? 'good fine' : 'bad poor'} thing number ${i},${i % 2}`)
    writeFileSync(file, ['text,label', ...rows].join('\n'))
    const columns = { text: 'text', label: 'label', split: null, group: null }
    const preview = await lab.calls.datasetPreview({ path: file, ...columns })
    expect(preview).toMatchObject({ format: 'csv', examples: 400, badLines: 0 })
    const texts = { id: 'mine', title: 'Mine', question: 'Good?', licence: 'my own' }
    const told: string[] = []
    lab.subscribe((events) => void told.push(...events.map((e) => e.type)))
    const request = { path: file, ...columns, ...texts, classes: ['0', '1'] }
    expect(await lab.calls.datasetImport(request)).toMatchObject({ id: 'mine', origin: 'imported', examples: 400 })
    expect(told).toContain('datasets')
    await expect(lab.calls.datasetImport(request)).rejects.toMatchObject({ code: 'conflict' })
    await expect(lab.calls.datasetImport({ ...request, id: 'other', label: 'lable' })).rejects.toMatchObject({
      code: 'bad-input',
    })
    const longer = { weak: { epochs: 5, batch: 10 }, strong: { epochs: 1, batch: 10 } }
    const { runId } = await lab.calls.run(tinySpec({ tasks: ['mine'], optimiser: longer }))
    expect((await ended(lab, runId)).state).toBe('done')
    const { arms } = await lab.calls.result({ runId, stop: 'last' })
    expect(arms[0]!.measures['accuracy']!.weak.value).toBeGreaterThan(0.5)

    const again = tinySpec({ tasks: ['mine'], splitSeed: 1 })
    // Nothing of it may begin before the dataset goes: its first stage takes milliseconds.
    await lab.calls.pause('on')
    const { runId: doomed } = await lab.calls.run(again)
    await lab.calls.cancel(doomed)
    await lab.calls.pause('off')
    await lab.calls.datasetRemove('mine')
    expect((await lab.calls.catalog()).tasks.map((task) => task.id)).not.toContain('mine')
    await expect(lab.calls.run(again)).rejects.toMatchObject({ problems: [{ path: 'tasks[0]' }] })
    // What was finished stays readable without the dataset.
    expect((await lab.calls.result({ runId, stop: 'oracle' })).arms[0]!.seedsDone).toBe(1)
    await lab.calls.resume(doomed)
    const run = await ended(lab, doomed)
    expect(run.stages[0]).toMatchObject({ state: 'failed', remedy: { does: 'place', place: 'data' } })
    expect(run.stages[0]!.error).toContain('"mine" is not there any more')
  })

  test('says plainly when the examples of a run are gone', async () => {
    const home = temporaryFolder()
    const lab = await openLab({ home, ...engine() })
    const { runId } = await lab.calls.run(tinySpec())
    const run = await ended(lab, runId)
    writeFileSync(join(home, 'artifacts', run.stages[0]!.key, 'examples.json'), '{}')
    const ref = { runId, armId: run.arms[0]!.id, seed: 0, stop: 'oracle' as const }
    await expect(lab.calls.cube(ref).then(() => lab.calls.cube(ref))).rejects.toThrow(
      /examples\.json: expected \d+ bytes, got 2/,
    )
  })
})
