import { availableParallelism, totalmem } from 'node:os'
import type { StageRoom } from '../../../src-preload/contract'
import { kindOf, readsOf, type DataConfig, type ModelSize, type Stage } from '../../science/stages'
import { ACTIVATIONS, cardRoom, CONTEXT, machineRoom, type Reserve } from '../../data/machine/reserve'
import { backendKind, type Moments } from '../../science/backends'
import { MODELS } from '../../science/models'
import { parameterCount } from '../../science/models/net'
import { SINGLE, stateOf, sumOf } from '../../science/models/state'
import { decoderOf } from '../../science/pretraining/decoder'
import type { StageRow, Store } from '../../store'
import type { UsableCard } from '../../engine/protocol'
import type { Backends } from '../engine/backends'
import { stageOf } from '../queue/lifecycle'
import { likenessOf, speaks, tokensOf, type Measured, type ModelSizes } from './estimates'
import { inputBytes } from './inputs'
import { pastReadings } from './readings'

/** Numbers a row that a block keeps for its backward, in widths of the model: query, key, value and output, two norms, the MLP. */
const KEPT = 11
/**
 * What is predicted at a time, about: so many examples; of the native engine on a processor so many rows a thread, or a text
 * that is longer.
 */
const PREDICTED = { examples: 256, rows: 320 }
/** Numbers a row, in widths of the model, that a pass has beside what its backward keeps: a block's, there and back. */
const PASSING = { machine: 12, card: 25 }
/** Of a card, for its library of products. */
const PRODUCTS = 2 ** 25
/** Logits of a vocabulary that a card has at a time, at most: 64 million of them. */
const SPOKEN = 256e6
/** Memory of a pass grows to twice what was needed, where there is so much. */
const AHEAD = 2
/** The process before it has a net: the runtime, and the texts of a task. Measured with small runs; see LOG.md. */
const PROCESS: Record<string, number> = { cpu: 140e6, wasm: 190e6, tensorflow: 320e6 }
const PLAIN = 140e6
/** Weights of nets without a checkpoint; of word vectors where these learn, too. */
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
  /** Whether it is taught by the tokens that follow. */
  speaks: boolean
  /** Part of the weights that gets gradients. */
  share: number
  moments?: Moments | undefined
}

function taughtOf(
  { kind, config }: Stage,
  size: ModelSize | undefined,
  tokens: number,
  data: DataConfig | undefined,
): Taught | null {
  const { moments } = kindOf(kind).numbers?.(config) ?? {}
  if (kind === 'language') return { tokens: config.training.batchTokens, speaks: true, share: 1, moments }
  if (kind !== 'train' && kind !== 'adapt') return null
  const { batch } = config.optimiser
  const blocks = trainBlocksOf(config)
  const share = size && blocks !== undefined ? Math.min(1, blocks / Math.max(1, size.layers)) : 1
  return { tokens: batch * tokens, speaks: speaks(kind, data), share, moments }
}

/** How many of the last blocks learn; undefined where all do. */
function trainBlocksOf(config: Extract<Stage, { kind: 'train' | 'adapt' }>['config']): number | undefined {
  if (!('model' in config)) return config.trainBlocks
  const { model, ...params } = config.model
  const variant = MODELS[model]!
  return variant.start === 'checkpoint' ? variant.read(params).trainBlocks : undefined
}

/** Size of a stage's net where that is a transformer: of one that is begun anew by what it is asked to be. */
function sizeOf(stage: Stage, models: ModelSizes): ModelSize | undefined {
  if (stage.kind !== 'language') return models.get(readsOf(stage).models[0] ?? '')
  const { layers, width } = stage.config
  return { layers, width, parameters: parameterCount(decoderOf(stage.config)) }
}

/** Weights of a stage's net, about; 0 of one without. */
function parametersOf({ kind, config }: Stage, size: ModelSize | undefined): number {
  if (size) return size.parameters
  if (kind !== 'train') return 0
  const { start } = MODELS[config.model.model]!
  return OWN_WEIGHTS[start === 'vectors' && config.model['tuneEmbeddings'] !== true ? 'features' : start]
}

/**
 * What a pass needs beside the activations that are kept, in parts as these are: on the machine with copies of the weights in
 * the shape of its products, on a card with what is taken ahead.
 */
function workspaceOf({ taught, size, rows, kept, most }: Passing, gpu: boolean): number {
  const atOnce = SINGLE * rows * size.width
  if (!gpu) return SINGLE * blocksOf(size) + atOnce * PASSING.machine
  const beside = PRODUCTS + atOnce * PASSING.card + (taught?.speaks ? SPOKEN : 0)
  return beside + Math.min((AHEAD - 1) * (kept + beside), Math.max(0, most - kept))
}

interface Passing {
  taught: Taught | null
  size: ModelSize
  /** At a time. */
  rows: number
  /** Bytes of activations that are kept, and that may be. */
  kept: number
  most: number
}

/** Weights that multiply in a model's blocks, about. */
const blocksOf = ({ layers, width, parameters }: ModelSize) => Math.min(parameters, 12 * layers * width ** 2)

const backendOf = ({ kind, config }: Stage) => kindOf(kind).backend?.(config) ?? ''

/** Whether a stage computes on a GPU, where its backend has one. */
export const isForGpu = (stage: Stage): boolean => (backendKind(backendOf(stage))?.gpu ?? null) !== null

