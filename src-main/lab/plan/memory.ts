import type { StageRoom } from '../../../src-preload/contract'
import { kindOf, readsOf, type DataConfig, type ModelSize, type Stage } from '../../science/stages'
import type { Moments } from '../../science/backends'
import { MODELS } from '../../science/models'
import type { StageRow, Store } from '../../store'
import { stageOf } from '../queue/lifecycle'
import { likenessOf, tokensOf, type ModelSizes } from './estimates'

/** Bytes of a number: weights and gradients are singles on every backend, also where products are in bf16. */
const SINGLE = 4
/** Singles that AdamW's two moments of a weight are as large as. */
const MOMENTS = { fp32: 2, bf16: 1 }
/** Numbers a row that a block keeps for its backward, in widths of the model: query, key, value and output, two norms, the MLP. */
const KEPT = 15
/** Activations that a training keeps at most: beyond it goes in parts. */
const MOST_KEPT = 1e9
/** Rows of a batch that is predicted, about. */
const PREDICTED = 256
/** The process before it has a net: the runtime, and the texts of a task. Measured with the presets; see LOG.md. */
const PROCESS: Record<string, number> = { cpu: 120e6, wasm: 190e6, tensorflow: 320e6 }
const PLAIN = 120e6
/** What a driver keeps on a card for a program that computes there: its context, and the kernels. */
const CONTEXT = 500e6
/** Weights of nets without a checkpoint. */
const OWN_WEIGHTS = { words: 4e3, vectors: 2e6, features: 4e3, checkpoint: 0 }
/** How many past stages of the like have a say: more than an experiment has, for the one that took most says whether it fits. */
const MEMORY = 10

/** Room that stages take while they are computed. */
export interface RoomEstimator {
  /** Of its memory: that of past stages of the like where there are some, itemised by what its net must hold. */
  room(stage: Stage): Omit<StageRoom, 'heading' | 'title'>
}

/** What of a stage's net is learnt, and by which batches. */
interface Taught {
  /** Tokens of one. */
  tokens: number
  /** Part of the weights that gets gradients. */
  share: number
  moments?: Moments | undefined
}

function taughtOf({ kind, config }: Stage, size: ModelSize | undefined, tokens: number): Taught | null {
  const { moments } = kindOf(kind).numbers?.(config) ?? {}
  if (kind === 'language') return { tokens: config.training.batchTokens, share: 1, moments }
  if (kind !== 'train' && kind !== 'adapt') return null
  const { batch } = config.optimiser
  const blocks = trainBlocksOf(config)
  const share = size && blocks !== undefined ? Math.min(1, blocks / Math.max(1, size.layers)) : 1
  return { tokens: batch * tokens, share, moments }
}

/** How many of the last blocks learn; undefined where all do. */
function trainBlocksOf(config: Extract<Stage, { kind: 'train' | 'adapt' }>['config']): number | undefined {
  if (!('model' in config)) return config.trainBlocks
  const { model, ...params } = config.model
  const variant = MODELS[model]!
  return variant.start === 'checkpoint' ? variant.read(params).trainBlocks : undefined
}

/** Weights of a stage's net, about; 0 of one without. */
function parametersOf({ kind, config }: Stage, size: ModelSize | undefined): number {
  if (size) return size.parameters
  return kind === 'train' ? OWN_WEIGHTS[MODELS[config.model.model]!.start] : 0
}

/** Bytes that activations take: of a training those that its backward needs, else those of a block at a time. */
function activationsOf(taught: Taught | null, size: ModelSize | undefined, tokens: number): number {
  if (!size) return 0
  const rows = taught?.tokens ?? PREDICTED * tokens
  return Math.min(MOST_KEPT, SINGLE * rows * (taught ? size.layers : 2) * KEPT * size.width)
}

/**
 * @param stages the plan that the asked stages are from
 * @param models those that its stages name
 * @param gpu whether the memory that counts is that of a GPU
 * @param held what learners held that were measured in this session, by likeness
 */
export function createRoomEstimator(
  store: Store,
  stages: readonly Stage[],
  models: ModelSizes,
  gpu: boolean,
  held: ReadonlyMap<string, number> = new Map(),
): RoomEstimator {
  const peaks = pastPeaks(store, gpu ? 'gpuMemory' : 'memory')
  const byKey = new Map(stages.map((stage) => [stage.key, stage]))
  return {
    room(stage) {
      const data = byKey.get((stage.needs as Partial<Record<string, string>>)['data'] ?? '')?.config as
        DataConfig | undefined
      const size = models.get(readsOf(stage).models[0] ?? '')
      const tokens = tokensOf(stage.config, data)
      const taught = taughtOf(stage, size, tokens)
      const parameters = parametersOf(stage, size)
      const learnt = SINGLE * parameters * (taught?.share ?? 0)
      const items = {
        weights: SINGLE * parameters,
        gradients: learnt,
        moments: MOMENTS[taught?.moments ?? 'fp32'] * learnt,
        activations: activationsOf(taught, size, tokens),
      }
      const likeness = likenessOf(stage, data)
      const [seen, measured] = [peaks.get(likeness), held.get(likeness) ?? null]
      const sum = measured ?? items.weights + items.gradients + items.moments + items.activations
      const backend = kindOf(stage.kind).backend?.(stage.config) ?? ''
      // What was held beside the net is the process; less than nothing means that the net was taken for too large.
      const process = seen === undefined ? (gpu ? CONTEXT : (PROCESS[backend] ?? PLAIN)) : Math.max(0, seen - sum)
      return { ...items, measured, process, total: seen ?? sum + process, seen: seen !== undefined }
    },
  }
}

/** Bytes of a card that a stage of the queue is expected to take. */
export function cardNeedOf(store: Store, row: StageRow, models: ModelSizes): number {
  const stage = stageOf(store, row)
  const data = store.needs.of(row.id).find(({ role }) => role === 'data')
  const needed = data ? [stageOf(store, store.stages.byKey(data.key)!)] : []
  return createRoomEstimator(store, [...needed, stage], models, true).room(stage).total
}

/** Most memory that the latest stages of each likeness took. */
function pastPeaks(store: Store, of: 'memory' | 'gpuMemory'): Map<string, number> {
  const seen = new Map<string, number[]>()
  for (const { kind, config, dataConfig, high } of store.use.past(of)) {
    const data = dataConfig === null ? undefined : (JSON.parse(dataConfig) as object)
    const name = likenessOf({ kind, config: JSON.parse(config) as Stage['config'] }, data)
    const known = seen.get(name) ?? []
    if (known.length < MEMORY) seen.set(name, [...known, high])
  }
  return new Map([...seen].map(([name, peaks]) => [name, Math.max(...peaks)]))
}
