import type { LossChoice, ModelSetting } from '../spec/choices'
import type { LossVariant, Schedule } from '../losses/loss'
import type { ParamTable, Values } from '../spec/params'
import type { Problem } from '../spec/problems'
import type { Part } from '../stages'

/** What a method arranges its stages with, for one task, supervisor, student model and seed. Stages are named by key. */
export interface StageBuilder {
  /** The model that supervises. */
  readonly weak: ModelSetting
  /** The model to be elicited. */
  readonly strong: ModelSetting
  /** A supervisor's training, on ground truth of the weak half. */
  supervise(model: ModelSetting): string
  /**
   * A label set from a finished training: its predictions for the other splits, made into labels by the rule that the spec
   * asks for. From several, in their order: the rule sees the mean of what they say.
   */
  label(models: string | readonly [string, ...string[]]): string
  /**
   * A training on the transfer half, or a part of it, with the given label set; `model` is the strong one where it is not
   * given.
   */
  train(student: { labels: string; loss: LossChoice; model?: ModelSetting; part?: Part }): string
}

/** One file a variant: a recipe that arranges stages. Nothing is run while it does. */
export interface MethodVariant {
  id: string
  title: string
  help: string
  source: string
  params: ParamTable
  /** Whether it goes with tasks of texts; what is about the probabilities of choices does not. */
  texts?: true
  /** Of the loss that it trains the student with. */
  schedule?: Schedule
  /** Of the same loss, by the parameters of the method. */
  mix?: LossVariant['mix']
  /** Arranges the stages of the student; returns the key of the training whose result is reported. */
  student(build: StageBuilder, params: Record<string, unknown>): string
  /** The part of the transfer half that the student learns from, and its ceiling with it; all of it where there is none. */
  part?(params: Record<string, unknown>): Part | undefined
  /** What does not go together in its parameters; paths begin there. */
  problems?(params: Record<string, unknown>): Problem[]
  /** What it trains on its way, each told as an arm of its own: the student that it is, and the parameters that make it. */
  rungs?(params: Record<string, unknown>): { strong: ModelSetting; params: Record<string, unknown> }[]
}

/** A method with its parameter table. */
export function defineMethod<const T extends ParamTable>(
  params: T,
  method: Omit<MethodVariant, 'params' | 'student' | 'part' | 'problems' | 'rungs'> & {
    student(build: StageBuilder, params: Values<T>): string
    part?(params: Values<T>): Part | undefined
    problems?(params: Values<T>): Problem[]
    rungs?(params: Values<T>): { strong: ModelSetting; params: Partial<Values<T>> }[]
  },
): MethodVariant {
  return { ...method, params }
}
