import path from 'node:path'
import type { OpenModel } from '../../../data/checkpoints/open'
import { savePretrained } from '../../../data/checkpoints/save'
import type { TextTokenizer } from '../../../data/tokenizers'
import type { TransformerSpec } from '../../../science/models/net'
import { rowsOf } from '../../../science/stages'
import type { Form } from '../../../science/tasks'
import type { NewFile } from '../../artifacts'
import type { Weights } from '../../backends/learner'
import type { InputRequest } from './input'

/** Files of a saved transformer, flat in the artifact, so that its folder opens with transformers. */
const SAVED = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'README.md']

/** A folder that `savePretrained` made, as files of an artifact. */
export function savedFiles(folder: string): NewFile[] {
  return SAVED.map((name) => ({ name, path: path.join(folder, name) }))
}

/** A pretrained transformer as it is trained on. */
export interface Finetuned {
  /** Id of the model. */
  checkpoint: string
  model: OpenModel
  tokenizer: TextTokenizer
  /** With the head that is trained. */
  spec: TransformerSpec
}

/** What saves the weights of a finetuned transformer as a folder that transformers opens. */
export function savedBy(request: InputRequest, { checkpoint, model, tokenizer, spec }: Finetuned) {
  const { task, context } = request
  return async (weights: Weights): Promise<NewFile[]> => {
    const folder = context.scratch('model')
    const { architecture, context: longest, card } = model
    const names = outputNames(task.form)
    await savePretrained(folder, {
      ...{ architecture, spec, weights, context: longest, tokenizer, ...(names && { labels: names }) },
      card: { name: context.job.stage.title, licence: card.licence, text: cardText(request, checkpoint) },
    })
    return savedFiles(folder)
  }
}

/** What the outputs of the net are called; null where they are its tokens. */
function outputNames(form: Form): readonly string[] | null {
  if (form.kind === 'text') return null
  return form.kind === 'classes' ? form.names : ['score']
}

function cardText({ config, task, context }: InputRequest, base: string): string {
  const { loss, ...params } = config.loss
  const before = `\n- Before that: ${String(config.model['reading'])} epochs on the texts of these examples, without labels`
  const targets = config.targets === 'truth' ? 'ground truth' : 'the labels of a weaker model'
  return `# ${context.job.stage.title}

\`${base}\` finetuned on ${rowsOf(task.splits[config.trainOn].length, config).length} examples with ${targets}, by Weak-to-Strong Lab.

- ${outputText(task.form)}
- Loss: ${[loss, ...Object.entries(params).map(([name, value]) => `${name} ${String(value)}`)].join(', ')}
- Optimiser: AdamW, ${Object.entries(config.optimiser)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')}
- Seed: ${config.seed}
- Content of the pretrained model: \`${config.checkpoint}\`${context.job.needs['adapted'] === undefined ? '' : before}
`
}

function outputText(form: Form): string {
  const names = outputNames(form)?.map((name, c) => `${c} ${name}`)
  if (!names) return 'Output: what follows a text, up to the end of text'
  return `${form.kind === 'classes' ? 'Classes' : 'Output'}: ${names.join(', ')}`
}
