import { loadPretrained } from '../../data/checkpoints/open'
import { PREDICTIONS, writePredictions } from '../../data/predictions'
import type { TextTokenizer } from '../../data/tokenizers'
import { allFinite, choicesOf, decisions, type Choices } from '../../science/answers'
import { argmax } from '../../science/maths/matrix'
import { accuracy } from '../../science/metrics'
import { answerText, drawShots, promptText, type Shot } from '../../science/prompts'
import type { PromptConfig } from '../../science/stages'
import { choiceForm, truthOf, type Example, type PreparedTask } from '../../science/tasks'
import { piecesOf } from '../backends/batches'
import type { LanguageBatch, Learner, TokenBatch } from '../backends/learner'
import type { StageContext } from '../context'
import { NoNumbers } from '../failure'
import { createProgress } from '../progress'
import { ragged } from './inputs/reading'
import { weakLabels } from './lessons/choices'
import { needTask, type StageOf, type StageRunner } from './stage'

/**
 * What a pretrained model says of the test split when it is prompted (arXiv 2312.09390 5.2.1): the log-likelihoods of the
 * answers, each after the prompt, as logits. `predictions.safetensors` as a training leaves it, at step 0.
 * @throws Error where the model has no language head, or has no room for a text with what is asked about it
 */
export const prompt: StageRunner<'prompt'> = async (stage, context, backend) => {
  const { config } = stage
  const task = await needTask(context)
  choiceForm(task.form)
  const { spec, weights, tokenizer, context: longest } = await loadPretrained(context.model(config.checkpoint))
  if (spec.head.kind !== 'language')
    throw new Error(`${stage.title}: expected a language head, which is prompted, got a model without`)
  const { test } = task.splits
  const shots = await shotsOf(stage, task, context)
  const batch = await promptBatch(test, { config, shots, tokenizer, longest }, context)
  // Nothing is trained: with the body frozen no gradients are held.
  const learner = await backend!.create(spec, { weights }, { trainBlocks: 0 })
  try {
    const said = await answered(learner, batch, test.length, context)
    const bytes = writePredictions([0], new Map([['test', [said]]]))
    const summary = { examples: test.length, accuracy: accuracy(decisions(said), truthOf(test)) }
    return { files: [{ name: PREDICTIONS, bytes }], summary }
  } finally {
    learner.dispose()
  }
}

/** The examples of the prompt, from the transfer half. @throws Error where it has too few */
async function shotsOf(
  { config, needs }: StageOf<'prompt'>,
  task: PreparedTask,
  context: StageContext,
): Promise<Shot[]> {
  if (config.shots === 0) return []
  const { transfer } = task.splits
  const labels = needs.labels === undefined ? truthOf(transfer).map(Number) : await weakOf(task, context)
  const drawn = drawShots(labels, config.shots, config.seed ?? 0)
  if (drawn.length < config.shots)
    throw new Error(`shots: expected ${config.shots} labelled examples in the transfer half, got ${drawn.length}`)
  return drawn.map((i) => ({ text: transfer[i]!.text, answer: answersOf(config, transfer[i]!)[labels[i]!]! }))
}

/** What the supervisors say of the transfer half; null of what their labels leave out. */
async function weakOf(task: PreparedTask, context: StageContext): Promise<(number | null)[]> {
  const { targets, weights } = (await weakLabels(context, task)).transfer
  return Array.from(argmax(targets), (label, i) => (weights?.[i] === 0 ? null : label))
}

/** The answers of which the model is asked how likely it holds each: the words for the classes, or the example's own. */
const answersOf = ({ answers }: PromptConfig, { options = [] }: Example): readonly string[] => answers ?? options

interface Asked {
  config: PromptConfig
  shots: readonly Shot[]
  tokenizer: TextTokenizer
  /** Most tokens that the model reads. */
  longest: number
}

/** Every example with each of its answers after the prompt, one after another. */
async function promptBatch(
  examples: readonly Example[],
  asked: Asked,
  context: StageContext,
): Promise<LanguageBatch & { from: Int32Array }> {
  const { config, tokenizer, longest } = asked
  const cut = cutter(tokenizer, config.tokens)
  const shots = asked.shots.map(({ text, answer }) => ({ text: cut(text).text, answer }))
  const lists: number[][] = []
  const from: number[] = []
  const left: number[] = []
  let long = 0
  for (const [i, example] of examples.entries()) {
    if (i % BREATH === 0) await context.breathe()
    const { text, isCut } = cut(example.text)
    if (isCut) long++
    const answers = answersOf(config, example).map((answer) => tokenizer.goOn(answerText(config, answer)))
    const { tokens, shots: fewer } = fitted(text, answers, { ...asked, shots })
    if (fewer < shots.length) left.push(fewer)
    for (const answer of answers) {
      lists.push([...tokens, ...answer])
      from.push(tokens.length)
    }
  }
  if (long > 0) context.log('info', `${long} of ${examples.length} texts are cut after ${config.tokens} tokens.`)
  if (left.length > 0)
    context.log(
      'warn',
      `${left.length} of ${examples.length} prompts have fewer than ${shots.length} examples, ${Math.min(...left)} at the least: the model reads ${longest} tokens.`,
    )
  return { ...ragged(lists), from: Int32Array.from(from) }
}

/** Prompts that are made in a row. */
const BREATH = 64

/** Texts as a training of the model reads them: cut after so many tokens. */
function cutter(tokenizer: TextTokenizer, limit: number) {
  return (text: string): { text: string; isCut: boolean } => {
    const tokens = tokenizer.goOn(text)
    if (tokens.length <= limit) return { text, isCut: false }
    // A character that is cut in two is none.
    return { text: tokenizer.decode(tokens.slice(0, limit)).replace(/\ufffd+$/, ''), isCut: true }
  }
}

/** The tokens of the prompt of a text, with as many of the examples, the last ones, as leave room for every answer. */
function fitted(
  text: string,
  answers: readonly (readonly number[])[],
  { config, shots, tokenizer, longest }: Asked,
): { tokens: number[]; shots: number } {
  const most = Math.max(...answers.map(({ length }) => length))
  for (let from = 0; ; from++) {
    const tokens = tokenizer.begin(promptText(config, shots.slice(from), text))
    if (tokens.length > 0 && tokens.length + most <= longest) return { tokens, shots: shots.length - from }
    if (from < shots.length) continue
    throw new Error(
      `expected a text that leaves the model, which reads ${longest} tokens, room for the question and an answer of ${most}, got a prompt of ${tokens.length}; let it read fewer tokens of a text`,
    )
  }
}

/** How likely the model holds each answer of every example. @throws Error where that are no numbers */
async function answered(
  learner: Learner,
  batch: LanguageBatch & { from: Int32Array },
  examples: number,
  context: StageContext,
): Promise<Choices> {
  const progress = createProgress(context, { total: batch.n, unit: 'answers' })
  const likelihoods = new Float32Array(batch.n)
  let done = 0
  for (const piece of piecesOf(learner, batch)) {
    await context.breathe()
    const from = batch.from.subarray(done, done + piece.n)
    likelihoods.set(await learner.score({ ...(piece as TokenBatch), from }), done)
    progress.report((done += piece.n))
  }
  const said = choicesOf({ rows: examples, cols: batch.n / examples, data: likelihoods })
  if (!allFinite(said)) throw new NoNumbers('The likelihoods are not numbers')
  return said
}
