import { describe, expect, it } from 'vitest'
import { contentKey } from '../../src-main/science/maths/hash'
import { isSameModel } from '../../src-main/science/metrics/arm-result'
import type { PlanContext } from '../../src-main/science/plan/context'
import { planExperiment } from '../../src-main/science/plan/plan'
import { stageCount } from '../../src-main/science/size'
import { parseSpec } from '../../src-main/science/spec/parse'
import type { ExperimentSpec } from '../../src-main/science/spec/spec'
import type { Plan, Stage } from '../../src-main/science/stages'
import type { Form } from '../../src-main/science/tasks'

const checkpoints = Object.fromEntries(['small', 'large'].map((id) => [id, { key: contentKey(id), title: id }]))
const context: PlanContext = {
  sources: { spam: { sha256: 'a'.repeat(64), title: 'Spam', classes: 2, question: 'Spam?' } },
  ...{ checkpoints, bundled: { spam: 'a'.repeat(64) }, backend: 'wasm' },
}
const transformers = {
  weak: [{ model: 'words' }, { model: 'pretrained', checkpoint: 'small', tokens: 64 }],
  strong: [{ model: 'pretrained', checkpoint: 'large' }, { model: 'vectors' }],
}
const NAMED = {
  ...{ version: 1, name: 'Levels', tasks: ['spam'], weak: [{ model: 'words' }], strong: [{ model: 'vectors' }] },
  ...{ methods: [{ method: 'naive' }], seeds: [0, 1] },
}
function specOf(changes: Record<string, unknown>): ExperimentSpec {
  const parsed = parseSpec({ ...NAMED, ...changes })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.spec
}
const plan = (changes: Record<string, unknown>, over: Partial<PlanContext> = {}): Plan =>
  planExperiment(specOf(changes), { ...context, ...over })
/** The task in another form. */
const formed = (form: Exclude<Form, { kind: 'classes' }>) => ({
  sources: { spam: { ...context.sources['spam']!, form } },
})
const find = (p: Plan, key: string): Stage => p.stages.find((s) => s.key === key)!

