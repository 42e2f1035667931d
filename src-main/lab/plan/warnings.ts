import type { ModelEntry } from '../../data/models'
import type { PlanContext } from '../../science/plan/context'
import { contentKey } from '../../science/maths/hash'
import { MODELS } from '../../science/models'
import { modelOf } from '../../science/spec/choices'
import { mentions } from '../../science/spec/mentions'
import type { ExperimentSpec } from '../../science/spec/spec'
import { choiceTitle } from '../../science/spec/titles'
import { readsOf, SPLITS, type Arm, type Plan, type Split, type Stage } from '../../science/stages'
import { largestSizes } from '../../science/tasks'
import { inherited, optimiserOf } from '../../science/plan/training'

/** Pretrained models that are on this machine, by content key. */
type Models = ReadonlyMap<string, Pick<ModelEntry, 'title' | 'memory'>>

interface Planned {
  spec: ExperimentSpec
  plan: Plan
}
interface Circumstances {
  /** Why the disk would be full; '' when it would not. */
  space: string
  models: Models
  sources: PlanContext['sources']
  checkpoints: PlanContext['checkpoints']
}

/** What a user should know before pressing Run. */
export function warningsOf({ spec, plan }: Planned, circumstances: Circumstances): string[] {
  const { space, models, sources, checkpoints } = circumstances
  const warnings = [...(space === '' ? [] : [space]), ...tooLarge(plan.stages, models), ...starved(spec, sources)]
  if (spec.measure === 'development')
    warnings.push('Measured on development rows: choose settings by these numbers, and report those of the test rows.')
  const few = FEW_SEEDS[spec.seeds.length]
  if (few) warnings.push(few)
  const trained = trainedIn(spec, checkpoints)
  warnings.push(...fastFinetuning(trained, checkpoints), ...mixedKinds(spec), ...trainedUnlike(trained))
  warnings.push(...equalArms(plan.arms))
  if (spec.sizes.test < 300)
    warnings.push(
      `With ${spec.sizes.test} test examples an accuracy is only known to about ±${margin(spec.sizes.test)} points.`,
    )
  return warnings
}

/** What so many seeds tell of chance between trainings. */
const FEW_SEEDS: Record<number, string> = {
  1: 'One seed: no interval can tell what chance in training does to its numbers.',
  2: 'Two seeds: what chance in training does is judged from one difference, so intervals are wide (up to 12.7 standard errors). Three bring that to 4.3, five to 2.8.',
}

/** Fewer examples than this in a split make its part of the experiment a matter of luck. */
const FEW: Record<Split, number> = { weak: 100, transfer: 100, validation: 50, test: 300 }

/** A warning for every task that leaves a split far fewer examples than it was asked for. */
function starved({ tasks, sizes, measure, halves }: ExperimentSpec, sources: PlanContext['sources']): string[] {
  return tasks.flatMap((task) => {
    const { rows, title } = sources[task]!
    if (!rows) return []
    const largest = largestSizes(sizes, rows, measure, halves)
    const few = SPLITS.filter((split) => largest[split] < Math.min(sizes[split], FEW[split]))
    if (few.length === 0) return []
    const left = few.map((split) => `${largest[split]} of ${count(sizes[split])} for ${split}`).join(', ')
    return [`"${title}" has ${count(rows.all)} examples, shared out in proportion to the sizes: at most ${left}.`]
  })
}

const count = (n: number) => n.toLocaleString('en')

