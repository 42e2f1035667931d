import { modelOf, type LossChoice, type MethodChoice, type ModelChoice } from '../spec/choices'
import { contentKey } from '../maths/hash'
import { planProblems, PlanError, readingOf, type PlanContext } from './feasible'
import { METHODS } from '../methods'
import { MODELS } from '../models'
import type { Reading } from '../models/model'
import type { OptimiserSpec } from '../optimiser'
import { CORPORA, PRETRAINING } from './pretraining'
import { REFERENCE, REFERENCE_EVALUATIONS, REFERENCE_NAME } from './reference'
import type { ExperimentSpec } from '../spec/spec'
import { stageKey } from './stage-key'
import { type Arm, type ArmSeed, type Plan, type Role, type Stage, type TrainConfig } from '../stages'
import { choiceTitle } from '../spec/titles'
import { modelTitles, optimiserOf } from './training'

/** A stage before it is named by its content. */
type Draft = Stage extends infer S ? (S extends Stage ? Omit<S, 'key'> : never) : never

/**
 * Arranges an experiment into stages and arms. Pure: the same spec and context give the same plan, and equal stages of
 * different arms, or of different experiments, have the same key and are run once.
 * @throws PlanError with all that the context does not have, or that does not fit it
 */
export function planExperiment(spec: ExperimentSpec, context: PlanContext): Plan {
  const planning = planInSteps(spec, context)
  for (;;) {
    const { done, value } = planning.next()
    if (done) return value
  }
}

/** The same in steps of milliseconds, for who has other things to do as well. @throws PlanError at the first step */
export function* planInSteps(spec: ExperimentSpec, context: PlanContext): Generator<undefined, Plan> {
  const problems = planProblems(spec, context)
  if (problems.length > 0) throw new PlanError(problems)
  const stages = new Map<string, Stage>()
  const keys = new Map<string, string>()
  const add = (draft: Draft): string => {
    const { kind, config, needs } = draft
    // Most stages are asked for by several arms: this name knows one again, and is far cheaper than its key.
    const name = JSON.stringify([kind, config, needs])
    const key = keys.get(name) ?? stageKey(draft)
    keys.set(name, key)
    if (!stages.has(key)) stages.set(key, { key, ...draft })
    return key
  }
  // Seeds outside the arms: every arm has a first answer before any has its second.
  const arms: Arm[] = []
  for (const task of spec.tasks) {
    const ofTask = armsOf(spec, task, context)
    for (const seed of spec.seeds) {
      for (const arm of ofTask) {
        arm.seeds.push(planSeed({ spec, context, add, arm, seed }))
        yield
      }
    }
    arms.push(...ofTask)
  }
  return { stages: [...stages.values()], arms }
}

/** A side of a spec: its models with their names and what they are trained by. */
function sideOf({ optimiser, ...spec }: ExperimentSpec, side: 'weak' | 'strong', { checkpoints }: PlanContext) {
  const optimisers = spec[side].map((setting) => optimiserOf(setting, optimiser, checkpoints))
  const titles = modelTitles(spec[side], optimisers)
  return spec[side].map((setting, i) => ({ setting, optimiser: optimisers[i]!, title: titles[i]! }))
}

