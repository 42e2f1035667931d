import type { ParamTable, Values } from './spec/params'

/** Optimisation of one training: AdamW (Loshchilov & Hutter 2019) on mini-batches, reshuffled every epoch. */
export const OPTIMISER = {
  epochs: {
    type: 'number',
    default: 10,
    min: 0.1,
    max: 1000,
    label: 'Epochs',
    source: 'arXiv 2312.09390 A.2',
    help: 'Passes over the training half. The paper finetunes for 2; heads on fixed features need more.',
  },
  batch: {
    type: 'integer',
    default: 32,
    min: 2,
    max: 4096,
    label: 'Batch',
    unit: 'examples',
    source: 'arXiv 2312.09390 A.2',
    help: 'Examples an update. The confidence loss sets its threshold within one batch.',
  },
  lr: { type: 'number', default: 0.01, min: 1e-7, max: 10, label: 'Learning rate', help: 'Peak rate of AdamW.' },
  schedule: {
    type: 'choice',
    default: 'cosine',
    label: 'Schedule',
    help: 'How the learning rate falls over the training.',
    options: [
      { value: 'constant', label: 'constant' },
      { value: 'linear', label: 'linear to 0' },
      { value: 'cosine', label: 'cosine to 0' },
    ],
  },
  weightDecay: {
    type: 'number',
    default: 0,
    min: 0,
    max: 1,
    label: 'Weight decay',
    help: 'Decoupled from the gradient.',
  },
  clipNorm: {
    type: 'number',
    default: 0,
    min: 0,
    max: 1000,
    label: 'Gradient clip',
    help: 'Largest global gradient norm; 0 turns clipping off.',
  },
} as const satisfies ParamTable
export type OptimiserSpec = Values<typeof OPTIMISER>