describe('levels beside an arm', () => {
  it('probes every transformer among the students as it was, by an optimiser of its own, and adds no other stage', () => {
    const asked = { ...transformers, optimiser: { lr: 0.5 } }
    const p = plan({ ...asked, probe: true })
    expect(p.stages.filter((s) => s.kind === 'train' && s.config.role === 'reference')).toHaveLength(2)
    for (const arm of p.arms)
      for (const { references, ceiling } of arm.seeds) {
        if (arm.strong.model === 'vectors') {
          expect(references).toBeUndefined()
          continue
        }
        expect(Object.keys(references!)).toEqual(['untuned probe'])
        const probe = find(p, references!['untuned probe']!)
        const { data, features } = probe.needs as { data: string; features: string }
        expect(data).toBe((find(p, ceiling).needs as { data: string }).data)
        expect(find(p, features).config).toMatchObject({ checkpoint: contentKey('large') })
        expect(probe.config).toMatchObject({
          ...{ role: 'reference', trainOn: 'transfer', targets: 'truth', evaluations: 2 },
          // Its parameters that came later name nothing at their defaults.
          ...{ model: { model: 'probe', checkpoint: 'large', hidden: 0 }, optimiser: { lr: 0.01, epochs: 10 } },
        })
      }
    const with_ = new Set(p.stages.map(({ key }) => key))
    for (const { key } of plan(asked).stages) expect(with_).toContain(key)
  })

  it('lets every supervisor teach a model like itself, once, after all other arms', () => {
    const arms = (changes: Record<string, unknown>) =>
      plan({ ...transformers, control: true, ...changes }).arms.map(
        ({ weakTitle, strongTitle }) => `${weakTitle} → ${strongTitle}`,
      )
    const controls = ['words 50 → words 50', 'small, longest text 64 → small, longest text 64']
    expect(arms({}).slice(4)).toEqual(controls)
    expect(arms({ control: false })).toEqual(arms({}).slice(0, 4))
    expect(arms({ pairs: [[1, 0]] })).toEqual(['small, longest text 64 → large', controls[1]])
    const there = { strong: [...transformers.strong, transformers.weak[0]] }
    expect(arms(there)).toHaveLength(2 * 3 + 1)
    expect(arms({ methods: [{ method: 'naive' }, { method: 'confidence' }] })).toHaveLength(8 + 4)
    const [control] = plan({ control: true }).arms.slice(1)
    expect(isSameModel(control!)).toBe(true)
  })

  const large = { strong: [transformers.strong[0], { model: 'probe', checkpoint: 'large', tokens: 32 }] }
  const methods = [{ method: 'naive' }, { method: 'confidence' }]

  it('prompts every student: without examples once for all seeds, with weak labels for every supervisor', () => {
    const asked = { ...large, methods, weak: transformers.weak, prompting: {} }
    const p = plan(asked)
    const prompts = p.stages.filter((stage) => stage.kind === 'prompt')
    // Two students; 2 zero-shot, and by seed 2 with ground truth and 4 with weak labels.
    expect(prompts).toHaveLength(2 + 2 * (2 + 4))
    expect(p.stages.length).toBe(stageCount(specOf(asked)) + 2)
    for (const { arm, seed } of p.arms.flatMap((arm) => arm.seeds.map((seed) => ({ arm, seed })))) {
      const { references = {}, labels } = seed
      expect(Object.keys(references)).toEqual(['zero-shot', '5-shot, ground truth', '5-shot, weak labels'])
      const [zero, truth, weak] = Object.values(references).map((key) => find(p, key))
      const { data } = find(p, seed.ceiling).needs as { data: string }
      expect([truth!.needs, weak!.needs]).toEqual([{ data }, { data, labels }])
      expect(zero!.needs).toEqual({ data: (find(p, arm.seeds[0]!.ceiling).needs as { data: string }).data })
      expect(zero!.config).toEqual({
        ...{ checkpoint: contentKey('large'), tokens: arm.strong['tokens'], shots: 0, seed: null, backend: 'wasm' },
        ...{ template: '{text}\nAnswer: {answer}', answers: ['mail', 'spam'] },
        instruction: 'Spam? Respond with "mail" or "spam".',
      })
      expect(weak!.config).toMatchObject({ shots: 5, seed: seed.seed })
      expect(weak!.title).toBe(`prompted · 5-shot, weak labels · ${arm.weakTitle} → large · Spam · seed ${seed.seed}`)
    }
    const with_ = new Set(p.stages.map(({ key }) => key))
    for (const { key } of plan({ ...asked, prompting: undefined }).stages) expect(with_).toContain(key)
  })

  it('prompts with the words, examples and labels that the spec says', () => {
    const prompting = {
      ...{ shots: [2], labels: ['weak'], template: 'T: {text} A: {answer}' },
      ...{ instructions: { spam: 'Junk?' }, verbalisers: { spam: ['no', 'yes'] } },
    }
    const p = plan({ ...large, prompting })
    expect(Object.keys(p.arms[0]!.seeds[0]!.references!)).toEqual(['2-shot, weak labels'])
    expect(p.stages.find((stage) => stage.kind === 'prompt')!.config).toMatchObject({
      ...{ instruction: 'Junk?', template: 'T: {text} A: {answer}', answers: ['no', 'yes'], shots: 2 },
    })
  })

  it.each([
    [
      'a student without a language head',
      { strong: [{ model: 'vectors' }] },
      {},
      'strong[0].model: expected a pretrained transformer: prompting asks a model as it is by its language head, got "vectors"',
    ],
    [
      'an encoder',
      {},
      { checkpoints: { large: { ...checkpoints['large']!, writes: false } } },
      'strong[0].checkpoint: expected a model that writes: prompting asks it by its language head, got "large", an encoder',
    ],
    [
      'another number of words',
      { prompting: { verbalisers: { spam: ['yes'] } } },
      {},
      'prompting.verbalisers.spam: expected 2 words, one a class: "mail", "spam", got ["yes"]',
    ],
    [
      'words for another task',
      { prompting: { instructions: { span: 'x' } } },
      {},
      'prompting.instructions.span: expected "spam"; did you mean "spam"?, got "span"',
    ],
    [
      'words for options',
      { prompting: { verbalisers: { spam: ['a', 'b'] } } },
      formed({ kind: 'options', count: 2 }),
      'prompting.verbalisers.spam: expected none: "Spam" has no classes, got ["a","b"]',
    ],
    [
      'texts',
      { weak: large.strong.slice(0, 1) },
      formed({ kind: 'text' }),
      'tasks[0]: expected a task of classes or options: prompting scores their answers, and "Spam" is a task of texts, got "spam"',
    ],
  ] as const)('refuses to prompt %s', (_what, changes, over, message) => {
    expect(() => plan({ ...large, prompting: {}, ...changes }, over)).toThrow(message)
  })

  it.each([
    [{ shots: [] }, 'prompting.shots', 'at least 1 entry'],
    [{ shots: [0, 33] }, 'prompting.shots[1]', 'at most 32'],
    [{ shots: [5, 5] }, 'prompting.shots[1]', 'an entry that is not there yet'],
    [{ labels: ['true'] }, 'prompting.labels[0]', 'one of "truth", "weak"; did you mean "truth"?'],
    [{ template: '{answer}{text}' }, 'prompting.template', 'a text with {text} once and {answer} at its end'],
    [{ shot: [1] }, 'prompting.shot', 'no such key; did you mean "shots"?'],
    [{ verbalisers: { spam: ['a', ''] } }, 'prompting.verbalisers.spam[1]', 'at least 1 character'],
  ])('says what is wrong with %j', (prompting, path, expected) => {
    const parsed = parseSpec({ ...NAMED, ...large, prompting })
    expect(parsed.ok ? [] : parsed.problems).toMatchObject([{ path, expected }])
  })
})
