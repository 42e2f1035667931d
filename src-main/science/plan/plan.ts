import type { LossChoice, MethodChoice, ModelSetting } from '../spec/choices'
import { computedBy } from '../backends'
import { contentKey } from '../maths/hash'
import type { PlanContext } from './context'
import { planProblems, PlanError, readingOf } from './feasible'
import { METHODS } from '../methods'
import { MODELS } from '../models'
import { probe } from '../models/probe'
import type { OptimiserSpec } from '../optimiser'
import { namedMethod, namedModel, namedSetting } from './named'
import { CORPORA, PRETRAINING } from './pretraining'
import { LEVEL_EVALUATIONS, levelsOf } from './levels'
import type { Prompting } from '../spec/prompting'
import type { ExperimentSpec } from '../spec/spec'
import { isPromptable, promptLevels, wordingOf, type PromptLevel } from './prompting'
import { parametersOf, rungsOf } from './rungs'
import { stageKey } from './stage-key'
import {
  kindOf,
  several,
  stageTitle,
  type AdaptConfig,
  type Arm,
  type ArmSeed,
  type Part,
  type Plan,
  type PlanStage,
  type Role,
  type Stage,
  type StageFacts,
  type TrainConfig,
} from '../stages'
import { defaultsOf } from '../spec/params'
import { choiceTitle } from '../spec/titles'
import { modelTitles, optimiserOf, READING_EVALUATIONS, readingOptimiser } from './training'

/** A stage before it is named by its content. */
type Draft = Stage extends infer S ? (S extends Stage ? Omit<S, 'key' | 'title'> & { facts: Told } : never) : never
/** What tells a stage apart; what is left out is nothing. */
type Told = Partial<Omit<StageFacts, 'does'>>
const NOTHING = { by: '', from: '', of: '', task: '', seed: null }

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
  const stages = new Map<string, PlanStage>()
  const keys = new Map<string, string>()
  const add = (draft: Draft): string => {
    const { kind, config, needs, facts: told } = draft
    // Most stages are asked for by several arms: this name knows one again, and is far cheaper than its key.
    const name = JSON.stringify([kind, config, needs])
    const key = keys.get(name) ?? stageKey(draft)
    keys.set(name, key)
    if (!stages.has(key)) {
      const facts = { ...NOTHING, does: kindOf(kind).word(config), ...told }
      stages.set(key, { ...draft, key, title: stageTitle(facts), facts })
    }
    return key
  }
  const factsOf = (key: string) => stages.get(key)!.facts
  // Seeds outside the arms: every arm has a first answer before any has its second.
  const arms: Arm[] = []
  for (const task of spec.tasks) {
    const ofTask = armsOf(spec, task, context)
    for (const seed of spec.seeds) {
      for (const planned of ofTask) {
        planned.arm.seeds.push(planSeed({ spec, context, add, factsOf, seed, ...planned }))
        yield
      }
    }
    arms.push(...ofTask.map(({ arm }) => arm))
  }
  return { stages: [...stages.values()], arms }
}

/** A model of an experiment with its name there and what it is trained by. */
interface Trainee {
  setting: ModelSetting
  optimiser: OptimiserSpec
  title: string
}

/** The models of one list, whose names tell them apart. */
function trainees(settings: readonly ModelSetting[], spec: ExperimentSpec, { checkpoints }: PlanContext): Trainee[] {
  const optimisers = settings.map((setting) => optimiserOf(setting, spec.optimiser, checkpoints))
  const titles = modelTitles(settings, optimisers)
  return settings.map((setting, i) => ({ setting, optimiser: optimisers[i]!, title: titles[i]! }))
}

/** An arm with the models that it is about. */
interface ArmPlan {
  arm: Arm
  weak: Trainee
  strong: Trainee
  method: MethodChoice
}

