import { describe, expect, it } from 'vitest'
import { contentKey } from '../../src-main/science/maths/hash'
import { parseSpec } from '../../src-main/science/spec/parse'
import type { PlanContext } from '../../src-main/science/plan/context'
import { PlanError } from '../../src-main/science/plan/feasible'
import { planExperiment } from '../../src-main/science/plan/plan'
import type { ExperimentSpec } from '../../src-main/science/spec/spec'
import { KINDS, kindOf, stageTitles, type Plan, type Stage } from '../../src-main/science/stages'

const context: PlanContext = {
  sources: {
    spam: { sha256: 'a'.repeat(64), title: 'Spam', classes: 2 },
    foods: { sha256: 'b'.repeat(64), title: 'Food reviews', classes: 2 },
  },
  checkpoints: {},
  bundled: { spam: 'a'.repeat(64), foods: 'b'.repeat(64) },
  backend: 'wasm',
}
function specOf(changes: Record<string, unknown> = {}): ExperimentSpec {
  const parsed = parseSpec({
    version: 1,
    name: 'Plan',
    tasks: ['spam'],
    weak: [{ model: 'words' }],
    strong: [{ model: 'vectors' }],
    methods: [{ method: 'naive' }, { method: 'confidence' }],
    seeds: [0, 1],
    ...changes,
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.spec
}
const plan = (changes?: Record<string, unknown>, over: Partial<PlanContext> = {}) =>
  planExperiment(specOf(changes), { ...context, ...over })
function count(p: Plan): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const s of p.stages) {
    const what = s.kind === 'train' ? s.config.role : s.kind
    counts[what] = (counts[what] ?? 0) + 1
  }
  return counts
}
const keysOf = (p: Plan, kind: string) => p.stages.filter((s) => s.kind === kind).map((s) => s.key)
const find = (p: Plan, key: string): Stage => p.stages.find((s) => s.key === key)!

