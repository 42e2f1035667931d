import { OPTIMISER } from '../optimiser'
import { MOMENTS, PRECISION } from '../precision'
import type { ParamTable, Values } from '../spec/params'

/** How a language model is pretrained: AdamW on batches of whole windows of text, reshuffled every epoch. */
export const PRETRAINING = {
  steps: {
    type: 'integer',
    default: 2000,
    min: 1,
    max: 10_000_000,
    label: 'Updates',
    help: 'How many batches it learns from.',
  },
  lr: { type: 'number', default: 2e-3, min: 1e-7, max: 1, label: 'Learning rate', help: 'Peak rate of AdamW.' },
  batchTokens: {
    type: 'integer',
    default: 4096,
    min: 64,
    max: 1_000_000,
    label: 'Batch',
    unit: 'tokens',
    help: 'Tokens an update, about: windows are put together until there are as many.',
  },
  schedule: {
    type: 'choice',
    default: 'cosine',
    label: 'Schedule',
    help: 'How the learning rate falls after the warm-up.',
    options: [
      { value: 'constant', label: 'constant' },
      { value: 'linear', label: 'linear to 0' },
      { value: 'cosine', label: 'cosine to 0' },
    ],
  },
  warmup: {
    type: 'number',
    default: 0.02,
    min: 0,
    max: 1,
    label: 'Warm-up',
    help: 'Share of the updates in which the learning rate rises.',
  },
  weightDecay: { ...OPTIMISER.weightDecay, default: 0.1 },
  clipNorm: { ...OPTIMISER.clipNorm, default: 1 },
  precision: PRECISION,
  moments: MOMENTS,
  evaluations: {
    type: 'integer',
    default: 11,
    min: 2,
    max: 500,
    label: 'Evaluations',
    help: 'How often the held-out texts are scored; the curve of bits per byte has that many points.',
  },
} as const satisfies ParamTable
export type PretrainingSpec = Values<typeof PRETRAINING>
/** The same as a stage names it: moments where they are not at their default, see `naming`. */
export type NamedPretraining = Omit<PretrainingSpec, 'moments'> & Partial<Pick<PretrainingSpec, 'moments'>>

/** What all models of a pretraining share. */
export const SHARED = {
  vocabulary: {
    type: 'integer',
    default: 4096,
    min: 300,
    max: 100_000,
    label: 'Vocabulary',
    unit: 'tokens',
    help: 'Tokens of the tokenizer that is trained on the corpora, its 256 bytes among them.',
  },
  context: {
    type: 'integer',
    default: 256,
    min: 8,
    max: 8192,
    label: 'Context',
    unit: 'tokens',
    help: 'The longest text that a model reads at once; longer ones are cut into windows of it.',
  },
  heldOut: {
    type: 'integer',
    default: 100,
    min: 2,
    max: 10_000,
    label: 'Held out',
    help: 'One document of so many is kept back, to be scored in bits per byte.',
  },
  seed: { type: 'integer', default: 0, min: 0, max: 1_000_000, label: 'Seed', help: 'Of the start and the order.' },
} as const satisfies ParamTable

/** The size of one model. */
export const SHAPE = {
  width: {
    type: 'integer',
    default: 64,
    min: 8,
    max: 4096,
    label: 'Width',
    help: 'Of the residual stream; the MLP is about 8/3 as wide.',
  },
  layers: { type: 'integer', default: 2, min: 1, max: 64, label: 'Blocks', help: 'One above the other.' },
  heads: { type: 'integer', default: 2, min: 1, max: 64, label: 'Heads', help: 'Of attention; they divide the width.' },
} as const satisfies ParamTable