/** The arms of one task, without their seeds yet; those that a method tells on its way stand before its own. */
function armsOf(spec: ExperimentSpec, task: string, context: PlanContext): ArmPlan[] {
  const [supervisors, students] = [trainees(spec.weak, spec, context), trainees(spec.strong, spec, context)]
  const pairs = pairsOf(spec).map(([weak, strong]) => [supervisors[weak]!, students[strong]!] as const)
  const all = [...pairs, ...(spec.control ? controlsOf(pairs) : [])].flatMap(([weak, strong]) =>
    spec.methods.flatMap((method) => {
      const rungs = rungsOf(method).map((rung) => {
        const known = students.find(({ setting }) => isEqual(setting, rung.strong))
        return armOf(spec, task, context, {
          weak,
          strong: known ?? trainees([rung.strong], spec, context)[0]!,
          method: rung.method,
        })
      })
      return [...rungs, armOf(spec, task, context, { weak, strong, method })]
    }),
  )
  return [...new Map(all.map((planned) => [planned.arm.id, planned])).values()]
}

/** Every supervisor with itself for a student: what its labels do where no capability is added. */
function controlsOf(pairs: readonly (readonly [weak: Trainee, strong: Trainee])[]): [Trainee, Trainee][] {
  const students = pairs.map(([, strong]) => strong)
  return [...new Set(pairs.map(([weak]) => weak))].map((weak) => [
    weak,
    students.find(({ setting }) => isEqual(setting, weak.setting)) ?? weak,
  ])
}

/** Which supervisor teaches which student, by their places: those that the spec names, else each of them each. */
export function pairsOf({
  weak,
  strong,
  pairs,
}: Pick<ExperimentSpec, 'weak' | 'strong' | 'pairs'>): [number, number][] {
  return pairs ?? weak.flatMap((_, i) => strong.map((_, j): [number, number] => [i, j]))
}

const isEqual = (a: ModelSetting, b: ModelSetting) => contentKey(a) === contentKey(b)

function armOf(
  { measure }: ExperimentSpec,
  task: string,
  { sources, checkpoints }: PlanContext,
  { weak, strong, method }: { weak: Trainee; strong: Trainee; method: MethodChoice },
): ArmPlan {
  const methodTitle = choiceTitle(METHODS[method.method]!, method)
  const named = {
    weak: namedSetting(weak.setting),
    strong: namedSetting(strong.setting),
    method: namedMethod(method),
  }
  const arm: Arm = {
    id: contentKey({ task, ...named }).slice(0, 16),
    task,
    weak: namedModel(weak.setting),
    strong: namedModel(strong.setting),
    method: named.method,
    optimisers: { weak: weak.optimiser, strong: strong.optimiser },
    measure,
    parameters: { weak: parametersIn(weak.setting, checkpoints), strong: parametersIn(strong.setting, checkpoints) },
    title: `${sources[task]!.title} · ${weak.title} → ${strong.title} · ${methodTitle}`,
    weakTitle: weak.title,
    strongTitle: strong.title,
    methodTitle,
    seeds: [],
  }
  return { arm, weak, strong, method }
}

/** Weights of the pretrained model that a setting starts from. */
function parametersIn(setting: ModelSetting, checkpoints: PlanContext['checkpoints']): number | null {
  const reading = readingOf(setting)
  return (reading && checkpoints[reading.checkpoint]?.parameters) ?? null
}

interface SeedPlan extends ArmPlan {
  spec: ExperimentSpec
  context: PlanContext
  add: (draft: Draft) => string
  /** Of a stage that was added. */
  factsOf: (key: string) => StageFacts
  seed: number
}

/** Adds the stages of one seed of an arm, needs first. */
function planSeed(at: SeedPlan): ArmSeed {
  const { spec, context, arm, strong, method, seed } = at
  const data = addData(at)
  const traineeOf = (setting: ModelSetting): Trainee =>
    [at.weak, at.strong].find((one) => one.setting === setting) ?? trainees([setting], spec, context)[0]!
  const supervise = (model: ModelSetting) => addTrain(at, data, { role: 'weak', trainee: traineeOf(model) })
  const weak = supervise(at.weak.setting)
  const label = (by: string | readonly [string, ...string[]]) => {
    const models = typeof by === 'string' ? ([by] as const) : by
    return at.add({
      kind: 'label',
      // Of texts there is one form, that which was written.
      config: { form: context.sources[arm.task]!.form?.kind === 'text' ? 'hard' : spec.labels },
      needs: { data, ...several('model', models) },
      facts: { of: models.map((model) => at.factsOf(model).of).join(' + '), task: taskTitle(at), seed },
    })
  }
  const labels = label(weak)
  const variant = METHODS[method.method]!
  const part = variant.part?.(parametersOf(method))
  const rows = part && { part }
  const ceiling = addTrain(at, data, { role: 'ceiling', trainee: strong, ...rows })
  const student = variant.student(
    {
      weak: at.weak.setting,
      strong: strong.setting,
      supervise,
      label,
      train: ({ model = strong.setting, ...taught }) =>
        addTrain(at, data, { role: 'student', trainee: traineeOf(model), ...taught }),
    },
    parametersOf(method),
  )
  const references = addLevels(at, { data, labels }, rows)
  return { seed, weak, labels, student, ceiling, ...(Object.keys(references).length > 0 && { references }) }
}