/** The arms of one task, without their seeds yet. */
function armsOf(spec: ExperimentSpec, task: string, context: PlanContext): Arm[] {
  const taskTitle = context.sources[task]!.title
  const students = sideOf(spec, 'strong', context)
  return sideOf(spec, 'weak', context).flatMap((weak) =>
    students.flatMap((strong) =>
      spec.methods.map((method): Arm => {
        const methodTitle = choiceTitle(METHODS[method.method]!, method)
        return {
          id: contentKey({ task, weak: weak.setting, strong: strong.setting, method }).slice(0, 16),
          task,
          weak: modelOf(weak.setting),
          strong: modelOf(strong.setting),
          method,
          optimisers: { weak: weak.optimiser, strong: strong.optimiser },
          measure: spec.measure,
          title: `${taskTitle} · ${weak.title} → ${strong.title} · ${methodTitle}`,
          weakTitle: weak.title,
          strongTitle: strong.title,
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
  const supervise = (model: ModelChoice) => addTrain(at, data, { role: 'weak', model })
  const weak = supervise(arm.weak)
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
      weak: arm.weak,
      strong: arm.strong,
      supervise,
      label,
      train: ({ labels, loss, model = arm.strong }) => addTrain(at, data, { role: 'student', model, labels, loss }),
    },
    parametersOf(arm.method),
  )
  return { seed, weak, labels, student, ceiling, ...(spec.reference && { references: addReference(at, data) }) }
}

/** The same for all arms of a task that learn from the same rows. */
function addReference(at: SeedPlan, data: string): Record<string, string> {
  const { model } = REFERENCE
  return { [REFERENCE_NAME]: addTrain(at, data, { role: 'reference', model }) }
}

/** One for all seeds of a task, unless they redraw the halves. */
function addData({ spec, context, add, arm, seed }: SeedPlan): string {
  const { sha256: source, title, names } = context.sources[arm.task]!
  const { sizes, splitSeed, measure } = spec
  const redraw = spec.redraw === 'halves' ? seed : null
  const config = { task: arm.task, source, ...(names && { classes: names }), sizes, splitSeed, redraw, measure }
  return add({ kind: 'data', config, needs: {}, title: ['data', title, ...drawnBy(spec, seed)].join(' · ') })
}

/** What tells apart the stages of seeds that have data of their own. */
const drawnBy = ({ redraw }: ExperimentSpec, seed: number) => (redraw === 'halves' ? [`seed ${seed}`] : [])

function addPretrain({ context, add }: SeedPlan): string {
  const bundled = Object.entries(context.bundled).filter(([id]) => CORPORA.includes(id))
  const config = { ...PRETRAINING, corpora: Object.fromEntries(bundled) }
  return add({ kind: 'pretrain', config, needs: {}, title: `word vectors · ${bundled.length} corpora` })
}

/** The hidden states of a model over the examples: one stage for all arms and studies with the same examples. */
function addFeatures(at: SeedPlan, data: string, model: ModelChoice): string {
  const { spec, context, arm, seed, add } = at
  const config = { ...contentOf(at, model), backend: context.backend }
  const { checkpoint } = readingOf(model)!
  const task = spec.tasks.length > 1 ? [context.sources[arm.task]!.title] : []
  const title = ['features', checkpoint, ...task, ...drawnBy(spec, seed)].join(' · ')
  return add({ kind: 'features', config, needs: { data }, title })
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
    optimiser: optimiserIn(at, model),
    evaluations: role === 'reference' ? REFERENCE_EVALUATIONS : spec.evaluations,
    weights: role === 'reference' ? 'drop' : spec.weights,
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
      : titleOf(at, role, titleIn(arm, model))
  return add({ kind: 'train', config, needs, title })
}

/** The student's model, and its supervisor's where the experiment has several. */
function studentTitle(spec: ExperimentSpec, arm: Arm, model: ModelChoice): string {
  return spec.weak.length > 1 ? `${arm.weakTitle} → ${titleIn(arm, model)}` : titleIn(arm, model)
}

/** E.g. "student · confidence · vectors 32 · seed 2", and the task where the experiment has several. */
function titleOf({ spec, context, arm, seed }: SeedPlan, ...parts: string[]): string {
  const task = spec.tasks.length > 1 ? [context.sources[arm.task]!.title] : []
  return [...parts, ...task, `seed ${seed}`].join(' · ')
}

/** What a model of an arm is trained by, or another one that a method brings in. */
function optimiserIn({ spec, context, arm }: SeedPlan, model: ModelChoice): OptimiserSpec {
  const { weak, strong } = arm.optimisers!
  if (model === REFERENCE.model) return REFERENCE.optimiser
  if (model === arm.weak) return weak
  return model === arm.strong ? strong : optimiserOf(model, spec.optimiser, context.checkpoints)
}

function titleIn(arm: Arm, model: ModelChoice): string {
  if (model === REFERENCE.model) return REFERENCE_NAME
  if (model === arm.weak) return arm.weakTitle
  return model === arm.strong ? arm.strongTitle : choiceTitle(MODELS[model.model]!, model)
}

function parametersOf({ method: _method, ...parameters }: MethodChoice): Record<string, unknown> {
  return parameters
}
