import { readTokenFiles, type TokenTexts } from '../../data/token-files'
import { savePretrained } from '../../data/checkpoints/save'
import { parameterCount } from '../../science/models/net'
import { decoderOf } from '../../science/pretraining/decoder'
import type { Backend, Learner } from '../backends/learner'
import type { StageContext } from '../context'
import { readUnfinished, unfinishedFile, type Unfinished } from '../../data/unfinished'
import { cardOf } from './language-card'
import { pretrain, type Pretrained } from './language-training'
import type { StageOf, StageOutput, StageRunner } from './stage'

/** The files of its artifact, which transformers opens. */
const SAVED = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'README.md']

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
    const made = await pretrain({ config, context, place: backend!, learner, tokens, kept, file })
    return await outputOf(stage, context, tokens, learner, made)
  } finally {
    learner.dispose()
  }
}

/** What an earlier process kept of this very training. */
async function keptOf(file: string, backend: Backend, context: StageContext): Promise<Unfinished | null> {
  try {
    const kept = await readUnfinished(file)
    if (!kept) return null
    context.log('info', `Going on after update ${kept.step}.`)
    const { device, threads, isa } = kept.place
    if (device !== backend.device || threads !== backend.threads || isa !== backend.isa)
      context.log('warn', `It was begun on ${device}: from here on results may differ in their last digits.`)
    return kept
  } catch (error) {
    context.log('warn', `What was kept of this training cannot be read, so it begins anew: ${(error as Error).message}`)
    return null
  }
}

async function outputOf(
  stage: StageOf<'language'>,
  context: StageContext,
  { tokenizer, train }: TokenTexts,
  learner: Learner,
  { before, after, loss }: Pretrained,
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
  return { files: SAVED.map((name) => ({ name, path: `${folder}/${name}` })), summary }
}
