import { MOMENTS, PRECISION } from '../precision'
import type { ParamTable } from '../spec/params'
import { READING } from './checkpoint'
import { defineModel } from './model'

const PARAMS = {
  ...READING,
  tune: {
    type: 'choice',
    default: 'all',
    label: 'Finetune',
    source: 'arXiv 2312.09390 A.2',
    help: 'Which weights learn. The paper finetunes all of them.',
    options: [
      { value: 'all', label: 'all weights' },
      { value: 'last', label: 'the last blocks' },
    ],
  },
  blocks: {
    type: 'integer',
    default: 1,
    min: 1,
    max: 512,
    label: 'Last blocks',
    onlyWhere: { param: 'tune', is: ['last'] },
    help: 'How many of the last blocks learn, with the last norm and the head.',
  },
  head: {
    type: 'choice',
    default: 'zero',
    label: 'Head starts',
    source: 'arXiv 2312.09390 A.2',
    help: 'At zero every student starts undecided. From the unembedding it starts from what the model says to "0", "1" and so on, one for each class. From a probe it starts where a linear head on the frozen model ended that was trained on the same labels (LP-FT, arXiv 2202.10054).',
    options: [
      { value: 'zero', label: 'at zero' },
      { value: 'unembedding', label: 'from the unembedding' },
      { value: 'probe', label: 'from a probe' },
    ],
  },
  precision: PRECISION,
  moments: MOMENTS,
} as const satisfies ParamTable

/**
 * Peak rates by the number of weights, as the reference code has them by model: 5e-5 for GPT-2 and GPT-2 medium, 1e-5 from
 * GPT-2 large on (openai/weak-to-strong train_simple.py). What is smaller than its smallest goes on upwards: the two rows of
 * the pocket models in the presets were chosen on development rows (LOG.md), those between by size alone.
 */
const RATES: readonly { below: number; lr: number; epochs: number }[] = [
  { below: 0.2e6, lr: 4e-3, epochs: 10 },
  { below: 0.5e6, lr: 1e-3, epochs: 5 },
  { below: 5e6, lr: 5e-4, epochs: 2 },
  { below: 50e6, lr: 1e-4, epochs: 2 },
  { below: 500e6, lr: 5e-5, epochs: 2 },
  { below: Infinity, lr: 1e-5, epochs: 2 },
]
/** Of a model of which nothing is known: that of GPT-2. */
const MIDDLING = 124e6

/** A pretrained transformer with a new linear head, finetuned: the paper's models. */
export const pretrained = defineModel(PARAMS, {
  id: 'pretrained',
  title: 'Transformer',
  short: '',
  help: 'A pretrained transformer with a new linear head, finetuned on the labels: what the paper does.',
  source: 'arXiv 2312.09390 4.1, A.2',
  optimiser(parameters = MIDDLING) {
    const { lr, epochs } = RATES.find(({ below }) => parameters < below)!
    return { epochs, lr, clipNorm: 1 }
  },
  start: 'checkpoint',
  read({ checkpoint, tokens, reading, tune, blocks, head, precision, moments }) {
    const less = { ...(reading > 0 && { reading }), ...(tune === 'last' && { trainBlocks: blocks }) }
    return { checkpoint, tokens, head, precision, ...less, ...(moments === 'bf16' && { moments }) }
  },
})
