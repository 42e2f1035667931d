import { confidence, decisions, isTie, optionsIn, probability, type Answers, type Decision } from '../answers'
import type { Example } from '../tasks/task'
import { dynamicsOf, type Dynamics } from './cartography'
import { cellsOf } from './cube'
import { pathsOf } from './flow'
import { heldClasses } from './joint'
import { fateOf, movesOf } from './ledger'
import type { SeedPredictions } from './predictions'
import type { Cell, Fate, Move, Stop } from './result'
import { evaluationAt } from './stops'

/** What a model says of an example, and how probable it holds that: of k classes at least 1 / k. */
export interface Said {
  says: Decision
  confidence: number
  right: boolean
}
/** What the user says of an example. */
export interface Remark {
  /** 1 to 5; 0 for none. */
  flag: number
  note: string
}
/** A test example with what the three models say of it, the student where it is looked at. */
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
  /** How the student came to know it, over all of its training; not of texts. */
  dynamics?: Dynamics
  /** The class that the student confidently holds it for, see `Joint`; left out where it holds none. */
  held?: number
  /** Where the student stands at the end of a ladder, see `pathsOf`. */
  path?: string
  /** Where something is said of it. */
  remark?: Remark
  /** Where another arm is looked at beside this one: what its student says, and what became of the row from there to here. */
  against?: { student: Said; move: Move }
}
/** How the student came to its answer, at every evaluation, beside what its supervisor and the ceiling hold at the end. */
export interface ExampleHistory {
  step: number[]
  /** What it makes of the example; null where no answer is more probable than another, as before any training of many a net. */
  fate: (Fate | null)[]
  /** What the probabilities are of: of two options option 1, of more the right one; null of texts: what each model says. */
  of: Decision | null
  probability: number[]
  weak: number
  ceiling: number
  /** The same of the student of another arm, where one is looked at beside this. */
  against?: { step: number[]; probability: number[] }
}
export interface ExampleDetail extends ExampleRow {
  history: ExampleHistory
}

/**
 * Every test example of a seed, in the order of the split.
 * @param against the same seed of another arm on the same examples
 * @param rungs what the models between supervisor and student say, where it climbed a ladder
 */
export function exampleRows(
  seed: SeedPredictions,
  at: Stop,
  examples: readonly Example[],
  against?: SeedPredictions,
  rungs: readonly Answers[] = [],
): ExampleRow[] {
  const { weak, ceiling, truth: right } = seed
  const student = studentAt(seed, at)
  const [ofWeak, ofStudent, ofCeiling] = [weak, student, ceiling].map((said) => saidBy(said, right))
  const [dynamics, held] = [dynamicsOf(seed), heldClasses(weak, student)]
  const paths = rungs.length > 0 ? pathsOf([weak, ...rungs, student], right) : null
  const cells = cellsOf(seed, at)
  const beside = against && besideOf(seed, against, at)
  // Assigned one by one: there may be a hundred thousand, and spreads take most of the time then.
  return examples.map(({ text, options, fen, group, label }, index) => {
    const [weak, student, ceiling] = [ofWeak![index]!, ofStudent![index]!, ofCeiling![index]!]
    const row: ExampleRow = { index, text, group, truth: label, weak, student, ceiling, cell: cells[index]! }
    if (options) row.options = options
    if (fen) row.fen = fen
    if (dynamics) row.dynamics = dynamics[index]!
    if (held && held[index] !== null) row.held = held[index]!
    if (paths) row.path = paths[index]!
    if (beside) row.against = beside[index]!
    return row
  })
}

/** What the student says at an evaluation. */
export const studentAt = (seed: SeedPredictions, at: Stop): Answers => seed.student[evaluationAt(seed, at)]!

/** Of every row what the other arm's student says, and the move from it. */
function besideOf(seed: SeedPredictions, other: SeedPredictions, at: Stop): NonNullable<ExampleRow['against']>[] {
  const student = studentAt(other, at)
  const moves = movesOf({ weak: other.weak, student }, { weak: seed.weak, student: studentAt(seed, at) }, seed.truth)
  return saidBy(student, seed.truth).map((said, i) => ({ student: said, move: moves[i]! }))
}

function saidBy(answers: Answers, truth: ArrayLike<Decision>): Said[] {
  const sure = confidence(answers)
  return Array.from(decisions(answers), (says, i) => ({ says, confidence: sure[i]!, right: says === truth[i] }))
}

/** The history of the test example with this index. */
export function exampleHistory(
  { steps, student, weak, ceiling, truth }: SeedPredictions,
  index: number,
  against?: Pick<SeedPredictions, 'steps' | 'student'>,
): ExampleHistory {
  const [right, taught] = [truth[index]!, decisions(weak)[index]!]
  const of = weak.kind === 'text' ? null : optionsIn(weak) === 2 ? 1 : right
  const held = (answers: Answers) => (of === null ? confidence(answers)[index]! : probability(answers, index, of))
  return {
    step: steps,
    fate: student.map((said) => (isTie(said, index) ? null : fateOf(decisions(said)[index]!, taught, right))),
    of,
    probability: student.map(held),
    weak: held(weak),
    ceiling: held(ceiling),
    ...(against && { against: { step: against.steps, probability: against.student.map(held) } }),
  }
}