describe('planExperiment', () => {
  it('shares data, vectors, floors, ceilings and labels between the arms', () => {
    const shared = { pretrain: 1, weak: 2, label: 2, ceiling: 2, student: 4 }
    expect(count(plan({ redraw: 'order' }))).toEqual({ data: 1, ...shared })
    expect(count(plan())).toEqual({ data: 2, ...shared })
  })

  it('gives every seed data of its own where it redraws the halves, and says which rows are measured', () => {
    const configs = (changes: Record<string, unknown>) =>
      plan(changes).stages.flatMap((s) => (s.kind === 'data' ? [[s.config.redraw, s.config.measure, s.title]] : []))
    expect(configs({ seeds: [3, 5] })).toEqual([
      [3, 'test', 'data · Spam · seed 3'],
      [5, 'test', 'data · Spam · seed 5'],
    ])
    expect(configs({ redraw: 'order', measure: 'development' })).toEqual([[null, 'development', 'data · Spam']])
    expect(plan({ measure: 'development' }).arms.map((arm) => arm.measure)).toEqual(['development', 'development'])
    for (const arm of plan().arms) {
      const data = arm.seeds.map(({ weak, student, ceiling }) => {
        const needs = [weak, student, ceiling].map((key) => (find(plan(), key).needs as { data: string }).data)
        expect(new Set(needs).size).toBe(1)
        return needs[0]
      })
      expect(new Set(data).size).toBe(2)
    }
  })

  it('makes word vectors from the corpora alone, whatever other tasks are bundled', () => {
    const bundled = { ...context.bundled, 'wordnet-isa': 'c'.repeat(64) }
    expect(keysOf(plan({}, { bundled }), 'pretrain')).toEqual(keysOf(plan(), 'pretrain'))
    const other = { ...context.bundled, foods: 'c'.repeat(64) }
    expect(keysOf(plan({}, { bundled: other }), 'pretrain')).not.toEqual(keysOf(plan(), 'pretrain'))
  })

  it('refuses sizes that leave a split of a task too little, and more last blocks than a model has', () => {
    const rows = { all: 3000, test: 500 }
    const sources = { ...context.sources, spam: { ...context.sources['spam']!, rows } }
    const sizes = { weak: 100_000, transfer: 1000, validation: 200, test: 300 }
    expect(() => plan({ sizes }, { sources })).toThrow(
      'sizes.validation: expected sizes of which the 3000 examples of "Spam", shared out in proportion, leave this split 10, got 200 of 101500 in all, which leaves 4',
    )
    expect(count(plan({ sizes: { ...sizes, weak: 2000 } }, { sources }))).toMatchObject({ data: 2 })
    const four = { ...context.sources, spam: { ...context.sources['spam']!, classes: 4 } }
    expect(() => plan({ sizes: { ...sizes, validation: 19 } }, { sources: four })).toThrow(
      'sizes.validation: expected at least 20: 5 of each of the 4 classes of "Spam", got 19',
    )
    expect(count(plan({ sizes: { ...sizes, validation: 20 } }, { sources: four }))).toMatchObject({ data: 2 })
    const checkpoints = { small: { key: 'd'.repeat(64), title: 'Small', layers: 2 } }
    const last = (blocks: number) => ({ strong: [{ model: 'pretrained', checkpoint: 'small', tune: 'last', blocks }] })
    expect(count(plan(last(2), { checkpoints }))).toMatchObject({ ceiling: 2 })
    expect(() => plan(last(3), { checkpoints })).toThrow(
      'strong[0].blocks: expected at most 2, the blocks of Small, got 3',
    )
  })

  it('counts the example of the product description: 85 trainings instead of 180', () => {
    const p = plan({
      weak: [
        { model: 'words', words: 10 },
        { model: 'words', words: 20 },
      ],
      strong: [8, 16, 32].map((hidden) => ({ model: 'vectors', hidden })),
      seeds: [0, 1, 2, 3, 4],
    })
    expect(p.stages.filter((s) => s.kind === 'train')).toHaveLength(85)
    expect(p.arms).toHaveLength(12)
  })

  it('puts every stage after its needs, once', () => {
    const p = plan({ tasks: ['foods', 'spam'], strong: [{ model: 'vectors' }, { model: 'words', words: 900 }] })
    const seen = new Set<string>()
    for (const stage of p.stages) {
      for (const need of Object.values(stage.needs)) expect(seen).toContain(need)
      expect(seen).not.toContain(stage.key)
      seen.add(stage.key)
    }
  })

  it('binds the four stages of every seed of an arm', () => {
    const p = plan()
    for (const arm of p.arms) {
      expect(arm.seeds.map((s) => s.seed)).toEqual([0, 1])
      for (const s of arm.seeds) {
        const [weak, labels, student, ceiling] = [s.weak, s.labels, s.student, s.ceiling].map((key) => find(p, key))
        expect(weak).toMatchObject({ config: { role: 'weak', trainOn: 'weak', targets: 'truth', seed: s.seed } })
        expect(labels).toMatchObject({ kind: 'label', needs: { model: s.weak }, config: { form: 'soft' } })
        expect(student).toMatchObject({
          config: { role: 'student', trainOn: 'transfer', targets: 'labels', seed: s.seed },
          needs: { labels: s.labels },
        })
        expect(ceiling).toMatchObject({ config: { role: 'ceiling', trainOn: 'transfer', targets: 'truth' } })
        expect(ceiling!.needs).not.toHaveProperty('labels')
      }
    }
  })

  const rates = (changes: Record<string, unknown>, over: Partial<PlanContext> = {}) => [
    ...new Set(
      plan(changes, over).stages.flatMap((s) =>
        s.kind === 'train' ? [`${s.config.role} ${s.config.optimiser.lr}`] : [],
      ),
    ),
  ]

  it('trains a model alike in every role: as its kind wants, as the spec says for all, as its entry says', () => {
    expect(rates({})).toEqual(['weak 0.01', 'ceiling 0.003', 'student 0.003'])
    expect(rates({ weak: [{ model: 'vectors' }] })).toEqual(['weak 0.003', 'ceiling 0.003', 'student 0.003'])
    expect(rates({ optimiser: { lr: 0.5 } })).toEqual(['weak 0.5', 'ceiling 0.5', 'student 0.5'])
    const own = { weak: [{ model: 'words', optimiser: { lr: 0.25 } }], optimiser: { lr: 0.5 } }
    expect(rates(own)).toEqual(['weak 0.25', 'ceiling 0.5', 'student 0.5'])
    for (const { config } of plan(own).stages.filter((s) => s.kind === 'train'))
      expect([Object.keys(config.optimiser).length, 'optimiser' in config.model]).toEqual([6, false])
  })

  it('trains a pretrained model by its size, the larger the slower', () => {
    const checkpoint = (id: string, parameters?: number) =>
      [id, { key: contentKey(id), title: id, parameters }] as const
    const checkpoints = Object.fromEntries([
      ...[checkpoint('tiny', 1e5), checkpoint('small', 1e6), checkpoint('gpt2', 124e6), checkpoint('xl', 1.5e9)],
      checkpoint('unknown'),
    ])
    const of = (id: string) => rates({ weak: [{ model: 'pretrained', checkpoint: id }] }, { checkpoints })[0]
    expect(['tiny', 'small', 'gpt2', 'xl', 'unknown'].map(of)).toEqual(
      ['0.004', '0.0005', '0.00005', '0.00001', '0.00005'].map((lr) => `weak ${Number(lr)}`),
    )
  })

  it('trains a reference once for all arms of a task and seed, on the ceiling’s rows, by its own optimiser', () => {
    const p = plan({ tasks: ['spam', 'foods'], reference: true, optimiser: { lr: 0.5 }, evaluations: 50 })
    expect(count(p)).toMatchObject({ reference: 4, ceiling: 4, student: 8 })
    for (const arm of p.arms)
      for (const { references, ceiling } of arm.seeds) {
        const [[name, key]] = Object.entries(references!) as [[string, string]]
        const [reference, beside] = [find(p, key), find(p, ceiling)]
        expect([name, reference.needs]).toEqual([
          'bag-of-words regression',
          { data: (beside.needs as { data: string }).data },
        ])
        expect(reference).toMatchObject({
          config: { role: 'reference', trainOn: 'transfer', targets: 'truth', optimiser: { lr: 0.01 }, evaluations: 2 },
        })
      }
    expect(plan().arms[0]!.seeds[0]).not.toHaveProperty('references')
    const others = new Set(plan({ reference: true }).stages.map((s) => s.key))
    for (const { key } of plan().stages) expect(others).toContain(key)
  })

  it('tells models apart that differ in nothing but what they are trained by', () => {
    const p = plan({
      strong: [{ model: 'vectors' }, { model: 'vectors', optimiser: { lr: 0.1 } }, { model: 'words', words: 9 }],
      methods: [{ method: 'naive' }],
    })
    expect(p.arms.map((arm) => arm.strongTitle)).toEqual([
      'vectors 32, learning rate 0.003',
      'vectors 32, learning rate 0.1',
      'words 9',
    ])
    expect(new Set(p.arms.map((arm) => arm.id)).size).toBe(3)
    expect(p.arms.map((arm) => arm.optimisers!.strong.lr)).toEqual([0.003, 0.1, 0.01])
  })

  it('names a stage by the hash of its kind, config, needs and the version of its code', () => {
    for (const { key, kind, config, needs } of plan().stages) {
      expect(key).toBe(contentKey({ kind, config, needs, version: KINDS[kind].version }))
    }
  })

  it('is pure: the same input gives the same plan', () => {
    expect(plan()).toEqual(plan())
  })

  it('needs no pretraining where no model starts from vectors', () => {
    expect(keysOf(plan({ strong: [{ model: 'words', words: 900 }] }), 'pretrain')).toEqual([])
  })

  it.each([
    ['an edited dataset', {}, { sources: { ...context.sources, spam: { ...context.sources.spam!, sha256: 'c' } } }],
    ['another split seed', { splitSeed: 1 }, {}],
    ['other sizes', { sizes: { test: 500 } }, {}],
    ['another number of evaluations', { evaluations: 5 }, {}],
    ['another backend', {}, { backend: 'tensorflow' }],
    ['another optimiser', { optimiser: { lr: 0.1 } }, {}],
  ])('%s makes every training another stage', (_what, changes, over) => {
    const before = new Set(keysOf(plan(), 'train'))
    expect(keysOf(plan(changes, over), 'train').filter((key) => before.has(key))).toEqual([])
  })

  it('name, question and stop rule change no key; hard labels change students alone', () => {
    const all = (p: Plan) => p.stages.map((s) => s.key)
    expect(all(plan({ name: 'Other', question: '?', stop: 'weak-validation' }))).toEqual(all(plan()))
    const kept = new Set(all(plan()))
    const changed = plan({ labels: 'hard' }).stages.filter((s) => !kept.has(s.key))
    expect(new Set(changed.map((s) => (s.kind === 'train' ? s.config.role : s.kind)))).toEqual(
      new Set(['label', 'student']),
    )
  })

  it('the backend is part of the key of trainings only', () => {
    const [a, b] = [plan(), plan({}, { backend: 'tensorflow' })]
    for (const kind of ['data', 'pretrain']) expect(keysOf(a, kind)).toEqual(keysOf(b, kind))
  })

  it('adding seeds keeps every stage that was there', () => {
    const more = new Set(plan({ seeds: [0, 1, 2] }).stages.map((s) => s.key))
    for (const stage of plan().stages) expect(more).toContain(stage.key)
  })

  it('gives every stage the needs that its kind says, and no others', () => {
    const strong = [{ model: 'vectors' }, { model: 'words' }]
    for (const { kind, needs, title } of plan({ strong, reference: true }).stages) {
      const known = Object.entries(kindOf(kind).needs)
      const always = known.flatMap(([role, how]) => (how === 'always' ? [role] : []))
      expect(Object.keys(needs), title).toEqual(expect.arrayContaining(always))
      expect(
        known.map(([role]) => role),
        title,
      ).toEqual(expect.arrayContaining(Object.keys(needs)))
    }
  })

  const titlesOf = ({ stages }: Plan) => stageTitles(stages.map(({ facts }) => facts))
  it('says all that there is of a stage that other runs may share', () => {
    const { stages } = plan({ tasks: ['spam'] })
    expect(stages.map(({ title }) => title)).toContain('student · naive · words 50 → vectors 32 · Spam · seed 1')
    expect(new Set(stages.map(({ title }) => title)).size).toBe(stages.length)
  })

  it('gives titles for people, telling apart what varies', () => {
    const titles = titlesOf(plan())
    expect(titles).toContain('student · confidence · vectors 32 · seed 1')
    expect(titles).toContain('weak · words 50 · seed 0')
    const wide = plan({
      tasks: ['spam', 'foods'],
      weak: [{ model: 'words' }, { model: 'words', words: 9 }],
      strong: [{ model: 'vectors' }, { model: 'vectors', tuneEmbeddings: true }],
      methods: [{ method: 'confidence' }, { method: 'confidence', alphaMax: 0.75, schedule: 'reference-bug' }],
    })
    expect(new Set(titlesOf(wide)).size).toBe(wide.stages.length)
    expect(new Set(wide.arms.map((a) => a.title)).size).toBe(wide.arms.length)
    expect(new Set(wide.arms.map((a) => a.id)).size).toBe(wide.arms.length)
    expect(wide.arms[3]!.title).toBe(
      'Spam · words 50 → vectors 32, tune the vectors · confidence, largest alpha 0.75, alpha schedule as in the published code',
    )
  })

  it('names an unknown task and the one that was meant', () => {
    const fail = () => plan({ tasks: ['spam', 'food'] })
    expect(fail).toThrow(PlanError)
    expect(fail).toThrow('tasks[1]: expected one of "spam", "foods"; did you mean "foods"?, got "food"')
  })

  describe('on pretrained models', () => {
    const checkpoints = {
      small: { key: '1'.repeat(64), title: 'Small' },
      large: { key: '2'.repeat(64), title: 'Large' },
      absent: { key: null, title: 'Absent' },
    }
    const weak = [{ model: 'pretrained', checkpoint: 'small' }]
    const of = (strong: object[], changes: Record<string, unknown> = {}, over = checkpoints) =>
      plan({ weak, strong, ...changes }, { checkpoints: over })

    it('names a training by the content of its model, not by its id', () => {
      const strong = [{ model: 'pretrained', checkpoint: 'large' }]
      const p = of(strong)
      expect(count(p)).toEqual({ data: 2, weak: 2, label: 2, ceiling: 2, student: 4 })
      const contents = p.stages.flatMap((s) => (s.kind === 'train' ? [`${s.config.role} ${s.config.checkpoint}`] : []))
      expect(new Set(contents)).toEqual(
        new Set([`weak ${'1'.repeat(64)}`, `student ${'2'.repeat(64)}`, `ceiling ${'2'.repeat(64)}`]),
      )
      expect(p.arms[0]!.title).toBe('Spam · small → large · naive')
      const changed = of(strong, {}, { ...checkpoints, large: { key: '3'.repeat(64), title: 'Large' } })
      const keys = (of: Plan, role: string) =>
        of.stages.filter((s) => s.kind === 'train' && s.config.role === role).map((s) => s.key)
      expect(keys(changed, 'weak')).toEqual(keys(p, 'weak'))
      for (const role of ['student', 'ceiling']) expect(keys(changed, role)).not.toEqual(keys(p, role))
    })

    it('computes features once for every arm, head and study with the same examples', () => {
      const strong = [0, 8, 16].map((hidden) => ({ model: 'probe', checkpoint: 'large', hidden }))
      const p = of(strong, { redraw: 'order' })
      expect(keysOf(p, 'features')).toHaveLength(1)
      const trainings = p.stages.filter((s) => s.kind === 'train' && s.config.role !== 'weak')
      expect(trainings).toHaveLength(3 * 2 * 3)
      for (const s of trainings) expect(s.needs).toMatchObject({ features: keysOf(p, 'features')[0] })
      expect(keysOf(of(strong, { redraw: 'order', seeds: [7] }), 'features')).toEqual(keysOf(p, 'features'))
      expect(keysOf(of(strong), 'features')).toHaveLength(2)
      const shorter = [{ model: 'probe', checkpoint: 'large', tokens: 32 }]
      expect(keysOf(of(shorter), 'features')).not.toEqual(keysOf(p, 'features'))
    })

    it('says which model is not here and how to get it, and which there are', () => {
      const strong = [
        { model: 'pretrained', checkpoint: 'large' },
        { model: 'probe', checkpoint: 'absent' },
        { model: 'pretrained', checkpoint: 'largo' },
      ]
      expect(() => of(strong)).toThrow(PlanError)
      try {
        of(strong)
      } catch (error) {
        expect((error as PlanError).problems).toEqual([
          {
            path: 'strong[1].checkpoint',
            expected: 'a model that is on this machine: fetch it on the Models page, or by "models get absent"',
            got: '"absent"',
          },
          {
            path: 'strong[2].checkpoint',
            expected: 'one of "small", "large", "absent"; did you mean "large"?',
            got: '"largo"',
          },
        ])
      }
    })
  })
})
