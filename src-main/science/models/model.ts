import type { Moments, Precision } from '../backends'
import type { OptimiserChoice } from '../spec/choices'
import type { ParamTable, Values } from '../spec/params'
import type { BagSpec, MlpSpec } from './net'

/** What a variant says of itself, whatever it starts from. */
interface Described {
  id: string
  title: string
  /** Stands for the id in short names. */
  short?: string
  help: string
  source?: string
  params: ParamTable
  /** Goes up with every change of its code that changes results: what was trained before is then another stage. 1 by default. */
  version?: number
  /**
   * What of the optimiser this kind of model wants otherwise than the table says, chosen on development rows (LOG.md).
   * @param parameters weights of the pretrained model that it starts from, where that is known
   */
  optimiser(parameters?: number): OptimiserChoice
}

/** Values of a variant's parameter table, as the spec's schema left them. */
export type ModelParams = Record<string, unknown>

/** Presence (0/1) of the most frequent words of the task's own weak half; nothing is pretrained. */
export interface WordsModel<P = ModelParams> extends Described {
  start: 'words'
  words(params: P): number
  net(params: P, input: { width: number; classes: number }): MlpSpec
}

/** The word vectors of a `pretrain` stage. */
export interface VectorsModel<P = ModelParams> extends Described {
  start: 'vectors'
  net(params: P, input: { width: number; vocabulary: number; classes: number }): BagSpec
}

/** How a pretrained transformer reads texts: which, and the longest text in tokens; longer ones are cut. */
export interface Reading {
  checkpoint: string
  tokens: number
  /** How many epochs it first reads the texts of the half that it is taught on, as a language model; none where it is not given. */
  reading?: number
}
/**
 * Where a new head of classes starts: undecided, at the unembedding rows of the tokens "0", "1" and so on, or where a probe
 * on the same labels ended.
 */
export type HeadStart = 'zero' | 'unembedding' | 'probe'

/** How it is trained on. */
export interface Finetuning extends Reading {
  head: HeadStart
  precision: Precision
  /** Of AdamW; fp32 where it is not given. */
  moments?: Moments
  /** The head and the last so many blocks learn; all weights where it is not given. */
  trainBlocks?: number
}

/** A pretrained transformer whose weights are trained on. */
export interface CheckpointModel<P = ModelParams> extends Described {
  start: 'checkpoint'
  read(params: P): Finetuning
}

/** A net over the pooled hidden states of a frozen pretrained transformer, which a `features` stage computes. */
export interface FeaturesModel<P = ModelParams> extends Described {
  start: 'features'
  read(params: P): Reading
  net(params: P, input: { width: number; classes: number }): MlpSpec
}

/** One file a variant; the map in `index.ts` is the only place where a spec's `model` name meets its code. */
export type ModelVariant<P = ModelParams> = WordsModel<P> | VectorsModel<P> | CheckpointModel<P> | FeaturesModel<P>

type ModelOf<Start, P = ModelParams> = Extract<ModelVariant<P>, { start: Start }>

/** A model whose parameters have the types of their table. */
export function defineModel<const T extends ParamTable, Start extends ModelVariant['start']>(
  params: T,
  model: { start: Start } & Omit<ModelOf<Start, Values<T>>, 'params'>,
): ModelOf<Start> {
  const whole: object = { ...model, params }
  return whole as ModelOf<Start>
}
