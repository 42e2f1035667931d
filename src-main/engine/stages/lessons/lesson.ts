import type { AnswersFile } from '../../../data/evaluations'
import type { Answers, Decision } from '../../../science/answers'
import type { BySplit } from '../../../science/labels'
import type { Split, TrainConfig } from '../../../science/stages'
import type { PreparedTask } from '../../../science/tasks'
import type { Asking } from '../../asking'
import type { StageContext } from '../../context'
import type { Training } from '../../loop'
import type { Input } from '../inputs/input'

/** What a training learns from and how its answers are kept: one file a kind of answers. */
export interface Lesson<A extends Answers> {
  asking: Asking<A>
  loss: Training<A>['loss']
  /** What the supervisor says of every example of a split; null where it did not label it for this training. */
  weak(split: Split): ArrayLike<Decision> | null
  /** How all that was said is kept. */
  file: AnswersFile<A>
}

/** What a lesson is made from. */
export interface LessonRequest {
  config: TrainConfig
  task: PreparedTask
  input: Input
  /** Whether the stage has labels of a supervisor. */
  labelled: boolean
  context: StageContext
}

/** The labels of a split; undefined where there are none. */
export function labelsOf<T>(labels: BySplit<T> | null, split: Split): T | undefined {
  return split === 'weak' ? undefined : labels?.[split]
}

/** The same. @throws Error where there are none */
export function expectLabels<T>(labels: BySplit<T> | null, split: Split): T {
  const found = labelsOf(labels, split)
  if (!found) throw new Error(`targets: expected weak labels of the split "${split}", got none`)
  return found
}
