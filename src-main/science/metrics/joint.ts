import { decisions, optionsIn, probability, type Answers, type Decision } from '../answers'

/** Rows of one supervisor's label that the student confidently holds for one class. */
export interface JointCell {
  n: number
  /** Of how many the label is wrong, and of how many the class that the student holds is right. */
  labelWrong: number
  heldRight: number
}
/**
 * The confident joint of a supervisor's labels (Northcutt, Jiang and Chuang 2021, arXiv 1911.00068 3.1, equation 1) by the
 * student's probabilities on the same rows: [label][class that is held]. Off its diagonal stand the labels that it takes
 * for errors.
 */
export interface Joint {
  cells: JointCell[][]
  /** Of every class, the mean probability of it over the rows that are labelled so: the least with which it is held. Null of none. */
  thresholds: (number | null)[]
  /** Rows of which no class is held. */
  unheld: number
}

const mean = (sum: number, n: number) => (n > 0 ? sum / n : null)

/** The thresholds of all classes; none of texts. */
export function thresholdsOf(weak: Answers, student: Answers): (number | null)[] {
  const options = optionsIn(weak)
  const sums = Array.from({ length: options }, () => 0)
  const counts = Array.from({ length: options }, () => 0)
  if (options === 0 || student.kind === 'text') return []
  for (const [i, label] of (decisions(weak) as Uint8Array).entries()) {
    sums[label]! += probability(student, i, label)
    counts[label]!++
  }
  return sums.map((sum, option) => mean(sum, counts[option]!))
}

/**
 * The class that the student confidently holds each row for: of those whose probability reaches their threshold the most
 * probable, the first one on a tie; null of none.
 */
export function heldClasses(weak: Answers, student: Answers): (number | null)[] | null {
  const thresholds = thresholdsOf(weak, student)
  if (thresholds.length === 0) return null
  const rows = decisions(student).length
  return Array.from({ length: rows }, (_, i) => {
    let held: number | null = null
    for (const [option, threshold] of thresholds.entries()) {
      const p = probability(student, i, option)
      if (threshold !== null && p >= threshold && (held === null || p > probability(student, i, held))) held = option
    }
    return held
  })
}

/** The joint, each cell scored against ground truth; null of texts. */
export function confidentJoint(weak: Answers, student: Answers, truth: ArrayLike<Decision>): Joint | null {
  const held = heldClasses(weak, student)
  if (!held) return null
  const options = optionsIn(weak)
  const cells = Array.from({ length: options }, () =>
    Array.from({ length: options }, (): JointCell => ({ n: 0, labelWrong: 0, heldRight: 0 })),
  )
  const labels = decisions(weak) as Uint8Array
  let unheld = 0
  for (const [i, is] of held.entries()) {
    if (is === null) {
      unheld++
      continue
    }
    const cell = cells[labels[i]!]![is]!
    cell.n++
    if (labels[i] !== truth[i]) cell.labelWrong++
    if (is === truth[i]) cell.heldRight++
  }
  return { cells, thresholds: thresholdsOf(weak, student), unheld }
}
