import type { ModelEntry } from '../../data/models'
import { backendKind } from '../../engine/backends/kinds'
import { evaluationSteps, stepCount } from '../../science/schedule'
import {
  checkpointOf,
  followedSplits,
  predictedSplits,
  type DataConfig,
  type Role,
  type Split,
  type Stage,
  type TrainConfig,
} from '../../science/stages'
import { median } from '../../science/maths/statistics'
import type { Store } from '../../store'

/** Share of its work after which a running stage foretells those of its like. */
const TELLING_SHARE = 0.05
/** Seconds of a stage below which its overhead is too much of them to say anything of larger models. */
const TELLING_SECONDS = 3
/** Beyond this a stage did not take the time that its clock says: somebody set it. */
const LONGEST_SECONDS = 30 * 24 * 3600
/** How many past stages of the like have a say. */
const MEMORY = 5
/** Seconds a unit of work where this machine has no past stage of the like. Measured on two cores; see LOG.md. */
const DEFAULT_RATES: Record<string, number> = { data: 1e-4, pretrain: 60, label: 1e-5 }
/** Tokens of a text, where it is not read yet. */
const TOKENS = 24
/** What a stage takes beside its work: reading, writing, and a turn of the queue. */
const START_SECONDS = 0.1
const BYTES_AN_EXAMPLE = 1500
/** Weights of what is trained, by the kind of model; of a pretrained one by its size. */
const BYTES_OF_WEIGHTS: Record<string, number> = { words: 16 * 1024, vectors: 8 * 1024 ** 2, probe: 16 * 1024 }
const BYTES_OF_VECTORS = 16 * 1024 ** 2

/** Time and room that a stage will take. */
export interface Estimator {
  /** Null when nothing is known of its like. */
  seconds: (stage: Stage) => number | null
  /** Of its artifact and its rows in the store. */
  bytes: (stage: Stage) => number
}

/** Of a pretrained model. */
export type ModelSize = Pick<ModelEntry, 'parameters' | 'layers' | 'width'>
/** Model sizes by content key. */
export type ModelSizes = ReadonlyMap<string, ModelSize>

type Sizes = DataConfig['sizes']
const total = (sizes: Sizes) => Object.values(sizes).reduce((sum, n) => sum + n, 0)

/** Amount of work in a stage: examples passed through. */
function workOf(kind: string, config: unknown, sizes: Sizes): number {
  if (kind === 'pretrain') return 1
  if (kind !== 'train') return total(sizes)
  const { optimiser, trainOn, evaluations, role } = config as TrainConfig
  const steps = stepCount(sizes[trainOn], optimiser)
  // Forward and backward take about three times what forward alone takes.
  return 3 * steps * optimiser.batch + predictionsOf(role, evaluationSteps(steps, evaluations).length, sizes)
}

/** Examples that a training predicts, one that it predicts again counted again. */
function predictionsOf(role: Role, evaluations: number, sizes: Sizes): number {
  const followed = followedSplits(role)
  const times = (split: Split) => (followed.includes(split) ? evaluations : 1)
  return predictedSplits(role).reduce((sum, split) => sum + times(split) * sizes[split], 0)
}

function likeness(kind: string, config: unknown): string {
  if (kind !== 'train' && kind !== 'features') return kind
  const { backend, model, checkpoint } = config as Partial<TrainConfig>
  return [kind, backend, model?.model, checkpoint].filter((part) => part !== undefined).join('/')
}

/** Operations of an example's way forward: two a token and weight of the blocks, its row among the embeddings is only read. */
const operationsOf = ({ layers, width }: ModelSize) => 2 * 12 * layers * width ** 2 * TOKENS

/**
 * @param stages the plan that the asked stages are from
 * @param models those that its stages name
 */
export function createEstimator(store: Store, stages: readonly Stage[], models: ModelSizes): Estimator {
  const { rates, perOperation } = pastRates(store, models)
  const byKey = new Map(stages.map((stage) => [stage.key, stage]))
  const sizesOf = (stage: Stage): Sizes | null => {
    const data = stage.kind === 'data' ? stage : 'data' in stage.needs ? byKey.get(stage.needs.data) : null
    return data?.kind === 'data' ? data.config.sizes : null
  }
  /** Seconds a unit of work of a stage whose like this machine has not done. */
  function rateOf(stage: Stage, like: string): number | undefined {
    const checkpoint = checkpointOf(stage)
    const engine = 'backend' in stage.config ? backendKind(stage.config.backend) : undefined
    if (checkpoint === undefined) return stage.kind === 'train' ? engine?.defaultRate.example : DEFAULT_RATES[like]
    const size = models.get(checkpoint)
    const seconds = (engine && perOperation.get(engine.id)) ?? engine?.defaultRate.operation
    return size && seconds !== undefined ? seconds * operationsOf(size) : undefined
  }
  return {
    seconds(stage) {
      const sizes = sizesOf(stage) ?? NO_SIZES
      const like = likeness(stage.kind, stage.config)
      const rate = rates.get(like) ?? rateOf(stage, like)
      return rate === undefined ? null : START_SECONDS + rate * workOf(stage.kind, stage.config, sizes)
    },
    bytes(stage) {
      const examples = total(sizesOf(stage) ?? NO_SIZES)
      if (stage.kind === 'pretrain') return BYTES_OF_VECTORS
      if (stage.kind === 'data') return examples * BYTES_AN_EXAMPLE
      if (stage.kind === 'label') return examples * 8
      const model = models.get(checkpointOf(stage) ?? '')
      if (stage.kind === 'features') return 4 * examples * (model?.width ?? 0)
      const trained = model ? 4 * model.parameters : BYTES_OF_WEIGHTS[stage.config.model.model]
      const weights = stage.config.weights === 'drop' ? 0 : (trained ?? 0)
      // Four bytes a prediction.
      const { role, evaluations } = stage.config
      return weights + 4 * predictionsOf(role, evaluations, sizesOf(stage) ?? NO_SIZES)
    },
  }
}

const NO_SIZES: Sizes = { weak: 0, transfer: 0, validation: 0, test: 0 }

interface PastRates {
  /** Seconds a unit of work of each likeness: the median of the latest, what runs now among them. */
  rates: Map<string, number>
  /** Seconds an operation of pretrained models, by backend: what is known of one foretells the others. */
  perOperation: Map<string, number>
}

function pastRates(store: Store, models: ModelSizes): PastRates {
  const seen = new Map<string, number[]>()
  const operations = new Map<string, number[]>()
  const note = (to: Map<string, number[]>, name: string, rate: number) => {
    const known = to.get(name) ?? []
    if (known.length < MEMORY) to.set(name, [...known, rate])
  }
  const known = [...store.stages.underway(Date.now(), TELLING_SHARE), ...store.stages.finished()]
  for (const past of known) {
    if (!(past.seconds >= 0 && past.seconds < LONGEST_SECONDS)) continue
    const config = JSON.parse(past.config) as Partial<TrainConfig>
    const data = (past.dataConfig ? JSON.parse(past.dataConfig) : config) as Partial<DataConfig>
    const rate = Math.max(0, past.seconds - START_SECONDS) / workOf(past.kind, config, data.sizes ?? NO_SIZES)
    note(seen, likeness(past.kind, config), rate)
    const size = models.get(config.checkpoint ?? '')
    if (size && config.backend && past.seconds > TELLING_SECONDS)
      note(operations, config.backend, rate / operationsOf(size))
  }
  const medians = (of: Map<string, number[]>) => new Map([...of].map(([name, rates]) => [name, median(rates)]))
  return { rates: medians(seen), perOperation: medians(operations) }
}
