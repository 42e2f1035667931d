import type { ParamTable } from '../spec/params'
import { READING } from './checkpoint'
import { defineModel } from './model'

const PARAMS = {
  ...READING,
  hidden: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 4096,
    label: 'Hidden units',
    help: 'Width of a hidden layer over the features; 0 makes the probe linear.',
  },
} as const satisfies ParamTable

/** A head over the frozen hidden states of a pretrained transformer, which are computed once for all heads. */
export const probe = defineModel(PARAMS, {
  id: 'probe',
  title: 'Probe',
  help: 'A linear head over the frozen last hidden state. The states are computed once; after that a head takes seconds.',
  source: 'arXiv 2312.09390 5.2.3',
  optimiser: () => ({ epochs: 10, lr: 0.01 }),
  start: 'features',
  read: ({ checkpoint, tokens, reading }) => ({ checkpoint, tokens, ...(reading > 0 && { reading }) }),
  net: ({ hidden }, { width, classes }) => ({ kind: 'mlp', input: width, hidden: hidden > 0 ? [hidden] : [], classes }),
})
