import { loadPretrained } from '../../../data/checkpoints/open'
import type { TextTokenizer } from '../../../data/tokenizers'
import { SPLITS } from '../../../science/stages'
import { truthOf } from '../../../science/tasks'
import type { TextLesson } from '../../asking/language'
import type { TokenBatch } from '../../backends/learner'
import type { StageContext } from '../../context'
import { encodeSplits, type Input, type InputRequest } from './input'
import { ragged } from './reading'
import { savedBy, type Finetuned } from './saved'

/** A pretrained transformer with its own language head. */
interface Opened extends Omit<Finetuned, 'spec'> {
  where: string
  /** Longest text in tokens, with what follows it. */
  limit: number
}

/**
 * A pretrained transformer that writes: the texts of a task as prompts, and what is to follow them as tokens.
 *
 * Prompt and target are cut into tokens apart from each other, prompt first, then the target's own, then the token that
 * ends a text. Cut together, the last letters of the prompt and the first of the target might become one token of a
 * byte-pair tokenizer, of which a model that is given the prompt alone never can write half; apart, it is asked exactly
 * what it was taught. A target that begins with a blank, as words do after others, is what such a model was pretrained on.
 *
 * A model may write as many tokens as the longest right answer of the task has, its end included. A prompt that leaves no
 * room for them is cut at its start: what stands right before an answer says most of it.
 * @throws Error where the model has no language head, names no token that ends a text, or has no room for the targets
 */
export async function languageInput(request: InputRequest, opened: Opened): Promise<Input> {
  const { task, context } = request
  const { checkpoint, model, tokenizer, where, limit } = opened
  const { spec } = model
  if (spec.head.kind !== 'language')
    throw new Error(`${checkpoint}: expected a language head, which writes, got a model without`)
  const stop = tokenizer.end
  if (stop === undefined)
    throw new Error(`${checkpoint}: expected a tokenizer that names the token that ends a text (eos_token), got none`)
  const right = SPLITS.flatMap((split) => truthOf(task.splits[split]).map(String))
  const most = right.reduce((longest, text) => Math.max(longest, tokenizer.goOn(text).length + 1), 1)
  if (most >= limit)
    throw new Error(
      `${checkpoint}: expected texts of less than ${limit} tokens to be written, got one of ${most}; let it read more tokens`,
    )
  checkSayable(right, tokenizer, context, checkpoint)
  return {
    net: spec,
    weights: async () => (await loadPretrained(where)).weights,
    batches: await encodeSplits(request, promptEncoder(tokenizer, limit - most, context)),
    writing: (prompts, targets) => lessonOf(prompts as TokenBatch, targets, { tokenizer, most, stop }),
    files: savedBy(request, { ...opened, spec }),
  }
}

/** A function from prompts to token lists, cut at their start; says so in the log where they were. */
export function promptEncoder(tokenizer: TextTokenizer, limit: number, { log }: Pick<StageContext, 'log'>) {
  return (texts: readonly string[], split: string): TokenBatch => {
    const lists = texts.map((text) => tokenizer.begin(text, limit))
    const empty = lists.findIndex((list) => list.length === 0)
    if (empty >= 0) throw new Error(`${split}: expected texts to go on with, got one without tokens, number ${empty}`)
    const full = lists.filter((list) => list.length >= limit).length
    if (full > 0)
      log(
        'info',
        `${full} of ${texts.length} texts of the ${split} split fill all ${limit} tokens; longer ones are cut at their start.`,
      )
    return ragged(lists)
  }
}

interface Writer {
  tokenizer: TextTokenizer
  most: number
  stop: number
}

/** Every prompt with the tokens of its target; a target that is longer than may be written as far as that goes. */
function lessonOf(prompts: TokenBatch, targets: readonly string[], { tokenizer, most, stop }: Writer): TextLesson {
  const from = Int32Array.from(targets, (_, i) => prompts.offsets[i + 1]! - prompts.offsets[i]!)
  const lists = targets.map((target, i) => [
    ...prompts.tokens.subarray(prompts.offsets[i], prompts.offsets[i + 1]),
    ...[...tokenizer.goOn(target), stop].slice(0, most),
  ])
  return { batch: { ...ragged(lists), from }, most, stop, textOf: (tokens) => tokenizer.decode(tokens) }
}

/**
 * Says where right answers are not what their own tokens decode to: no model could write them exactly.
 * @throws Error where that is so of all
 */
function checkSayable(
  texts: readonly string[],
  tokenizer: TextTokenizer,
  { log }: Pick<StageContext, 'log'>,
  id: string,
): void {
  const lost = texts.filter((text) => tokenizer.decode(tokenizer.goOn(text)) !== text)
  if (lost.length === 0) return
  const [first = ''] = lost
  const change = `${JSON.stringify(first)} becomes ${JSON.stringify(tokenizer.decode(tokenizer.goOn(first)))}`
  if (lost.length === texts.length)
    throw new Error(`${id}: expected a tokenizer that gives texts back as they are, got one by which ${change}`)
  log('warn', `${lost.length} of ${texts.length} right answers cannot be written exactly by this tokenizer: ${change}.`)
}
