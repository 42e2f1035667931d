import { softmax, zeros, type Matrix } from './maths/matrix'

/** What a model says in the end: the number of an option (a class is one), or a text. */
export type Decision = number | string

/**
 * What a model says of every example of one split at one evaluation.
 * `choice`: how likely it holds each option, [n, options − 1] row-major, of the options from 1 on, since all sum to 1; of
 * two options simply the probability of option 1. Nobody but this file reads these columns.
 * `text`: what it wrote, and the log-likelihood (nats) of having written it, [n].
 */
export type Answers =
  | { kind: 'choice'; options: number; probabilities: Float32Array }
  | { kind: 'text'; texts: string[]; likelihood: Float32Array }
export type Choices = Extract<Answers, { kind: 'choice' }>
export type Texts = Extract<Answers, { kind: 'text' }>

/** @param probabilities [n, options − 1], of the options from 1 on */
export function choices(options: number, probabilities: Float32Array): Choices {
  return { kind: 'choice', options, probabilities }
}

/** The choices of a net, from its logits [n, options]. */
export function choicesOf(logits: Matrix): Choices {
  const { rows, cols, data } = softmax(logits)
  const probabilities = new Float32Array(rows * (cols - 1))
  for (let r = 0; r < rows; r++) probabilities.set(data.subarray(r * cols + 1, (r + 1) * cols), r * (cols - 1))
  return choices(cols, probabilities)
}

/** Number of examples. */
export function count(answers: Answers): number {
  return answers.kind === 'text' ? answers.texts.length : answers.probabilities.length / (answers.options - 1)
}

/** How many there are to choose from; 0 of texts. */
export function optionsIn(answers: Answers): number {
  return answers.kind === 'text' ? 0 : answers.options
}

/** Whether all of it are numbers, as they are not any more once a training has run away. */
export function allFinite(answers: Answers): boolean {
  return (answers.kind === 'text' ? answers.likelihood : answers.probabilities).every(Number.isFinite)
}

/** What the model says of every example: the most probable option, the first one on a tie; or its text. */
export function decisions(answers: Choices): Uint8Array
export function decisions(answers: Answers): ArrayLike<Decision>
export function decisions(answers: Answers): ArrayLike<Decision> {
  if (answers.kind === 'text') return answers.texts
  const { options, probabilities } = answers
  const out = new Uint8Array(count(answers))
  for (let i = 0; i < out.length; i++) {
    // Two options are the common case, and decisions are made in loops over evaluations.
    out[i] = options === 2 ? Number(probabilities[i]! > 0.5) : likeliest(answers, i)
  }
  return out
}

/** The most probable option of an example, the first one on a tie. */
function likeliest(answers: Choices, example: number): number {
  let best = 0
  for (let option = 1; option < answers.options; option++)
    if (optionAt(answers, example, option) > optionAt(answers, example, best)) best = option
  return best
}

/** Within which two probabilities are the same: they are kept in single precision, and one is the rest of the others. */
const SAME = 1e-6

/** Whether two options of an example share the first place: what is said of it then is the order of the options alone. */
export function isTie(answers: Answers, example: number): boolean {
  if (answers.kind === 'text') return false
  const said = likeliest(answers, example)
  const most = optionAt(answers, example, said)
  return distribution(answers, example).some((p, option) => option !== said && most - p < SAME)
}

/** How probable the model holds what it says, of every example: of an option from 1 / options on. */
export function confidence(answers: Answers): Float64Array {
  if (answers.kind === 'text') return Float64Array.from(answers.likelihood, Math.exp)
  return Float64Array.from({ length: count(answers) }, (_, i) => optionAt(answers, i, likeliest(answers, i)))
}

/** How probable the model holds a decision on one example; NaN of a text that it did not write, which nobody asked about. */
export function probability(answers: Answers, example: number, of: Decision): number {
  if (answers.kind === 'text') return answers.texts[example] === of ? Math.exp(answers.likelihood[example]!) : NaN
  return optionAt(answers, example, of as number)
}

/** Probability of every option of one example, [options]. */
export function distribution(answers: Choices, example: number): number[] {
  return Array.from({ length: answers.options }, (_, option) => optionAt(answers, example, option))
}

/** One entry of `distribution`. Metrics ask for it at every evaluation of every example, so that it makes no array. */
function optionAt({ options, probabilities }: Choices, example: number, option: number): number {
  const at = example * (options - 1)
  if (option > 0) return option < options ? probabilities[at + option - 1]! : NaN
  let rest = 0
  for (let o = 0; o < options - 1; o++) rest += probabilities[at + o]!
  return 1 - rest
}

/** The mean of what several models say of the same examples; what one says by itself. @throws Error for other examples */
export function meanOf(said: readonly Choices[]): Choices {
  const [first, ...more] = said
  if (!first) throw new Error('answers: expected those of one model at least, got none')
  if (more.length === 0) return first
  const other = more.find((one) => one.options !== first.options || count(one) !== count(first))
  if (other)
    throw new Error(`answers: expected ${count(first)} of ${first.options}, got ${count(other)} of ${other.options}`)
  const mean = (_: number, i: number) => said.reduce((sum, one) => sum + one.probabilities[i]!, 0) / said.length
  return choices(first.options, Float32Array.from(first.probabilities, mean))
}

/** One row a decision, 1 in its column, [n, options]. */
export function oneHot(decisions: ArrayLike<Decision>, options: number): Matrix {
  const out = zeros(decisions.length, options)
  for (let i = 0; i < out.rows; i++) out.data[i * options + Number(decisions[i])] = 1
  return out
}

/** Probability of every option of every example, [n, options]. */
export function distributions(answers: Choices): Matrix {
  const out = zeros(count(answers), answers.options)
  for (let i = 0; i < out.rows; i++) out.data.set(distribution(answers, i), i * out.cols)
  return out
}
