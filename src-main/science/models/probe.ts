import type { ParamTable, Values } from '../spec/params'
import { READING } from './checkpoint'
import type { FeaturesModel } from './model'

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
export const probe: FeaturesModel = {
  id: 'probe',
  title: 'Probe',
  help: 'A linear head over the frozen last hidden state. The states are computed once; after that a head takes seconds.',
  source: 'arXiv 2312.09390 5.2.3',
  params: PARAMS,
  optimiser: () => ({ epochs: 10, lr: 0.01 }),
  start: 'features',
  read(params) {
    const { checkpoint, tokens } = params as Values<typeof PARAMS>
    return { checkpoint, tokens }
  },
  net(params, { width, classes }) {
    const { hidden } = params as Values<typeof PARAMS>
    return { kind: 'mlp', input: width, hidden: hidden > 0 ? [hidden] : [], classes }
  },
}
