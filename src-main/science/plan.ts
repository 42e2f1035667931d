import type { LossChoice, MethodChoice, ModelChoice } from './choices'
import { contentKey } from './hash'
import { METHODS } from './methods'
import { MODELS } from './models'
import type { Reading } from './models/model'
import { oneOf, show, type Problem } from './problems'
import { CORPORA, PRETRAINING } from './pretraining'
import type { ExperimentSpec, Names } from './spec'
import { STAGE_VERSIONS, type Arm, type ArmSeed, type Plan, type Role, type Stage, type TrainConfig } from './stages'
import { choiceTitle } from './titles'

/** What a plan depends on beside the spec. */
export interface PlanContext {
  /** Every task there is, by id. `sha256` is that of its bytes, `classes` their number. */
  sources: Record<string, { sha256: string; title: string; classes: number }>
  /** Bundled tasks, id → sha256; `CORPORA` of them are what word vectors are made from. */
  bundled: Record<string, string>
  /**
   * Every pretrained model that is known, by id: `key` is that of its content, so that a changed model is another stage;
   * null where it is not on this machine.
   */
  checkpoints: Record<string, { key: string | null; title: string }>
  /** The backend that trains. Part of a training's key: backends agree to a tolerance, not to the bit. */
  backend: string
  /** Whether it trains in bf16 on this machine; not given where that is not known before it is loaded. */
  bf16?: boolean
}

/** What to say of a pretrained model that is known but not here; `id` is filled in. */
const NOT_HERE = (id: string) =>
  `a model that is on this machine: fetch it on the Models page, or by "models get ${id}"`

/** A spec that is well formed but names what is not there. */
export class PlanError extends Error {
  constructor(readonly problems: Problem[]) {
    super(problems.map((p) => `${p.path}: expected ${p.expected}, got ${p.got}`).join('\n'))
    this.name = 'PlanError'
  }
}

/** A stage before it is named by its content. */
type Draft = Stage extends infer S ? (S extends Stage ? Omit<S, 'key'> : never) : never

/**
 * Arranges an experiment into stages and arms. Pure: the same spec and context give the same plan, and equal stages of
 * different arms, or of different experiments, have the same key and are run once.
 * @throws PlanError naming every task, pretrained model and precision that the context does not have
 */
export function planExperiment(spec: ExperimentSpec, context: PlanContext): Plan {
  const problems = [...nameProblems(spec, context), ...precisionProblems(spec, context)]
  if (problems.length > 0) throw new PlanError(problems)
  const stages = new Map<string, Stage>()
  const keys = new Map<string, string>()
  const add = (draft: Draft): string => {
    const { kind, config, needs } = draft
    // Most stages are asked for by several arms: this name knows one again, and is far cheaper than its key.
    const name = JSON.stringify([kind, config, needs])
    const key = keys.get(name) ?? contentKey({ kind, config, needs, version: STAGE_VERSIONS[kind] })
    keys.set(name, key)
    if (!stages.has(key)) stages.set(key, { key, ...draft })
    return key
  }
  // Seeds outside the arms: every arm has a first answer before any has its second.
  const arms = spec.tasks.flatMap((task) => {
    const ofTask = armsOf(spec, task, context)
    for (const seed of spec.seeds) {
      for (const arm of ofTask) arm.seeds.push(planSeed({ spec, context, add, arm, seed }))
    }
    return ofTask
  })
  return { stages: [...stages.values()], arms }
}

/** Every task and pretrained model that is named and not there. */
export function nameProblems(names: Names, context: Pick<PlanContext, 'sources' | 'checkpoints'>): Problem[] {
  return [...taskProblems(names, context), ...checkpointProblems(names, context)]
}

function taskProblems(spec: Names, { sources }: Pick<PlanContext, 'sources'>): Problem[] {
  const known = Object.keys(sources)
  return spec.tasks.flatMap((task, i) =>
    known.includes(task) ? [] : [{ path: `tasks[${i}]`, expected: oneOf(known, task), got: show(task) }],
  )
}

function checkpointProblems(spec: Names, { checkpoints }: Pick<PlanContext, 'checkpoints'>): Problem[] {
  const known = Object.keys(checkpoints)
  return (['weak', 'strong'] as const).flatMap((side) =>
    spec[side].flatMap((model, i) => {
      const reading = readingOf(model)
      if (!reading || checkpoints[reading.checkpoint]?.key) return []
      const { checkpoint } = reading
      const expected = known.includes(checkpoint) ? NOT_HERE(checkpoint) : oneOf(known, checkpoint)
      return [{ path: `${side}[${i}].checkpoint`, expected, got: show(checkpoint) }]
    }),
  )
}

function precisionProblems(spec: ExperimentSpec, { backend, bf16 }: PlanContext): Problem[] {
  if (bf16 !== false) return []
  const expected = `"fp32": backend "${backend}" cannot multiply bf16 on this machine`
  return (['weak', 'strong'] as const).flatMap((side) =>
    spec[side].flatMap(({ model, ...params }, i) => {
      const variant = MODELS[model]!
      const wants = variant.start === 'checkpoint' && variant.read(params).precision === 'bf16'
      return wants ? [{ path: `${side}[${i}].precision`, expected, got: show('bf16') }] : []
    }),
  )
}

/** How a model reads texts, where it starts from a pretrained one. */
export function readingOf({ model, ...params }: ModelChoice): Reading | null {
  const variant = MODELS[model]!
  return variant.start === 'checkpoint' || variant.start === 'features' ? variant.read(params) : null
}

