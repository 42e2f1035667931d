import path from 'node:path'
import { readTokenFiles, type TokenTexts } from '../../data/token-files'
import { savePretrained } from '../../data/checkpoints/save'
import { parameterCount } from '../../science/models/net'
import { decoderOf } from '../../science/pretraining/decoder'
import type { LanguageConfig } from '../../science/stages'
import type { Backend, Learner } from '../backends/learner'
import type { StageContext } from '../context'
import { keepUnfinished, unfinishedFile } from '../../data/unfinished'
import { keptOf } from '../keeper'
import { savedFiles } from './inputs/saved'
import { cardOf } from './language-card'
import { learnLanguage, type Course, type Learnt } from './language-training'
import type { StageOf, StageOutput, StageRunner } from './stage'
import { batchesIn, shuffledBatches, windowsOf } from './windows'

/** AdamW's constants as language models are commonly pretrained with (Touvron et al. 2023, arXiv 2302.13971, 2.3). */
const ADAM = { beta1: 0.9, beta2: 0.95, eps: 1e-8 }
/** In an artifact: how a training stood that another stage goes on with. */
const STANDING = 'standing.bin'

/**
 * A decoder pretrained from nothing: a folder as transformers has it, in half precision. It keeps where it is from time to
 * time and when it is stopped, and goes on from there: the bits are those of a training that was never stopped.
 */
export const language: StageRunner<'language'> = async (stage, context, backend) => {
  const { config } = stage
  const tokens = await readTokenFiles((name) => context.need('tokens', name), config.context)
  const net = decoderOf(config)
  const file = unfinishedFile(context.job.artifacts, stage.key)
  const kept = (await keptOf(file, backend!, context)) ?? (await begunOf(stage, context, backend!))
  const start = { seed: config.seed, ...(kept && { weights: kept.weights }) }
  const { precision, moments } = config.training
  const learner = await backend!.create(net, start, { precision, ...(moments && { moments }) })
  try {
    if (kept) await learner.restoreOptimiser(kept.optimiser)
    const course = courseOf(config, tokens)
    const made = await learnLanguage({ course, context, learner, keeping: { file, place: backend!, kept } })
    return await outputOf(stage, context, tokens, learner, made)
  } finally {
    learner.dispose()
  }
}

/** How the training stood that a stage goes on with; null for one from nothing. */
async function begunOf({ title, needs }: StageOf<'language'>, context: StageContext, backend: Backend) {
  if (needs.begun === undefined) return null
  const kept = await keptOf(path.join(await context.needFolder('begun'), STANDING), backend, context)
  if (kept) return kept
  throw new Error(`${title}: expected how the training stood that it goes on with, got none that can be read`)
}

/** The corpora in windows, all of them in another order every epoch; those that are held out with their ends. */
function courseOf(config: LanguageConfig, { train, heldOut, heldOutBytes, end }: TokenTexts): Course {
  const windowsIn = (texts: readonly Int32Array[]) => texts.flatMap((text) => windowsOf(text, end, config.context))
  const { batchTokens } = config.training
  return {
    ...config.training,
    ...(config.until !== undefined && { until: config.until }),
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
  { before, after, loss, standing }: Learnt,
): Promise<StageOutput> {
  const { config } = stage
  // What it is called stands last in its title.
  const title = stage.title.split(' · ').at(-1)!
  const spec = decoderOf(config)
  const parameters = parameterCount(spec)
  const tokens = train.reduce((sum, text) => sum + text.length, 0)
  const steps = config.until ?? config.training.steps
  const summary = { parameters, steps, loss, bits_per_byte: after, bits_per_byte_before: before }
  const folder = context.scratch('model')
  const weights = await learner.save()
  await savePretrained(folder, {
    ...{ architecture: 'llama', spec, weights, context: config.context, tokenizer, dtype: 'F16' },
    card: { name: title, licence: null, text: cardOf({ title, config, parameters, tokens, before, after }) },
  })
  const files = savedFiles(folder)
  if (config.until === undefined) return { files, summary }
  const file = context.scratch('standing')
  // The same model is the same bytes, however long it took.
  await keepUnfinished(file, { ...(await standing()), clock: null })
  return { files: [...files, { name: STANDING, path: file }], summary }
}
