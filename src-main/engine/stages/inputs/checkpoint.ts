import { withClassHead } from '../../../data/checkpoints/heads'
import { loadPretrained, openPretrained } from '../../../data/checkpoints/open'
import type { CheckpointModel } from '../../../science/models/model'
import type { TransformerSpec } from '../../../science/models/net'
import { outputsOf } from '../../../science/tasks'
import type { StageContext } from '../../context'
import { headStart } from './head'
import { encodeSplits, type Input, type InputRequest } from './input'
import { languageInput } from './language'
import { readingEncoder } from './reading'
import { savedBy } from './saved'

/**
 * A pretrained transformer and the texts as its tokenizer cuts them: with a new head where the task is to choose, with its
 * own where it is to write.
 */
export async function checkpointInput(request: InputRequest, variant: CheckpointModel): Promise<Input> {
  const { config, task, context } = request
  const { checkpoint, tokens, head, precision, moments, trainBlocks } = variant.read(config.model)
  const where = await placeOf(context, config.checkpoint!)
  const model = await openPretrained(where)
  const tokenizer = await model.tokenizer().finally(() => model.close())
  const options = { precision, ...(moments && { moments }), ...(trainBlocks !== undefined && { trainBlocks }) }
  const limit = Math.min(tokens, model.context)
  if (task.form.kind === 'text')
    return { ...(await languageInput(request, { checkpoint, model, tokenizer, where, limit })), options }
  const outputs = outputsOf(task.form)
  if (head === 'unembedding' && !model.hasUnembedding)
    throw new Error(
      `${checkpoint}: expected a language head, whose rows the new one starts from, got a file without; start the head at zero`,
    )
  const start = await headStart(head, { form: task.form, tokenizer, id: checkpoint, context })
  const spec: TransformerSpec = { ...model.spec, head: { kind: 'classes', classes: outputs, bias: true } }
  return {
    net: spec,
    options,
    weights: async () => withClassHead(await loadPretrained(where), outputs, start).weights,
    batches: await encodeSplits(request, readingEncoder(tokenizer, limit, context)),
    files: savedBy(request, { checkpoint, model, tokenizer, spec }),
  }
}

/** Where a pretrained model lies: what it became by reading the task's texts, where it did that first. */
export async function placeOf(context: StageContext, checkpoint: string): Promise<string> {
  return context.job.needs['adapted'] === undefined ? context.model(checkpoint) : context.needFolder('adapted')
}