/** A warning for every model that this machine's memory hardly holds, as far as its size foretells. */
function tooLarge(stages: readonly Stage[], models: Models): string[] {
  const found = stages.flatMap((stage) => {
    const [model] = readsOf(stage).models.flatMap((key) => models.get(key) ?? [])
    if (!model) return []
    const { trains, predicts, trainBytes, predictBytes, machineBytes } = model.memory
    const has = `and this machine has ${gigabytes(machineBytes)}: the system may end it`
    if (!predicts) return [`${model.title} takes about ${gigabytes(predictBytes)} of memory, ${has}.`]
    if (trains || !trainsAll(stage)) return []
    const all = `Finetuning all of ${model.title} takes about ${gigabytes(trainBytes)} of memory`
    return [`${all}, ${has}. Its last blocks alone, a probe, or a smaller model may fit.`]
  })
  return [...new Set(found)]
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

function trainsAll(stage: Stage): boolean {
  if (stage.kind === 'adapt') return stage.config.trainBlocks === undefined
  if (stage.kind !== 'train') return false
  const { model, ...params } = stage.config.model
  const variant = MODELS[model]!
  return variant.start === 'checkpoint' && variant.read(params).trainBlocks === undefined
}

/** Every model of a spec with its place, its name and what it is trained by. */
function trainedIn(spec: ExperimentSpec, checkpoints: PlanContext['checkpoints']) {
  return mentions(spec).map(({ path, setting }) => {
    const model = modelOf(setting)
    const title = choiceTitle(MODELS[model.model]!, model)
    return { path, model, title, optimiser: optimiserOf(setting, spec.optimiser, checkpoints) }
  })
}
type Trained = ReturnType<typeof trainedIn>

/** A warning for every pretrained model whose weights would be trained too fast. */
function fastFinetuning(trained: Trained, checkpoints: PlanContext['checkpoints']): string[] {
  const fast = trained.filter(
    ({ model, optimiser }) =>
      isFinetuned(model.model) && optimiser.lr > Math.max(FASTEST, MUCH * inherited(model, {}, checkpoints).lr),
  )
  const found = fast.map(
    ({ title, path, optimiser }) =>
      `Learning rate ${optimiser.lr} of the ${/^weak|^strong/.exec(path)?.[0] ?? 'method’s'} model ${title}: finetuning a pretrained transformer wants about 0.00001 to 0.001, the less the larger it is; more destroys what it knows.`,
  )
  return [...new Set(found)]
}

/** Beyond this rate a finetuned transformer forgets, */
const FASTEST = 1e-3
/** but for small ones, up to so many times their default: of the rates tried, prose-3 and prose-4 learn best at 2 and 4 times theirs (LOG.md). */
const MUCH = 4
const isFinetuned = (model: string) => MODELS[model]!.start === 'checkpoint'

/** A warning where one learning rate, told for several, trains models of kinds that want different ones. */
function mixedKinds(spec: ExperimentSpec): string[] {
  const kinds = new Map<number, Set<string>>()
  for (const { setting } of mentions(spec)) {
    const { model, optimiser } = setting
    const lr = optimiser?.lr ?? spec.optimiser.lr
    if (lr !== undefined) kinds.set(lr, (kinds.get(lr) ?? new Set()).add(MODELS[model]!.title.toLowerCase()))
  }
  return [...kinds].flatMap(([lr, of]) =>
    of.size > 1
      ? [
          `One learning rate, ${lr}, is set for models of several kinds (${[...of].join(', ')}), which want different ones: where it is not set, each has its own.`,
        ]
      : [],
  )
}

/** A warning for every model that is trained otherwise as a supervisor than as a student. */
function trainedUnlike(trained: Trained): string[] {
  const supervisors = trained.filter(({ path }) => path.startsWith('weak'))
  const unlike = trained.filter(({ path, model, optimiser }) => {
    const same = supervisors.filter((one) => !path.startsWith('weak') && contentKey(one.model) === contentKey(model))
    const others = same.map((one) => contentKey(one.optimiser))
    return others.length > 0 && !others.includes(contentKey(optimiser))
  })
  const found = unlike.map(
    ({ title }) =>
      `${title} is trained by one optimiser as supervisor and by another as student: that sets them apart too.`,
  )
  return [...new Set(found)]
}

/** A warning for every arm of the very stages of one before it: two entries that say one thing in two ways. */
function equalArms(arms: readonly Arm[]): string[] {
  const first = new Map<string, Arm>()
  return arms.flatMap((arm) => {
    const stages = contentKey(arm.seeds.map(({ weak, student, ceiling }) => [weak, student, ceiling]))
    const before = first.get(stages)
    if (!before) first.set(stages, arm)
    return before
      ? [`${arm.title} is trained as ${before.title} is: the two are one arm, and their difference is none.`]
      : []
  })
}

/** Half width of the 95 % interval of an accuracy of 0.85, in points. */
const margin = (n: number) => Math.round(100 * 1.96 * Math.sqrt((0.85 * 0.15) / n))