/** A seed's data, and the labels of its supervisor. */
interface Own {
  data: string
  labels: string
}

/** The same for all arms of a task that learn from the same rows, and of a student where they are about it. */
function addLevels(at: SeedPlan, own: Own, rows: { part?: Part } = {}): Record<string, string> {
  const trained = levelsOf(at.spec, at.strong.setting).map(
    (level) => [level.name, addTrain(at, own.data, { role: 'reference', trainee: level, ...rows })] as const,
  )
  const { prompting } = at.spec
  const asked = prompting && isPromptable(at.strong.setting, at.context) ? promptLevels(prompting) : []
  const prompted = asked.map((level) => [level.name, addPrompt(at, prompting!, level, own)] as const)
  return Object.fromEntries([...trained, ...prompted])
}

/** The strong model prompted; without examples once for all seeds, whose test split is one. */
function addPrompt(at: SeedPlan, prompting: Prompting, { name, shots, labels: whose }: PromptLevel, own: Own): string {
  const { context, arm, strong, spec } = at
  const seed = shots > 0 ? at.seed : null
  const labels = shots > 0 && whose === 'weak' ? own.labels : undefined
  const from = labels === undefined ? '' : at.factsOf(labels).of
  const of = readingOf(strong.setting)!.checkpoint
  return at.add({
    kind: 'prompt',
    config: {
      ...contentOf(at, strong.setting),
      ...wordingOf(prompting, arm.task, context),
      ...{ shots, seed, ...computedBy(context, 'transformer') },
    },
    needs: {
      data: seed === null ? addData({ ...at, seed: spec.seeds[0]! }) : own.data,
      ...(labels !== undefined && { labels }),
    },
    facts: { by: name, from, of, task: taskTitle(at), seed },
  })
}

/** One for all seeds of a task, unless they redraw the halves. */
function addData({ spec, context, add, arm, seed }: SeedPlan): string {
  const { sha256: source, title, names, form, elsewhere } = context.sources[arm.task]!
  const { sizes, splitSeed, measure, halves } = spec
  const redraw = spec.redraw === 'halves' ? seed : null
  // Settings are chosen on development rows: what is kept for the end is not looked at then.
  const others = spec.elsewhere && measure === 'test' && elsewhere
  const told = { ...(names && { classes: names }), ...(form && { form }), ...(others && { elsewhere: others }) }
  const easy = halves === 'easy-to-hard' && { halves }
  const config = { task: arm.task, source, ...told, sizes, splitSeed, redraw, measure, ...easy }
  return add({ kind: 'data', config, needs: {}, facts: { task: title, seed: redraw } })
}

const taskTitle = ({ context, arm }: SeedPlan) => context.sources[arm.task]!.title

function addPretrain({ context, add }: SeedPlan): string {
  const bundled = Object.entries(context.bundled).filter(([id]) => CORPORA.includes(id))
  const config = { ...PRETRAINING, corpora: Object.fromEntries(bundled) }
  return add({ kind: 'pretrain', config, needs: {}, facts: { of: `${bundled.length} corpora` } })
}

/**
 * A model once it has read the texts of the half that it is taught on, without their labels: one stage for student and
 * ceiling (arXiv 2312.09390 5.2.2). Nothing where it reads none first.
 */
