import { withClassHead, type HeadOrigin } from '../../../data/checkpoints/heads'
import { loadPretrained, openPretrained } from '../../../data/checkpoints/open'
import type { TextTokenizer } from '../../../data/tokenizers'
import type { CheckpointModel } from '../../../science/models/model'
import type { TransformerSpec } from '../../../science/models/net'
import { outputsOf, type Form } from '../../../science/tasks'
import type { StageContext } from '../../context'
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
  const { checkpoint, tokens, head, precision, trainBlocks } = variant.read(config.model)
  const where = await placeOf(context, config.checkpoint!)
  const model = await openPretrained(where)
  const tokenizer = await model.tokenizer().finally(() => model.close())
  const options = { precision, ...(trainBlocks !== undefined && { trainBlocks }) }
  const limit = Math.min(tokens, model.context)
  if (task.form.kind === 'text')
    return { ...(await languageInput(request, { checkpoint, model, tokenizer, where, limit })), options }
  const outputs = outputsOf(task.form)
  if (head === 'unembedding' && !model.hasUnembedding)
    throw new Error(
      `${checkpoint}: expected a language head, whose rows the new one starts from, got a file without; start the head at zero`,
    )
  const start = headStart(head, task.form, tokenizer, checkpoint)
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

/** @throws Error naming the token that the vocabulary lacks */
function headStart(head: 'zero' | 'unembedding', form: Form, tokenizer: TextTokenizer, id: string): HeadOrigin {
  if (head === 'zero') return { from: 'zero' }
  if (form.kind !== 'classes')
    throw new Error(
      `${id}: expected classes, whose tokens the head starts from, got ${form.kind}; start the head at zero`,
    )
  const tokens = form.names.map((_, c) => {
    const token = tokenizer.idOf(String(c))
    if (token === undefined)
      throw new Error(
        `${id}: expected a token "${c}" for class ${c} in its vocabulary, got none; start the head at zero`,
      )
    return token
  })
  return { from: 'unembedding', tokens }
}
