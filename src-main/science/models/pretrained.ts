import type { ParamTable, Values } from '../params'
import { READING } from './checkpoint'
import type { CheckpointModel } from './model'

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
    help: 'At zero every student starts undecided. From the unembedding it starts from what the model says to "0" and "1".',
    options: [
      { value: 'zero', label: 'at zero' },
      { value: 'unembedding', label: 'from the unembedding' },
    ],
  },
  precision: {
    type: 'choice',
    default: 'fp32',
    label: 'Precision',
    help: 'With bf16 products are taken at half the width, weights and sums kept in single precision: faster where the processor has it, refused where it has not.',
    options: [
      { value: 'fp32', label: 'fp32' },
      { value: 'bf16', label: 'bf16' },
    ],
  },
} as const satisfies ParamTable

/** A pretrained transformer with a new linear head, finetuned: the paper's models. */
export const pretrained: CheckpointModel = {
  id: 'pretrained',
  title: 'Transformer',
  short: '',
  help: 'A pretrained transformer with a new linear head, finetuned on the labels: what the paper does.',
  source: 'arXiv 2312.09390 4.1, A.2',
  params: PARAMS,
  start: 'checkpoint',
  read(params) {
    const { checkpoint, tokens, tune, blocks, head, precision } = params as Values<typeof PARAMS>
    return { checkpoint, tokens, head, precision, ...(tune === 'last' && { trainBlocks: blocks }) }
  },
}
