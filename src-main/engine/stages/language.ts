import { readTokenFiles, type TokenTexts } from '../../data/token-files'
import { savePretrained } from '../../data/checkpoints/save'
import { parameterCount } from '../../science/models/net'
import { decoderOf } from '../../science/pretraining/decoder'
import type { LanguageConfig } from '../../science/stages'
import type { Learner } from '../backends/learner'
import type { StageContext } from '../context'
import { unfinishedFile } from '../../data/unfinished'
import { savedFiles } from './inputs/saved'
import { cardOf } from './language-card'
import { keptOf, learnLanguage, type Course, type Learnt } from './language-training'
import type { StageOf, StageOutput, StageRunner } from './stage'
import { batchesIn, shuffledBatches, windowsOf } from './windows'

/** AdamW's constants as language models are commonly pretrained with (Touvron et al. 2023, arXiv 2302.13971, 2.3). */
const ADAM = { beta1: 0.9, beta2: 0.95, eps: 1e-8 }

/**
 * A decoder pretrained from nothing: a folder as transformers has it, in half precision. It keeps where it is from time to
 * time and when it is stopped, and goes on from there: the bits are those of a training that was never stopped.
 */
export const language: StageRunner<'language'> = async (stage, context, backend) => {
  const { config } = stage
  const tokens = await readTokenFiles((name) => context.need('tokens', name), config.context)
  const net = decoderOf(config)
  const file = unfinishedFile(context.job.artifacts, stage.key)
  const kept = await keptOf(file, backend!, context)
  const start = { seed: config.seed, ...(kept && { weights: kept.weights }) }
  const learner = await backend!.create(net, start, { precision: config.training.precision })
  try {
    if (kept) await learner.restoreOptimiser(kept.optimiser)
    const course = courseOf(config, tokens)
    const made = await learnLanguage({ course, context, place: backend!, learner, kept, file })
    return await outputOf(stage, context, tokens, learner, made)
  } finally {
    learner.dispose()
  }
}

/** The corpora in windows, all of them in another order every epoch; those that are held out with their ends. */
function courseOf(config: LanguageConfig, { train, heldOut, heldOutBytes, end }: TokenTexts): Course {
  const windowsIn = (texts: readonly Int32Array[]) => texts.flatMap((text) => windowsOf(text, end, config.context))
  const { batchTokens } = config.training
  return {
    ...config.training,
    adam: ADAM,
    batches: () => shuffledBatches(windowsIn(train), batchTokens, config.seed),
    heldOut: { batches: batchesIn(windowsIn(heldOut)), bytes: heldOutBytes },
  }
}

async function outputOf(
  stage: StageOf<'language'>,
  context: StageContext,
  { tokenizer, train }: TokenTexts,
  learner: Learner,
  { before, after, loss }: Learnt,
): Promise<StageOutput> {
  const { config } = stage
  // What it is called stands last in its title.
  const title = stage.title.split(' · ').at(-1)!
  const spec = decoderOf(config)
  const parameters = parameterCount(spec)
  const tokens = train.reduce((sum, text) => sum + text.length, 0)
  const summary = { parameters, steps: config.training.steps, loss, bits_per_byte: after, bits_per_byte_before: before }
  const folder = context.scratch('model')
  const weights = await learner.save()
  await savePretrained(folder, {
    ...{ architecture: 'llama', spec, weights, context: config.context, tokenizer, dtype: 'F16' },
    card: { name: title, licence: null, text: cardOf({ title, config, parameters, tokens, before, after }) },
  })
  return { files: savedFiles(folder), summary }
}