/** The arms of one task, without their seeds yet. */
function armsOf(spec: ExperimentSpec, task: string, context: PlanContext): Arm[] {
  const taskTitle = context.sources[task]!.title
  return spec.weak.flatMap((weak) =>
    spec.strong.flatMap((strong) =>
      spec.methods.map((method): Arm => {
        const weakTitle = modelTitle(weak)
        const strongTitle = modelTitle(strong)
        const methodTitle = choiceTitle(METHODS[method.method]!, method)
        return {
          id: contentKey({ task, weak, strong, method }).slice(0, 16),
          task,
          weak,
          strong,
          method,
          title: `${taskTitle} · ${weakTitle} → ${strongTitle} · ${methodTitle}`,
          weakTitle,
          strongTitle,
          methodTitle,
          seeds: [],
        }
      }),
    ),
  )
}

interface SeedPlan {
  spec: ExperimentSpec
  context: PlanContext
  add: (draft: Draft) => string
  arm: Arm
  seed: number
}

/** Adds the stages of one seed of an arm, needs first. */
function planSeed(at: SeedPlan): ArmSeed {
  const { spec, arm, seed } = at
  const data = addData(at)
  const weak = addTrain(at, data, { role: 'weak', model: arm.weak })
  const label = (model: string) =>
    at.add({
      kind: 'label',
      config: { form: spec.labels },
      needs: { data, model },
      title: titleOf(at, 'labels', arm.weakTitle),
    })
  const labels = label(weak)
  const ceiling = addTrain(at, data, { role: 'ceiling', model: arm.strong })
  const student = METHODS[arm.method.method]!.student(
    {
      weak,
      strong: arm.strong,
      label,
      train: ({ labels, loss, model = arm.strong }) => addTrain(at, data, { role: 'student', model, labels, loss }),
    },
    parametersOf(arm.method),
  )
  return { seed, weak, labels, student, ceiling }
}

function addData({ spec, context, add, arm }: SeedPlan): string {
  const { sha256: source, title } = context.sources[arm.task]!
  const config = { task: arm.task, source, sizes: spec.sizes, splitSeed: spec.splitSeed }
  return add({ kind: 'data', config, needs: {}, title: `data · ${title}` })
}

function addPretrain({ context, add }: SeedPlan): string {
  const bundled = Object.entries(context.bundled).filter(([id]) => CORPORA.includes(id))
  const config = { ...PRETRAINING, corpora: Object.fromEntries(bundled) }
  return add({ kind: 'pretrain', config, needs: {}, title: `word vectors · ${bundled.length} corpora` })
}

/** The hidden states of a model over the examples: one stage for all seeds, arms and studies. */
function addFeatures(at: SeedPlan, data: string, model: ModelChoice): string {
  const { spec, context, arm, add } = at
  const config = { ...contentOf(at, model), backend: context.backend }
  const { checkpoint } = readingOf(model)!
  const task = spec.tasks.length > 1 ? [context.sources[arm.task]!.title] : []
  return add({ kind: 'features', config, needs: { data }, title: ['features', checkpoint, ...task].join(' · ') })
}

/** A reading by the model's content in place of its name. */
function contentOf({ context }: SeedPlan, model: ModelChoice): Reading {
  const { checkpoint, tokens } = readingOf(model)!
  return { checkpoint: context.checkpoints[checkpoint]!.key!, tokens }
}

interface Training {
  role: Role
  model: ModelChoice
  /** A student's label set and loss; the others learn ground truth with cross-entropy. */
  labels?: string
  loss?: LossChoice
}

function addTrain(at: SeedPlan, data: string, { role, model, labels, loss }: Training): string {
  const { spec, context, add, arm, seed } = at
  const { start } = MODELS[model.model]!
  const config: TrainConfig = {
    role,
    model,
    ...(start === 'checkpoint' && { checkpoint: contentOf(at, model).checkpoint }),
    trainOn: role === 'weak' ? 'weak' : 'transfer',
    targets: labels === undefined ? 'truth' : 'labels',
    loss: loss ?? { loss: 'xent' },
    optimiser: role === 'weak' ? spec.optimiser.weak : spec.optimiser.strong,
    evaluations: spec.evaluations,
    weights: spec.weights,
    seed,
    backend: context.backend,
  }
  const needs = {
    data,
    ...(start === 'vectors' && { vectors: addPretrain(at) }),
    ...(start === 'features' && { features: addFeatures(at, data, model) }),
    ...(labels !== undefined && { labels }),
  }
  const title =
    role === 'student'
      ? titleOf(at, 'student', arm.methodTitle, studentTitle(spec, arm, model))
      : titleOf(at, role, modelTitle(model))
  return add({ kind: 'train', config, needs, title })
}

/** The student's model, and its supervisor's where the experiment has several. */
function studentTitle(spec: ExperimentSpec, arm: Arm, model: ModelChoice): string {
  return spec.weak.length > 1 ? `${arm.weakTitle} → ${modelTitle(model)}` : modelTitle(model)
}

/** E.g. "student · confidence · vectors 32 · seed 2", and the task where the experiment has several. */
function titleOf({ spec, context, arm, seed }: SeedPlan, ...parts: string[]): string {
  const task = spec.tasks.length > 1 ? [context.sources[arm.task]!.title] : []
  return [...parts, ...task, `seed ${seed}`].join(' · ')
}

function modelTitle(model: ModelChoice): string {
  return choiceTitle(MODELS[model.model]!, model)
}

function parametersOf({ method: _method, ...parameters }: MethodChoice): Record<string, unknown> {
  return parameters
}
