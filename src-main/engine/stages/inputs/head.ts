import type { HeadOrigin } from '../../../data/checkpoints/heads'
import type { TextTokenizer } from '../../../data/tokenizers'
import { unstandardised } from '../../../science/maths/standardise'
import type { HeadStart } from '../../../science/models/model'
import type { Form } from '../../../science/tasks'
import type { StageContext } from '../../context'
import { needTensors } from '../stage'
import { PROBE_FEATURES, PROBE_WEIGHTS } from './features'

interface Asked {
  form: Form
  tokenizer: TextTokenizer
  /** Of the model, for messages. */
  id: string
  context: StageContext
}

/** Where a new head of classes starts. @throws Error naming what it cannot start from */
export async function headStart(head: HeadStart, asked: Asked): Promise<HeadOrigin> {
  if (head === 'zero') return { from: 'zero' }
  return head === 'probe' ? probed(asked.context) : unembedded(asked)
}

/** @throws Error naming the token that the vocabulary lacks */
function unembedded({ form, tokenizer, id }: Asked): HeadOrigin {
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

/**
 * Where the need `probe` ended: what it says of standardised states, said of the states as they are (LP-FT, Kumar et al.
 * 2022, arXiv 2202.10054).
 */
async function probed(context: StageContext): Promise<HeadOrigin> {
  const tensorOf = await needTensors(context, 'probe', PROBE_WEIGHTS)
  const told = Buffer.from(await context.need('probe', PROBE_FEATURES)).toString('utf8')
  // As `featuresInput` wrote it: the hash of the file was verified.
  const { mean, scale } = (JSON.parse(told) as { features: { mean: number[]; scale: number[] } }).features
  const standardiser = { mean: Float64Array.from(mean), scale: Float64Array.from(scale) }
  const layer = { weight: tensorOf('output.weight').data, bias: tensorOf('output.bias').data }
  return { from: 'layer', ...unstandardised(layer, standardiser) }
}
