import { SPLITS, type DataConfig, type Split } from '../../science/stages'
import { namesIn, textsOf, type Example, type PreparedTask } from '../../science/tasks'
import { median } from '../../science/maths/statistics'
import { openPretrained } from '../checkpoints/open'
import { readRows } from './prepare'
import type { TextTokenizer } from '../tokenizers'
import type { Lengths, ShownExample, ShownTask } from './types'

/** A pretrained model that is to read a task, and the most tokens of a text that it is given. */
export interface Reader {
  title: string
  where: string
  tokens: number
}
/** What a task will be cut into, and how its texts read. */
export interface ShownRequest {
  config: DataConfig
  /** Where the rows lie. */
  path: string
  readers: Reader[]
}

/** Examples that are shown, and how much of a text. */
const SHOWN = 4
const LETTERS = 400
const beginning = (text: string) => (text.length > LETTERS ? `${text.slice(0, LETTERS)}…` : text)
/** Texts that are measured: the split is in random order. */
const MEASURED = 1000

/** Cuts a task as its data stage will, and measures its texts by the tokenizers of the models. */
export async function showTask({ config, path, readers }: ShownRequest): Promise<ShownTask> {
  // Sets from elsewhere are no part of what is cut.
  const { rows, split } = await readRows({ ...config, elsewhere: {} }, () => path)
  const prepared = split()
  const { transfer } = prepared.splits
  const lengths: Lengths[] = []
  const measure = measurer(textsOf(transfer.slice(0, MEASURED)))
  // Prompts are cut by how much room an answer leaves, which only the training knows.
  if (prepared.form.kind !== 'text') for (const reader of readers) lengths.push(await lengthsOf(measure, reader))
  return { task: config.task, rows, ...facesOf(prepared), lengths }
}

function facesOf({ form, splits }: PreparedTask): Pick<ShownTask, 'names' | 'splits' | 'examples'> {
  const names = namesIn(form)
  const countsOf = (split: Split) => ({
    examples: splits[split].length,
    balance: names.map((_, choice) => splits[split].filter(({ label }) => label === choice).length),
  })
  const examples = splits.transfer.slice(0, SHOWN).map((example) => shownExample(example, names))
  return { names, splits: Object.fromEntries(SPLITS.map((s) => [s, countsOf(s)])) as ShownTask['splits'], examples }
}

/** An example for people to read. */
export function shownExample(
  { text, options, label, fen }: Pick<Example, 'text' | 'options' | 'label' | 'fen'>,
  names: readonly string[],
): ShownExample {
  return {
    text: beginning(text),
    ...(options && { options: options.map(beginning) }),
    at: options && typeof label === 'number' ? label : null,
    right: typeof label === 'number' ? names[label]! : label,
    ...(fen !== undefined && { fen }),
  }
}

type Measure = (tokenizer: TextTokenizer) => readonly number[]

/** Tokens of each of some texts; models of one family have the very same tokenizer, and cut them once. */
function measurer(texts: readonly string[]): Measure {
  const known = new Map<string, readonly number[]>()
  return (tokenizer) => {
    const name = JSON.stringify(tokenizer.definition)
    const found = known.get(name) ?? texts.map((text) => tokenizer.encode(text).length)
    known.set(name, found)
    return found
  }
}

async function lengthsOf(measure: Measure, { title, where, tokens }: Reader): Promise<Lengths> {
  const model = await openPretrained(where)
  const found = measure(await model.tokenizer().finally(() => model.close()))
  const limit = Math.min(tokens, model.context)
  const cut = found.filter((length) => length > limit).length / found.length
  const longest = found.reduce((most, length) => Math.max(most, length), 0)
  return { model: title, texts: found.length, median: median(found), longest, limit, cut }
}
