import path from 'node:path'
import { withClassHead, type HeadOrigin } from '../../../data/checkpoints/heads'
import { loadPretrained, openPretrained } from '../../../data/checkpoints/open'
import { savePretrained } from '../../../data/checkpoints/save'
import type { TextTokenizer } from '../../../data/tokenizers'
import type { CheckpointModel } from '../../../science/models/model'
import type { TransformerSpec } from '../../../science/models/net'
import { outputsOf, type Form } from '../../../science/tasks'
import type { NewFile } from '../../artifacts'
import { encodeSplits, type Input, type InputRequest } from './input'
import { readingEncoder } from './reading'

/** Files of a saved transformer, flat in the artifact, so that its folder opens with transformers. */
const SAVED = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'README.md']

/** A pretrained transformer with a new head, and the texts as its tokenizer cuts them. */
export async function checkpointInput(request: InputRequest, variant: CheckpointModel): Promise<Input> {
  const { config, task, context } = request
  const { checkpoint, tokens, head, precision, trainBlocks } = variant.read(config.model)
  const where = context.model(config.checkpoint!)
  const model = await openPretrained(where)
  const tokenizer = await model.tokenizer().finally(() => model.close())
  const outputs = outputsOf(task.form)
  if (head === 'unembedding' && !model.hasUnembedding)
    throw new Error(
      `${checkpoint}: expected a language head, whose rows the new one starts from, got a file without; start the head at zero`,
    )
  const start = headStart(head, task.form, tokenizer, checkpoint)
  const spec: TransformerSpec = { ...model.spec, head: { kind: 'classes', classes: outputs, bias: true } }
  const encode = readingEncoder(tokenizer, Math.min(tokens, model.context), context)
  return {
    net: spec,
    options: { precision, ...(trainBlocks !== undefined && { trainBlocks }) },
    weights: async () => withClassHead(await loadPretrained(where), outputs, start).weights,
    batches: await encodeSplits(request, encode),
    async files(weights): Promise<NewFile[]> {
      const folder = context.scratch('model')
      const { architecture, context: longest, card } = model
      await savePretrained(folder, {
        ...{ architecture, spec, weights, context: longest, tokenizer, labels: outputNames(task.form) },
        card: { name: context.job.stage.title, licence: card.licence, text: cardText(request, checkpoint) },
      })
      return SAVED.map((name) => ({ name, path: path.join(folder, name) }))
    },
  }
}

/** What the outputs of the net are called. */
const outputNames = (form: Form): readonly string[] => (form.kind === 'classes' ? form.names : ['score'])

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

function cardText({ config, task, context }: InputRequest, base: string): string {
  const { loss, ...params } = config.loss
  const targets = config.targets === 'truth' ? 'ground truth' : 'the labels of a weaker model'
  return `# ${context.job.stage.title}

\`${base}\` finetuned on ${task.splits[config.trainOn].length} examples with ${targets}, by Weak-to-Strong Lab.

- ${task.form.kind === 'classes' ? 'Classes' : 'Output'}: ${outputNames(task.form)
    .map((name, c) => `${c} ${name}`)
    .join(', ')}
- Loss: ${[loss, ...Object.entries(params).map(([name, value]) => `${name} ${String(value)}`)].join(', ')}
- Optimiser: AdamW, ${Object.entries(config.optimiser)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')}
- Seed: ${config.seed}
- Content of the pretrained model: \`${config.checkpoint}\`
`
}
