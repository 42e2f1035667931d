import { confidence, decisions, optionsIn, probability, type Answers, type Decision } from '../answers'
import type { Example } from '../tasks/task'
import { cellsOf } from './cube'
import type { SeedPredictions } from './predictions'
import type { Cell, StopRule } from './result'
import { stops } from './stops'

/** What a model says of an example, and how probable it holds that: of k classes at least 1 / k. */
export interface Said {
  says: Decision
  confidence: number
  right: boolean
}
/** A test example with what the three models say of it, the student where it is reported. */
export interface ExampleRow {
  index: number
  /** Of an example with options what they have in common. */
  text: string
  /** The options, where it has some: what the numbers that are said stand for. */
  options?: readonly string[]
  /** Of a game of chess: the position after the text, where the example tells it. */
  fen?: string
  group: string
  truth: Decision
  weak: Said
  student: Said
  ceiling: Said
  cell: Cell
}
/** How the student came to its answer, at every evaluation, beside what its supervisor and the ceiling hold at the end. */
export interface ExampleHistory {
  step: number[]
  right: boolean[]
  /** What the probabilities are of: of two options option 1, of more the right one; null of texts: what each model says. */
  of: Decision | null
  probability: number[]
  weak: number
  ceiling: number
}
export interface ExampleDetail extends ExampleRow {
  history: ExampleHistory
}

/** Every test example of a seed, in the order of the split. */
export function exampleRows(seed: SeedPredictions, stop: StopRule, examples: readonly Example[]): ExampleRow[] {
  const { weak, ceiling } = seed
  const student = seed.student[stops(seed)[stop]]!
  const [ofWeak, ofStudent, ofCeiling] = [weak, student, ceiling].map((answers) => saidBy(answers, seed.truth))
  const cells = cellsOf(seed, stop)
  return examples.map(({ text, options, fen, group, label: truth }, index) => ({
    ...{ index, text, ...(options && { options }), ...(fen && { fen }), group, truth },
    ...{ weak: ofWeak![index]!, student: ofStudent![index]!, ceiling: ofCeiling![index]!, cell: cells[index]! },
  }))
}

function saidBy(answers: Answers, truth: ArrayLike<Decision>): Said[] {
  const sure = confidence(answers)
  return Array.from(decisions(answers), (says, i) => ({ says, confidence: sure[i]!, right: says === truth[i] }))
}

/** The history of the test example with this index. */
export function exampleHistory(
  { steps, student, weak, ceiling, truth }: SeedPredictions,
  index: number,
): ExampleHistory {
  const right = truth[index]!
  const of = weak.kind === 'text' ? null : optionsIn(weak) === 2 ? 1 : right
  const held = (answers: Answers) => (of === null ? confidence(answers)[index]! : probability(answers, index, of))
  return {
    step: steps,
    right: student.map((answers) => decisions(answers)[index] === right),
    of,
    probability: student.map(held),
    weak: held(weak),
    ceiling: held(ceiling),
  }
}
