import type { ModelEntry } from '../../data/models'
import type { PlanContext } from '../../science/plan/feasible'
import { contentKey } from '../../science/maths/hash'
import { MODELS } from '../../science/models'
import type { ExperimentSpec } from '../../science/spec/spec'
import { checkpointOf, SPLITS, type Arm, type Plan, type Split, type Stage } from '../../science/stages'
import { largestSizes } from '../../science/tasks'
import { inherited } from '../../science/plan/training'

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
  warnings.push(
    ...fastFinetuning(plan.arms, checkpoints),
    ...mixedKinds(spec),
    ...trainedUnlike(plan.arms),
    ...equalArms(plan.arms),
  )
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
function starved({ tasks, sizes, measure }: ExperimentSpec, sources: PlanContext['sources']): string[] {
  return tasks.flatMap((task) => {
    const { rows, title } = sources[task]!
    if (!rows) return []
    const largest = largestSizes(sizes, rows, measure)
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
    const model = models.get(checkpointOf(stage) ?? '')
    if (!model) return []
    const { trains, predicts, trainBytes, predictBytes, machineBytes } = model.memory
    const has = `and this machine has ${gigabytes(machineBytes)}: the system may end it`
    if (!predicts) return [`${model.title} takes about ${gigabytes(predictBytes)} of memory, ${has}.`]
    if (trains || stage.kind !== 'train' || stage.config.model['tune'] !== 'all') return []
    const all = `Finetuning all of ${model.title} takes about ${gigabytes(trainBytes)} of memory`
    return [`${all}, ${has}. Its last blocks alone, a probe, or a smaller model may fit.`]
  })
  return [...new Set(found)]
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

/** The models of each side once, with their names and what they are trained by. */
function trainedIn(arms: readonly Arm[]) {
  const all = arms.flatMap(({ weak, strong, weakTitle, strongTitle, optimisers }) => [
    { model: weak, title: weakTitle, optimiser: optimisers!.weak, side: 'weak' },
    { model: strong, title: strongTitle, optimiser: optimisers!.strong, side: 'strong' },
  ])
  return [...new Map(all.map((one) => [`${one.side} ${one.title}`, one])).values()]
}

/** A warning for every pretrained model whose weights would be trained too fast. */
function fastFinetuning(arms: readonly Arm[], checkpoints: PlanContext['checkpoints']): string[] {
  const fast = trainedIn(arms).filter(
    ({ model, optimiser }) =>
      isFinetuned(model.model) && optimiser.lr > Math.max(FASTEST, inherited(model, {}, checkpoints).lr),
  )
  const found = fast.map(
    ({ title, side, optimiser }) =>
      `Learning rate ${optimiser.lr} of the ${side} model ${title}: finetuning a pretrained transformer wants about 0.00001 to 0.001, the less the larger it is; more destroys what it knows.`,
  )
  return [...new Set(found)]
}

/** Beyond this rate a finetuned transformer forgets, but for the tiniest, whose own default is higher. */
const FASTEST = 1e-3
const isFinetuned = (model: string) => MODELS[model]!.start === 'checkpoint'

/** A warning where one learning rate, told for several, trains models of kinds that want different ones. */
function mixedKinds({ weak, strong, optimiser }: ExperimentSpec): string[] {
  const kinds = new Map<number, Set<string>>()
  for (const { model, optimiser: own } of [...weak, ...strong]) {
    const lr = own?.lr ?? optimiser.lr
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
function trainedUnlike(arms: readonly Arm[]): string[] {
  const all = trainedIn(arms)
  const ways = (side: string, model: string) =>
    all.filter((one) => one.side === side && contentKey(one.model) === model).map((one) => contentKey(one.optimiser))
  const unlike = all.filter(({ side, model, optimiser }) => {
    const others = side === 'strong' ? ways('weak', contentKey(model)) : []
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
