import { createRng } from './maths/rng'

/** How a text and its answer are put by default. */
export const TEMPLATE = '{text}\nAnswer: {answer}'
/** `{text}` once, then `{answer}`, which ends it. */
export const TEMPLATE_RULE = /^(?:(?!\{text\}|\{answer\})[^])*\{text\}(?:(?!\{text\}|\{answer\})[^])*\{answer\}$/

/** What stands between the instruction, the examples and the text that is asked about. */
const BETWEEN = '\n\n'

/** How a model is asked. */
export interface Wording {
  /** '' for none. */
  instruction: string
  /** See `TEMPLATE_RULE`. */
  template: string
}
/** An example of a prompt with its answer. */
export interface Shot {
  text: string
  answer: string
}

/**
 * The instruction, the examples with their answers, and the text up to where its answer is to begin. Blanks before that
 * are the answer's, not the prompt's: tokens of most models begin with them.
 */
export function promptText({ instruction, template }: Wording, shots: readonly Shot[], text: string): string {
  const [asked = ''] = template.split('{answer}')
  const filled = (of: string) => asked.replace('{text}', () => of).trimStart()
  const parts = [instruction, ...shots.map((shot) => filled(shot.text) + shot.answer), filled(text)]
  return parts.filter(Boolean).join(BETWEEN).trimEnd()
}

/** What goes on such a prompt where this is the answer. */
export function answerText({ template }: Pick<Wording, 'template'>, answer: string): string {
  const [asked = ''] = template.split('{answer}')
  return asked.slice(asked.trimEnd().length) + answer
}

/** What a model is asked by default: the question of the task, and among which words it is to choose. */
export function instructionOf(question: string, answers: readonly string[]): string {
  const quoted = answers.map((answer) => `"${answer}"`)
  const [last] = quoted.splice(-1)
  const choice = last === undefined ? '' : `Respond with ${quoted.join(', ')} or ${last}.`
  return [question.trim(), choice].filter(Boolean).join(' ')
}

/**
 * Examples of a prompt, in random order: of every label as many as of another, or one more, as far as there are enough.
 * @param labels of all that may be drawn; null of one that may not
 * @returns their places; fewer than asked for where there are no more
 */
export function drawShots(labels: readonly (number | null)[], shots: number, seed: number): number[] {
  const rng = createRng(`shots ${seed}`)
  const order = rng.shuffle(labels.flatMap((label, i) => (label === null ? [] : [i])))
  const queues = rng.shuffle([...new Set(order.map((i) => labels[i]!))].sort((a, b) => a - b))
  const waiting = queues.map((label) => order.filter((i) => labels[i] === label))
  const rounds = Math.max(0, ...waiting.map((queue) => queue.length))
  const dealt = Array.from({ length: rounds }, (_, round) => waiting.flatMap((queue) => queue[round] ?? []))
  return rng.shuffle(dealt.flat().slice(0, shots))
}
