import type { Choices } from '../answers'
import type { Matrix } from '../maths/matrix'
import { LABELLED, type LabelledSplit } from '../stages/splits'

/** Of each split that a supervisor labels. */
export type BySplit<T> = Record<LabelledSplit, T>

/** Labels of the examples of one split. */
export interface Labels {
  /** [n, options], rows sum to 1. */
  targets: Matrix
  /** How much each example counts beside the others, [n], at least 0 and not all 0; not given where all count alike. */
  weights?: Float32Array
}

/** What a rule is, as plain data. */
export interface RuleInfo {
  id: string
  /** As it stands in a list of choices. */
  title: string
  /** One sentence: what labels it makes. */
  help: string
  source?: string
}

/** How labels are made of what a supervisor says, one file a variant. Pure: the same answers give the same labels. */
export interface LabelRule extends RuleInfo {
  /** Whether it goes with tasks of texts, of which there is one kind of label: what the supervisor wrote. */
  texts?: true
  /** Goes up with every change of its code that changes labels: what was labelled before is then another stage. 1 by default. */
  version?: number
  /**
   * Labels of all splits at once, so that what is seen of one may decide on another.
   * @param said what the supervisor says in the end; of several, the mean of what they say
   */
  labels(said: BySplit<Choices>): BySplit<Labels>
}

/** What there is of every split. */
export function eachSplit<T>(of: (split: LabelledSplit) => T): BySplit<T> {
  return Object.fromEntries(LABELLED.map((split) => [split, of(split)])) as BySplit<T>
}

/** The labels of a rule that takes every split by itself. */
export function bySplit(of: (said: Choices) => Labels): LabelRule['labels'] {
  return (said) => eachSplit((split) => of(said[split]))
}
