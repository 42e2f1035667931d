import { loadPretrained } from '../../data/checkpoints/open'
import { savePretrained } from '../../data/checkpoints/save'
import type { TextTokenizer } from '../../data/tokenizers'
import { unfinishedFile } from '../../data/unfinished'
import { parameterCount } from '../../science/models/net'
import { shuffledForever, stepCount } from '../../science/schedule'
import type { AdaptConfig } from '../../science/stages'
import { textsOf, type PreparedTask } from '../../science/tasks'
import { takeExamples } from '../backends/batches'
import type { TokenBatch } from '../backends/learner'
import type { StageContext } from '../context'
import { keptOf } from '../keeper'
import { ADAM } from '../loop'
import { promptEncoder } from './inputs/language'
import { readingEncoder } from './inputs/reading'
import { savedFiles } from './inputs/saved'
import { learnLanguage, type Course, type Learnt } from './language-training'
import { needTask, type StageOf, type StageRunner } from './stage'
import { batchesIn } from './windows'

/**
 * Generative finetuning (arXiv 2312.09390 5.2.2): a pretrained language model goes on learning to foretell the next token, on
 * the texts of one half of a task and without their labels; of examples with options on each of these, of prompts without
 * what is to follow them. It reads the very tokens that it is finetuned on afterwards. A folder as transformers has it; what
 * is held out to tell what it learnt are the texts of the validation split.
 */
export const adapt: StageRunner<'adapt'> = async (stage, context, backend) => {
  const { config } = stage
  const task = await needTask(context)
  const model = await loadPretrained(context.model(config.checkpoint))
  const { spec, tokenizer } = model
  if (spec.head.kind !== 'language')
    throw new Error(
      `${stage.title}: expected a model with a language head, by which it learns from texts, got one without`,
    )
  const course = courseOf(config, task, tokenizer, Math.min(config.tokens, model.context), context)
  const file = unfinishedFile(context.job.artifacts, stage.key)
  const kept = await keptOf(file, backend!, context)
  const { precision, moments, trainBlocks } = config
  const options = { precision, ...(moments && { moments }), ...(trainBlocks !== undefined && { trainBlocks }) }
  const learner = await backend!.create(spec, { weights: kept?.weights ?? model.weights }, options)
  try {
    if (kept) await learner.restoreOptimiser(kept.optimiser)
    const learnt = await learnLanguage({ course, context, learner, keeping: { file, place: backend!, kept } })
    const folder = context.scratch('model')
    await savePretrained(folder, {
      ...{ architecture: model.architecture, spec, weights: await learner.save(), context: model.context, tokenizer },
      card: { name: stage.title, licence: model.card.licence, text: cardText(stage, course, learnt) },
    })
    return {
      files: savedFiles(folder),
      summary: {
        ...{ parameters: parameterCount(spec), steps: course.steps, loss: learnt.loss },
        ...{ bits_per_byte: learnt.after, bits_per_byte_before: learnt.before },
      },
    }
  } finally {
    learner.dispose()
  }
}

function courseOf(
  config: AdaptConfig,
  { form, splits }: PreparedTask,
  tokenizer: TextTokenizer,
  limit: number,
  context: StageContext,
): Course {
  // A prompt is cut as where it is to be gone on with, at its start.
  const encode =
    form.kind === 'text' ? promptEncoder(tokenizer, limit, context) : readingEncoder(tokenizer, limit, context)
  const read = (split: 'validation' | AdaptConfig['trainOn']) => foretold(encode(textsOf(splits[split]), split), split)
  const texts = read(config.trainOn)
  const heldOut = listsOf(read('validation'))
  const size = Math.min(config.optimiser.batch, texts.n)
  return {
    ...config.optimiser,
    ...{ adam: ADAM, warmup: 0, steps: stepCount(texts.n, config.optimiser), evaluations: config.evaluations },
    batches: () => shuffled(texts, size, config.seed),
    batchTokens: (texts.tokens.length * size) / texts.n,
    heldOut: {
      batches: batchesIn(heldOut),
      bytes: heldOut.reduce((sum, list) => sum + Buffer.byteLength(tokenizer.decode([...list.slice(1)])), 0),
    },
  }
}

/** Texts of which anything is foretold: nothing comes before a first token. @throws Error where there are none */
function foretold(batch: TokenBatch, split: string): TokenBatch {
  const long = listsOf(batch).flatMap((list, i) => (list.length > 1 ? [i] : []))
  if (long.length === 0) throw new Error(`${split}: expected texts of two tokens and more, got none`)
  return takeExamples(batch, long) as TokenBatch
}

const listsOf = ({ n, tokens, offsets }: TokenBatch) =>
  Array.from({ length: n }, (_, i) => tokens.subarray(offsets[i], offsets[i + 1]))

/** So many texts at a time, in the order in which a training takes its examples. */
function* shuffled(texts: TokenBatch, size: number, seed: number): Generator<TokenBatch, never> {
  const order = shuffledForever(texts.n, seed)
  for (;;) {
    const chosen = Array.from({ length: size }, () => order.next().value)
    yield takeExamples(texts, chosen) as TokenBatch
  }
}

function cardText({ title, config }: StageOf<'adapt'>, { steps }: Course, { before, after }: Learnt): string {
  const { optimiser, checkpoint, trainOn, seed } = config
  const settings = Object.entries(optimiser).map(([name, value]) => `${name} ${String(value)}`)
  return `# ${title}

A language model that has read the texts of a task’s ${trainOn} half, without their labels, by Weak-to-Strong Lab.

- Training: ${steps} updates of AdamW, ${settings.join(', ')}; seed ${seed}
- Texts of the validation split: ${before.toFixed(3)} bits per byte before, ${after.toFixed(3)} after
- Content of the pretrained model: \`${checkpoint}\`
`
}