function addAdapted(
  at: SeedPlan,
  data: string,
  trainee: Trainee,
  trainOn: AdaptConfig['trainOn'],
): { adapted?: string } {
  const { context, add, seed } = at
  const reading = readingOf(trainee.setting)
  if (!reading?.reading) return {}
  const { precision = 'fp32', moments, trainBlocks } = reading
  const config: AdaptConfig = {
    ...contentOf(at, trainee.setting),
    trainOn,
    optimiser: readingOptimiser(trainee, reading, context.checkpoints),
    ...(trainBlocks !== undefined && { trainBlocks }),
    precision,
    ...(moments !== undefined && { moments }),
    evaluations: READING_EVALUATIONS,
    seed,
    ...computedBy(context, 'transformer'),
  }
  return {
    adapted: add({ kind: 'adapt', config, needs: { data }, facts: { of: trainee.title, task: taskTitle(at), seed } }),
  }
}

/** The hidden states of a model over the examples: one stage for all arms and studies with the same examples. */
function addFeatures(at: SeedPlan, data: string, { setting }: Trainee, adapted: { adapted?: string }): string {
  const config = { ...contentOf(at, setting), ...computedBy(at.context, 'transformer') }
  const seed = adapted.adapted === undefined ? at.factsOf(data).seed : at.seed
  const facts = { of: readingOf(setting)!.checkpoint, task: taskTitle(at), seed }
  return at.add({ kind: 'features', config, needs: { data, ...adapted }, facts })
}

/** How a model reads, with its content in place of its name. */
function contentOf({ context }: SeedPlan, setting: ModelSetting): { checkpoint: string; tokens: number } {
  const { checkpoint, tokens } = readingOf(setting)!
  return { checkpoint: context.checkpoints[checkpoint]!.key!, tokens }
}

interface Training {
  role: Role
  trainee: Trainee
  /** A student's label set and loss; the others learn ground truth with cross-entropy. */
  labels?: string
  loss?: LossChoice
  /** Of the rows. */
  part?: Part
  /** Of a probe at which a finetuning starts its head: the body that both share. */
  body?: { adapted?: string }
}

/** What is trained, by what a model starts from. */
const NETS = { words: 'mlp', vectors: 'bag', features: 'mlp', checkpoint: 'transformer' } as const

function addTrain(at: SeedPlan, data: string, training: Training): string {
  const { role, trainee, labels, loss, part } = training
  const { spec, context, add, arm, seed } = at
  const { setting, optimiser, title: of } = trainee
  const { start } = MODELS[setting.model]!
  const trainOn = role === 'weak' ? 'weak' : 'transfer'
  const adapted = training.body ?? addAdapted(at, data, trainee, trainOn)
  const isAside = role === 'reference' || training.body !== undefined
  const config: TrainConfig = {
    role,
    model: namedModel(setting),
    ...(start === 'checkpoint' && { checkpoint: contentOf(at, setting).checkpoint }),
    trainOn,
    ...(part && { part }),
    targets: labels === undefined ? 'truth' : 'labels',
    loss: loss ?? { loss: 'xent' },
    optimiser,
    evaluations: isAside ? LEVEL_EVALUATIONS : spec.evaluations,
    weights: training.body ? 'keep' : role === 'reference' ? 'drop' : spec.weights,
    seed,
    ...computedBy(context, NETS[start]),
  }
  const needs = {
    data,
    ...(start === 'vectors' && { vectors: addPretrain(at) }),
    ...(start === 'checkpoint' && adapted),
    ...(readingOf(setting)?.head === 'probe' && { probe: addHead(at, data, training, adapted) }),
    ...(start === 'features' && { features: addFeatures(at, data, trainee, adapted) }),
    ...(labels !== undefined && { labels }),
  }
  const taught = labels === undefined ? {} : { by: arm.methodTitle, from: at.factsOf(labels).of }
  return add({ kind: 'train', config, needs, facts: { of, ...taught, task: taskTitle(at), seed } })
}

/**
 * A linear probe on the same rows and labels, by the same loss, at which a finetuning starts its head (LP-FT, Kumar et al.
 * 2022, arXiv 2202.10054); trained as probes are by default, whatever the finetuning is.
 */
function addHead(at: SeedPlan, data: string, training: Training, adapted: { adapted?: string }): string {
  const { checkpoint, tokens, reading = 0 } = readingOf(training.trainee.setting)!
  const setting = { model: probe.id, ...defaultsOf(probe.params), checkpoint, tokens, reading }
  const optimiser = optimiserOf(setting, {}, at.context.checkpoints)
  const title = choiceTitle(probe, setting)
  return addTrain(at, data, { ...training, trainee: { setting, optimiser, title }, body: adapted })
}