/** Where what counts is computed, and what there is for activations. */
export interface Memory {
  /** Whether it is that of a GPU. */
  gpu: boolean
  /** The cards that stages are put on, by uuid, that with most memory first; none where it is of no card. */
  cards: readonly string[]
  /** Of the processor, that a stage has. */
  threads: number
  /** Bytes that activations may take beside so many of weights, gradients and moments. */
  room: (state: number) => number
}

/** That of the best device; of several cards the one with most. @param atOnce stages that share it */
export function plannedMemory(
  chosen: Backends['chosen'],
  cards: readonly UsableCard[],
  reserve: Reserve,
  atOnce: number,
): Memory {
  const onMachine = Math.min(ACTIVATIONS, machineRoom(totalmem(), reserve, atOnce))
  const threads = Math.max(1, Math.floor(availableParallelism() / atOnce))
  if (!chosen?.gpu) return { gpu: false, cards: [], threads, room: () => onMachine }
  const bySize = cards.toSorted((a, b) => b.memory - a.memory)
  const all = bySize[0]?.memory ?? 0
  const room = (state: number) => (all > 0 ? cardRoom(all, reserve, atOnce, state) : ACTIVATIONS)
  return { gpu: true, cards: bySize.map(({ uuid }) => uuid), threads, room }
}

const NONE = { weights: 0, gradients: 0, moments: 0, activations: 0, workspace: 0, inputs: 0 }

/**
 * @param stages the plan that the asked stages are from
 * @param models those that its stages name
 * @param held what learners held that were measured in this session, by likeness
 */
export function createRoomEstimator(
  store: Store,
  stages: readonly Stage[],
  models: ModelSizes,
  { gpu, cards, threads, room }: Memory,
  held: Measured['held'] = new Map(),
): RoomEstimator {
  // Of several cards a plan is held against the largest.
  const peaks = pastPeaks(store, gpu ? 'gpuMemory' : 'memory', cards.slice(0, 1))
  const byKey = new Map(stages.map((stage) => [stage.key, stage]))
  const dataOf = ({ needs }: Stage): DataConfig | undefined => {
    const { data = '' }: Partial<Record<string, string>> = needs
    return byKey.get(data)?.config as DataConfig | undefined
  }
  const predictedRows = (stage: Stage, tokens: number) =>
    backendOf(stage) === 'cpu' ? threads * Math.max(PREDICTED.rows, tokens) : PREDICTED.examples * tokens
  function itemsOf(stage: Stage) {
    const size = sizeOf(stage, models)
    const data = dataOf(stage)
    const tokens = tokensOf(stage, data)
    const taught = taughtOf(stage, size, tokens, data)
    const parameters = parametersOf(stage, size)
    const state = stateOf(parameters, parameters * (taught?.share ?? 0), taught?.moments)
    if (!size) return { ...state, activations: 0, workspace: 0 }
    const [most, rows] = [room(sumOf(state)), taught?.tokens ?? predictedRows(stage, tokens)]
    // Of a training those that its backward needs, else those of a block at a time.
    const row = SINGLE * (taught ? size.layers : 2) * KEPT * size.width
    const kept = Math.min(most, rows * row)
    return { ...state, activations: kept, workspace: workspaceOf({ taught, size, rows: kept / row, kept, most }, gpu) }
  }
  return {
    room(stage) {
      // What is computed elsewhere takes nothing of a card.
      if (gpu && !isForGpu(stage)) return { ...NONE, measured: null, process: 0, total: 0, seen: false }
      const items = itemsOf(stage)
      const inputs = gpu ? 0 : inputBytes(stage, dataOf(stage), sizeOf(stage, models))
      const likeness = likenessOf(stage, dataOf(stage))
      const [seen, measured] = [peaks.get(likeness), held.get(likeness) ?? null]
      const sum = inputs + (measured?.learner ?? Object.values(items).reduce((all, each) => all + each, 0))
      const usual = gpu ? CONTEXT : (PROCESS[backendOf(stage)] ?? PLAIN)
      const whole = seen ?? (gpu ? undefined : measured?.process)
      // What was held beside the net is the process; less than nothing means that the net was taken for too large.
      const process = whole === undefined ? usual : Math.max(0, whole - sum)
      const by = { measured: measured?.learner ?? null, seen: seen !== undefined }
      return { ...items, inputs, ...by, process, total: whole ?? sum + process }
    },
  }
}

/** Bytes that a stage of the queue is expected to take of a card. @param memory that of the card */
export function cardNeedOf(store: Store, row: StageRow, models: ModelSizes, memory: Memory): number {
  const stage = stageOf(store, row)
  const data = store.needs.of(row.id).find(({ role }) => role === 'data')
  const needed = data ? [stageOf(store, store.stages.byKey(data.key)!)] : []
  return createRoomEstimator(store, [...needed, stage], models, memory).room(stage).total
}

/** Most memory that the latest stages of each likeness took. */
function pastPeaks(store: Store, of: 'memory' | 'gpuMemory', cards: readonly string[]): Map<string, number> {
  const past = [...pastReadings(store, of, cards)]
  return new Map(past.map(([name, readings]) => [name, Math.max(...readings.slice(0, MEMORY).map(({ high }) => high))]))
}
