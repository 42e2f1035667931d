import { computedBy, momentsExpected, precisionExpected, type Computing, type Multiplying } from '../backends'
import { stageKey } from '../plan/stage-key'
import { naming } from '../spec/params'
import { oneOf, show, type Problem } from '../spec/problems'
import { kindOf, stageTitle, type LanguageConfig, type Plan, type PlanStage, type StageFacts } from '../stages'
import { innerOf } from './decoder'
import { PRETRAINING } from './params'
import { keptName, type DecoderSetting, type PretrainSpec } from './spec'

/** What a pretraining depends on beside its spec. */
export interface PretrainContext extends Computing, Multiplying {
  /** Every corpus there is: id → sha256. */
  corpora: Record<string, string>
  /** Ids of pretrained models that are there and not made by a pretraining: their names are taken. */
  taken: readonly string[]
}

/** All that keeps a well-formed pretraining from being planned. */
export function pretrainProblems(spec: PretrainSpec, context: PretrainContext): Problem[] {
  const { corpora, models } = spec
  const known = Object.keys(context.corpora)
  const unknown = corpora.flatMap((id, i) =>
    known.includes(id) ? [] : [{ path: `corpora[${i}]`, expected: oneOf(known, id), got: show(id) }],
  )
  return [
    ...unknown,
    ...nameProblems(models, context.taken),
    ...keepProblems(spec),
    ...precisionProblems(spec, context),
  ]
}

/** Every model under a name of its own, as it stood on the way too. */
function nameProblems(models: readonly DecoderSetting[], taken: readonly string[]): Problem[] {
  const others = (at: number) => models.flatMap((model, i) => (i === at ? [] : namesOf(model)))
  return models.flatMap((model, i) =>
    namesOf(model)
      .filter((name) => taken.includes(name) || others(i).includes(name))
      .map((name) => ({ path: `models[${i}].id`, expected: 'a name that no other model has', got: show(name) })),
  )
}

const namesOf = ({ id, keep = [] }: DecoderSetting) => [...keep.map((step) => keptName(id, step)), id]

function keepProblems({ models, training }: PretrainSpec): Problem[] {
  return models.flatMap(({ keep = [], training: own }, i) => {
    const steps = own?.steps ?? training.steps
    const wrong = keep.findIndex((step, j) => step >= steps || (j > 0 && step <= keep[j - 1]!))
    const expected = `ascending numbers of updates below the ${steps} of its training`
    return wrong < 0 ? [] : [{ path: `models[${i}].keep[${wrong}]`, expected, got: show(keep[wrong]) }]
  })
}

function precisionProblems({ training, models }: PretrainSpec, context: PretrainContext): Problem[] {
  const asked = [
    { path: 'training', training },
    ...models.map((model, i) => ({ ...model, path: `models[${i}].training` })),
  ]
  return asked.flatMap(({ path, training: { precision = 'fp32', moments = 'fp32' } = {} }) => [
    ...refused(`${path}.precision`, precisionExpected(context, precision), precision),
    ...refused(`${path}.moments`, momentsExpected(context, moments), moments),
  ])
}

const refused = (path: string, expected: string | null, got: string): Problem[] =>
  expected === null ? [] : [{ path, expected, got: show(got) }]

/**
 * A pretraining as stages: one that makes the tokens, and one a model, or one for each length of it that is kept, each going
 * on where the one before ended. Pure, and named by content as all stages are: the
 * same size on the same texts is trained once, whatever it is called.
 */
export function planPretraining(spec: PretrainSpec, { corpora: known, ...computing }: PretrainContext): Plan {
  const { vocabulary, heldOut, context, seed } = spec
  const corpora = Object.fromEntries(spec.corpora.map((id) => [id, known[id]!]))
  const tokens = staged({
    kind: 'tokens',
    config: { recipe: 'byte-level-bpe', corpora, vocabulary, heldOut },
    needs: {},
    facts: { of: spec.corpora.join(', ') },
  })
  const models = spec.models.flatMap(({ id, width, layers, heads, training, keep = [] }) => {
    const shape = { vocabulary, context, width, layers, heads, inner: innerOf(width) }
    const computed = computedBy(computing, 'transformer')
    const taught = naming(PRETRAINING, { ...spec.training, ...training })
    const whole: LanguageConfig = { ...shape, training: taught, seed, ...computed }
    let needs: { tokens: string; begun?: string } = { tokens: tokens.key }
    return [...keep, undefined].map((until, i) => {
      const config = { ...whole, ...(i > 0 && { from: keep[i - 1]! }), ...(until !== undefined && { until }) }
      const of = until === undefined ? id : keptName(id, until)
      const stage = staged({ kind: 'language', config, needs, facts: { of } })
      needs = { tokens: tokens.key, begun: stage.key }
      return stage
    })
  })
  return { stages: distinct([tokens, ...models]), arms: [] }
}

type Draft = PlanStage extends infer S
  ? S extends PlanStage
    ? Omit<S, 'key' | 'title' | 'facts'> & { facts: Pick<StageFacts, 'of'> }
    : never
  : never

function staged(draft: Draft): PlanStage {
  const does = kindOf(draft.kind).word(draft.config)
  const facts = { does, by: '', from: '', task: '', seed: null, ...draft.facts }
  return { ...draft, key: stageKey(draft), title: stageTitle(facts), facts }
}

/** Two names for one model are one stage. */
function distinct(stages: PlanStage[]): PlanStage[] {
  return [...new Map(stages.map((stage) => [stage.key, stage])).values()]
}

/** The stage that makes each model of a spec: id → key. */
export function modelStages(spec: PretrainSpec, context: PretrainContext): Record<string, string> {
  const stages = spec.models.flatMap((model) => planPretraining({ ...spec, models: [model] }, context).stages)
  return Object.fromEntries(stages.flatMap(({ kind, facts, key }) => (kind === 'language' ? [[facts.of, key]] : [])))
}
